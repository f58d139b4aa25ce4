package store

import (
	"fmt"
	"testing"
	"time"

	"kagobell/scenarios"
)

// BenchmarkWalkFanOut walks a fan-out that begins a run for every favourite, 2,000
// at a time; b.N counts favourites.
//
//	.ci/with-services go test ./store -run '^$' -bench Walk -benchtime 100000x
func BenchmarkWalkFanOut(b *testing.B) {
	onBothBench(b, func(b *testing.B, s *testStore) {
		for from := 0; from < b.N; from += 5000 {
			var d scenarios.Decision
			for i := from; i < min(from+5000, b.N); i++ {
				x := buyer(fmt.Sprintf("b-%d", i), "")
				d.Buyers = append(d.Buyers, x)
				d.Accounts = append(d.Accounts, &scenarios.Account{Key: x.AccountKey()})
				d.Favorites = append(d.Favorites, &scenarios.Favorite{BuyerID: x.ID, SKU: "A4", RankKey: scenarios.RankKey(x),
					AddedAt: base.Add(-time.Duration(i%1000) * time.Minute)})
			}
			s.put(b, "somebody", d)
		}
		s.put(b, "somebody", scenarios.Decision{FanOuts: []*scenarios.FanOut{{ID: "f-1", SKU: "A4", Kind: scenarios.FanOutRestock, EdgeAt: base,
			DueAt: base, Status: scenarios.FanOutOpen}}})
		d := fake{decide: func(_ *scenarios.Snapshot, w scenarios.Work, now time.Time) scenarios.Decision {
			id := w.Favorite.BuyerID
			r := run(fmt.Sprintf("%032s", id), id, scenarios.KeyOfBuyer(id))
			r.Items = []scenarios.RunItem{{Item: scenarios.Item{SKU: "A4", Name: "コピー用紙", URL: "https://shop.example/p/A4"}, At: now}}
			return scenarios.Decision{Runs: []*scenarios.Run{r}, Alarms: []scenarios.Alarm{{RunID: r.ID}},
				Journal: []scenarios.Entry{{At: now, AccountKey: r.AccountKey, BuyerID: id, Scenario: r.Scenario, Subject: "A4", RunID: r.ID, Step: r.Step, Action: scenarios.ActionStart}}}
		}}
		b.ResetTimer()
		decided := 0
		for more := true; more; {
			w, err := s.WalkFanOut(b.Context(), 2000, d)
			if err != nil || len(w.Failed) > 0 {
				b.Fatal(err, w.Failed)
			}
			decided, more = decided+w.Decided, w.More
		}
		if decided != b.N {
			b.Fatalf("%d of %d favourites", decided, b.N)
		}
		b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "favourites/s")
	})
}
