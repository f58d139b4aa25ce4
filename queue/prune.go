package queue

import (
	"context"
	"time"

	"github.com/hibiken/asynq"
)

const (
	typePrune    = "prune"
	pruneTimeout = 30 * time.Minute // of the task; the rest is left to the next day
	pruneLease   = 5 * time.Minute  // longer than any rest

	// After each piece pruning rests for three times as long as that took, so that the database is others' for three
	// quarters of the time; and while more due tasks than pruneBacklog wait for a worker, for pruneRest at a time.
	pruneShare   = 3
	pruneBacklog = 1000
	pruneRest    = 10 * time.Second
)

// prune deletes what is past its retention, in small pieces, once a day.
func (s *sweep) prune(ctx context.Context, _ *asynq.Task) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	defer context.AfterFunc(s.phases.claiming, cancel)()
	rows := 0
	for more := true; more; {
		mine, err := s.sweeper.Lease(ctx, typePrune, s.holder, pruneLease)
		if err == nil && !mine {
			return nil
		}
		n := 0
		if err == nil {
			n, more, err = s.prunePiece(ctx)
		}
		rows += n
		if err != nil {
			s.log.Warn("old rows are left for tomorrow", "deleted", rows, "error", err)
			return nil
		}
	}
	s.log.Info("old rows are deleted", "deleted", rows)
	return nil
}

// prunePiece deletes a piece when nobody is kept waiting by it, and rests.
func (s *sweep) prunePiece(ctx context.Context) (deleted int, more bool, err error) {
	waiting, err := s.backlog()
	if err != nil {
		return 0, false, err
	}
	if waiting > pruneBacklog {
		return 0, true, s.rest(ctx, pruneRest)
	}
	began := time.Now()
	deleted, more, err = s.sweeper.Prune(ctx)
	if err == nil && more {
		err = s.rest(ctx, min(pruneShare*time.Since(began), pruneRest))
	}
	return deleted, more, err
}

// rest waits, unless ctx ends before.
func rest(ctx context.Context, d time.Duration) error {
	select {
	case <-time.After(d):
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
