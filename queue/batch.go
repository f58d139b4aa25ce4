package queue

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"time"

	"kagobell/scenarios"
)

// probePatience is how long a failed batch waits to hear whether the database is there.
const probePatience = 2 * time.Second

// mostTurns is in how many batches works may be left, since somebody else is deciding about their accounts; then their
// batch waits for it.
const mostTurns = 3

// decide answers the calls of a batch. Those whose callers have gone are left out, unless a part of them is saved.
// The batch is a part of the list of those that waited, which would keep the calls and all that came of them until it
// is made anew.
func (b *Batcher) decide(batch []*call) {
	defer clear(batch)
	var works []scenarios.Work
	here, free := batch[:0], true
	for _, c := range batch {
		if err := c.ctx.Err(); err != nil && c.turns == 0 {
			c.err = err
			close(c.done)
			continue
		}
		works = append(works, c.undecided()...)
		here = append(here, c)
		free = free && c.turns < mostTurns
	}
	if len(here) == 0 {
		return
	}
	ctx, cancel := context.WithTimeout(b.hard, b.options.Patience)
	defer cancel()
	began := b.now()
	results, err := b.decideOrDivide(ctx, works, free)
	var again []*call
	for _, c := range here {
		if c.err = err; err == nil {
			n := c.size()
			c.take(results[:n:n], began)
			if results = results[n:]; len(c.left) > 0 {
				again = append(again, c)
				continue
			}
			c.err = unavailable(c.answer.results)
			if c.after != nil {
				c.after(c.answer)
			}
		}
		close(c.done)
	}
	b.putBack(again)
}

// size is the number of works that are not decided yet.
func (c *call) size() int {
	if c.turns == 0 {
		return len(c.works)
	}
	return len(c.left)
}

func (c *call) undecided() []scenarios.Work {
	if c.turns == 0 {
		return c.works
	}
	works := make([]scenarios.Work, len(c.left))
	for i, place := range c.left {
		works[i] = c.works[place]
	}
	return works
}

// take keeps the results of what was undecided, and what is left of it.
func (c *call) take(results []scenarios.Result, began time.Time) {
	if c.turns == 0 {
		c.answer = answer{results: results, began: began}
		for i := range results {
			c.left = append(c.left, i)
		}
	}
	left := c.left[:0]
	for i, place := range c.left {
		c.answer.results[place] = results[i]
		if results[i].Left {
			left = append(left, place)
		}
	}
	c.left = left
	c.turns++
}

// putBack lets calls wait again, before all others.
func (b *Batcher) putBack(calls []*call) {
	if len(calls) == 0 {
		return
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.waiting = append(calls, b.waiting...)
	for _, c := range calls {
		b.works += c.size()
	}
}

// unavailable finds out whether the database went away before all of a call was saved. The call fails then, results
// and all: to be made again, which leaves what was saved as it is.
func unavailable(results []scenarios.Result) error {
	for _, result := range results {
		if errors.Is(result.Err, ErrUnavailable) {
			return result.Err
		}
	}
	return nil
}

// decideOrDivide decides works. When that fails although the database is there, something among them is poison: they
// are halved until it stands alone, so that it fails alone. The left half goes first, to keep the order.
func (b *Batcher) decideOrDivide(ctx context.Context, works []scenarios.Work, free bool) ([]scenarios.Result, error) {
	results, err := b.attempt(ctx, works, free)
	switch {
	case err == nil:
		return results, nil
	case ctx.Err() != nil:
		return nil, fmt.Errorf("%w in time: %w", ErrUnavailable, err)
	}
	alone, away, known := len(works) == 1, b.probe(ctx) != nil, errors.Is(err, ErrUnavailable)
	switch {
	case known && (away || alone):
		return nil, err // also where it is back already
	case away:
		return nil, fmt.Errorf("%w: %w", ErrUnavailable, err)
	case alone:
		return []scenarios.Result{{Err: err}}, nil
	}
	half := len(works) / 2
	left, err := b.decideOrDivide(ctx, works[:half], false)
	if err != nil {
		return nil, err
	}
	right, err := b.decideOrDivide(ctx, works[half:], false)
	if err != nil {
		// The left half is saved, and its callers are to know.
		right = make([]scenarios.Result, len(works)-half)
		for i := range right {
			right[i].Err = err
		}
	}
	return append(left, right...), nil
}

// probe asks the database for the time.
func (b *Batcher) probe(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, probePatience)
	defer cancel()
	_, err := b.clock.Now(ctx)
	return err
}

// attempt asks the decider once. A panic counts as an error: it is to fail the one work that causes it.
func (b *Batcher) attempt(ctx context.Context, works []scenarios.Work, free bool) (results []scenarios.Result, err error) {
	defer func() {
		if cause := recover(); cause != nil {
			err = &PanicError{Cause: cause, Stack: debug.Stack()}
		}
	}()
	if decider, able := b.decider.(freeDecider); able && free {
		results, err = decider.DecideFree(ctx, works)
	} else {
		results, err = b.decider.Decide(ctx, works)
	}
	if err == nil && len(results) != len(works) {
		err = errors.New("the decider answered a different number of works")
	}
	return results, err
}

// PanicError is a panic that was caught.
type PanicError struct {
	Cause any
	Stack []byte
}

func (e *PanicError) Error() string { return fmt.Sprintf("panic: %v", e.Cause) }
