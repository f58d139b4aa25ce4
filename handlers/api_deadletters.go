package handlers

import (
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"time"
	"unicode/utf8"

	"github.com/gin-gonic/gin"

	"kagobell/scenarios"
)

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

// DeadLetterJSON writes a letter as the API does, its times in a zone.
func DeadLetterJSON(d DeadLetter, zone *time.Location) ([]byte, error) {
	return json.Marshal((&api{zone: zone}).viewDeadLetter(d))
}

func (a *api) listDeadLetters(c *gin.Context) error {
	q := a.query(c)
	filter := DeadLetterFilter{
		Kind: oneOf(q, "kind", DeadLetterKinds...), Source: q.text("source"),
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

// replayDeadLetter tries a letter again, and answers as the webhook would.
func (a *api) replayDeadLetter(c *gin.Context) error {
	ctx := c.Request.Context()
	letter, err := a.letters.DeadLetter(ctx, pathValue(c, "id"))
	if err != nil {
		return err
	}
	out, err := a.replayer.try(ctx, letter)
	if err != nil {
		return err
	}
	_, err = out.write(c)
	return err
}

// replayDeadLetters tries a page of the waiting letters again. A body would be filters that nobody reads, and then
// everything would be tried.
func (a *api) replayDeadLetters(c *gin.Context) error {
	if n, err := c.Request.Body.Read(make([]byte, 1)); n > 0 || !errors.Is(err, io.EOF) {
		return problem(http.StatusBadRequest, "expected no body: filters stand in the query: ?kind=event&source=shop&type=cart.updated")
	}
	q := a.query(c)
	filter := DeadLetterFilter{Kind: oneOf(q, "kind", DeadLetterKinds...), Source: q.text("source"), Cursor: q.text("cursor"), Limit: q.limit()}
	eventType := q.text("type")
	if err := q.err(); err != nil {
		return err
	}
	done, err := a.replayer.replayPage(c.Request.Context(), filter, eventType)
	if err != nil {
		return err
	}
	return writeJSON(c, http.StatusOK, done)
}

// dismissDeadLetter takes a letter off the list of those that wait: somebody has dealt with it in another way.
func (a *api) dismissDeadLetter(c *gin.Context) error {
	if err := a.letters.MarkReplayed(c.Request.Context(), pathValue(c, "id"), a.now().UTC()); err != nil {
		return err
	}
	c.Status(http.StatusNoContent)
	return nil
}
