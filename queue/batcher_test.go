package queue

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"kagobell/scenarios"
)

func TestBatcherGathersWhileBusy(t *testing.T) {
	d := newDesk()
	b := startBatcher(t, d, BatchOptions{Most: 4, InFlight: 1})
	first := submit(t, b, "a1 a2")
	expect(t, "the first is decided at once", d.next(t), "a1 a2")
	second, third, fourth := submit(t, b, "b1"), submit(t, b, "c1 c2"), submit(t, b, "d1 d2")
	d.say(1, nil)
	expect(t, "the others share a batch, whole calls up to four works", d.next(t), "b1 c1 c2")
	d.say(1, nil)
	expect(t, "what did not fit", d.next(t), "d1 d2")
	d.say(1, nil)
	for call, want := range map[*submitted]string{first: "a1 a2", second: "b1", third: "c1 c2", fourth: "d1 d2"} {
		expect(t, "answer", call.ended(t), want)
	}
}

func TestBatcherDecidesSeveralBatchesAtATime(t *testing.T) {
	d := newDesk()
	b := startBatcher(t, d, BatchOptions{InFlight: 2, Gather: time.Millisecond})
	first := submit(t, b, "a")
	d.next(t)
	second := submit(t, b, "b")
	expect(t, "a second batch does not wait for the first", d.next(t), "b")
	d.say(2, nil)
	expect(t, "answers", first.ended(t)+second.ended(t), "ab")
}

func TestBatcherWaitsForCompanyOnlyWhileBusy(t *testing.T) {
	d := newDesk()
	b := startBatcher(t, d, BatchOptions{InFlight: 2, Gather: time.Hour})
	first := submit(t, b, "a")
	expect(t, "idle: at once", d.next(t), "a")
	second, third := submit(t, b, "b"), submit(t, b, "c")
	d.say(1, nil)
	expect(t, "idle again: all that gathered", d.next(t), "b c")
	d.say(1, nil)
	expect(t, "answers", first.ended(t)+second.ended(t)+third.ended(t), "abc")
}

func TestBatcherKeepsALargeCallWhole(t *testing.T) {
	d := newDesk()
	b := startBatcher(t, d, BatchOptions{Most: 2, Capacity: 1})
	call := submit(t, b, "a b c d e")
	expect(t, "batch", d.next(t), "a b c d e")
	d.say(1, nil)
	expect(t, "answer", call.ended(t), "a b c d e")
}

func TestBatcherRefusesWhenTooMuchWaits(t *testing.T) {
	d := newDesk()
	b := startBatcher(t, d, BatchOptions{InFlight: 1, Capacity: 3})
	first := submit(t, b, "a")
	d.next(t)
	waiting := submit(t, b, "b c")
	if _, err := b.Submit(t.Context(), events("d e")); !errors.Is(err, ErrOverloaded) {
		t.Errorf("over capacity: got %v", err)
	}
	small := submit(t, b, "f")
	d.say(2, nil)
	expect(t, "answers", first.ended(t)+" "+waiting.ended(t)+" "+small.ended(t), "a b c f")
	if n := b.Waiting(); n != 0 {
		t.Errorf("%d works still wait", n)
	}
}

func TestBatcherCloseDecidesWhatWaits(t *testing.T) {
	d := newDesk()
	b := NewBatcher(d, d, BatchOptions{InFlight: 2, Most: 1, Gather: time.Hour})
	calls := []*submitted{submit(t, b, "a")}
	d.next(t)
	for _, id := range []string{"b", "c", "d"} {
		calls = append(calls, submit(t, b, id))
	}
	closed := make(chan error)
	go func() { closed <- b.Close(t.Context()) }()
	eventually(t, "the door to close", func() bool {
		b.mu.Lock()
		defer b.mu.Unlock()
		return b.closed
	})
	if _, err := b.Submit(t.Context(), events("e")); !errors.Is(err, ErrClosed) {
		t.Errorf("after Close: got %v", err)
	}
	d.say(4, nil)
	if err := <-closed; err != nil {
		t.Error(err)
	}
	for i, call := range calls {
		expect(t, "answer", call.ended(t), string(rune('a'+i)))
	}
}

func TestBatcherCloseGivesUpInTime(t *testing.T) {
	d := newDesk()
	b := NewBatcher(d, d, BatchOptions{})
	call := submit(t, b, "a")
	d.next(t)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := b.Close(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("Close: got %v", err)
	}
	if <-call.done; !errors.Is(call.err, ErrUnavailable) {
		t.Errorf("the call: got %v", call.err)
	}
}

func TestBatcherLetsPoisonFailAlone(t *testing.T) {
	for _, panics := range []bool{false, true} {
		t.Run(fmt.Sprintf("panics=%t", panics), func(t *testing.T) {
			d := newDesk()
			d.poison, d.panics = "x", panics
			b := startBatcher(t, d, BatchOptions{InFlight: 1})
			first := submit(t, b, "warm up")
			d.next(t)
			good, bad, other := submit(t, b, "a b"), submit(t, b, "c x d"), submit(t, b, "e")
			d.say(50, nil)
			want := "c !poison d"
			if panics {
				want = "c !panic: poison d"
			}
			expect(t, "poisoned call", bad.ended(t), want)
			expect(t, "others", first.ended(t)+" "+good.ended(t)+" "+other.ended(t), "warm up a b e")
			expect(t, "whole batch", d.next(t), "a b c x d e")
			var order []string
			for len(d.batches) > 0 {
				if batch := d.next(t); !strings.Contains(batch, "x") {
					order = append(order, batch)
				}
			}
			expect(t, "order in which the rest was saved", strings.Join(order, " "), "a b c d e")
		})
	}
}

