package store

import (
	"context"
	"fmt"
)

// JournalSince reads everybody's lines of the journal in the order in which they
// were saved, those after a line already read; 0: from the first.
func (s *Store) JournalSince(ctx context.Context, after int64, limit int) ([]JournalEntry, error) {
	list, err := collect(ctx, s.query(), readEntry,
		"SELECT seq, "+journal.list()+" FROM journal WHERE seq > ? ORDER BY seq LIMIT ?", after, limit)
	if err != nil {
		return nil, fmt.Errorf("journal: %w", err)
	}
	return list, nil
}
