package handlers

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"time"

	"kagobell/scenarios"
)

// ErrNotReplayable is returned for a dead letter that can't be tried again.
var ErrNotReplayable = errors.New("this kind of dead letter can't be replayed")

// RefusedError is returned for a dead letter that was refused again: it stays where it is.
type RefusedError struct{ Reasons []scenarios.FieldError }

// Error is the first reason.
func (r *RefusedError) Error() string {
	if len(r.Reasons) == 0 {
		return "refused again"
	}
	return fmt.Sprintf("refused again: %s: %s", r.Reasons[0].Pointer, r.Reasons[0].Message)
}

// Replayer tries dead letters again.
type Replayer struct {
	letters DeadLetters
	posts   *webhooks
	hot     HotList
	now     func() time.Time
}

// NewReplayer needs, of the options, Sources, Ingest, DeadLetters, HotList, Metrics, Now and Log.
func NewReplayer(o Options) *Replayer { return newReplayer(o, newWebhooks(o)) }

func newReplayer(o Options, posts *webhooks) *Replayer {
	return &Replayer{letters: o.DeadLetters, posts: posts, hot: o.HotList, now: o.Now}
}

// try tries a letter again: an event as if it had just been posted; of a lead, the sales system hears again. The letter
// is marked once that went well; what is refused again stays where it is.
func (r *Replayer) try(ctx context.Context, letter DeadLetter) (*outcome, error) {
	var out *outcome
	var err error
	switch letter.Kind {
	case DeadLetterLead:
		out, err = &outcome{Accepted: 1, Rejected: []rejectedOutcome{}}, r.hot.RetryLead(ctx, letter.Subject)
	case DeadLetterEvent:
		out, err = r.posts.replay(ctx, letter)
	default:
		err = problem(http.StatusConflict, ErrNotReplayable.Error()).because(ErrNotReplayable)
	}
	if err != nil || out.allRejected() {
		return out, err
	}
	return out, r.letters.MarkReplayed(ctx, letter.ID, r.now().UTC())
}

// Replay tries one letter again. ErrNotReplayable, a *RefusedError; of another error nobody can say what became of it.
func (r *Replayer) Replay(ctx context.Context, letter DeadLetter) error {
	out, err := r.try(ctx, letter)
	switch {
	case errors.Is(err, ErrNotReplayable):
		return ErrNotReplayable
	case err != nil:
		if p, foreseen := problemOf(err); foreseen {
			return &RefusedError{[]scenarios.FieldError{{Message: p.Detail}}}
		}
		return err
	case out.allRejected():
		return &RefusedError{out.Rejected[0].Errors}
	}
	return nil
}

// replayed is what became of a page of letters.
type replayed struct {
	Replayed int    `json:"replayed"`
	Refused  int    `json:"refused"` // again: they stay where they are
	Skipped  int    `json:"skipped"` // of another type, or of a kind that can't be replayed
	Next     string `json:"next_cursor,omitempty"`
}

// replayPage tries a page of the waiting letters again, of one event type when it is not empty. What was refused comes
// again when the list is gone through anew: go on with Next.
func (r *Replayer) replayPage(ctx context.Context, f DeadLetterFilter, eventType string) (replayed, error) {
	f.Waiting = true
	page, err := r.letters.DeadLetters(ctx, f)
	if err != nil {
		return replayed{}, err
	}
	done := replayed{Next: page.Next}
	for _, letter := range page.Items {
		if eventType != "" && letter.EventType() != eventType {
			done.Skipped++
			continue
		}
		err := r.Replay(ctx, letter)
		var refused *RefusedError
		switch {
		case err == nil:
			done.Replayed++
		case errors.Is(err, ErrNotReplayable):
			done.Skipped++
		case errors.As(err, &refused):
			done.Refused++
		default:
			return done, err
		}
	}
	return done, nil
}

// EventType is the type that the event in a letter says it is of; empty for what is none, or unreadable.
func (d DeadLetter) EventType() string {
	var event struct{ Type string }
	if d.Kind != DeadLetterEvent || json.Unmarshal(d.Body, &event) != nil {
		return ""
	}
	return event.Type
}

// replay reads a letter with the adapter of its source; by now that may be another, or none.
func (h *webhooks) replay(ctx context.Context, letter DeadLetter) (*outcome, error) {
	var adapter Adapter = &Native{}
	if source, known := h.sources[letter.Source]; known {
		adapter = source.Adapter
	}
	events, rejected, err := adapter.Read(letter.Source, http.Header{}, letter.Body)
	if err != nil {
		return nil, unreadable(err)
	}
	ctx, cancel := context.WithTimeout(ctx, ingestWithin)
	defer cancel()
	out, err := h.settle(ctx, letter.Source, events, rejected)
	if err == nil {
		h.metrics.events(letter.Source, out)
	}
	return out, err
}
