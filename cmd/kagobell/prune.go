package main

import (
	"context"
	"time"
)

// pruneRows bounds what one transaction looks at and deletes: it is done in a tenth of a second or so.
const pruneRows = 2000

// Prune cuts a piece off each table that has a retention.
func (s *sweeper) Prune(ctx context.Context) (deleted int, more bool, err error) {
	now, err := s.Now(ctx)
	if err != nil {
		return 0, false, err
	}
	keep := s.cfg.Retention
	for _, table := range []struct {
		keep  time.Duration
		prune func(context.Context, time.Time, int) (int, error)
	}{
		{keep.Events, s.PruneEvents},
		{keep.Interactions, s.PruneInteractions},
		{keep.Interactions, s.PruneScoreEntries},
		{keep.Interactions, s.PruneLeads},
		{keep.DeadLetters, s.PruneDeadLetters},
		{keep.Outbox, s.PruneOutbox},
	} {
		n, err := table.prune(ctx, now.Add(-table.keep), pruneRows)
		deleted, more = deleted+n, more || n == pruneRows
		if err != nil {
			return deleted, false, err
		}
	}
	n, next, err := s.PruneCarts(ctx, now.Add(-keep.Carts), s.cartsPruned, pruneRows)
	if err == nil {
		s.cartsPruned = next
	}
	return deleted + n, more || next.BuyerID != "", err
}
