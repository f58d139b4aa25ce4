package store

import (
	"context"
	"database/sql"
	"fmt"
	"time"
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
