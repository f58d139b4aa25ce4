package store

import (
	"fmt"
	"testing"
	"time"

	"kagobell/scenarios"
)

// BenchmarkSend decides due runs and then the outcomes of their transmissions, 256
// at a time; b.N counts messages.
func BenchmarkSend(b *testing.B) {
	onBothBench(b, func(b *testing.B, s *testStore) {
		const size = 256
		id := func(i int) string { return fmt.Sprintf("b-%d", i) }
		runID := func(i int) string { return fmt.Sprintf("%032s", id(i)) }
		for from := 0; from < b.N; from += 4096 {
			var d scenarios.Decision
			for i := from; i < min(from+4096, b.N); i++ {
				x := buyer(id(i), "")
				r := run(runID(i), x.ID, x.AccountKey())
				r.Items = []scenarios.RunItem{{Item: scenarios.Item{SKU: "A4", Name: "コピー用紙", URL: "https://shop.example/p/A4"}, At: base}}
				d.Buyers, d.Runs = append(d.Buyers, x), append(d.Runs, r)
				d.Accounts = append(d.Accounts, &scenarios.Account{Key: x.AccountKey()})
			}
			s.put(b, "somebody", d)
		}
		d := fake{
			dedupKeys: func(id scenarios.RunID) []string { return []string{"dedup-" + string(id)} },
			decide: func(s *scenarios.Snapshot, w scenarios.Work, now time.Time) scenarios.Decision {
				id, status := scenarios.RunID(""), scenarios.MessageSent
				if w.Due != nil {
					id, status = w.Due.RunID, scenarios.MessageClaimed
				} else {
					id = scenarios.RunID(w.Outcome.MessageID)
				}
				r := *s.Run(id)
				m := message(string(id), &r)
				m.Status, m.ClaimedAt, m.SentAt = status, now, now
				m.Items = []scenarios.MessageItem{{SKU: "A4", Name: "コピー用紙", URL: "https://shop.example/p/A4"}}
				r.DueAt, r.SweepAt = now.Add(time.Minute), now.Add(time.Minute)
				return scenarios.Decision{Runs: []*scenarios.Run{&r}, Messages: []*scenarios.Message{m},
					Journal: []scenarios.Entry{{At: now, AccountKey: r.AccountKey, BuyerID: r.BuyerID, Scenario: r.Scenario, RunID: r.ID, Step: r.Step, MessageID: m.ID, Action: scenarios.ActionSend}}}
			},
		}
		b.ResetTimer()
		for from := 0; from < b.N; from += size {
			var due, outcomes []scenarios.Work
			for i := from; i < min(from+size, b.N); i++ {
				due = append(due, scenarios.Work{Due: &scenarios.RunRef{RunID: scenarios.RunID(runID(i))}})
				outcomes = append(outcomes, scenarios.Work{Outcome: &scenarios.Outcome{MessageID: runID(i)}})
			}
			s.mustDecide(b, d, due...)
			s.mustDecide(b, d, outcomes...)
		}
		b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "messages/s")
	})
}
