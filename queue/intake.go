package queue

import (
	"context"
	"errors"
	"hash/fnv"
	"sync"

	"kagobell/scenarios"
)

// intake takes in what comes from outside. An account keeps to one batcher: batches that are decided side by side lock
// different accounts, so that none waits for another to be saved.
type intake struct{ batchers []*Batcher }

// newIntake makes as many batchers as options let batches be in flight, which share the capacity.
func newIntake(decider Decider, clock Clock, options BatchOptions) *intake {
	options = options.withDefaults()
	x := &intake{batchers: make([]*Batcher, options.InFlight)}
	options.Capacity = max(options.Capacity/options.InFlight, 1)
	options.InFlight = 1
	for i := range x.batchers {
		x.batchers[i] = NewBatcher(decider, clock, options)
	}
	return x
}

// submit has works decided; those of one account in their order. An error means that not all of them are saved.
func (x *intake) submit(ctx context.Context, works []scenarios.Work, after func(answer)) ([]scenarios.Result, error) {
	parts := x.parts(works)
	decide := func(at int, works []scenarios.Work) ([]scenarios.Result, error) {
		b := x.batchers[at]
		a, err := b.submit(ctx, works, b.options.Capacity, after)
		return a.results, err
	}
	if len(parts) == 1 {
		for at := range parts {
			return decide(at, works)
		}
	}
	results, failed := make([]scenarios.Result, len(works)), make([]error, len(x.batchers))
	var all sync.WaitGroup
	for at, places := range parts {
		all.Go(func() {
			part := make([]scenarios.Work, len(places))
			for i, place := range places {
				part[i] = works[place]
			}
			decided, err := decide(at, part)
			if failed[at] = err; err != nil {
				return
			}
			for i, place := range places {
				results[place] = decided[i]
			}
		})
	}
	all.Wait()
	if err := errors.Join(failed...); err != nil {
		return nil, err
	}
	return results, nil
}

// parts says which works go to which batcher. A call is parted only where every work names its account and none is
// about the catalogue: otherwise their order would say something that is lost.
func (x *intake) parts(works []scenarios.Work) map[int][]int {
	parts := map[int][]int{}
	whole := false
	for i, w := range works {
		whole = whole || w.Event == nil || w.Event.AccountID == ""
		at := x.of(w)
		parts[at] = append(parts[at], i)
	}
	if whole && len(parts) > 1 {
		return map[int][]int{x.of(works[0]): nil}
	}
	return parts
}

// of is the place of the batcher for a work.
func (x *intake) of(w scenarios.Work) int {
	key := ""
	switch ev := w.Event; {
	case ev == nil:
	case ev.AccountID != "":
		key = ev.AccountID
	case ev.Product != nil:
		key = ev.Product.SKU
	default:
		key = ev.BuyerID()
	}
	h := fnv.New32a()
	_, _ = h.Write([]byte(key)) // never fails
	return int(h.Sum32() % uint32(len(x.batchers)))
}

// Close closes all of them; see Batcher.Close.
func (x *intake) Close(ctx context.Context) error {
	closed := make([]error, len(x.batchers))
	var all sync.WaitGroup
	for i, b := range x.batchers {
		all.Go(func() { closed[i] = b.Close(ctx) })
	}
	all.Wait()
	return errors.Join(closed...)
}

// Waiting is the number of works that wait to be decided.
func (x *intake) Waiting() (n int) {
	for _, b := range x.batchers {
		n += b.Waiting()
	}
	return n
}
