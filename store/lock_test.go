package store

import (
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"kagobell/scenarios"
)

// TestOneAccountIsDecidedOneAtATime: two decisions about an account never
// interleave, whichever buyer of it they are about; none is lost.
func TestOneAccountIsDecidedOneAtATime(t *testing.T) {
	onBoth(t, func(t *testing.T, s *testStore) {
		var inside, rounds atomic.Int64
		d := fake{decide: func(s *scenarios.Snapshot, w scenarios.Work, _ time.Time) scenarios.Decision {
			if inside.Add(1) != 1 {
				t.Error("two decisions about one account at once")
			}
			defer inside.Add(-1)
			known := *s.Account("a:acme")
			known.Name += "x"
			return scenarios.Decision{Accounts: []*scenarios.Account{&known}, Buyers: []*scenarios.Buyer{buyer(w.Event.BuyerID(), "acme")}}
		}}
		const workers, each = 6, 8
		var all sync.WaitGroup
		for g := range workers {
			all.Go(func() {
				for i := range each {
					id := fmt.Sprintf("b-%d", (g+i)%3)
					w := cartEvent(id, fmt.Sprintf("e-%d-%d", g, i), "c-1")
					w.Event.Buyer.AccountID = scenarios.Field[string]{Present: true, Value: "acme"}
					s.mustDecide(t, d, w)
					rounds.Add(1)
				}
			})
		}
		all.Wait()
		got, err := s.Recipient(t.Context(), "b-0")
		if err != nil || len(got.Account.Name) != workers*each {
			t.Errorf("%d of %d decisions left a trace (%d returned), %v", len(got.Account.Name), workers*each, rounds.Load(), err)
		}
	})
}

// TestWhoIsFreeDoesNotWait: another transaction has locked one account of three.
// The works of the other two are saved meanwhile; its own, and those of a buyer who
// moves into it, wait, and keep their order.
func TestWhoIsFreeDoesNotWait(t *testing.T) {
	s := openStore(t, mysqlURL(t))
	event := func(id, account string) scenarios.Work {
		w := scenarios.Work{Event: eventOf("b-"+account, id)}
		w.Event.Buyer.AccountID = scenarios.Field[string]{Present: true, Value: account}
		return w
	}
	var mu sync.Mutex
	order := []string{}
	d := fake{decide: func(_ *scenarios.Snapshot, w scenarios.Work, _ time.Time) scenarios.Decision {
		mu.Lock()
		defer mu.Unlock()
		order = append(order, w.Event.ID)
		return scenarios.Decision{Buyers: []*scenarios.Buyer{buyer(w.Event.BuyerID(), w.Event.Buyer.AccountID.Value)}}
	}}
	s.mustDecide(t, d, event("", "held"), event("", "free"), event("", "moved"))
	tx, err := s.db.Beginx()
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = tx.Rollback() }()
	var key string
	if err := tx.Get(&key, "SELECT account_key FROM accounts WHERE account_key = 'a:held' FOR UPDATE"); err != nil {
		t.Fatal(err)
	}
	order = nil
	move := event("e-3", "held")
	move.Event.Buyer.ID = "b-moved"
	works := []scenarios.Work{event("e-1", "free"), event("e-2", "held"), move, event("e-4", "moved"), event("e-5", "held"), event("e-6", "new")}
	saved := make(chan []scenarios.Result)
	go func() {
		results, err := s.Decide(t.Context(), works, d)
		if err != nil {
			t.Error(err)
		}
		saved <- results
	}()
	for count(t, s, "SELECT COUNT(*) FROM events") < 2 {
		if t.Context().Err() != nil {
			t.Fatal("what is free waits, too")
		}
	}
	select {
	case <-saved:
		t.Fatal("nothing waits for the account that is locked")
	default:
	}
	if err := tx.Commit(); err != nil {
		t.Fatal(err)
	}
	for i, r := range <-saved {
		if r.Err != nil || len(r.Decision.Buyers) != 1 || r.Decision.Buyers[0].ID != works[i].Event.BuyerID() {
			t.Errorf("work %d: %+v", i+1, r)
		}
	}
	if want := []string{"e-1", "e-6", "e-2", "e-3", "e-4", "e-5"}; !slices.Equal(order, want) {
		t.Errorf("decided in the order %v, want %v", order, want)
	}
	if n := count(t, s, "SELECT COUNT(*) FROM events"); n != len(works) {
		t.Errorf("%d of %d events are stored", n, len(works))
	}
}

