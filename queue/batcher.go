package queue

import (
	"context"
	"errors"
	"slices"
	"sync"
	"time"

	"kagobell/scenarios"
)

// What Submit refuses with. All of them mean: nothing is saved, try again later.
var (
	ErrOverloaded  = errors.New("too much is waiting to be decided")
	ErrClosed      = errors.New("shutting down")
	ErrUnavailable = errors.New("the database does not answer")
)

// BatchOptions shape a Batcher; the zero value of a field takes its default.
type BatchOptions struct {
	Most     int           // works in a batch; 500. The works of one call are never parted
	InFlight int           // batches decided at a time; 2: one is saved while the next is read, and more would be smaller ones
	Capacity int           // works that may wait; 20,000
	Gather   time.Duration // how long to wait at least for company while other batches are in flight; 2 ms
	Patience time.Duration // how long one Decide may take; 30 s
}

func (o BatchOptions) withDefaults() BatchOptions {
	return BatchOptions{
		Most: defaulted(o.Most, 500), InFlight: defaulted(o.InFlight, 2), Capacity: defaulted(o.Capacity, 20_000),
		Gather: defaulted(o.Gather, 2*time.Millisecond), Patience: defaulted(o.Patience, 30*time.Second),
	}
}

func defaulted[T int | time.Duration](value, fallback T) T {
	if value <= 0 {
		return fallback
	}
	return value
}

// Batcher gathers the works of concurrent callers, so that many share a transaction. When little is going on a call
// is decided at once; when batches are in flight already, it waits for company.
type Batcher struct {
	options BatchOptions
	decider Decider
	clock   Clock
	now     func() time.Time // of this machine, monotonic

	mu       sync.Mutex
	waiting  []*call       // in the order they came
	works    int           // of those waiting
	gone     int           // calls among them whose callers have gone
	inFlight int           // batches
	took     time.Duration // the last batch
	closed   bool

	stir   chan struct{} // something of the above has changed
	turn   chan struct{} // one at a time gathers
	hard   context.Context
	cancel context.CancelFunc
	ended  sync.WaitGroup
}

// call is one Submit that waits for its answer.
type call struct {
	ctx    context.Context
	works  []scenarios.Work
	taken  bool         // out of what waits, once at least
	left   []int        // works that are to be decided still, after others were
	turns  int          // batches in which some were left
	after  func(answer) // nil, or to be told even when the caller has gone
	answer answer
	err    error
	done   chan struct{}
}

// answer is what became of the works of a call.
type answer struct {
	results []scenarios.Result
	// began is when the deciding began: no claim among the results is older.
	began time.Time
}

// NewBatcher starts one; Close ends it. The clock is asked whether the database is there at all, when a batch fails.
func NewBatcher(decider Decider, clock Clock, options BatchOptions) *Batcher {
	b := &Batcher{
		options: options.withDefaults(), decider: decider, clock: clock, now: time.Now,
		stir: make(chan struct{}, 1), turn: make(chan struct{}, 1),
	}
	b.hard, b.cancel = context.WithCancel(context.Background())
	for range b.options.InFlight {
		b.ended.Go(b.work)
	}
	return b
}

// Submit has works decided, in this order, together with those of other callers. An error means that nothing is saved
// (ErrOverloaded, ErrClosed, ErrUnavailable), or that it is not known since ctx ended. A work that fails alone has an
// error in its result.
func (b *Batcher) Submit(ctx context.Context, works []scenarios.Work) ([]scenarios.Result, error) {
	a, err := b.submit(ctx, works, b.options.Capacity, nil)
	return a.results, err
}

