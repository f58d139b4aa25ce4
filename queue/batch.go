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

// decide answers the calls of a batch. Those whose callers have gone are left out.
func (b *Batcher) decide(batch []*call) {
	var works []scenarios.Work
	here := batch[:0]
	for _, c := range batch {
		if err := c.ctx.Err(); err != nil {
			c.err = err
			close(c.done)
			continue
		}
		works = append(works, c.works...)
		here = append(here, c)
	}
	if len(here) == 0 {
		return
	}
	ctx, cancel := context.WithTimeout(b.hard, b.options.Patience)
	defer cancel()
	began := b.now()
	results, err := b.decideOrDivide(ctx, works)
	for _, c := range here {
		c.err = err
		if err == nil {
			c.answer = answer{results: results[:len(c.works):len(c.works)], began: began}
			c.err = unavailable(c.answer.results)
			results = results[len(c.works):]
			if c.after != nil {
				c.after(c.answer)
			}
		}
		close(c.done)
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
func (b *Batcher) decideOrDivide(ctx context.Context, works []scenarios.Work) ([]scenarios.Result, error) {
	results, err := b.attempt(ctx, works)
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
	left, err := b.decideOrDivide(ctx, works[:half])
	if err != nil {
		return nil, err
	}
	right, err := b.decideOrDivide(ctx, works[half:])
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
func (b *Batcher) attempt(ctx context.Context, works []scenarios.Work) (results []scenarios.Result, err error) {
	defer func() {
		if cause := recover(); cause != nil {
			err = &PanicError{Cause: cause, Stack: debug.Stack()}
		}
	}()
	results, err = b.decider.Decide(ctx, works)
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