// TestNewBuyerIsNotLost: two transactions meet a buyer that is new to both, each
// under the lock of another account.
func TestNewBuyerIsNotLost(t *testing.T) {
	onBoth(t, func(t *testing.T, s *testStore) {
		d := fake{decide: func(s *scenarios.Snapshot, w scenarios.Work, _ time.Time) scenarios.Decision {
			b := scenarios.Buyer{ID: w.Event.BuyerID()}
			if known := s.Buyer(b.ID); known != nil {
				b = *known
			}
			b.Name += w.Event.ID[:1]
			w.Event.Buyer.AccountID.Apply(&b.AccountID)
			return scenarios.Decision{Buyers: []*scenarios.Buyer{&b}}
		}}
		for round := range 15 {
			id := fmt.Sprintf("b-%d", round)
			var both sync.WaitGroup
			for _, account := range []string{"acme", "umbrella", ""} {
				both.Go(func() {
					w := cartEvent(id, fmt.Sprintf("x-%s-%d", account, round), "c-1")
					if account != "" {
						w.Event.Buyer.AccountID = scenarios.Field[string]{Present: true, Value: account}
					}
					s.mustDecide(t, d, w)
				})
			}
			both.Wait()
			if got, err := s.Recipient(t.Context(), id); err != nil || got.Buyer.Name != "xxx" {
				t.Fatalf("round %d: name %q, want one letter for each event; %v", round, got.Buyer.Name, err)
			}
		}
	})
}

// TestMoveBetweenAccounts: an event moves a buyer. Both accounts are locked, his
// runs and messages come along, and a decision that waited for the old account
// finds him in the new one.
func TestMoveBetweenAccounts(t *testing.T) {
	onBoth(t, func(t *testing.T, s *testStore) {
		open, ended := run("r-open", "b-1", "a:acme"), run("r-ended", "b-1", "a:acme")
		ended.Status, ended.LastSentAt, ended.SweepAt = scenarios.RunExited, base, time.Time{}
		first := eventOf("b-1", "")
		first.Buyer.AccountID = scenarios.Field[string]{Present: true, Value: "acme"}
		s.mustDecide(t, answer(scenarios.Decision{Buyers: []*scenarios.Buyer{buyer("b-1", "acme")}, Runs: []*scenarios.Run{open, ended},
			Messages: []*scenarios.Message{message("m-1", open)}}), scenarios.Work{Event: first})

		move := eventOf("b-1", "e-move")
		move.Buyer.AccountID = scenarios.Field[string]{Present: true, Value: "umbrella"}
		s.mustDecide(t, fake{decide: func(s *scenarios.Snapshot, _ scenarios.Work, _ time.Time) scenarios.Decision {
			if s.Account("a:acme") == nil || s.Account("a:umbrella") == nil || s.Run("r-open") == nil {
				t.Error("a move does not see both accounts and the runs")
			}
			moved := *open
			moved.AccountKey = "a:umbrella"
			return scenarios.Decision{Buyers: []*scenarios.Buyer{buyer("b-1", "umbrella")}, Runs: []*scenarios.Run{&moved}}
		}}, scenarios.Work{Event: move})

		seen := s.snapshotFor(t, scenarios.Work{Due: &scenarios.RunRef{RunID: "r-open"}})
		if seen.Account("a:acme") != nil || seen.Account("a:umbrella") == nil || seen.Run("r-ended") == nil ||
			seen.Run("r-ended").AccountKey != "a:umbrella" {
			t.Error("the runs did not move along")
		}
		if n := count(t, s, "SELECT COUNT(*) FROM messages WHERE account_key = 'a:umbrella'"); n != 1 {
			t.Error("the message did not move along")
		}

		outcome := scenarios.Outcome{MessageID: "m-1", RunID: "r-open", BuyerID: "b-1", AccountKey: "a:acme"} // as when it was claimed
		seen = s.snapshotFor(t, scenarios.Work{Outcome: &outcome})
		if seen.Account("a:acme") != nil || seen.Account("a:umbrella") == nil || seen.Run("r-open") == nil {
			t.Error("an outcome is decided in the account where the message was claimed")
		}
	})
}

