package queue

import (
	"context"
	"errors"
	"testing"
	"time"
)

func TestPaceFollowsTheSenders(t *testing.T) {
	tests := []struct {
		senders int
		each    time.Duration
		want    int
	}{
		{20, firstGuess, 400},
		{20, time.Second, 40},
		{20, 15 * time.Second, 20}, // never fewer than one for each
		{20, time.Millisecond, mostClaims},
		{1, 0, mostClaims},
	}
	for _, test := range tests {
		p := newPace(test.senders)
		p.each = test.each
		if got := p.limit(); got != test.want {
			t.Errorf("%d senders, %s each: limit %d, want %d", test.senders, test.each, got, test.want)
		}
	}
	p := newPace(20)
	for range 200 {
		p.took(time.Second)
	}
	if got := p.limit(); got != 40 {
		t.Errorf("after many slow messages the limit is %d, want 40", got)
	}
}

func TestPaceServesInTurn(t *testing.T) {
	p := newPace(2)
	p.each = time.Hour // two places
	if n, err := p.take(t.Context(), 5); n != 2 || err != nil {
		t.Fatalf("got %d, %v", n, err)
	}
	got := make(chan int)
	for turn := range 2 {
		go func() {
			n, _ := p.take(t.Context(), 2-turn)
			got <- 10*turn + n
		}()
		eventually(t, "the queue", func() bool {
			p.mu.Lock()
			defer p.mu.Unlock()
			return len(p.queue) == turn+1
		})
	}
	p.change(1)
	if n := <-got; n != 1 {
		t.Errorf("the first in the queue wanted two and got %d", n)
	}
	p.change(1)
	if n := <-got; n != 11 {
		t.Errorf("the second got %d", n)
	}
}

func TestPaceForgetsWhoLeaves(t *testing.T) {
	p := newPace(1)
	p.each = time.Hour
	if _, err := p.take(t.Context(), 1); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	failed := make(chan error)
	go func() {
		_, err := p.take(ctx, 1)
		failed <- err
	}()
	eventually(t, "the queue", func() bool {
		p.mu.Lock()
		defer p.mu.Unlock()
		return len(p.queue) == 1
	})
	cancel()
	if err := <-failed; !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
	p.change(1)
	if n, err := p.take(t.Context(), 1); n != 1 || err != nil {
		t.Errorf("the place is not free again: %d, %v", n, err)
	}
	// Served and gone at the same moment: the place goes to the next.
	seeker := &placeSeeker{want: 1, got: make(chan int, 1)}
	seeker.got <- 1
	p.leave(seeker)
	if n, err := p.take(t.Context(), 1); n != 1 || err != nil {
		t.Errorf("the place is lost: %d, %v", n, err)
	}
}
