package queue

import (
	"context"
	"log/slog"
	"sync"
	"time"
)

// offsetFor is how long the difference of two clocks is believed.
const offsetFor = time.Second

// databaseTime knows how far the database's clock is ahead of this machine's.
type databaseTime struct {
	clock Clock
	log   *slog.Logger

	mu    sync.Mutex
	ahead time.Duration
	asked time.Time
}

// offset asks the database now and then. While it does not answer, the last answer stands.
func (d *databaseTime) offset(ctx context.Context) time.Duration {
	d.mu.Lock()
	defer d.mu.Unlock()
	if !d.asked.IsZero() && time.Since(d.asked) < offsetFor {
		return d.ahead
	}
	ctx, cancel := context.WithTimeout(ctx, probePatience)
	defer cancel()
	before := time.Now()
	there, err := d.clock.Now(ctx)
	d.asked = time.Now()
	if err != nil {
		d.log.Warn("the database does not tell the time; its last answer is used", "error", err)
		return d.ahead
	}
	d.ahead = there.Sub(before.Add(d.asked.Sub(before) / 2))
	return d.ahead
}

// forget has the database asked again.
func (d *databaseTime) forget() {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.asked = time.Time{}
}