// submit lets works in while no more than capacity are waiting; one call alone may be larger. With a capacity of 0
// they are let in always, which is for callers that are few enough by themselves. After is called once with what was
// saved; it must not wait for anything.
func (b *Batcher) submit(ctx context.Context, works []scenarios.Work, capacity int, after func(answer)) (answer, error) {
	if len(works) == 0 {
		return answer{began: b.now()}, nil
	}
	c := &call{ctx: ctx, works: works, after: after, done: make(chan struct{})}
	b.mu.Lock()
	switch {
	case b.closed:
		b.mu.Unlock()
		return answer{}, ErrClosed
	case capacity > 0 && b.works > 0 && b.works+len(works) > capacity:
		b.mu.Unlock()
		return answer{}, ErrOverloaded
	}
	b.waiting = append(b.waiting, c)
	b.works += len(works)
	b.mu.Unlock()
	b.stirUp()
	select {
	case <-c.done:
		return c.answer, c.err
	case <-ctx.Done():
		b.forget(c)
		return answer{}, ctx.Err()
	}
}

// forget lets go of a call whose caller has gone, if it still waits: neither its works nor their share of the capacity
// are held until its turn comes, which may be long when the database hangs.
func (b *Batcher) forget(c *call) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if c.taken {
		return
	}
	b.works -= len(c.works)
	c.works = nil
	if b.gone++; b.gone > len(b.waiting)/2 {
		b.waiting = slices.DeleteFunc(b.waiting, func(c *call) bool { return c.works == nil })
		b.gone = 0
	}
}

// stirUp wakes whoever has the turn; one signal stands for many.
func (b *Batcher) stirUp() {
	select {
	case b.stir <- struct{}{}:
	default:
	}
}

// Close refuses new calls and waits until those that wait are answered. When ctx ends first, what is left fails.
func (b *Batcher) Close(ctx context.Context) error {
	b.mu.Lock()
	b.closed = true
	b.mu.Unlock()
	b.stirUp()
	defer b.cancel()
	stop := context.AfterFunc(ctx, b.cancel)
	defer stop()
	b.ended.Wait()
	return ctx.Err()
}

// Waiting is the number of works that wait to be decided.
func (b *Batcher) Waiting() int {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.works
}

// work decides one batch after the other until the batcher is closed and empty.
func (b *Batcher) work() {
	for {
		b.turn <- struct{}{}
		batch := b.next()
		<-b.turn
		if batch == nil {
			b.stirUp() // the next one to have the turn must see it, too
			return
		}
		began := b.now()
		b.decide(batch)
		b.mu.Lock()
		b.took = b.now().Sub(began)
		b.inFlight--
		b.mu.Unlock()
		b.stirUp()
	}
}

// next waits for calls and takes them out; nil when the batcher is closed and empty.
func (b *Batcher) next() []*call {
	var patience <-chan time.Time
	for {
		b.mu.Lock()
		switch {
		case b.works > 0 && (b.inFlight == 0 || b.works >= b.options.Most || b.closed):
			defer b.mu.Unlock()
			return b.take()
		case b.works == 0 && b.closed:
			b.mu.Unlock()
			return nil
		case b.works > 0 && patience == nil:
			patience = time.After(b.gather())
		}
		b.mu.Unlock()
		select {
		case <-b.stir:
		case <-patience:
			b.mu.Lock()
			if b.works > 0 {
				defer b.mu.Unlock()
				return b.take()
			}
			b.mu.Unlock() // all whose company was waited for have gone
			patience = nil
		}
	}
}

// gatherMost bounds the wait for company where a batch took very long.
const gatherMost = 25 * time.Millisecond

// gather spreads the batches over the time that one takes: what is common to a batch, such as its round trips, is
// then shared by the most.
func (b *Batcher) gather() time.Duration {
	return max(b.options.Gather, min(b.took/time.Duration(b.options.InFlight), gatherMost))
}

// take removes one batch from what waits, whole calls only.
func (b *Batcher) take() []*call {
	n, works := 0, 0
	for n < len(b.waiting) && (n == 0 || works+b.waiting[n].size() <= b.options.Most) {
		works += b.waiting[n].size()
		if b.waiting[n].works == nil {
			b.gone--
		}
		b.waiting[n].taken = true
		n++
	}
	batch := b.waiting[:n:n]
	b.waiting = b.waiting[n:]
	b.works -= works
	b.inFlight++
	return batch
}
