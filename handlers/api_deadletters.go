package handlers

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"unicode/utf8"

	"github.com/gin-gonic/gin"

	"kagobell/scenarios"
)

// ErrNotReplayable is returned for a dead letter that can't be tried again.
var ErrNotReplayable = errors.New("this kind of dead letter can't be replayed")

// deadLetterView is a dead letter as JSON.
type deadLetterView struct {
	ID         string                 `json:"id"`
	Kind       DeadLetterKind         `json:"kind"`
	Source     string                 `json:"source,omitempty"`
	Subject    string                 `json:"subject,omitempty"`
	Errors     []scenarios.FieldError `json:"errors"`
	Body       any                    `json:"body"` // the JSON as posted, else a text
	CreatedAt  string                 `json:"created_at"`
	ReplayedAt string                 `json:"replayed_at,omitempty"`
}

func (a *api) viewDeadLetter(d DeadLetter) deadLetterView {
	view := deadLetterView{
		ID: d.ID, Kind: d.Kind, Source: d.Source, Subject: d.Subject, Errors: d.Errors, Body: string(d.Body),
		CreatedAt: a.when(d.CreatedAt), ReplayedAt: a.when(d.ReplayedAt),
	}
	if json.Valid(d.Body) && utf8.Valid(d.Body) {
		view.Body = json.RawMessage(d.Body)
	}
	if view.Errors == nil {
		view.Errors = []scenarios.FieldError{}
	}
	return view
}

func (a *api) listDeadLetters(c *gin.Context) error {
	q := a.query(c)
	filter := DeadLetterFilter{
		Kind: DeadLetterKind(q.text("kind")), Source: q.text("source"),
		Waiting: oneOf(q, "waiting", "true", "false") == "true",
		Cursor:  q.text("cursor"), Limit: q.limit(),
	}
	if err := q.err(); err != nil {
		return err
	}
	page, err := a.letters.DeadLetters(c.Request.Context(), filter)
	if err != nil {
		return err
	}
	return writeJSON(c, http.StatusOK, viewPage(page, a.viewDeadLetter))
}

// replayDeadLetter tries an event again as if it had just been posted, and answers as the webhook would. The letter
// is marked once that went well; what is refused again stays where it is.
func (a *api) replayDeadLetter(c *gin.Context) error {
	ctx, id := c.Request.Context(), pathValue(c, "id")
	letter, err := a.letters.DeadLetter(ctx, id)
	if err != nil {
		return err
	}
	if letter.Kind == DeadLetterLead {
		return a.retryLead(c, letter)
	}
	if letter.Kind != DeadLetterEvent {
		return problem(http.StatusConflict, ErrNotReplayable.Error())
	}
	out, err := a.webhooks.replay(ctx, letter)
	if err != nil {
		return err
	}
	if !out.allRejected() {
		if err := a.letters.MarkReplayed(ctx, id, a.now().UTC()); err != nil {
			return err
		}
	}
	_, err = out.write(c)
	return err
}

// retryLead has the sales system told again.
func (a *api) retryLead(c *gin.Context, letter DeadLetter) error {
	ctx := c.Request.Context()
	if err := a.hot.RetryLead(ctx, letter.Subject); err != nil {
		return err
	}
	if err := a.letters.MarkReplayed(ctx, letter.ID, a.now().UTC()); err != nil {
		return err
	}
	return writeJSON(c, http.StatusAccepted, &outcome{Accepted: 1, Rejected: []rejectedOutcome{}})
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
	out, err := h.settle(ctx, letter.Source, events, rejected)
	if err == nil {
		h.metrics.events(letter.Source, out)
	}
	return out, err
}
