package store

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"sync/atomic"
	"time"

	"github.com/jmoiron/sqlx"
	"github.com/sethvargo/go-retry"
)

// Store keeps everything that Kagobell knows. It is safe for concurrent use.
type Store struct {
	db      *sqlx.DB // transactions
	reader  *sqlx.DB // queries; on MySQL the same pool
	dialect *dialect
	log     *slog.Logger
	offset  func() time.Duration
	wrap    func(driver.Connector) driver.Connector // of MySQL

	prepared     prepared
	duplicatesAt atomic.Int64 // when an event came twice lately, Unix seconds of this machine
}

// Option changes how Open makes a Store.
type Option func(*Store)

// WithLogger sets where the store tells of retried transactions. It is silent
// without one.
func WithLogger(log *slog.Logger) Option { return func(s *Store) { s.log = log } }

// WithClockOffset moves the database's clock, for tests: what the function
// returns is added to every reading.
func WithClockOffset(offset func() time.Duration) Option {
	return func(s *Store) { s.offset = offset }
}

// WithConnector puts something between the store and its connections to MySQL,
// for measuring what is asked of them.
func WithConnector(wrap func(driver.Connector) driver.Connector) Option {
	return func(s *Store) { s.wrap = wrap }
}

// Open connects to `mysql://user:pass@host:3306/db?params` or opens
// `sqlite:PATH`, which it creates when it is not there. Call Migrate before
// anything else.
func Open(ctx context.Context, databaseURL string, options ...Option) (*Store, error) {
	s := &Store{
		log:    slog.New(slog.NewTextHandler(io.Discard, nil)),
		offset: func() time.Duration { return 0 },
		wrap:   func(c driver.Connector) driver.Connector { return c },
	}
	for _, set := range options {
		set(s)
	}
	if err := s.connect(databaseURL); err != nil {
		return nil, err
	}
	// SQLite does not wait for its turn while it turns a new file into WAL mode.
	err := retry.Do(ctx, backOff(), func(ctx context.Context) error {
		err := s.Ping(ctx)
		if err != nil && s.failure(err) == failsForNow {
			return retry.RetryableError(err)
		}
		return err
	})
	if err != nil {
		return nil, errors.Join(err, s.Close())
	}
	return s, nil
}

// Ping tells whether the database answers.
func (s *Store) Ping(ctx context.Context) error {
	if err := s.db.PingContext(ctx); err != nil {
		return fmt.Errorf("database: %w", err)
	}
	return nil
}

// Close gives the connections back.
func (s *Store) Close() error {
	if s.reader == s.db {
		return s.db.Close()
	}
	return errors.Join(s.reader.Close(), s.db.Close())
}

// Now is the database's time, UTC with microseconds: the one clock by which
// `due` is judged.
func (s *Store) Now(ctx context.Context) (time.Time, error) { return s.now(ctx, s.query()) }

func (s *Store) now(ctx context.Context, c conn) (time.Time, error) {
	at, err := s.dialect.now(ctx, c)
	if err != nil {
		return time.Time{}, fmt.Errorf("read the database's clock: %w", err)
	}
	return at.Add(s.offset()).UTC().Truncate(time.Microsecond), nil
}

// query is for statements outside of transactions that change nothing.
func (s *Store) query() conn { return conn{s.reader, s.dialect, nil} }