func TestBatcherDoesNotDivideWhileTheDatabaseIsAway(t *testing.T) {
	d := newDesk()
	d.away = errors.New("connection refused")
	b := startBatcher(t, d, BatchOptions{})
	d.say(1, errors.New("broken pipe"))
	_, err := b.Submit(t.Context(), events("a b c d"))
	if !errors.Is(err, ErrUnavailable) || !strings.Contains(err.Error(), "broken pipe") {
		t.Errorf("got %v", err)
	}
	if d.calls != 1 {
		t.Errorf("the decider was asked %d times", d.calls)
	}
}

// A connection that breaks is nobody's fault, also where the database answers again at once.
func TestBatcherBlamesNobodyForAMomentWithoutDatabase(t *testing.T) {
	d := newDesk()
	b := startBatcher(t, d, BatchOptions{})
	d.say(1, fmt.Errorf("%w: broken pipe", ErrUnavailable))
	if results, err := b.Submit(t.Context(), events("a")); !errors.Is(err, ErrUnavailable) {
		t.Errorf("got %+v, %v", results, err)
	}
}

func TestBatcherFailsTheCallsThatTheDatabaseLeftUnsaved(t *testing.T) {
	d := newDesk()
	b := startBatcher(t, d, BatchOptions{InFlight: 1})
	first := submit(t, b, "warm")
	d.next(t)
	saved, unsaved := submit(t, b, "a b"), submit(t, b, "c d")
	d.say(1, nil)
	expect(t, "whole batch", d.next(t), "a b c d")
	d.say(1, errors.New("deadlock"))
	expect(t, "left half", d.next(t), "a b")
	d.mu.Lock()
	d.away = errors.New("gone")
	d.mu.Unlock()
	d.say(1, nil)
	expect(t, "right half", d.next(t), "c d")
	d.say(1, errors.New("gone"))
	expect(t, "saved", first.ended(t)+" "+saved.ended(t), "warm a b")
	if <-unsaved.done; !errors.Is(unsaved.err, ErrUnavailable) {
		t.Errorf("unsaved: got %v", unsaved.err)
	}
}

func TestBatcherLeavesOutWhoHasGone(t *testing.T) {
	d := newDesk()
	b := startBatcher(t, d, BatchOptions{InFlight: 1})
	first := submit(t, b, "a")
	d.next(t)
	ctx, cancel := context.WithCancel(t.Context())
	gone := make(chan error)
	go func() {
		_, err := b.Submit(ctx, events("gone"))
		gone <- err
	}()
	eventually(t, "the call to wait", func() bool { return b.Waiting() == 1 })
	cancel()
	if err := <-gone; !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
	here := submit(t, b, "here")
	d.say(2, nil)
	expect(t, "answers", first.ended(t)+" "+here.ended(t), "a here")
	expect(t, "batch", d.next(t), "here")
}

func TestBatcherTellsOfWhatWasSavedForSomebodyWhoHasGone(t *testing.T) {
	d := newDesk()
	b := startBatcher(t, d, BatchOptions{})
	ctx, cancel := context.WithCancel(t.Context())
	told := make(chan int, 1)
	go func() { _, _ = b.submit(ctx, events("a b"), 0, func(a answer) { told <- len(a.results) }) }()
	d.next(t)
	cancel()
	d.say(1, nil)
	if n := <-told; n != 2 {
		t.Errorf("told of %d results", n)
	}
}

func TestBatcherRefusesAWrongNumberOfResults(t *testing.T) {
	b := NewBatcher(short{}, newDesk(), BatchOptions{})
	defer b.Close(t.Context())
	results, err := b.Submit(t.Context(), events("a b"))
	if err != nil || len(results) != 2 || results[0].Err == nil || results[1].Err == nil {
		t.Errorf("got %v, %v", results, err)
	}
}

// short answers nothing.
type short struct{}

func (short) Decide(context.Context, []scenarios.Work) ([]scenarios.Result, error) { return nil, nil }

// Whoever gives up waiting takes his works along: they hold up nobody and fill no memory while the database hangs.
func TestBatcherForgetsWhoHasGone(t *testing.T) {
	d := newDesk()
	b := startBatcher(t, d, BatchOptions{InFlight: 1, Capacity: 3, Gather: time.Millisecond})
	first := submit(t, b, "a")
	d.next(t) // and hangs
	ctx, giveUp := context.WithCancel(t.Context())
	gone := make(chan error, 3)
	for _, id := range []string{"b", "c", "d"} {
		go func() {
			_, err := b.Submit(ctx, events(id))
			gone <- err
		}()
	}
	eventually(t, "three to wait", func() bool { return b.Waiting() == 3 })
	if _, err := b.Submit(t.Context(), events("e")); !errors.Is(err, ErrOverloaded) {
		t.Errorf("over the capacity: %v", err)
	}
	giveUp()
	for range 3 {
		if err := <-gone; !errors.Is(err, context.Canceled) {
			t.Errorf("gave up with %v", err)
		}
	}
	if n := b.Waiting(); n != 0 || len(b.waiting) > 1 {
		t.Errorf("%d works, %d calls still wait", n, len(b.waiting))
	}
	last := submit(t, b, "f")
	d.say(2, nil)
	expect(t, "what is decided next", d.next(t), "f")
	expect(t, "answers", first.ended(t)+last.ended(t), "af")
}
