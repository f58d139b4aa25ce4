package main

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"kagobell/handlers"
	"kagobell/store"
)

// How long the counts of what waits are believed, and what a look at them may ask of the database. What is late is
// read from the rows that are due; the open runs, from an entry of an index each: a million take a quarter of a second
// (MariaDB 10.11 on two cores).
const (
	loadFor    = 5 * time.Second
	loadWithin = time.Second
	openFor    = time.Minute
	openWithin = 5 * time.Second
)

// reading is a figure that is asked for again when it is old, once for all who look meanwhile. While the database does
// not answer, the last one stands.
type reading[T any] struct {
	ask           func(context.Context) (T, error)
	every, within time.Duration
	log           *slog.Logger

	mu    sync.Mutex
	asked time.Time
	last  T
}

func (r *reading[T]) now() T {
	r.mu.Lock()
	defer r.mu.Unlock()
	if !r.asked.IsZero() && time.Since(r.asked) < r.every {
		return r.last
	}
	ctx, cancel := context.WithTimeout(context.Background(), r.within)
	defer cancel()
	now, err := r.ask(ctx)
	if err != nil {
		r.log.Warn("the counts of what waits can't be read", "error", err)
	} else {
		r.last = now
	}
	r.asked = time.Now()
	return r.last
}

// loadGauges are the figures of what waits.
type loadGauges struct {
	load  reading[store.Load]
	open  reading[int]
	clock *databaseClock
}

func newLoadGauges(s *store.Store, clock *databaseClock, log *slog.Logger) *loadGauges {
	return &loadGauges{
		load:  reading[store.Load]{ask: s.Load, every: loadFor, within: loadWithin, log: log},
		open:  reading[int]{ask: s.OpenRuns, every: openFor, within: openWithin, log: log},
		clock: clock,
	}
}

// lag is how far the work is behind.
func (g *loadGauges) lag() handlers.Lag {
	load := g.load.now()
	lag := handlers.Lag{LateRuns: load.LateRuns}
	if !load.OldestDue.IsZero() {
		lag.OldestDue = max(0, g.clock.now().Sub(load.OldestDue))
	}
	return lag
}
