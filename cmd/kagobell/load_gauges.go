package main

import (
	"context"
	"sync"
	"time"

	"kagobell/store"
)

const (
	// loadFor is how long the counts of what waits are believed: they cost the database some work.
	loadFor = 5 * time.Second
	// probeWithin bounds what a look at the metrics may ask of the database.
	probeWithin = time.Second
)

// loadGauges reads the counts once for all gauges of a look at /metrics.
type loadGauges struct {
	sidecar *sidecar
	mu      sync.Mutex
	read    time.Time
	last    store.Load
}

func (g *loadGauges) now() store.Load {
	g.mu.Lock()
	defer g.mu.Unlock()
	if !g.read.IsZero() && time.Since(g.read) < loadFor {
		return g.last
	}
	ctx, cancel := context.WithTimeout(context.Background(), probeWithin)
	defer cancel()
	load, err := g.sidecar.store.Load(ctx)
	if err != nil {
		g.sidecar.log.Warn("the counts of what waits can't be read", "error", err)
		return g.last
	}
	g.last, g.read = load, time.Now()
	return load
}

func (g *loadGauges) oldest() float64 {
	load := g.now()
	if load.OldestDue.IsZero() {
		return 0
	}
	return max(0, g.sidecar.clock.now().Sub(load.OldestDue).Seconds())
}
