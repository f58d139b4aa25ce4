package store

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"kagobell/scenarios"
)

// knowing is a decision that keeps the buyer of an event.
func knowing(s *scenarios.Snapshot, w scenarios.Work, _ time.Time) scenarios.Decision {
	u := w.Event.Buyer
	b := &scenarios.Buyer{ID: u.ID, AccountID: u.AccountID.Value}
	if known := s.Buyer(u.ID); known != nil {
		*b = *known
		u.AccountID.Apply(&b.AccountID)
	}
	return scenarios.Decision{Buyers: []*scenarios.Buyer{b}}
}

func TestDecideTellsDuplicates(t *testing.T) {
	onBoth(t, func(t *testing.T, s *testStore) {
		var decided []string
		d := fake{decide: func(s *scenarios.Snapshot, w scenarios.Work, now time.Time) scenarios.Decision {
			decided = append(decided, w.Event.Source+"/"+w.Event.ID)
			return scenarios.Decision{EventNote: scenarios.ReasonStale}
		}}
		other := cartEvent("b-1", "e-1", "c-1")
		other.Event.Source = "another"
		first := s.mustDecide(t, d, cartEvent("b-1", "e-1", "c-1"), cartEvent("b-2", "e-2", "c-1"), cartEvent("b-1", "e-1", "c-1"), other)
		again := s.mustDecide(t, d, cartEvent("b-1", "e-1", "c-1"), cartEvent("b-1", "e-3", "c-1"), cartEvent("b-9", "e-2", "c-1"))
		if want := []string{"shop/e-1", "shop/e-2", "another/e-1", "shop/e-3"}; !slices.Equal(decided, want) {
			t.Errorf("decided %v, want %v", decided, want)
		}
		var duplicates []bool
		for _, r := range append(first, again...) {
			duplicates = append(duplicates, r.Duplicate)
		}
		if want := []bool{false, false, true, false, true, false, true}; !slices.Equal(duplicates, want) {
			t.Errorf("duplicates %v, want %v", duplicates, want)
		}
		if n := count(t, s, "SELECT COUNT(*) FROM events WHERE note = 'stale' AND body LIKE '%\"id\"%'"); n != 4 {
			t.Errorf("%d events are stored, want 4", n)
		}
	})
}

// TestTrustedEventThatIsKnown: the store does not ask first whether an event is
// known; its unique key tells, and what the batch decided until then is undone.
func TestTrustedEventThatIsKnown(t *testing.T) {
	onBoth(t, func(t *testing.T, s *testStore) {
		d := fake{decide: func(_ *scenarios.Snapshot, w scenarios.Work, _ time.Time) scenarios.Decision {
			return scenarios.Decision{Journal: []scenarios.Entry{{At: base, BuyerID: w.Event.BuyerID()}}}
		}}
		s.mustDecide(t, d, cartEvent("b-1", "e-1", "c-1"))
		if !s.trustsEvents() {
			t.Fatal("events are not trusted, though none came twice")
		}
		results := s.mustDecide(t, d, cartEvent("b-2", "e-2", "c-1"), cartEvent("b-1", "e-1", "c-1"))
		if results[0].Duplicate || !results[1].Duplicate || len(results[1].Decision.Journal) > 0 {
			t.Errorf("results %+v", results)
		}
		if s.trustsEvents() {
			t.Error("events are still trusted after one came twice")
		}
		if n := count(t, s, "SELECT COUNT(*) FROM journal"); n != 2 {
			t.Errorf("%d lines in the journal, want 2", n)
		}
	})
}

// TestDecideBuildsOnEarlierWorks: in a batch each decision sees those before it,
// and the last state of a row is what is saved.
func TestDecideBuildsOnEarlierWorks(t *testing.T) {
	onBoth(t, func(t *testing.T, s *testStore) {
		d := fake{decide: func(s *scenarios.Snapshot, w scenarios.Work, _ time.Time) scenarios.Decision {
			b := scenarios.Buyer{ID: "b-1"}
			if known := s.Buyer("b-1"); known != nil {
				b = *known
			}
			b.Name += w.Event.ID
			return scenarios.Decision{Buyers: []*scenarios.Buyer{&b}, Journal: []scenarios.Entry{{At: base, BuyerID: "b-1", Reason: scenarios.Reason(w.Event.ID)}}}
		}}
		s.mustDecide(t, d, cartEvent("b-1", "x", "c"), cartEvent("b-1", "y", "c"))
		s.mustDecide(t, d, cartEvent("b-1", "z", "c"))
		got, err := s.Recipient(t.Context(), "b-1")
		if err != nil || got.Buyer.Name != "xyz" || got.Account.Key != "b:b-1" {
			t.Errorf("%+v, %v", got, err)
		}
		entries, err := s.Journal(t.Context(), "b-1", 0, 10)
		if err != nil || len(entries) != 3 || entries[0].Reason != "z" || entries[2].Reason != "x" {
			t.Errorf("journal %+v, %v", entries, err)
		}
	})
}