// TestMovedWhileWaiting: a batch resolves a buyer to an account, waits for its
// lock, and the buyer moves meanwhile. On SQLite nothing happens meanwhile.
func TestMovedWhileWaiting(t *testing.T) {
	s := openStore(t, mysqlURL(t))
	s.put(t, "b-1", scenarios.Decision{Buyers: []*scenarios.Buyer{buyer("b-1", "")}})
	entered, leave := make(chan struct{}), make(chan struct{})
	move := eventOf("b-1", "e-1")
	move.Buyer.AccountID = scenarios.Field[string]{Present: true, Value: "acme"}
	var all sync.WaitGroup
	all.Go(func() {
		s.mustDecide(t, fake{decide: func(*scenarios.Snapshot, scenarios.Work, time.Time) scenarios.Decision {
			close(entered)
			<-leave
			return scenarios.Decision{Buyers: []*scenarios.Buyer{buyer("b-1", "acme")}}
		}}, scenarios.Work{Event: move})
	})
	<-entered
	all.Go(func() {
		s.mustDecide(t, fake{decide: func(s *scenarios.Snapshot, _ scenarios.Work, _ time.Time) scenarios.Decision {
			if s.Account("a:acme") == nil || s.Buyer("b-1").AccountID != "acme" {
				t.Error("decided under the lock of the old account")
			}
			return scenarios.Decision{}
		}}, cartEvent("b-1", "e-2", "c-1"))
	})
	waitForLock(t, s)
	close(leave)
	all.Wait()
}

// waitForLock returns once somebody waits for a lock. It asks the server's
// counter: its list of transactions is not renewed while somebody reads it.
func waitForLock(t *testing.T, s *testStore) {
	t.Helper()
	deadline := time.Now().Add(20 * time.Second)
	for waits := 0; waits == 0; {
		var name string
		err := s.db.QueryRowContext(t.Context(), "SHOW GLOBAL STATUS LIKE 'Innodb_row_lock_current_waits'").Scan(&name, &waits)
		if err != nil || time.Now().After(deadline) {
			t.Errorf("nobody waits for a lock, %v", err)
			return
		}
	}
}

// TestFavoriteAndCatalogueChange: a favourite shares the lock of its product, so
// that a change of the product waits for it.
func TestFavoriteAndCatalogueChange(t *testing.T) {
	s := openStore(t, mysqlURL(t))
	product := &scenarios.Product{SKU: "A4-500", Active: true}
	change := scenarios.Work{Event: &scenarios.Event{Source: "shop", ID: "p-1", Type: scenarios.EventProductUpdated, OccurredAt: base,
		Product: &scenarios.ProductUpdate{SKU: "A4-500"}}}
	s.mustDecide(t, answer(scenarios.Decision{Products: []*scenarios.Product{product}}), change)
	entered, leave := make(chan struct{}), make(chan struct{})
	var order []string
	var all sync.WaitGroup
	all.Go(func() {
		saved := eventOf("b-1", "f-1")
		saved.Type, saved.Favorite = scenarios.EventFavoriteAdded, &scenarios.FavoriteChange{SKU: "A4-500"}
		s.mustDecide(t, fake{decide: func(*scenarios.Snapshot, scenarios.Work, time.Time) scenarios.Decision {
			close(entered)
			<-leave
			order = append(order, "favourite")
			return scenarios.Decision{}
		}}, scenarios.Work{Event: saved})
	})
	<-entered
	all.Go(func() {
		again := *change.Event
		again.ID = "p-2"
		s.mustDecide(t, fake{decide: func(*scenarios.Snapshot, scenarios.Work, time.Time) scenarios.Decision {
			order = append(order, "product")
			return scenarios.Decision{}
		}}, scenarios.Work{Event: &again})
	})
	waitForLock(t, s)
	close(leave)
	all.Wait()
	if fmt.Sprint(order) != "[favourite product]" {
		t.Errorf("decided in the order %v", order)
	}
}

