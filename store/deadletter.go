package store

import (
	"context"
	"fmt"
	"time"

	"kagobell/scenarios"
)

// DeadLetter is something that could not be processed, kept with the cause.
type DeadLetter struct {
	ID         string // chosen by whoever keeps it
	Kind       string
	Source     string
	Subject    string // id of the event or the message that it is about
	Errors     []scenarios.FieldError
	Body       []byte
	CreatedAt  time.Time
	ReplayedAt time.Time // zero: still waits
}

var deadLetters = &table{
	name:    "dead_letters",
	key:     columns("dead_letter_id"),
	columns: columns("dead_letter_id kind source subject errors body created_at replayed_at"),
}

func deadLetterValues(x DeadLetter, r *row) {
	r.text(x.ID, x.Kind, x.Source, x.Subject)
	r.json(x.Errors, len(x.Errors) > 0)
	r.text(storable(x.Body))
	r.time(x.CreatedAt, x.ReplayedAt)
}

func readDeadLetter(from scanner) (x DeadLetter, err error) {
	var body string
	err = from.Scan(&x.ID, &x.Kind, &x.Source, &x.Subject, jsonInto{&x.Errors}, &body, (*stamp)(&x.CreatedAt), (*stamp)(&x.ReplayedAt))
	x.Body = []byte(body)
	return x, err
}

// KeepDeadLetters adds letters; one whose id is known already is left as it is.
// CreatedAt is the database's time where it is zero.
func (s *Store) KeepDeadLetters(ctx context.Context, letters []DeadLetter) error {
	err := s.inTx(ctx, func(c conn) error {
		now, err := s.now(ctx, c)
		if err != nil {
			return err
		}
		list := make([]DeadLetter, len(letters))
		for i, x := range letters {
			if list[i] = x; x.CreatedAt.IsZero() {
				list[i].CreatedAt = now
			}
		}
		return write(ctx, c, deadLetters, c.dialect.keeping("dead_letter_id"), list, deadLetterValues)
	})
	if err != nil {
		return fmt.Errorf("keep dead letters: %w", err)
	}
	return nil
}

// DeadLetterFilter narrows the list; empty fields do not.
type DeadLetterFilter struct {
	Kind, Source string
	Waiting      bool // only those not replayed
}

// DeadLetters lists the newest first. ErrBadCursor.
func (s *Store) DeadLetters(ctx context.Context, f DeadLetterFilter, cursor string, limit int) (Page[DeadLetter], error) {
	l := listing{text: deadLetters.selectFrom(), at: "created_at", id: "dead_letter_id"}
	l.equal("kind", f.Kind)
	l.equal("source", f.Source)
	if f.Waiting {
		l.filter("replayed_at IS NULL")
	}
	page, err := pageOf(ctx, s.query(), l, cursor, limit, readDeadLetter, func(x DeadLetter) place {
		return place{x.CreatedAt, x.ID}
	})
	if err != nil {
		return page, fmt.Errorf("dead letters: %w", err)
	}
	return page, nil
}

// DeadLetter finds one. ErrNotFound.
func (s *Store) DeadLetter(ctx context.Context, id string) (DeadLetter, error) {
	x, err := readDeadLetter(s.query().QueryRowxContext(ctx, deadLetters.selectFrom()+" WHERE dead_letter_id = ?", id))
	if err != nil {
		return DeadLetter{}, missing(err, "dead letter %s", id)
	}
	return x, nil
}

// MarkReplayed records that a letter has been dealt with. ErrNotFound.
func (s *Store) MarkReplayed(ctx context.Context, id string, at time.Time) error {
	if _, err := s.DeadLetter(ctx, id); err != nil {
		return err
	}
	if _, err := s.db.ExecContext(ctx, "UPDATE dead_letters SET replayed_at = ? WHERE dead_letter_id = ?", timeText(at), id); err != nil {
		return fmt.Errorf("dead letter %s: %w", id, err)
	}
	return nil
}
