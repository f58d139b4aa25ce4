package handlers

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"time"

	"github.com/gin-gonic/gin"
	"golang.org/x/time/rate"

	"kagobell/scenarios"
)

// ingestWithin is how long a post may wait to be committed. Platforms give up after 5 to 10 s and post again.
const ingestWithin = 10 * time.Second

// Ingester decides events and saves what follows from them.
type Ingester interface {
	// Ingest returns once everything is committed, with one result for each event in their order. The error means
	// that nothing can be said of any of them (ErrOverloaded, or the database is away); Result.Err that this event alone fails,
	// however often it is tried.
	Ingest(ctx context.Context, events []*scenarios.Event) ([]scenarios.Result, error)
}

// Source is a configured sender of events.
type Source struct {
	Name    string
	Adapter Adapter
	Limit   Limiter // nil: none
}

// Limiter is a rate that all processes keep together.
type Limiter interface {
	// Delay counts n events and returns 0, or counts none and tells how long to wait with them.
	Delay(ctx context.Context, n int) time.Duration
}

// webhooks answers POST /webhooks/{source}.
type webhooks struct {
	sources map[string]*listener
	ingest  Ingester
	letters DeadLetters
	bodies  *bodies
	scales  *scales
	metrics *Metrics
	now     func() time.Time
	log     *slog.Logger
}

// listener is a source while it is listened to.
type listener struct {
	Source
	quiet rate.Sometimes // a source that is set up wrongly must not fill the log
}

func newWebhooks(o Options) *webhooks {
	h := &webhooks{
		sources: map[string]*listener{}, ingest: o.Ingest, letters: o.DeadLetters,
		bodies: newBodies(mostBodies), scales: newScales(), metrics: o.Metrics, now: o.Now, log: o.Log,
	}
	for _, source := range o.Sources {
		o.Metrics.listen(source.Name)
		h.sources[source.Name] = &listener{Source: source, quiet: rate.Sometimes{Interval: time.Second}}
	}
	return h
}

func (h *webhooks) post(c *gin.Context) error {
	name := pathValue(c, "source")
	source, known := h.sources[name]
	if !known {
		h.metrics.webhook("unknown", http.StatusNotFound)
		return problem(http.StatusNotFound, "there is no such source")
	}
	status, err := h.take(c, source)
	if err != nil {
		status = h.refused(source, err)
	}
	h.metrics.webhook(name, status)
	return err
}

// refused notes why a post was not taken; fallible logs what nobody foresaw.
func (h *webhooks) refused(source *listener, err error) (status int) {
	p, foreseen := problemOf(err)
	if foreseen && p.Status != http.StatusTooManyRequests {
		source.quiet.Do(func() {
			h.log.Warn("webhook refused", "source", source.Name, "status", p.Status, "reason", p.Detail)
		})
	}
	return p.Status
}

// take goes through the checks in the order of the contract and answers what is not an error.
func (h *webhooks) take(c *gin.Context, source *listener) (status int, err error) {
	hold := h.bodies.hold()
	defer hold.release()
	body, err := h.believedBody(c.Request, source, hold)
	if err != nil {
		return 0, err
	}
	ctx, cancel := context.WithTimeout(c.Request.Context(), ingestWithin)
	defer cancel()
	leave, err := h.scales.enter(ctx, body)
	if err != nil {
		return 0, err
	}
	defer leave()
	events, rejected, err := source.Adapter.Read(source.Name, c.Request.Header, body)
	if err != nil {
		return 0, unreadable(err)
	}
	if wait := source.delay(ctx, len(events)+len(rejected)); wait > 0 {
		return 0, problem(http.StatusTooManyRequests, "this source posts more than its rate limit").after(wait)
	}
	outcome, err := h.settle(ctx, source.Name, events, rejected)
	if err != nil {
		return 0, err
	}
	h.metrics.events(source.Name, outcome)
	return outcome.write(c)
}

// believedBody reads the body and checks who sent it.
func (h *webhooks) believedBody(r *http.Request, source *listener, hold *hold) ([]byte, error) {
	body, err := readBody(r.Body, r.ContentLength, hold)
	switch {
	case errors.Is(err, ErrOverloaded):
		hold.release()
		hearOut(r)
		return nil, busy()
	case errors.Is(err, errBodyTooLarge):
		hold.release()
		hearOut(r)
		return nil, problem(http.StatusRequestEntityTooLarge,
			"the body is too large: at most 1 MiB for one event, 8 MiB for an array of events").with("Connection", "close")
	case err != nil:
		return nil, problem(http.StatusBadRequest, "the body broke off")
	}
	if coding := r.Header.Get("Content-Encoding"); coding != "" && coding != "identity" {
		return nil, problem(http.StatusUnsupportedMediaType, "Content-Encoding: expected none").with("Accept-Encoding", "identity")
	}
	if !source.Adapter.Accepts(r.Header.Get("Content-Type")) {
		return nil, problem(http.StatusUnsupportedMediaType, "Content-Type: expected application/json in UTF-8")
	}
	if err := source.Adapter.Verify(r.Header, body, h.now()); err != nil {
		return nil, problem(http.StatusUnauthorized, err.Error()).with("WWW-Authenticate", authenticate)
	}
	return body, nil
}

// hearOut reads what is left of a body, within reason: who is still sending would not hear the answer, were the
// connection closed over him. How long it may take is bounded by the server's time for a request to arrive. Who asked
// whether to send so much at all (RFC 9110 section 10.1.1) sends nothing.
func hearOut(r *http.Request) {
	if r.ContentLength > maxArrayBody && r.Header.Get("Expect") != "" {
		return
	}
	_, _ = io.CopyN(io.Discard, r.Body, 2*maxArrayBody)
}

// settle has the events decided and keeps the rest as dead letters, before anything is answered.
func (h *webhooks) settle(ctx context.Context, source string, events []*scenarios.Event, rejected []scenarios.RejectedEvent) (*outcome, error) {
	out := newOutcome(rejected)
	now := h.now()
	letters := make([]DeadLetter, 0, len(rejected))
	for _, r := range rejected {
		letters = append(letters, rejectedLetter(source, r, now))
	}
	if len(events) > 0 {
		results, err := h.ingest.Ingest(ctx, events)
		if err != nil {
			return nil, err
		}
		if len(results) != len(events) {
			return nil, fmt.Errorf("%d results for %d events", len(results), len(events))
		}
		for _, failed := range out.count(events, results) {
			h.log.Error("event could not be decided", "source", source, "event_id", failed.event.ID, "error", failed.cause)
			letters = append(letters, failed.letter(source, now))
		}
	}
	if len(letters) > 0 {
		if err := h.letters.KeepDeadLetters(ctx, letters); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// delay is how long the source must wait with n more events; 0 when it need not, and they are counted.
func (l *listener) delay(ctx context.Context, n int) time.Duration {
	if l.Limit == nil || n == 0 {
		return 0
	}
	return l.Limit.Delay(ctx, n)
}

// unreadable says what is wrong with a body as a whole.
func unreadable(err error) *Problem {
	switch {
	case errors.Is(err, scenarios.ErrTooMany):
		return problem(http.StatusRequestEntityTooLarge, "too many events: at most 1,000 in one array")
	case errors.Is(err, scenarios.ErrNotUTF8):
		return problem(http.StatusBadRequest, "the body is not UTF-8")
	}
	return problem(http.StatusBadRequest, "the body is "+err.Error())
}
