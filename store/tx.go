package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"github.com/jmoiron/sqlx"
	"github.com/sethvargo/go-retry"
)

// conn is what a statement runs on: a transaction, or the pool.
type conn struct {
	sqlx.ExtContext
	dialect *dialect
	block   func(context.Context, block) *sql.Stmt // a prepared statement, or nil
}

// errAgain is returned from a transaction that found, after locking, that it
// should have locked something else: it begins anew.
var errAgain = errors.New("changed in the meantime")

// ErrUnavailable is returned when there was no database to talk to, or it took nothing: nothing is wrong with what was
// to be saved.
var ErrUnavailable = errors.New("the database is away")

// ErrBusy is returned when a transaction lost against others again and again.
var ErrBusy = errors.New("the database is busy")

// How often a transaction is tried. A duplicate key is looked at again only
// once or twice: either the other transaction's row is there then, or the key
// is taken for good.
const (
	triesForNow   = 8
	triesForOther = 4
)

func backOff() retry.Backoff {
	b := retry.WithCappedDuration(500*time.Millisecond, retry.NewExponential(4*time.Millisecond))
	return retry.WithMaxRetries(triesForNow-1, retry.WithJitterPercent(50, b))
}

// inTx runs fn in a transaction, again when it lost against another one. fn
// must start from nothing each time. A panic in it comes back as an error.
func (s *Store) inTx(ctx context.Context, fn func(conn) error) error {
	var duplicates int
	err := retry.Do(ctx, backOff(), func(ctx context.Context) error {
		err := s.once(ctx, fn)
		switch {
		case err == nil:
			return nil
		case s.failure(err) == failsForNow:
		case s.failure(err) == failsForOther && duplicates < triesForOther-1:
			duplicates++
		default:
			return err
		}
		s.log.DebugContext(ctx, "transaction is tried again", "error", err)
		return retry.RetryableError(err)
	})
	if err != nil && s.failure(err) == failsForNow {
		return fmt.Errorf("%w: %w", ErrBusy, err)
	}
	return err
}

func (s *Store) once(ctx context.Context, fn func(conn) error) (err error) {
	tx, err := s.db.BeginTxx(ctx, nil)
	if err != nil {
		return fmt.Errorf("begin: %w", err)
	}
	defer func() {
		if p := recover(); p != nil {
			err = &panicked{p}
		}
		if err != nil {
			_ = tx.Rollback() // the first error is the one to tell
		}
	}()
	if err := fn(conn{tx, s.dialect, s.blocksFor(tx)}); err != nil {
		return err
	}
	if err := tx.Commit(); err != nil {
		return fmt.Errorf("commit: %w", err)
	}
	if err := s.prepared.prepare(ctx, s.db); err != nil {
		s.log.DebugContext(ctx, "statements are not prepared", "error", err)
	}
	return nil
}

// blocksFor finds prepared statements for a transaction. SQLite has no server
// that would read them again.
func (s *Store) blocksFor(tx *sqlx.Tx) func(context.Context, block) *sql.Stmt {
	if !s.dialect.prepares {
		return nil
	}
	return func(ctx context.Context, b block) *sql.Stmt {
		if st := s.prepared.of(b); st != nil {
			return tx.Tx.StmtContext(ctx, st)
		}
		return nil
	}
}

// panicked is a panic of a decision, as the error of the item that caused it.
type panicked struct{ value any }

func (p *panicked) Error() string { return fmt.Sprintf("panic: %v", p.value) }

// unfit is an error of a value that can't be written or read: not the database's.
type unfit struct{ err error }

func (u *unfit) Error() string { return u.err.Error() }
func (u *unfit) Unwrap() error { return u.err }

// failure tells what an error means for the transaction that ran into it.
func (s *Store) failure(err error) failure {
	var p *panicked
	var u *unfit
	switch {
	case errors.As(err, &p), errors.As(err, &u):
		return failsForThis
	case errors.Is(err, errAgain):
		return failsForNow
	case errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		return failsForAll
	}
	return s.dialect.failure(err)
}
