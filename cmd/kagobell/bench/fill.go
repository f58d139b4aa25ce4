package bench

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strconv"
	"sync/atomic"
	"time"

	"golang.org/x/sync/errgroup"

	"kagobell/scenarios"
)

const (
	fillers  = 4   // decide side by side, each for accounts of its own
	fillSize = 500 // works in a transaction
)

// filling is what was put into the database.
type filling struct {
	alarms []scenarios.Alarm // in the order of the events
	took   time.Duration
}

// fill lets the engine decide about one event of each buyer from first on, through the sidecar's own store: the rows are
// those of production. The alarms are returned, not set.
func (s *stage) fill(ctx context.Context, shop *Shop, what string, first, count int,
	event func(b []byte, n int) []byte) (*filling, error) {
	began := time.Now()
	bar := s.say.bar(what, count)
	defer func() { _ = bar.Finish() }()
	alarms := make([][]scenarios.Alarm, (count+fillSize-1)/fillSize)
	var next atomic.Int64
	group, ctx := errgroup.WithContext(ctx)
	for range min(fillers, len(alarms)) {
		group.Go(func() error {
			var body []byte
			for {
				part := int(next.Add(1)) - 1
				if part >= len(alarms) {
					return nil
				}
				from, to := first+part*fillSize, min(first+count, first+(part+1)*fillSize)
				body = append(body[:0], '[')
				for n := from; n < to; n++ {
					if n > from {
						body = append(body, ',')
					}
					body = event(body, n)
				}
				body = append(body, ']')
				set, err := decideBody(ctx, shop, body)
				if err != nil {
					return err
				}
				alarms[part] = set
				_ = bar.Add(to - from)
			}
		})
	}
	if err := group.Wait(); err != nil {
		return nil, fmt.Errorf("filling the database: %w", err)
	}
	f := &filling{took: time.Since(began)}
	for _, part := range alarms {
		f.alarms = append(f.alarms, part...)
	}
	return f, nil
}

// decideBody decides what a webhook would bring.
func decideBody(ctx context.Context, shop *Shop, body []byte) ([]scenarios.Alarm, error) {
	events, rejected, err := scenarios.ReadEvents(body, sourceName)
	if err != nil {
		return nil, err
	}
	if len(rejected) > 0 {
		return nil, fmt.Errorf("event %s: %v", rejected[0].ID, rejected[0].Errors)
	}
	results, err := shop.Store.Decide(ctx, scenarios.WorksOf(events), shop.Engine)
	if err != nil {
		return nil, err
	}
	var alarms []scenarios.Alarm
	for _, result := range results {
		if result.Err != nil || result.Duplicate {
			return nil, errors.Join(errors.New("an event was not taken"), result.Err)
		}
		alarms = append(alarms, result.Decision.Alarms...)
	}
	return alarms, nil
}

// fillOpenRuns brings the database to so many open runs that are not due for hours: a cart of each of the first buyers.
// Durability is given up meanwhile where the database is our own, as nothing of this would be lost but time.
func (s *stage) fillOpenRuns(ctx context.Context, shop *Shop) (perSecond float64, err error) {
	first, err := shop.Store.OpenRuns(ctx)
	if err != nil {
		return 0, err
	}
	count := s.o.OpenRuns - first
	if count <= 0 {
		return 0, nil
	}
	restore, err := s.hurry(ctx)
	if err != nil {
		return 0, err
	}
	done, err := s.fill(ctx, shop, fmt.Sprintf("進行中のシナリオを %d 件入れています。 Loading %d open runs.", count, count), first, count,
		func(b []byte, n int) []byte {
			return s.crowd.appendCart(b, "fill-"+strconv.Itoa(n), n, time.Now(), s.crowd.random(uint64(n)))
		})
	if err = errors.Join(err, restore()); err != nil {
		return 0, err
	}
	return float64(count) / done.took.Seconds(), nil
}

// hurry lets our own MariaDB answer commits before they are on the disk, until restore is called.
func (s *stage) hurry(ctx context.Context) (restore func() error, err error) {
	if s.mariadb == nil {
		return func() error { return nil }, nil
	}
	set := func(ctx context.Context, value int) error {
		return s.onDatabase(ctx, func(db *sql.DB) error {
			_, err := db.ExecContext(ctx, fmt.Sprintf("SET GLOBAL innodb_flush_log_at_trx_commit = %d", value))
			return err
		})
	}
	return func() error { return set(context.WithoutCancel(ctx), 1) }, set(ctx, 0)
}
