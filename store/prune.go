package store

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"kagobell/scenarios"
)

// PruneEvents deletes events received before a time, at most `limit` of them,
// and says how many.
func (s *Store) PruneEvents(ctx context.Context, before time.Time, limit int) (int, error) {
	return s.prune(ctx, "events", "received_at", before, limit)
}

// PruneInteractions deletes opens and clicks from before a time, at most `limit`
// of them, and says how many. The marks on messages stay.
func (s *Store) PruneInteractions(ctx context.Context, before time.Time, limit int) (int, error) {
	return s.prune(ctx, "interactions", "at", before, limit)
}

// PruneScoreEntries deletes reasons of scores recorded before a time, at most `limit`
// of them, and says how many. The scores stay.
func (s *Store) PruneScoreEntries(ctx context.Context, before time.Time, limit int) (int, error) {
	return s.prune(ctx, "score_entries", "recorded_at", before, limit)
}

// PruneLeads deletes leads from before a time that were told or given up, at most
// `limit` of them, and says how many.
func (s *Store) PruneLeads(ctx context.Context, before time.Time, limit int) (int, error) {
	return s.pruneByID(ctx, "leads", "lead_id", "at < ? AND status <> ? ORDER BY at", timeText(before), string(LeadWaiting), limit)
}

// PruneDeadLetters deletes dead letters that were dealt with before a time, at most
// `limit` of them, and says how many. Those that wait stay, however old.
func (s *Store) PruneDeadLetters(ctx context.Context, before time.Time, limit int) (int, error) {
	return s.pruneByID(ctx, "dead_letters", "dead_letter_id", "replayed_at < ? ORDER BY replayed_at", timeText(before), limit)
}

// PruneOutbox deletes messages kept in the outbox before a time, at most `limit` of
// them, and says how many. What is on record of the messages stays.
func (s *Store) PruneOutbox(ctx context.Context, before time.Time, limit int) (int, error) {
	return s.pruneByID(ctx, "outbox", "message_id", "at < ? ORDER BY at", timeText(before), limit)
}

// prune cuts a table that is only added to from its old end: the rows stand in
// the order of their coming, so no index of the time is needed, and the walk ends
// at the first row that is young enough.
func (s *Store) prune(ctx context.Context, from, column string, before time.Time, limit int) (int, error) {
	deleted := 0
	err := s.inTx(ctx, func(c conn) error {
		deleted = 0
		var last int64
		young := false
		err := c.each(ctx, func(rows *sql.Rows) error {
			var seq int64
			var at time.Time
			if err := rows.Scan(&seq, (*stamp)(&at)); err != nil {
				return err
			}
			if young = young || !at.Before(before); !young {
				last, deleted = seq, deleted+1
			}
			return nil
		}, "SELECT seq, "+column+" FROM "+from+" ORDER BY seq LIMIT ?", limit)
		if err != nil || deleted == 0 {
			return err
		}
		_, err = c.ExecContext(ctx, "DELETE FROM "+from+" WHERE seq <= ?", last)
		return err
	})
	if err != nil {
		return 0, fmt.Errorf("prune %s: %w", from, err)
	}
	return deleted, nil
}

// pruneByID deletes the rows that an index of the time leads to: the condition names
// its order, and the last argument is the limit.
func (s *Store) pruneByID(ctx context.Context, from, id, where string, args ...any) (int, error) {
	deleted := 0
	err := s.inTx(ctx, func(c conn) error {
		ids, err := collect(ctx, c, readText, "SELECT "+id+" FROM "+from+" WHERE "+where+" LIMIT ?", args...)
		if err != nil {
			return err
		}
		deleted = len(ids)
		return inChunks(ids, func(part []string) error {
			_, err := c.ExecContext(ctx, "DELETE FROM "+from+" WHERE "+id+" IN "+in(len(part)), texts(part)...)
			return err
		})
	})
	if err != nil {
		return 0, fmt.Errorf("prune %s: %w", from, err)
	}
	return deleted, nil
}

func readText(from scanner) (text string, err error) {
	err = from.Scan(&text)
	return text, err
}

// PruneCarts deletes carts whose last event is from before a time, among the next
// `limit` carts after one, and says how many, and where it stands: the zero key is the
// end. Carts have no index of their times, which every change of a cart would have to
// keep; so all of them are looked at.
func (s *Store) PruneCarts(ctx context.Context, before time.Time, after scenarios.CartKey, limit int) (int, scenarios.CartKey, error) {
	deleted, last := 0, scenarios.CartKey{}
	err := s.inTx(ctx, func(c conn) error {
		deleted, last = 0, scenarios.CartKey{}
		seen := 0
		var old set[string]
		err := c.each(ctx, func(rows *sql.Rows) error {
			var at time.Time
			if err := rows.Scan(&last.BuyerID, &last.CartID, (*stamp)(&at)); err != nil {
				return err
			}
			if seen++; !at.IsZero() && at.Before(before) {
				old.add(last.BuyerID)
			}
			return nil
		}, "SELECT buyer_id, cart_id, occurred_at FROM carts WHERE buyer_id >= ? AND (buyer_id > ? OR cart_id > ?)"+
			" ORDER BY buyer_id, cart_id LIMIT ?", after.BuyerID, after.BuyerID, after.CartID, limit)
		if err != nil {
			return err
		}
		if seen < limit {
			last = scenarios.CartKey{}
		}
		return inChunks(old.list, func(part []string) error {
			done, err := c.ExecContext(ctx, "DELETE FROM carts WHERE buyer_id IN "+in(len(part))+" AND occurred_at < ?",
				texts(part, timeText(before))...)
			if err != nil {
				return err
			}
			n, err := done.RowsAffected()
			deleted += int(n)
			return err
		})
	})
	if err != nil {
		return 0, after, fmt.Errorf("prune carts: %w", err)
	}
	return deleted, last, nil
}
