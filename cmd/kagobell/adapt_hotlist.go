package main

import (
	"context"
	"io"
	"strconv"
	"strings"
	"time"

	"kagobell/channels"
	"kagobell/handlers"
	"kagobell/scenarios"
	"kagobell/store"
)

const (
	hotMost    = 10_000 // accounts that the list can hold; a shop with more has set its marks too low
	hotReasons = 5      // that are shown with an account
)

// hotList is the list for sales: kept by the store, sorted by what the engine says is left of the points.
type hotList struct {
	store  *store.Store
	engine *scenarios.Engine
	zone   *time.Location
}

func (h hotList) HotLines(ctx context.Context, limit int) ([]handlers.HotLine, error) {
	listed, err := h.store.HotAccounts(ctx, hotMost)
	if err != nil {
		return nil, said(err)
	}
	now, err := h.store.Now(ctx)
	if err != nil {
		return nil, err
	}
	hot := h.engine.HotList(listed, now)
	hot = hot[:min(limit, len(hot))]
	ids := make([]string, 0, len(hot))
	for _, a := range hot {
		if a.Hot.BuyerID != "" {
			ids = append(ids, a.Hot.BuyerID)
		}
	}
	buyers, err := h.store.BuyersByID(ctx, ids)
	if err != nil {
		return nil, said(err)
	}
	lines := make([]handlers.HotLine, len(hot))
	for i, a := range hot {
		reasons, err := h.store.ScoreReasons(ctx, a.Key, now, hotReasons)
		if err != nil {
			return nil, said(err)
		}
		lines[i] = handlers.HotLine{Key: a.Key, Name: a.Name, Buyer: buyers[a.Hot.BuyerID], Mark: a.Hot.Mark,
			Score: h.engine.ScoreNow(a.Score, now), Since: a.Hot.Since, Reasons: reasons}
	}
	return lines, nil
}

func (h hotList) WriteHotList(ctx context.Context, w io.Writer) error {
	lines, err := h.HotLines(ctx, hotMost)
	if err != nil {
		return err
	}
	rows := make([]channels.HotRow, len(lines))
	for i, l := range lines {
		rows[i] = channels.HotRow{AccountID: l.AccountID(), AccountName: l.Name, Mark: l.Mark, Score: l.Score, Since: l.Since}
		if b := l.Buyer; b != nil {
			rows[i].BuyerID, rows[i].BuyerName, rows[i].Department, rows[i].Email = b.ID, b.Name, b.Department, b.Email
		}
		reasons := make([]string, len(l.Reasons))
		for n, r := range l.Reasons {
			reasons[n] = r.At.In(h.zone).Format("01-02 15:04") + " " + r.Rule + " " + signed(r.Points)
		}
		rows[i].Reasons = strings.Join(reasons, "\n")
	}
	return channels.WriteHotList(w, rows, h.zone)
}

// signed is what was given or taken, written out.
func signed(points float64) string {
	text := strconv.FormatFloat(points, 'f', -1, 64)
	if points > 0 {
		return "+" + text
	}
	return text
}

func (h hotList) RetryLead(ctx context.Context, id string) error {
	return said(h.store.RetryLead(ctx, id))
}
