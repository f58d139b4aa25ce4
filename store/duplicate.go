package store

import (
	"context"
	"time"

	"kagobell/scenarios"
)

// Hardly any event comes twice, so a batch is saved without asking first: the
// unique key of the events tells. It is asked when that happened, and for a while
// after, since platforms repeat whole series.
const askFor = 10 * time.Second

func (s *Store) trustsEvents() bool {
	return time.Now().Unix()-s.duplicatesAt.Load() > int64(askFor/time.Second)
}

func (s *Store) noteDuplicates(results []scenarios.Result) {
	for i := range results {
		if results[i].Duplicate {
			s.duplicatesAt.Store(time.Now().Unix())
			return
		}
	}
}

// findDuplicates marks events that stand twice in the batch or, unless they are
// trusted, are stored already. Events without an id are derived ones: they are
// not stored.
func (b *batch) findDuplicates(ctx context.Context) error {
	bySource := map[string][]string{}
	seen := map[eventKey]bool{}
	for i, w := range b.works {
		if w.Event == nil || w.Event.ID == "" {
			continue
		}
		key := eventKey{w.Event.Source, w.Event.ID}
		if seen[key] {
			b.results[i].Duplicate = true
			continue
		}
		seen[key] = true
		bySource[key.source] = append(bySource[key.source], key.id)
	}
	if b.trusted {
		return nil
	}
	known, err := knownEvents(ctx, b.conn, bySource)
	if err != nil || len(known) == 0 {
		return err
	}
	for i, w := range b.works {
		if w.Event != nil && known[eventKey{w.Event.Source, w.Event.ID}] {
			b.results[i].Duplicate = true
		}
	}
	return nil
}

// eventRows are the events to store: all but duplicates and derived ones.
func (b *batch) eventRows() []eventRow {
	var list []eventRow
	for i, w := range b.works {
		if w.Event == nil || w.Event.ID == "" || b.results[i].Duplicate {
			continue
		}
		e := eventRow{Event: w.Event, receivedAt: b.now, note: b.results[i].Decision.EventNote}
		if keys := b.subjects[i].keys; len(keys) > 0 {
			e.account = keys[0]
		}
		list = append(list, e)
	}
	return list
}
