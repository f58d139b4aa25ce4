package main

import (
	"context"
	"io"
	"log/slog"

	"kagobell/channels"
	"kagobell/handlers"
	"kagobell/scenarios"
	"kagobell/store"
)

// letters are the postal batches: listed by the store, written as the channel writes them.
type letters struct {
	store    *store.Store
	renderer *channels.Renderer
	encoding string
	log      *slog.Logger
}

func (l *letters) DMBatches(ctx context.Context, cursor string, limit int) (handlers.Page[handlers.DMBatch], error) {
	page, err := l.store.DMBatches(ctx, cursor, limit)
	return pageAs(page, err, func(b store.DMBatch) handlers.DMBatch {
		return handlers.DMBatch{ID: b.ID, Letters: b.Letters, CutOffAt: b.CutOffAt, Closed: b.Closed}
	})
}

// WriteDM writes the rows of a batch and notes that they were fetched. A letter that can't be rendered becomes a dead
// letter; the others go.
func (l *letters) WriteDM(ctx context.Context, id string, w io.Writer) (charset string, err error) {
	deliveries, err := l.store.DMLetters(ctx, id)
	if err != nil {
		return "", said(err)
	}
	rows := make([]channels.DMRow, 0, len(deliveries))
	for _, d := range deliveries {
		row, err := l.renderer.DMRow(id, d)
		if err != nil {
			if err := keepUnrendered(ctx, l.store, d.Message, err.Error()); err != nil {
				return "", err
			}
			continue
		}
		rows = append(rows, row)
	}
	replaced, err := channels.WriteDM(w, rows, l.encoding)
	if err != nil {
		return "", err
	}
	for _, r := range replaced {
		l.log.Warn("characters that CP932 does not have were replaced in a letter", "batch_id", id, "message_id", r.MessageID,
			"column", r.Column)
	}
	return charsetOf(l.encoding), l.store.MarkExported(ctx, id)
}

// charsetOf is the name that HTTP has for an encoding of the configuration.
func charsetOf(encoding string) string {
	if encoding == channels.EncodingCP932 {
		return "shift_jis"
	}
	return "utf-8"
}

// keep puts letters that have joined a batch into the outbox, where people look at them, and takes out those that have
// left it. The batch itself is the truth: what fails here is only not shown.
func (l *letters) keep(ctx context.Context, decided []*scenarios.Message) {
	for _, m := range decided {
		if m.Channel != scenarios.ChannelDM {
			continue
		}
		if err := l.keepOne(ctx, m); err != nil {
			l.log.Warn("a letter can't be shown in the outbox", "message_id", m.ID, "error", err)
		}
	}
}

func (l *letters) keepOne(ctx context.Context, m *scenarios.Message) error {
	if m.Status != scenarios.MessageBatched {
		return l.store.Discard(ctx, m.ID)
	}
	to, err := l.store.Recipient(ctx, m.BuyerID)
	if err != nil {
		return err
	}
	rendered, err := l.renderer.Render(ctx, scenarios.Delivery{Message: m, Buyer: &to.Buyer, Account: &to.Account})
	if err != nil {
		return err
	}
	return l.store.Keep(ctx, m.ID, rendered)
}