func TestPoisonousWorkFailsAlone(t *testing.T) {
	tooLong := strings.Repeat("x", 200)
	tests := map[string]func(w scenarios.Work) scenarios.Decision{
		"panic":                 func(scenarios.Work) scenarios.Decision { panic("bang") },
		"JSON that can't be":    func(scenarios.Work) scenarios.Decision { return runWith(map[string]any{"x": func() {}}) },
		"required time missing": func(w scenarios.Work) scenarios.Decision { return withFanOut(w.Event.ID) },
	}
	onBoth(t, func(t *testing.T, s *testStore) {
		for name, poison := range tests {
			d := fake{decide: func(s *scenarios.Snapshot, w scenarios.Work, now time.Time) scenarios.Decision {
				if strings.HasSuffix(w.Event.ID, "bad") {
					return poison(w)
				}
				return knowing(s, w, now)
			}}
			var works []scenarios.Work
			for i := range 20 {
				id := fmt.Sprintf("%s-%d", name, i)
				if i == 7 || i == 13 {
					id += "-bad"
				}
				works = append(works, cartEvent(fmt.Sprintf("%s-b-%d", name, i), id, "c"))
			}
			results, err := s.Decide(t.Context(), works, d)
			if err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			for i, r := range results {
				if bad := i == 7 || i == 13; bad != (r.Err != nil) {
					t.Errorf("%s: work %d: %v", name, i, r.Err)
				} else if bad && len(r.Decision.Buyers) > 0 {
					t.Errorf("%s: work %d failed and decided %+v", name, i, r.Decision)
				}
			}
			if n := count(t, s, "SELECT COUNT(*) FROM events WHERE event_id LIKE ?", name+"%"); n != 18 {
				t.Errorf("%s: %d events are stored, want 18", name, n)
			}
			if n := count(t, s, "SELECT COUNT(*) FROM buyers WHERE buyer_id LIKE ?", name+"%"); n != 18 {
				t.Errorf("%s: %d buyers are stored, want 18", name, n)
			}
		}
	})
	t.Run("mysql, an id that is too long", func(t *testing.T) {
		s := openStore(t, mysqlURL(t))
		results, err := s.Decide(t.Context(), []scenarios.Work{cartEvent("b-1", "e-1", "c"), cartEvent(tooLong, "e-2", "c")}, fake{decide: knowing})
		if err != nil || results[0].Err != nil || results[1].Err == nil {
			t.Errorf("%+v, %v", results, err)
		}
	})
}

// TestNobodyIsToBlame: what the database's absence fails, or others' locks, may be tried again.
func TestNobodyIsToBlame(t *testing.T) {
	s := openStore(t, sqliteURL(t))
	gone, cancel := context.WithCancel(t.Context())
	cancel()
	work := []scenarios.Work{cartEvent("b-1", "e-1", "c")}
	if _, err := s.Decide(gone, work, fake{decide: knowing}); !errors.Is(err, ErrUnavailable) {
		t.Errorf("without a database: %v", err)
	}
	busy := *s.dialect
	busy.failure = func(error) failure { return failsForNow }
	s.dialect = &busy
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Decide(t.Context(), work, fake{decide: knowing}); !errors.Is(err, ErrUnavailable) || !errors.Is(err, ErrBusy) {
		t.Errorf("losing against others: %v", err)
	}
}

func runWith(data map[string]any) scenarios.Decision {
	r := run("r-1", "b-1", "b:b-1")
	r.Data = data
	return scenarios.Decision{Runs: []*scenarios.Run{r}}
}

func withFanOut(id string) scenarios.Decision {
	return scenarios.Decision{FanOuts: []*scenarios.FanOut{{ID: id, SKU: "s"}}}
}

// TestTakenDedupKey: two buyers of different accounts share an address. Whoever
// comes second finds the key taken, also when both were decided at once.
func TestTakenDedupKey(t *testing.T) {
	onBoth(t, func(t *testing.T, s *testStore) {
		s.put(t, "b-1", claimFor("b-1"))
		results, err := s.Decide(t.Context(), []scenarios.Work{cartEvent("b-2", "e-2", "c"), cartEvent("b-3", "e-3", "c")},
			fake{decide: func(_ *scenarios.Snapshot, w scenarios.Work, _ time.Time) scenarios.Decision {
				if w.Event.BuyerID() == "b-2" {
					return claimFor("b-2")
				}
				return scenarios.Decision{Buyers: []*scenarios.Buyer{buyer("b-3", "")}}
			}})
		if err != nil || results[0].Err == nil || results[1].Err != nil {
			t.Fatalf("%v; results %v, %v", err, results[0].Err, results[1].Err)
		}
		if n := count(t, s, "SELECT COUNT(*) FROM messages WHERE dedup_key = 'shared' AND message_id = 'm-b-1'"); n != 1 {
			t.Error("the first message lost its key")
		}

		// A due run is shown who holds the key.
		s.put(t, "b-2", scenarios.Decision{Buyers: []*scenarios.Buyer{buyer("b-2", "")}, Runs: []*scenarios.Run{run("r-b-2", "b-2", "b:b-2")}})
		var seen *scenarios.Snapshot
		d := fake{dedupKeys: func(id scenarios.RunID) []string { return []string{"shared", string("other-" + id)} },
			decide: func(s *scenarios.Snapshot, _ scenarios.Work, _ time.Time) scenarios.Decision {
				seen = s
				return scenarios.Decision{}
			}}
		s.mustDecide(t, d, scenarios.Work{Due: &scenarios.RunRef{RunID: "r-b-2"}})
		want := scenarios.NewSnapshot()
		want.PutAccount(&scenarios.Account{Key: "b:b-2"})
		want.PutBuyer(buyer("b-2", ""))
		want.PutRun(run("r-b-2", "b-2", "b:b-2"))
		m := message("m-b-1", run("r-b-1", "b-1", "b:b-1"))
		m.DedupKey = "shared"
		want.PutMessage(m)
		expectSnapshot(t, "a due run", seen, want)
	})
}

