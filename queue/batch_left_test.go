package queue

import (
	"context"
	"strings"
	"testing"

	"kagobell/scenarios"
)

// freeDesk is a desk to which others hold accounts: an event whose id begins with "held" is left as often as that says.
type freeDesk struct {
	*desk
	held int
}

func (d *freeDesk) DecideFree(ctx context.Context, works []scenarios.Work) ([]scenarios.Result, error) {
	results, err := d.Decide(ctx, works)
	if err != nil {
		return nil, err
	}
	for i, work := range works {
		if strings.HasPrefix(work.Event.ID, "held") && d.held > 0 {
			results[i] = scenarios.Result{Left: true}
		}
	}
	d.held--
	return results, nil
}

// TestBatcherDecidesAgainWhatWasLeft: what is left goes first in the next batch, and its call is answered when all of it
// is decided.
func TestBatcherDecidesAgainWhatWasLeft(t *testing.T) {
	d := &freeDesk{newDesk(), 1}
	b := NewBatcher(d, d, BatchOptions{InFlight: 1})
	t.Cleanup(func() { _ = b.Close(context.Background()) })
	told := make(chan answer, 1)
	first := make(chan answer, 1)
	go func() {
		a, err := b.submit(t.Context(), events("a held b"), 0, func(a answer) { told <- a })
		if err != nil {
			t.Error(err)
		}
		first <- a
	}()
	expect(t, "the first batch", d.next(t), "a held b")
	second := submit(t, b, "c")
	d.say(1, nil)
	expect(t, "the second batch", d.next(t), "held c")
	select {
	case <-told:
		t.Fatal("a call was answered before all of it was decided")
	default:
	}
	d.say(1, nil)
	got := <-first
	for i, want := range []string{"a", "held", "b"} {
		if note := string(got.results[i].Decision.EventNote); note != want || got.results[i].Left {
			t.Errorf("result %d: %+v, want %s", i, got.results[i], want)
		}
	}
	expect(t, "the other call", second.ended(t), "c")
	<-told
}

// TestBatcherWaitsForWhatIsLeftOverAndOver: after some turns the batch waits for whoever holds the account.
func TestBatcherWaitsForWhatIsLeftOverAndOver(t *testing.T) {
	d := &freeDesk{newDesk(), 1 << 20}
	b := NewBatcher(d, d, BatchOptions{InFlight: 1})
	t.Cleanup(func() { _ = b.Close(context.Background()) })
	d.say(mostTurns+1, nil)
	results, err := b.Submit(t.Context(), events("held"))
	if err != nil || results[0].Decision.EventNote != "held" {
		t.Fatalf("%+v, %v", results, err)
	}
	if d.calls != mostTurns+1 {
		t.Errorf("decided in %d batches, want %d", d.calls, mostTurns+1)
	}
}

// TestBatcherTellsOfWhatIsSavedOfAPart: who goes while a part of his call is left is told of all of it.
func TestBatcherTellsOfWhatIsSavedOfAPart(t *testing.T) {
	d := &freeDesk{newDesk(), 1}
	b := NewBatcher(d, d, BatchOptions{InFlight: 1})
	t.Cleanup(func() { _ = b.Close(context.Background()) })
	ctx, leave := context.WithCancel(t.Context())
	told, gone := make(chan answer, 1), make(chan error, 1)
	go func() {
		_, err := b.submit(ctx, events("a held"), 0, func(a answer) { told <- a })
		gone <- err
	}()
	expect(t, "the first batch", d.next(t), "a held")
	d.say(1, nil)
	expect(t, "the second batch", d.next(t), "held")
	leave()
	<-gone
	d.say(1, nil)
	if a := <-told; len(a.results) != 2 || a.results[0].Decision.EventNote != "a" || a.results[1].Decision.EventNote != "held" {
		t.Errorf("told %+v", a)
	}
}
