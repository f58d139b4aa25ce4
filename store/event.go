package store

import (
	"context"
	"database/sql"
	"time"

	"kagobell/scenarios"
)

var events = &table{
	name:    "events",
	columns: columns("source event_id type buyer_id account_key occurred_at received_at note body"),
}

// eventRow is an event with what became of it.
type eventRow struct {
	*scenarios.Event
	account    scenarios.AccountKey
	receivedAt time.Time
	note       scenarios.Reason
}

func eventValues(e eventRow, r *row) {
	r.text(e.Source, e.ID, e.Type, e.BuyerID(), string(e.account))
	r.time(e.OccurredAt, e.receivedAt)
	r.text(string(e.note))
	r.optional(string(e.Raw))
}

// eventKey names an event: ids are unique in their source.
type eventKey struct{ source, id string }

// knownEvents says which of these events are stored already.
func knownEvents(ctx context.Context, c conn, bySource map[string][]string) (map[eventKey]bool, error) {
	known := map[eventKey]bool{}
	for source, ids := range bySource {
		err := inChunks(ids, func(part []string) error {
			return c.each(ctx, func(rows *sql.Rows) error {
				var id string
				err := rows.Scan(&id)
				known[eventKey{source, id}] = true
				return err
			}, "SELECT event_id FROM events WHERE source = ? AND event_id IN "+in(len(part)),
				append([]any{source}, texts(part)...)...)
		})
		if err != nil {
			return nil, err
		}
	}
	return known, nil
}
