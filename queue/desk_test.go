package queue

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"kagobell/scenarios"
)

// desk is a decider that a test holds in its hands: each batch is shown on batches, and answered when the test says.
type desk struct {
	batches chan []string
	answers chan error
	poison  string // a batch with this event fails
	panics  bool   // by panicking

	mu    sync.Mutex
	calls int
	away  error // what the clock answers
}

func newDesk() *desk { return &desk{batches: make(chan []string, 100), answers: make(chan error, 100)} }

func (d *desk) Decide(ctx context.Context, works []scenarios.Work) ([]scenarios.Result, error) {
	var ids []string
	for _, work := range works {
		ids = append(ids, work.Event.ID)
	}
	d.mu.Lock()
	d.calls++
	d.mu.Unlock()
	d.batches <- ids
	select {
	case err := <-d.answers:
		if err != nil {
			return nil, err
		}
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	results := make([]scenarios.Result, len(works))
	for i, id := range ids {
		if id == d.poison && d.panics {
			panic("poison")
		}
		if id == d.poison {
			return nil, errors.New("poison")
		}
		results[i].Decision.EventNote = scenarios.Reason(id)
	}
	return results, nil
}

func (d *desk) Now(context.Context) (time.Time, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	return time.Now(), d.away
}

// next is the next batch, as one text.
func (d *desk) next(t *testing.T) string {
	t.Helper()
	select {
	case ids := <-d.batches:
		return strings.Join(ids, " ")
	case <-time.After(patience):
		t.Fatal("no batch came")
		return ""
	}
}

// say answers n batches.
func (d *desk) say(n int, err error) {
	for range n {
		d.answers <- err
	}
}

func events(ids string) []scenarios.Work {
	var works []scenarios.Work
	for id := range strings.FieldsSeq(ids) {
		works = append(works, scenarios.Work{Event: &scenarios.Event{ID: id}})
	}
	return works
}

// submitted is a Submit under way.
type submitted struct {
	results []scenarios.Result
	err     error
	done    chan struct{}
}

// submit returns when the works wait or are being decided.
func submit(t *testing.T, b *Batcher, ids string) *submitted {
	t.Helper()
	s := &submitted{done: make(chan struct{})}
	before := b.Waiting()
	b.mu.Lock()
	flying := b.inFlight
	b.mu.Unlock()
	go func() {
		defer close(s.done)
		s.results, s.err = b.Submit(t.Context(), events(ids))
	}()
	eventually(t, ids+" to be taken in", func() bool {
		b.mu.Lock()
		defer b.mu.Unlock()
		return b.works > before || b.inFlight > flying
	})
	return s
}

// ended waits for the answer and gives it as a text.
func (s *submitted) ended(t *testing.T) string {
	t.Helper()
	select {
	case <-s.done:
	case <-time.After(patience):
		t.Fatal("Submit does not return")
	}
	if s.err != nil {
		return "error: " + s.err.Error()
	}
	var texts []string
	for _, result := range s.results {
		if result.Err != nil {
			texts = append(texts, "!"+result.Err.Error())
		} else {
			texts = append(texts, string(result.Decision.EventNote))
		}
	}
	return strings.Join(texts, " ")
}

func expect(t *testing.T, what, got, want string) {
	t.Helper()
	if got != want {
		t.Errorf("%s: got %q, want %q", what, got, want)
	}
}

func startBatcher(t *testing.T, d *desk, options BatchOptions) *Batcher {
	t.Helper()
	b := NewBatcher(d, d, options)
	t.Cleanup(func() {
		d.say(50, nil)
		_ = b.Close(t.Context())
	})
	return b
}
