package handlers

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"strconv"
	"sync/atomic"
	"time"

	"github.com/gin-gonic/gin"
	"golang.org/x/time/rate"
)

// What the interfaces of this package answer where there is nothing to answer with.
var (
	ErrNotFound  = errors.New("not found")
	ErrBadCursor = errors.New("not a cursor of this list")

	// ErrOverloaded says that too much is being taken in already: nothing is saved.
	ErrOverloaded = errors.New("too much is being taken in")
)

// retryAfter is what a client is told to wait for when the database is away: a failover takes seconds.
const retryAfter = 5 * time.Second

// busyAfter is what a client is told to wait for when it is merely too much at once.
const busyAfter = 2 * time.Second

// Problem is an error as RFC 9457 writes it. Its type is about:blank, so the title is that of the status.
type Problem struct {
	Type     string           `json:"type"`
	Title    string           `json:"title"`
	Status   int              `json:"status"`
	Detail   string           `json:"detail,omitempty"`
	Instance string           `json:"instance,omitempty"` // the path asked for
	Errors   []ParameterError `json:"errors,omitempty"`

	header map[string]string
	cause  error // nil: none to tell it by
}

// ParameterError says what is wrong with one parameter of a query.
type ParameterError struct {
	Parameter string `json:"parameter"`
	Message   string `json:"message"`
}

// problem makes an error that is answered with this status.
func problem(status int, detail string) *Problem {
	return &Problem{Type: "about:blank", Title: http.StatusText(status), Status: status, Detail: detail}
}

// Error is the detail.
func (p *Problem) Error() string { return p.Detail }

func (p *Problem) Unwrap() error { return p.cause }

func (p *Problem) with(header, value string) *Problem {
	if p.header == nil {
		p.header = map[string]string{}
	}
	p.header[header] = value
	return p
}

func (p *Problem) because(err error) *Problem {
	p.cause = err
	return p
}

func (p *Problem) after(wait time.Duration) *Problem {
	seconds := int((wait + time.Second - 1) / time.Second)
	return p.with("Retry-After", strconv.Itoa(max(seconds, 1)))
}

// problemOf says how an error is answered. One that no handler foresaw comes from what stands behind the interfaces:
// the database or Redis.
func problemOf(err error) (p *Problem, foreseen bool) {
	switch {
	case errors.As(err, &p):
		return p, true
	case errors.Is(err, ErrNotFound):
		return problem(http.StatusNotFound, "there is no such resource"), true
	case errors.Is(err, ErrBadCursor):
		p = problem(http.StatusBadRequest, "the query is not understood")
		p.Errors = []ParameterError{{"cursor", "expected the next_cursor of the page before"}}
		return p, true
	case errors.Is(err, ErrOverloaded):
		return busy(), true
	}
	return problem(http.StatusServiceUnavailable, "the database did not answer; try again").after(retryAfter), false
}

func busy() *Problem {
	return problem(http.StatusServiceUnavailable, "too much is being taken in at this moment; try again").after(busyAfter)
}

const jsonType = "application/json; charset=utf-8"

func writeJSON(c *gin.Context, status int, value any) error {
	text, err := json.Marshal(value)
	if err != nil {
		return fmt.Errorf("write %s: %w", c.FullPath(), err)
	}
	c.Data(status, jsonType, text)
	return nil
}

// handlerFunc is a handler that leaves errors to fallible.
type handlerFunc func(c *gin.Context) error

// fallible answers the errors of h, and logs those that nobody foresaw. A client that went away is no failure.
func fallible(log *slog.Logger, h handlerFunc) gin.HandlerFunc {
	failures := &failureLog{log: log, quiet: rate.Sometimes{Interval: time.Second}}
	return func(c *gin.Context) {
		err := h(c)
		if err == nil {
			return
		}
		p, foreseen := problemOf(err)
		if !foreseen && !errors.Is(c.Request.Context().Err(), context.Canceled) {
			failures.report(c, err)
		}
		writeProblem(c, p)
	}
}

// failureLog tells of the failures of a route once a second: while the database is away there is one a request.
type failureLog struct {
	log   *slog.Logger
	quiet rate.Sometimes
	kept  atomic.Int64 // not logged since the last line
}

// report warns of a database that does not answer in time; everything else is an error.
func (f *failureLog) report(c *gin.Context, err error) {
	level := slog.LevelError
	if errors.Is(err, context.DeadlineExceeded) {
		level = slog.LevelWarn
	}
	f.kept.Add(1)
	f.quiet.Do(func() {
		f.log.Log(c.Request.Context(), level, "request failed", "method", c.Request.Method, "route", c.FullPath(), "error", err,
			"not_logged", f.kept.Swap(0)-1)
	})
}

// writeProblem answers with p. The copy keeps problems that are shared between requests unchanged.
func writeProblem(c *gin.Context, p *Problem) {
	own := *p
	if own.Instance == "" {
		own.Instance = c.Request.URL.EscapedPath()
	}
	writeProblemBody(c, p, &own)
}

// writeProblemBody answers with the status and headers of p and any body that holds its members.
func writeProblemBody(c *gin.Context, p *Problem, body any) {
	for name, value := range p.header {
		c.Header(name, value)
	}
	text, err := json.Marshal(body)
	if err != nil { // strings and numbers: cannot happen
		text = []byte(`{"type":"about:blank"}`)
	}
	c.Data(p.Status, "application/problem+json", text)
	c.Abort()
}