// TestDedupKeyIsHandedOver: a message that fails gives its key up, in the same
// transaction in which another takes it, whichever is decided first.
func TestDedupKeyIsHandedOver(t *testing.T) {
	onBoth(t, func(t *testing.T, s *testStore) {
		first, second := claimFor("b-1"), claimFor("b-2")
		m, other := first.Messages[0], second.Messages[0]
		s.put(t, "b-1", first)
		s.put(t, "b-2", scenarios.Decision{Buyers: second.Buyers, Runs: second.Runs})
		save := func(mine, theirs *scenarios.Message, id string) {
			t.Helper()
			s.mustDecide(t, fake{decide: func(_ *scenarios.Snapshot, w scenarios.Work, _ time.Time) scenarios.Decision {
				if w.Event.BuyerID() == "b-2" {
					return scenarios.Decision{Messages: []*scenarios.Message{theirs}}
				}
				return scenarios.Decision{Messages: []*scenarios.Message{mine}}
			}}, cartEvent("b-1", id+"-1", "c"), cartEvent("b-2", id+"-2", "c"))
		}
		holder := func(want string) {
			t.Helper()
			if n := count(t, s, "SELECT COUNT(*) FROM messages WHERE dedup_key = 'shared' AND message_id = ?", want); n != 1 {
				t.Errorf("the key is not with %s", want)
			}
		}
		failed, gaveUp := *m, *other
		failed.Status, gaveUp.Status = scenarios.MessageFailed, scenarios.MessageFailed
		save(&failed, other, "over")
		holder("m-b-2")
		save(m, &gaveUp, "back")
		holder("m-b-1")
	})
}

// claimFor claims a message to an address that all of these buyers share.
func claimFor(buyerID string) scenarios.Decision {
	r := run("r-"+buyerID, buyerID, scenarios.KeyOfBuyer(buyerID))
	m := message("m-"+buyerID, r)
	m.DedupKey = "shared"
	return scenarios.Decision{Buyers: []*scenarios.Buyer{buyer(buyerID, "")}, Runs: []*scenarios.Run{r}, Messages: []*scenarios.Message{m}}
}

// TestGoneSubjects: alarms of runs, outcomes of messages and favourites of buyers
// that do not exist decide nothing.
func TestGoneSubjects(t *testing.T) {
	onBoth(t, func(t *testing.T, s *testStore) {
		d := fake{decide: func(*scenarios.Snapshot, scenarios.Work, time.Time) scenarios.Decision { panic("asked") }}
		results := s.mustDecide(t, d,
			scenarios.Work{Due: &scenarios.RunRef{RunID: "gone"}},
			scenarios.Work{Outcome: &scenarios.Outcome{MessageID: "gone"}},
			scenarios.Work{Favorite: &scenarios.FavoriteRef{BuyerID: "gone"}})
		for i, r := range results {
			if r.Duplicate || r.Decision.Runs != nil {
				t.Errorf("work %d: %+v", i, r)
			}
		}
	})
}

// TestDecideWithoutDatabase: the error is for the whole.
func TestDecideWithoutDatabase(t *testing.T) {
	onBoth(t, func(t *testing.T, s *testStore) {
		ctx, cancel := context.WithCancel(t.Context())
		d := fake{decide: func(*scenarios.Snapshot, scenarios.Work, time.Time) scenarios.Decision {
			cancel() // in the middle of the transaction
			return scenarios.Decision{}
		}}
		works := []scenarios.Work{cartEvent("b-1", "e-1", "c"), cartEvent("b-2", "e-2", "c")}
		results, err := s.Decide(ctx, works, d)
		if !errors.Is(err, context.Canceled) {
			t.Errorf("error %v, want %v", err, context.Canceled)
		}
		for i, r := range results {
			if !errors.Is(r.Err, context.Canceled) {
				t.Errorf("work %d: %v", i, r.Err)
			}
		}
		if n := count(t, s, "SELECT COUNT(*) FROM events"); n != 0 {
			t.Errorf("%d events are stored", n)
		}
	})
}

// TestEmptyBatch does nothing.
func TestEmptyBatch(t *testing.T) {
	onBoth(t, func(t *testing.T, s *testStore) {
		if results, err := s.Decide(t.Context(), nil, fake{}); err != nil || len(results) != 0 {
			t.Errorf("%v, %v", results, err)
		}
	})
}