// TestManyBatchesAtOnce: batches that overlap in accounts, buyers and products,
// in different orders, all come through, and nothing is lost.
func TestManyBatchesAtOnce(t *testing.T) {
	onBoth(t, func(t *testing.T, s *testStore) {
		d := fake{decide: func(s *scenarios.Snapshot, w scenarios.Work, _ time.Time) scenarios.Decision {
			if p := w.Event.Product; p != nil {
				next := scenarios.Product{SKU: p.SKU, Active: true}
				if known := s.Product(p.SKU); known != nil {
					next = *known
				}
				next.Version++
				return scenarios.Decision{Products: []*scenarios.Product{&next}}
			}
			b := scenarios.Buyer{ID: w.Event.BuyerID(), AccountID: w.Event.AccountID}
			if known := s.Buyer(b.ID); known != nil {
				b = *known
			}
			b.Name += "x"
			return scenarios.Decision{Buyers: []*scenarios.Buyer{&b}}
		}}
		const workers, rounds, people = 4, 6, 10
		var all sync.WaitGroup
		for g := range workers {
			all.Go(func() {
				for r := range rounds {
					var works []scenarios.Work
					for i := range people {
						n := i
						if g%2 == 1 {
							n = people - 1 - i
						}
						id := fmt.Sprintf("e-%d-%d-%d", g, r, i)
						buyer := cartEvent(fmt.Sprintf("b-%d", n), id, "c-1")
						if n%2 == 0 {
							buyer.Event.AccountID = fmt.Sprintf("acme-%d", n%4)
							buyer.Event.Buyer.AccountID = scenarios.Field[string]{Present: true, Value: buyer.Event.AccountID}
						}
						product := scenarios.Work{Event: &scenarios.Event{Source: "shop", ID: "p" + id, Type: scenarios.EventProductUpdated,
							OccurredAt: base, Product: &scenarios.ProductUpdate{SKU: fmt.Sprintf("sku-%d", n)}}}
						works = append(works, buyer, product)
					}
					s.mustDecide(t, d, works...)
				}
			})
		}
		all.Wait()
		for i := range people {
			got, err := s.Recipient(t.Context(), fmt.Sprintf("b-%d", i))
			if err != nil || len(got.Buyer.Name) != workers*rounds {
				t.Errorf("buyer %d: %d of %d decisions, %v", i, len(got.Buyer.Name), workers*rounds, err)
			}
		}
		if n := count(t, s, "SELECT SUM(version) FROM products"); n != workers*rounds*people {
			t.Errorf("%d of %d changes of products", n, workers*rounds*people)
		}
	})
}

// TestMoreBatchesThanConnections: batches of many rows, from more goroutines than
// there are connections, the first of which make the prepared statements.
func TestMoreBatchesThanConnections(t *testing.T) {
	onBoth(t, func(t *testing.T, s *testStore) {
		const people = 2*64 + 5
		workers := mysqlConnections + 6
		if !s.dialect.prepares {
			workers = 6 // SQLite has one connection that writes
		}
		var all sync.WaitGroup
		for g := range workers {
			all.Go(func() {
				for round := range 2 {
					var works []scenarios.Work
					for i := range people {
						works = append(works, cartEvent(fmt.Sprintf("b-%d-%d", g, i), fmt.Sprintf("e-%d-%d-%d", g, round, i), "c-1", "A4"))
					}
					s.mustDecide(t, fake{decide: startRun}, works...)
				}
			})
		}
		all.Wait()
		for table, want := range map[string]int{"events": 2 * workers * people, "journal": 2 * workers * people, "buyers": workers * people,
			"runs": workers * people, "carts": workers * people} {
			if n := count(t, s, "SELECT COUNT(*) FROM "+table); n != want {
				t.Errorf("%d rows in %s, want %d", n, table, want)
			}
		}
		if n := count(t, s, "SELECT COUNT(*) FROM runs WHERE items LIKE '%A4%' AND buyer_id LIKE 'b-%'"); n != workers*people {
			t.Errorf("%d runs are whole", n)
		}
		if prepares := len(s.prepared.ready) > 0; prepares != s.dialect.prepares {
			t.Errorf("statements were prepared: %t", prepares)
		}
	})
}
