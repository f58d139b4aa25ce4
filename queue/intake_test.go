package queue

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"kagobell/scenarios"
)

// register notes what was decided together, as "account:event …".
type register struct {
	mu      sync.Mutex
	batches []string
	refuse  string // an account of which no batch is saved
}

func (r *register) Decide(_ context.Context, works []scenarios.Work) ([]scenarios.Result, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	var said []string
	results := make([]scenarios.Result, len(works))
	for i, w := range works {
		if r.refuse != "" && w.Event.AccountID == r.refuse {
			return nil, errors.New("refused")
		}
		said = append(said, w.Event.AccountID+":"+w.Event.ID)
		results[i].Decision.EventNote = scenarios.Reason(w.Event.ID)
	}
	r.batches = append(r.batches, strings.Join(said, " "))
	return results, nil
}

func (r *register) Now(context.Context) (time.Time, error) {
	if r.refuse != "" {
		return time.Time{}, errors.New("away")
	}
	return time.Now(), nil
}

func startIntake(t *testing.T, r *register) *intake {
	t.Helper()
	x := newIntake(r, r, BatchOptions{InFlight: 4})
	t.Cleanup(func() {
		if err := x.Close(context.WithoutCancel(t.Context())); err != nil {
			t.Error(err)
		}
	})
	return x
}

// ofAccounts are events 0, 1, 2, … of so many accounts in turn.
func ofAccounts(n, accounts int) []scenarios.Work {
	works := make([]scenarios.Work, n)
	for i := range works {
		works[i].Event = &scenarios.Event{ID: fmt.Sprint(i), AccountID: fmt.Sprint("a-", i%accounts), Buyer: &scenarios.BuyerUpdate{ID: "b"}}
	}
	return works
}

func TestIntakeKeepsAnAccountTogether(t *testing.T) {
	r := &register{}
	x := startIntake(t, r)
	works := ofAccounts(40, 8)
	results, err := x.submit(t.Context(), works, nil)
	if err != nil {
		t.Fatal(err)
	}
	for i, result := range results {
		if string(result.Decision.EventNote) != works[i].Event.ID {
			t.Errorf("the result of event %d is that of %s", i, result.Decision.EventNote)
		}
	}
	if len(r.batches) < 2 {
		t.Fatalf("8 accounts shared %d batches: %q", len(r.batches), r.batches)
	}
	seen := map[string]int{} // account: its batch
	for at, batch := range r.batches {
		last := map[string]int{}
		for _, said := range strings.Fields(batch) {
			account, id, _ := strings.Cut(said, ":")
			if was, known := seen[account]; known && was != at {
				t.Errorf("%s stands in two batches: %q", account, r.batches)
			}
			var n int
			fmt.Sscan(id, &n)
			if before, known := last[account]; known && n < before {
				t.Errorf("events of %s are out of order: %s", account, batch)
			}
			seen[account], last[account] = at, n
		}
	}
}

func TestIntakeKeepsACallWholeWhoseOrderSaysSomething(t *testing.T) {
	for name, odd := range map[string]*scenarios.Event{
		"a product":          {ID: "odd", Product: &scenarios.ProductUpdate{SKU: "A4"}},
		"a buyer by himself": {ID: "odd", Buyer: &scenarios.BuyerUpdate{ID: "b"}},
	} {
		r := &register{}
		works := ofAccounts(20, 10)
		works[7].Event = odd
		if _, err := startIntake(t, r).submit(t.Context(), works, nil); err != nil {
			t.Fatal(err)
		}
		if len(r.batches) != 1 {
			t.Errorf("%s: a call was decided in %d batches", name, len(r.batches))
		}
	}
}

func TestIntakeTellsWhatWasSavedAndThatNotAllWas(t *testing.T) {
	r := &register{refuse: "a-3"}
	x := startIntake(t, r)
	var mu sync.Mutex
	var told []string
	_, err := x.submit(t.Context(), ofAccounts(40, 8), func(a answer) {
		mu.Lock()
		defer mu.Unlock()
		for _, result := range a.results {
			told = append(told, string(result.Decision.EventNote))
		}
	})
	if !errors.Is(err, ErrUnavailable) {
		t.Errorf("got %v", err)
	}
	if len(told) == 0 || slices.Contains(told, "3") {
		t.Errorf("saved were %q", told)
	}
}
