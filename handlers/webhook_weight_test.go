package handlers

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"

	"kagobell/scenarios"
)

// heavy is an event whose objects take half of all the room there is, and more.
func heavy(id string) string {
	return event(id, `"data":{`, `"data":{"x":[`+strings.Repeat("{},", 100_000)+`{}],`)
}

func TestHeavyBodiesWaitForOneAnother(t *testing.T) {
	s := newScales()
	large, small := []byte(heavy("ev-1")), []byte(event("ev-2"))
	leave, err := s.enter(t.Context(), large)
	if err != nil {
		t.Fatal(err)
	}
	impatient, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := s.enter(impatient, large); !errors.Is(err, ErrOverloaded) {
		t.Errorf("a second one beside it: %v", err)
	}
	if leave, err := s.enter(t.Context(), small); err != nil {
		t.Errorf("a small one beside it: %v", err)
	} else {
		leave()
	}
	leave()
	leave, err = s.enter(t.Context(), []byte(strings.Repeat("{", maxArrayBody)))
	if err != nil {
		t.Fatalf("what is heavier than all the room, alone: %v", err)
	}
	leave()
}

// crowded saves events once it is told to, and counts how many heavy ones it has at a time.
type crowded struct {
	Ingester
	entered, release chan struct{}
	mu               sync.Mutex
	here, most       int
}

func (c *crowded) Ingest(ctx context.Context, events []*scenarios.Event) ([]scenarios.Result, error) {
	if len(events[0].Raw) > 100_000 {
		c.mu.Lock()
		c.here++
		c.most = max(c.most, c.here)
		c.mu.Unlock()
		c.entered <- struct{}{}
		<-c.release
		defer func() { c.mu.Lock(); c.here--; c.mu.Unlock() }()
	}
	return c.Ingester.Ingest(ctx, events)
}

// What events weigh is bounded until they are saved, and small posts do not wait for large ones.
func TestHeavyPostsAreBounded(t *testing.T) {
	const posts = 3
	c := &crowded{entered: make(chan struct{}, posts), release: make(chan struct{})}
	b := serve(t, func(b *bench) { c.Ingester = b.options.Ingest; b.options.Ingest = c })
	var all sync.WaitGroup
	for n := range posts {
		r := b.signed("shop", heavy(fmt.Sprint("heavy-", n)))
		all.Go(func() {
			if a := b.do(r); a.StatusCode != http.StatusAccepted {
				t.Errorf("status %d: %s", a.StatusCode, a.body)
			}
		})
	}
	<-c.entered
	wantStatus(t, b.do(b.signed("shop", event("ev-1"))), http.StatusAccepted)
	close(c.release)
	all.Wait()
	if c.most != 1 {
		t.Errorf("%d heavy posts were read at a time", c.most)
	}
}
