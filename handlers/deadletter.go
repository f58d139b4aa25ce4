package handlers

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"time"

	"kagobell/scenarios"
)

// DeadLetterKind is what could not be processed.
type DeadLetterKind string

// DeadLetterEvent is an event that a source posted. It and DeadLetterLead can be replayed; DeadLetterMessage, a message
// that could not be rendered, is shown.
const (
	DeadLetterEvent   DeadLetterKind = "event"
	DeadLetterMessage DeadLetterKind = "message"
)

// DeadLetterKinds lists all of them.
var DeadLetterKinds = []DeadLetterKind{DeadLetterEvent, DeadLetterMessage, DeadLetterLead}

// DeadLetter is something that could not be processed, kept with the cause.
type DeadLetter struct {
	ID         string
	Kind       DeadLetterKind
	Source     string // events: the source that posted it
	Subject    string // the id of the event, or of the message that it is about
	Errors     []scenarios.FieldError
	Body       []byte // as received: JSON for events
	CreatedAt  time.Time
	ReplayedAt time.Time // zero: not replayed with success
}

// DeadLetters keeps what could not be processed.
type DeadLetters interface {
	// KeepDeadLetters adds letters; one whose ID is known already is left as it is.
	KeepDeadLetters(ctx context.Context, letters []DeadLetter) error
	// DeadLetters lists the newest first. ErrBadCursor.
	DeadLetters(ctx context.Context, filter DeadLetterFilter) (Page[DeadLetter], error)
	// DeadLetter finds one. ErrNotFound.
	DeadLetter(ctx context.Context, id string) (DeadLetter, error)
	// MarkReplayed records that a letter has been dealt with.
	MarkReplayed(ctx context.Context, id string, at time.Time) error
}

// DeadLetterFilter narrows the list; empty fields do not.
type DeadLetterFilter struct {
	Kind    DeadLetterKind
	Source  string
	Waiting bool // only those not replayed
	Cursor  string
	Limit   int
}

// rejectedLetter keeps an event that was refused. The same event refused again is the same letter: platforms post
// what was answered 422 again and again.
func rejectedLetter(source string, rejected scenarios.RejectedEvent, now time.Time) DeadLetter {
	digest := sha256.New()
	digest.Write([]byte(source))
	digest.Write([]byte{0})
	digest.Write(rejected.Raw)
	return DeadLetter{
		ID:        hex.EncodeToString(digest.Sum(nil)[:16]),
		Kind:      DeadLetterEvent,
		Source:    source,
		Subject:   rejected.ID,
		Errors:    rejected.Errors,
		Body:      rejected.Raw,
		CreatedAt: now,
	}
}

// undecided is an event that is valid and yet could not be decided. The cause is for the admin alone.
type undecided struct {
	index int
	event *scenarios.Event
	cause error
}

func (u undecided) letter(source string, now time.Time) DeadLetter {
	return rejectedLetter(source, scenarios.RejectedEvent{
		ID:     u.event.ID,
		Errors: []scenarios.FieldError{{Message: "could not be decided: " + u.cause.Error()}},
		Raw:    json.RawMessage(u.event.Raw),
	}, now)
}
