package queue

import (
	"context"
	"sync"
	"time"

	"kagobell/scenarios"
)

const (
	// claimTarget is how long a claimed message may have to wait for its sender: far less than SendWithin, for the
	// estimate may be wrong by some.
	claimTarget = scenarios.SendWithin / 5

	// mostClaims bounds what a stalled provider can make us give back; 8,000 messages/s need some 400.
	mostClaims = 1000

	// firstGuess of the time that one message takes.
	firstGuess = 100 * time.Millisecond
)

// pace keeps the worker from claiming more than its senders can begin with in time. A run may be decided only while
// it holds a place; a place is kept until the message that came of it is finished. How many places there are follows
// from how long messages take of late.
type pace struct {
	share func() float64 // messages a second that a rate allows here; nil: no bounds

	mu      sync.Mutex
	senders int
	each    time.Duration // smoothed: sending one message and committing its outcome
	taken   int
	queue   []*placeSeeker
	resting bool
}

type placeSeeker struct {
	want int
	got  chan int
}

func newPace(senders int) *pace { return &pace{senders: senders, each: firstGuess} }

// take waits for at least one place and takes up to want.
func (p *pace) take(ctx context.Context, want int) (int, error) {
	if err := ctx.Err(); err != nil {
		return 0, err
	}
	seeker := &placeSeeker{want: want, got: make(chan int, 1)}
	p.mu.Lock()
	p.queue = append(p.queue, seeker)
	p.serve()
	p.mu.Unlock()
	select {
	case n := <-seeker.got:
		return n, nil
	case <-ctx.Done():
		p.leave(seeker)
		return 0, ctx.Err()
	}
}

// leave gives up waiting, and hands on what was got at the same moment.
func (p *pace) leave(seeker *placeSeeker) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for i, other := range p.queue {
		if other == seeker {
			p.queue = append(p.queue[:i:i], p.queue[i+1:]...)
			return
		}
	}
	p.taken -= <-seeker.got
	p.serve()
}

// change gives n places back, or, when n is negative, takes some beyond all limits: a run of which several messages
// came.
func (p *pace) change(n int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.taken -= n
	p.serve()
}

// took notes how long one message took.
func (p *pace) took(d time.Duration) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.each += (d - p.each) / 16
	p.serve()
}

// try takes want places if they are free at once and nobody waits for them.
func (p *pace) try(want int) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(p.queue) > 0 || p.limit()-p.taken < want {
		return false
	}
	p.taken += want
	return true
}

// rest hands out no places for a while.
func (p *pace) rest(d time.Duration) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.resting || d <= 0 {
		return
	}
	p.resting = true
	time.AfterFunc(d, func() {
		p.mu.Lock()
		defer p.mu.Unlock()
		p.resting = false
		p.serve()
	})
}

// serve hands out what is free, first come, first served.
func (p *pace) serve() {
	for len(p.queue) > 0 {
		free := p.limit() - p.taken
		if free <= 0 {
			return
		}
		n := min(p.queue[0].want, free)
		p.taken += n
		p.queue[0].got <- n
		p.queue = p.queue[1:]
	}
}

func (p *pace) limit() int {
	if p.resting {
		return 0
	}
	n := int(time.Duration(p.senders) * claimTarget / max(p.each, time.Millisecond))
	n = max(p.senders, min(n, mostClaims))
	if p.share != nil {
		n = min(n, max(1, int(min(p.share()*claimTarget.Seconds(), mostClaims))))
	}
	return n
}
