package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"kagobell/scenarios"
)

// RunFilter narrows the list of runs; empty fields do not.
type RunFilter struct {
	Scenario, BuyerID string
	Status            scenarios.RunStatus
	Since             time.Time // started then or later
}

// Runs lists runs, the latest started first. ErrBadCursor.
func (s *Store) Runs(ctx context.Context, f RunFilter, cursor string, limit int) (Page[*scenarios.Run], error) {
	l := listing{text: runs.selectFrom(), at: "started_at", id: "run_id"}
	if f.BuyerID != "" { // the account's index leads to them
		l.filter("account_key = (SELECT account_key FROM buyers WHERE buyer_id = ?) AND buyer_id = ?", f.BuyerID, f.BuyerID)
	}
	l.equal("scenario", f.Scenario)
	l.equal("status", string(f.Status))
	l.since(f.Since)
	page, err := pageOf(ctx, s.query(), l, cursor, limit, readRun, func(r *scenarios.Run) place {
		return place{r.StartedAt, string(r.ID)}
	})
	if err != nil {
		return page, fmt.Errorf("runs: %w", err)
	}
	return page, nil
}

// MessageFilter narrows the list of messages; empty fields do not.
type MessageFilter struct {
	Scenario, BuyerID string
	Status            scenarios.MessageStatus
	Since             time.Time // decided then or later
}

// Messages lists messages, the latest decided first. ErrBadCursor.
func (s *Store) Messages(ctx context.Context, f MessageFilter, cursor string, limit int) (Page[*scenarios.Message], error) {
	l := listing{text: messages.selectFrom(), at: "recorded_at", id: "message_id"}
	l.equal("buyer_id", f.BuyerID)
	l.equal("scenario", f.Scenario)
	l.equal("status", string(f.Status))
	l.since(f.Since)
	rows, err := pageOf(ctx, s.query(), l, cursor, limit, readMessageRow, func(m messageRow) place {
		return place{m.recordedAt, m.ID}
	})
	page := Page[*scenarios.Message]{Next: rows.Next}
	for _, m := range rows.Items {
		page.Items = append(page.Items, m.Message)
	}
	if err != nil {
		return page, fmt.Errorf("messages: %w", err)
	}
	return page, nil
}

// Run finds a run. ErrNotFound.
func (s *Store) Run(ctx context.Context, id scenarios.RunID) (*scenarios.Run, error) {
	r, err := readRun(s.query().QueryRowxContext(ctx, runs.selectFrom()+" WHERE run_id = ?", string(id)))
	if err != nil {
		return nil, missing(err, "run %s", id)
	}
	return r, nil
}

// Message finds a message. ErrNotFound.
func (s *Store) Message(ctx context.Context, id string) (*scenarios.Message, error) {
	m, err := readMessage(s.query().QueryRowxContext(ctx, messages.selectFrom()+" WHERE message_id = ?", id))
	if err != nil {
		return nil, missing(err, "message %s", id)
	}
	return m, nil
}

// missing turns "no rows" into ErrNotFound, and says of what.
func missing(err error, format string, args ...any) error {
	if errors.Is(err, sql.ErrNoRows) {
		err = ErrNotFound
	}
	return fmt.Errorf(format+": %w", append(args, err)...)
}
