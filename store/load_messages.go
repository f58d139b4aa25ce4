package store

import (
	"context"
	"time"

	"kagobell/scenarios"
)

// loadMessages reads the messages of the buyers' last days, those of the open
// runs however old, those that works name, and those that hold a dedup key.
func (b *batch) loadMessages(ctx context.Context) error {
	since := b.now.Add(-messageHistory)
	var recent set[string]
	for _, id := range b.buyerIDs(func(int) bool { return true }) {
		recent.add(id)
	}
	oldest := map[string]time.Time{}
	for _, r := range b.runs {
		if !r.Open() && !b.isNamed(r.ID) {
			continue
		}
		recent.add(r.BuyerID)
		if r.StartedAt.Before(since) {
			if known, ok := oldest[r.BuyerID]; !ok || r.StartedAt.Before(known) {
				oldest[r.BuyerID] = r.StartedAt
			}
		}
	}
	found, err := messagesSince(ctx, b.conn, recent.list, since)
	if err != nil {
		return err
	}
	b.putMessages(found)
	var older []buyerSince
	for id, at := range oldest {
		older = append(older, buyerSince{id, at})
	}
	found, err = olderMessages(ctx, b.conn, older, since)
	if err != nil {
		return err
	}
	b.putMessages(found)
	return b.loadNamedMessages(ctx)
}

// isNamed tells whether a work names the run.
func (b *batch) isNamed(id scenarios.RunID) bool {
	if b.namedRuns == nil {
		b.namedRuns = map[scenarios.RunID]bool{}
		for i := range b.subjects {
			b.namedRuns[b.subjects[i].runID] = true
		}
	}
	return b.namedRuns[id]
}

func (b *batch) loadNamedMessages(ctx context.Context) error {
	var ids, keys set[string]
	for i := range b.subjects {
		x := &b.subjects[i]
		if x.messageID != "" && !b.messages[x.messageID] {
			ids.add(x.messageID)
		}
		if b.works[i].Due != nil && x.runID != "" {
			for _, key := range b.decider.DedupKeys(b.snapshot, x.runID) {
				keys.add(key)
			}
		}
	}
	found, err := readMessages(ctx, b.conn, "message_id", ids.list)
	if err != nil {
		return err
	}
	b.putMessages(found)
	found, err = readMessages(ctx, b.conn, "dedup_key", keys.list)
	b.putMessages(found)
	return err
}

func (b *batch) putMessages(list []*scenarios.Message) {
	for _, m := range list {
		if b.messages[m.ID] {
			continue
		}
		b.messages[m.ID] = true
		if m.Status == scenarios.MessageBatched {
			b.batched[m.ID] = m.BatchID
		}
		b.snapshot.PutMessage(m)
	}
}
