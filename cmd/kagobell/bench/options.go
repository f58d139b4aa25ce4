package bench

import (
	"context"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/redis/go-redis/v9"

	"kagobell/scenarios"
	"kagobell/store"
)

// Options are what a measurement is made with.
type Options struct {
	For         time.Duration // of each measured phase
	OpenRuns    int           // in the database before anything is measured
	Buyers      int           // who are known and post; 0: 100,000, or as many as have open runs where those are fewer
	Batches     []int         // ingest: events in a request, a measurement each
	Connections int           // that post
	Rate        int           // steps, latency: steps that come due a second; soak: events a second
	Favorites   int           // fanout: who wait for the product
	Pool        int           // connections of the sidecar to the SMTP server
	Seed        uint64

	DatabaseURL string // empty: a private MariaDB
	RedisURL    string // empty: a private Redis
	BufferPool  string // of the private MariaDB
	DataDir     string // of the private MariaDB, kept for the next measurement; empty: a temporary one
	Profile     string // file for a CPU profile of the sidecar; empty: none

	Program  string   // path of the binary that is measured
	Environ  []string // for it
	OpenShop func(ctx context.Context, configFile string) (*Shop, error)
	Progress io.Writer // for people
	Watched  bool      // Progress is a terminal
}

// Shop decides in this process as the sidecar does in its own: with the same store and engine.
type Shop struct {
	Store  *store.Store
	Engine *scenarios.Engine
	Close  func(ctx context.Context) error
}

const (
	usualBuyers = 100_000
	shortest    = 200 * time.Millisecond // below, connections are hardly open
)

// Check says what is wrong with the options, or fills in what was left open.
func (o *Options) Check(kind string) error {
	rated := kind == "steps" || kind == "latency" || kind == "soak"
	for _, n := range []struct {
		flag         string
		is           int
		atLeast, top int
	}{
		{"--open-runs", o.OpenRuns, 0, 100_000_000}, {"--buyers", o.Buyers, 0, 100_000_000}, {"--connections", o.Connections, 1, 10_000},
		{"--rate", o.Rate, one(rated), 1_000_000}, {"--favorites", o.Favorites, one(kind == "fanout"), 10_000_000}, {"--pool", o.Pool, 1, 1000},
	} {
		if n.is < n.atLeast || n.is > n.top {
			return fmt.Errorf("%s: expected %d to %d, got %d", n.flag, n.atLeast, n.top, n.is)
		}
	}
	if o.DatabaseURL != "" && !strings.HasPrefix(o.DatabaseURL, "mysql://") {
		return errDatabaseURL
	}
	if o.RedisURL != "" {
		if _, err := redis.ParseURL(o.RedisURL); err != nil {
			return fmt.Errorf("--redis-url: expected redis://host:6379/0: %w", err)
		}
	}
	for _, size := range o.Batches {
		if size < 1 || size > 1000 {
			return fmt.Errorf("--batch: expected 1 to 1000 events in a request, got %d", size)
		}
	}
	if o.For < shortest {
		return fmt.Errorf("--for: expected at least %s, got %s", shortest, o.For)
	}
	if o.Buyers == 0 {
		o.Buyers = usualBuyers
		if o.OpenRuns > 0 {
			o.Buyers = min(o.Buyers, o.OpenRuns)
		}
	}
	return nil
}

// one is the least of a number that is needed.
func one(needed bool) int {
	if needed {
		return 1
	}
	return 0
}

// Run makes one of the measurements.
func Run(ctx context.Context, kind string, o Options) (*Report, error) {
	measure, ok := map[string]func(context.Context, *stage, *Report) error{
		"ingest": ingest, "steps": steps, "fanout": fanout, "latency": latency, "soak": soak,
	}[kind]
	if !ok {
		return nil, fmt.Errorf("%q is no measurement", kind)
	}
	s, err := openStage(ctx, &o)
	if err != nil {
		return nil, err
	}
	defer s.close()
	report := newReport(kind, &o, s)
	if err := measure(ctx, s, report); err != nil {
		return nil, err
	}
	if words := s.sidecar.lastWords(); words != "" { // it logs from warnings on
		s.say.line("本体の警告 What the sidecar warned of:\n%s", words)
	}
	return report, nil
}
