package main

import (
	"context"
	"errors"
	"time"

	"kagobell/handlers"
	"kagobell/queue"
	"kagobell/scenarios"
	"kagobell/store"
)

// said puts the store's errors into the words of the handlers.
func said(err error) error {
	switch {
	case errors.Is(err, store.ErrNotFound):
		return errors.Join(handlers.ErrNotFound, err)
	case errors.Is(err, store.ErrBadCursor):
		return errors.Join(handlers.ErrBadCursor, err)
	}
	return err
}

// intake is the queue's, in the words of the handlers.
type intake struct{ queue *queue.Service }

func (i intake) Ingest(ctx context.Context, events []*scenarios.Event) ([]scenarios.Result, error) {
	results, err := i.queue.Ingest(ctx, events)
	if errors.Is(err, queue.ErrOverloaded) {
		err = errors.Join(handlers.ErrOverloaded, err)
	}
	return results, err
}

// pageAs turns a page of the store into one of the handlers.
func pageAs[A, B any](page store.Page[A], err error, as func(A) B) (handlers.Page[B], error) {
	if err != nil {
		return handlers.Page[B]{}, said(err)
	}
	out := handlers.Page[B]{Items: make([]B, len(page.Items)), Next: page.Next}
	for i, item := range page.Items {
		out.Items[i] = as(item)
	}
	return out, nil
}

func deref[T any](x *T) T { return *x }

func derefAll[T any](list []*T) []T {
	out := make([]T, len(list))
	for i, x := range list {
		out[i] = *x
	}
	return out
}

// records is what the handlers ask of single buyers and messages: their Tracker,
// their Buyers and their Directory.
type records struct{ store *store.Store }

func (r records) Message(ctx context.Context, id string) (*scenarios.Message, error) {
	m, err := r.store.Message(ctx, id)
	return m, said(err)
}

func (r records) RecordInteraction(ctx context.Context, interaction scenarios.Interaction) error {
	return said(r.store.RecordInteraction(ctx, interaction))
}

func (r records) Recipient(ctx context.Context, buyerID string) (handlers.Recipient, error) {
	to, err := r.store.Recipient(ctx, buyerID)
	return handlers.Recipient{Buyer: to.Buyer, Suppressions: to.Suppressions}, said(err)
}

func (r records) BuyerRecord(ctx context.Context, id string) (handlers.BuyerRecord, error) {
	record, err := r.store.BuyerRecord(ctx, id)
	if err != nil {
		return handlers.BuyerRecord{}, said(err)
	}
	return handlers.BuyerRecord{
		Recipient: handlers.Recipient{Buyer: record.Buyer, Suppressions: record.Suppressions}, Account: record.Account,
		Ledger: record.Ledger, Runs: derefAll(record.Runs), Messages: derefAll(record.Messages), Journal: record.Journal,
	}, nil
}

// FindBuyers asks for one buyer more than the page holds: that tells whether there is a next page.
func (r records) FindBuyers(ctx context.Context, f handlers.BuyerFilter) (handlers.Page[handlers.BuyerLine], error) {
	found, err := r.store.Buyers(ctx, f.Search, f.Cursor, f.Limit+1)
	if err != nil {
		return handlers.Page[handlers.BuyerLine]{}, said(err)
	}
	page := handlers.Page[handlers.BuyerLine]{}
	if len(found) > f.Limit {
		found = found[:f.Limit]
		page.Next = found[f.Limit-1].Buyer.ID
	}
	for _, line := range found {
		page.Items = append(page.Items, buyerLineAs(line.Buyer))
	}
	return page, nil
}

func buyerLineAs(b scenarios.Buyer) handlers.BuyerLine {
	line := handlers.BuyerLine{ID: b.ID, Name: b.Name, AccountID: b.AccountID, Email: b.Email, Erased: b.Erased()}
	if b.Postal != nil {
		line.Company = b.Postal.Company
	}
	return line
}

// reports is what the handlers ask of everything that happened.
type reports struct{ store *store.Store }

func (r reports) Runs(ctx context.Context, f handlers.RunFilter) (handlers.Page[scenarios.Run], error) {
	page, err := r.store.Runs(ctx, store.RunFilter{Scenario: f.Scenario, BuyerID: f.BuyerID, Status: f.Status, Since: f.Since},
		f.Cursor, f.Limit)
	return pageAs(page, err, deref[scenarios.Run])
}

