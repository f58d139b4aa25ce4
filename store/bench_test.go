package store

import (
	"fmt"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"kagobell/scenarios"
)

// BenchmarkDecide decides batches of 256 single cart.updated events, as webhooks
// bring them, with the statements of a run that begins or moves. Its ceiling is
// BenchmarkInsert: the same number of rows into one table.
//
//	.ci/with-services go test ./store -run '^$' -bench . -cpu 1,2,8
func BenchmarkDecide(b *testing.B) {
	for _, known := range []bool{false, true} {
		name := "new buyers"
		if known {
			name = "known buyers"
		}
		b.Run(name, func(b *testing.B) {
			onBothBench(b, func(b *testing.B, s *testStore) {
				const size = 256
				var round atomic.Int64
				d := fake{decide: startRun}
				const population = 40 // batches of buyers
				if known {
					for n := range int64(population) {
						s.mustDecide(b, d, benchWorks(size, n, -1-n)...)
					}
				}
				b.ResetTimer()
				b.RunParallel(func(pb *testing.PB) {
					for pb.Next() {
						r := round.Add(1)
						n := population + r
						if known {
							n = r % population
						}
						s.mustDecide(b, d, benchWorks(size, n, r)...)
					}
				})
				b.ReportMetric(float64(size*b.N)/b.Elapsed().Seconds(), "events/s")
			})
		})
	}
}

// benchWorks are events of the n-th batch of buyers.
func benchWorks(size int, n, round int64) []scenarios.Work {
	list := make([]scenarios.Work, size)
	for i := range list {
		list[i] = cartEvent(fmt.Sprintf("b-%d-%d", n, i), fmt.Sprintf("e-%d-%d", round, i), "c-1", "A4-500", "PEN-1", "TONER-9")
		list[i].Event.Raw = []byte(strings.Repeat("x", 600))
	}
	return list
}

// startRun decides about a cart as the engine does, by its size if not by its rules.
func startRun(s *scenarios.Snapshot, w scenarios.Work, now time.Time) scenarios.Decision {
	id := w.Event.Buyer.ID
	cart := *w.Event.Cart
	r := run(fmt.Sprintf("%032s", id), id, scenarios.KeyOfBuyer(id))
	action := scenarios.ActionRestart
	d := scenarios.Decision{Carts: []*scenarios.Cart{&cart}}
	if known := s.Run(r.ID); known != nil {
		*r = *known
	} else {
		action = scenarios.ActionStart
		r.Generation++
		d.Alarms = []scenarios.Alarm{{RunID: r.ID}}
		d.Buyers = []*scenarios.Buyer{buyer(id, "")}
	}
	r.LastTriggerAt, r.DueAt = now, now.Add(4*time.Hour).Truncate(time.Second)
	r.Items = nil
	for _, it := range cart.Items {
		r.Items = append(r.Items, scenarios.RunItem{Item: it, At: now})
	}
	d.Runs = []*scenarios.Run{r}
	d.Journal = []scenarios.Entry{{At: now, AccountKey: r.AccountKey, BuyerID: id, Scenario: r.Scenario, Subject: r.Subject,
		RunID: r.ID, Step: r.Step, Action: action}}
	return d
}

// BenchmarkInsert writes batches of 256 rows of the size of an event into one
// table, in a transaction each: the raw ceiling.
func BenchmarkInsert(b *testing.B) {
	onBothBench(b, func(b *testing.B, s *testStore) {
		const size = 256
		var round atomic.Int64
		b.RunParallel(func(pb *testing.PB) {
			for pb.Next() {
				r := round.Add(1)
				list := make([]eventRow, size)
				for i := range list {
					w := cartEvent(fmt.Sprintf("b-%d-%d", r, i), fmt.Sprintf("e-%d-%d", r, i), "c-1")
					w.Event.Raw = []byte(strings.Repeat("x", 600))
					list[i] = eventRow{Event: w.Event, account: "b:x", receivedAt: base}
				}
				err := s.inTx(b.Context(), func(c conn) error { return insert(b.Context(), c, events, list, eventValues) })
				if err != nil {
					b.Fatal(err)
				}
			}
		})
		b.ReportMetric(float64(size*b.N)/b.Elapsed().Seconds(), "rows/s")
	})
}

func onBothBench(b *testing.B, bench func(b *testing.B, s *testStore)) {
	b.Run("sqlite", func(b *testing.B) {
		s := openStore(b, sqliteURL(b))
		if _, err := s.db.Exec("PRAGMA synchronous = FULL"); err != nil {
			b.Fatal(err)
		}
		bench(b, s)
	})
	b.Run("mysql", func(b *testing.B) { bench(b, openStore(b, mysqlURL(b))) })
}
