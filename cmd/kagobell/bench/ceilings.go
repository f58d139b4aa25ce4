package bench

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"strings"
	"sync/atomic"
	"time"

	"golang.org/x/sync/errgroup"
)

// ceilingMost is how long a ceiling is measured at most.
const ceilingMost = 10 * time.Second

// ceilingTime is a third of the measurement itself.
func (s *stage) ceilingTime() time.Duration {
	span := s.o.For
	if s.o.Favorites > 0 { // --for is no measure of it
		span = time.Duration(s.o.Favorites) * time.Second / 4000
	}
	return min(max(span/3, shortest/2), ceilingMost)
}

// ceilingHTTP measures the same load on the same router, which checks signatures and reads events but stores nothing.
func (s *stage) ceilingHTTP(ctx context.Context, r *Report, batch int) (_ *Figure, err error) {
	s.say.line("上限（保存なしの受信、%d件ずつ）を測っています。 Ceiling: the router without a store, %d a request.", batch, batch)
	config, url, err := s.configure(ctx, "bare.yaml", nil)
	if err != nil {
		return nil, err
	}
	p, err := start(s.folder, "bare", s.childEnviron(), s.o.Program, "--config", config, "bench", "bare")
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, p.stop()) }()
	if err := p.await(ctx, startPatience, answers(url+"/healthz")); err != nil {
		return nil, err
	}
	load := s.carts(fmt.Sprintf("bare-%d", batch), batch, 0)
	load.url = url + "/webhooks/" + sourceName
	span := s.ceilingTime()
	done, err := load.run(ctx, warmth(span), span)
	if err != nil {
		return nil, err
	}
	return r.ceiling(fmt.Sprintf("http_%d", batch), fmt.Sprintf("署名とJSONのみ（%d件ずつ）", batch),
		fmt.Sprintf("router, signature and JSON, no store, %d a request", batch), done.perSecond(), "events/s"), nil
}

// answers asks an address until it answers 200.
func answers(url string) func(context.Context) error {
	return func(ctx context.Context) error {
		request, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
		if err != nil {
			return err
		}
		response, err := http.DefaultClient.Do(request)
		if err != nil {
			return err
		}
		_ = response.Body.Close()
		if response.StatusCode != http.StatusOK {
			return errors.New(response.Status)
		}
		return nil
	}
}

const (
	insertRows    = 256 // in a transaction, as the sidecar gathers them
	insertWriters = 8
	insertBody    = 900 // bytes of an event
)

// rowsTable is like the events that the sidecar keeps: the row, its key and the two indexes that every event costs.
const rowsTable = `CREATE TABLE bench_rows (
  seq         BIGINT       NOT NULL AUTO_INCREMENT,
  source      VARCHAR(128) NOT NULL,
  event_id    VARCHAR(255) NOT NULL,
  type        VARCHAR(64)  NOT NULL,
  buyer_id    VARCHAR(128) NOT NULL,
  account_key VARCHAR(130) NOT NULL,
  occurred_at DATETIME(6),
  received_at DATETIME(6)  NOT NULL,
  note        VARCHAR(32)  NOT NULL,
  body        LONGTEXT,
  PRIMARY KEY (seq),
  UNIQUE KEY bench_rows_once (source, event_id),
  KEY bench_rows_of_buyer (buyer_id)
) ENGINE = InnoDB, CHARACTER SET utf8mb4 COLLATE utf8mb4_bin`

// ceilingInserts measures how many such rows the database commits a second, many a statement.
func (s *stage) ceilingInserts(ctx context.Context, r *Report) (_ *Figure, err error) {
	s.say.line("上限（まとめての INSERT）を測っています。 Ceiling: batched inserts.")
	db, err := openDatabase(s.dbURL, insertWriters)
	if err != nil {
		return nil, err
	}
	defer func() { _ = db.Close() }()
	if _, err := db.ExecContext(ctx, rowsTable); err != nil {
		return nil, fmt.Errorf("a table for the ceiling: %w", err)
	}
	defer func() {
		_, dropped := db.ExecContext(context.WithoutCancel(ctx), "DROP TABLE bench_rows")
		err = errors.Join(err, dropped)
	}()
	perSecond, err := repeat(ctx, insertWriters, s.ceilingTime(), func(ctx context.Context, _ int, turn int64) (int, error) {
		return insertRows, insertMany(ctx, db, turn)
	})
	return r.ceiling("inserts", "まとめての INSERT（確定まで）", "batched inserts of event rows, committed", perSecond, "rows/s"), err
}

func insertMany(ctx context.Context, db *sql.DB, turn int64) error {
	const columns = 9
	args := make([]any, 0, columns*insertRows)
	body, now := strings.Repeat("x", insertBody), time.Now().UTC()
	random := rand.New(rand.NewPCG(1, uint64(turn)))
	for i := range insertRows {
		n := random.IntN(usualBuyers)
		args = append(args, sourceName, fmt.Sprintf("ev-%d-%d", turn, i), "cart.updated", fmt.Sprintf("b-%d", n), fmt.Sprintf("a:a-%d", n/perAccount),
			now, now, "", body)
	}
	one := "(?" + strings.Repeat(",?", columns-1) + ")"
	_, err := db.ExecContext(ctx, "INSERT INTO bench_rows (source, event_id, type, buyer_id, account_key, occurred_at, received_at, note, body) VALUES "+
		one+strings.Repeat(","+one, insertRows-1), args...)
	return err
}

// repeat does something in so many goroutines for a time, and tells how much of it was done a second. What is under way
// at the end is finished and counted, with the time that it took.
func repeat(ctx context.Context, goroutines int, span time.Duration, work func(ctx context.Context, lane int, turn int64) (int, error)) (float64, error) {
	began := time.Now()
	var turn, done atomic.Int64
	group, ctx := errgroup.WithContext(ctx)
	for lane := range goroutines {
		group.Go(func() error {
			for time.Since(began) < span {
				n, err := work(ctx, lane, turn.Add(1))
				if err != nil {
					return err
				}
				done.Add(int64(n))
			}
			return nil
		})
	}
	err := group.Wait()
	return float64(done.Load()) / time.Since(began).Seconds(), err
}
