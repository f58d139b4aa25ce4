package main

import (
	"context"
	"sync/atomic"
	"time"

	"kagobell/store"
)

// databaseClock is the database's time without asking it each time: this machine's clock and the difference between
// the two, measured anew every minute. Claims are stamped with the database's time, and a sender must know how old
// they are.
type databaseClock struct {
	store  *store.Store
	ahead  atomic.Int64 // of this machine's clock, nanoseconds
	cancel context.CancelFunc
}

const clockEvery = time.Minute

// newDatabaseClock measures once and goes on until stop.
func newDatabaseClock(ctx context.Context, s *store.Store) (*databaseClock, error) {
	c := &databaseClock{store: s}
	if err := c.measure(ctx); err != nil {
		return nil, err
	}
	background, cancel := context.WithCancel(context.WithoutCancel(ctx))
	c.cancel = cancel
	go c.run(background)
	return c, nil
}

func (c *databaseClock) stop() { c.cancel() }

func (c *databaseClock) now() time.Time { return time.Now().Add(time.Duration(c.ahead.Load())) }

// measure takes the middle of the question and the answer for the moment of the reading.
func (c *databaseClock) measure(ctx context.Context) error {
	asked := time.Now()
	there, err := c.store.Now(ctx)
	if err != nil {
		return err
	}
	here := asked.Add(time.Since(asked) / 2)
	c.ahead.Store(int64(there.Sub(here)))
	return nil
}

func (c *databaseClock) run(ctx context.Context) {
	tick := time.NewTicker(clockEvery)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
			_ = c.measure(ctx) // the last measurement stands until the database is back
		}
	}
}