func (r reports) Messages(ctx context.Context, f handlers.MessageFilter) (handlers.Page[scenarios.Message], error) {
	page, err := r.store.Messages(ctx, store.MessageFilter{Scenario: f.Scenario, BuyerID: f.BuyerID, Status: f.Status, Since: f.Since},
		f.Cursor, f.Limit)
	return pageAs(page, err, deref[scenarios.Message])
}

func (r reports) Stats(ctx context.Context, f handlers.StatsFilter) ([]handlers.Stat, error) {
	list, err := r.store.Stats(ctx, store.StatsBy(f.By), f.From, f.To)
	if err != nil {
		return nil, said(err)
	}
	stats := make([]handlers.Stat, len(list))
	for i, s := range list {
		stats[i] = handlers.Stat(s)
	}
	return stats, nil
}

// deadLetters keeps what could not be processed.
type deadLetters struct{ store *store.Store }

func (d deadLetters) KeepDeadLetters(ctx context.Context, letters []handlers.DeadLetter) error {
	list := make([]store.DeadLetter, len(letters))
	for i, x := range letters {
		list[i] = store.DeadLetter{ID: x.ID, Kind: string(x.Kind), Source: x.Source, Subject: x.Subject, Errors: x.Errors,
			Body: x.Body, CreatedAt: x.CreatedAt, ReplayedAt: x.ReplayedAt}
	}
	return d.store.KeepDeadLetters(ctx, list)
}

func (d deadLetters) DeadLetters(ctx context.Context, f handlers.DeadLetterFilter) (handlers.Page[handlers.DeadLetter], error) {
	page, err := d.store.DeadLetters(ctx, store.DeadLetterFilter{Kind: string(f.Kind), Source: f.Source, Waiting: f.Waiting},
		f.Cursor, f.Limit)
	return pageAs(page, err, deadLetterAs)
}

func (d deadLetters) DeadLetter(ctx context.Context, id string) (handlers.DeadLetter, error) {
	x, err := d.store.DeadLetter(ctx, id)
	return deadLetterAs(x), said(err)
}

func (d deadLetters) MarkReplayed(ctx context.Context, id string, at time.Time) error {
	return said(d.store.MarkReplayed(ctx, id, at))
}

func deadLetterAs(x store.DeadLetter) handlers.DeadLetter {
	return handlers.DeadLetter{ID: x.ID, Kind: handlers.DeadLetterKind(x.Kind), Source: x.Source, Subject: x.Subject,
		Errors: x.Errors, Body: x.Body, CreatedAt: x.CreatedAt, ReplayedAt: x.ReplayedAt}
}

// outbox lists what was kept instead of being sent.
type outbox struct{ store *store.Store }

func (o outbox) OutboxEntries(ctx context.Context, f handlers.OutboxFilter) (handlers.Page[handlers.OutboxEntry], error) {
	page, err := o.store.Outbox(ctx, store.OutboxFilter{Channel: f.Channel, Scenario: f.Scenario, Search: f.Search}, f.Cursor, f.Limit)
	return pageAs(page, err, func(x store.OutboxEntry) handlers.OutboxEntry { return handlers.OutboxEntry(x) })
}

func (o outbox) OutboxEntry(ctx context.Context, messageID string) (handlers.OutboxEntry, error) {
	x, err := o.store.OutboxEntry(ctx, messageID)
	return handlers.OutboxEntry(x), said(err)
}

// switches knows the scenarios that are defined, and pauses them on all replicas.
type switches struct {
	store       *store.Store
	definitions []*scenarios.Definition
}

func (s switches) Definitions() []*scenarios.Definition { return s.definitions }

func (s switches) HasScenario(name string) bool {
	for _, d := range s.definitions {
		if d.Name == name {
			return true
		}
	}
	return false
}

func (s switches) SetPaused(ctx context.Context, name string, paused bool) error {
	return s.store.SetPaused(ctx, name, paused)
}

func (s switches) Paused(ctx context.Context) (map[string]bool, error) {
	list, err := s.store.Pauses(ctx)
	paused := map[string]bool{}
	for _, p := range list {
		paused[p.Scenario] = true
	}
	return paused, err
}
