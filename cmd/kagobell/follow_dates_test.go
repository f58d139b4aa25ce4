package main

import (
	"fmt"
	"log/slog"
	"testing"
	"time"

	"kagobell/scenarios"
	"kagobell/store"
)

const renewal = `name: renewal
start: {on_date: buyer.attributes.renewal_date, before: 30d}
steps: [{id: notice, send: email, message: {subject: a, text: b}}]
`

// TestBuyersKnownBeforeAreTakenIntoScenariosByDate: a scenario that goes by a date is switched on in a shop whose
// buyers say nothing more.
func TestBuyersKnownBeforeAreTakenIntoScenariosByDate(t *testing.T) {
	for _, url := range testDatabases(t) {
		s, err := store.Open(t.Context(), url)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = s.Close() })
		if err := s.Migrate(t.Context()); err != nil {
			t.Fatal(err)
		}
		date := time.Now().AddDate(0, 6, 0).Format(time.DateOnly)
		before := engineOf(t, "")
		for i, attributes := range []string{`{"renewal_date":"` + date + `"}`, `{"renewal_date":"soon"}`, `{"renewal_date":"` + date + `"}`} {
			ev, wrong := scenarios.ReadEvent(fmt.Appendf(nil, `{"id":"e%d","type":"buyer.updated","occurred_at":"2026-01-01T00:00:00Z",
				"buyer":{"id":"b%d","attributes":%s}}`, i, i, attributes), "shop")
			if len(wrong) > 0 {
				t.Fatal(wrong)
			}
			if _, err := s.Decide(t.Context(), []scenarios.Work{{Event: ev}}, before); err != nil {
				t.Fatal(err)
			}
		}
		looked := 0
		for _, engine := range []*scenarios.Engine{before, engineOf(t, renewal), engineOf(t, renewal)} {
			sweep := &sweeper{Store: s, engine: engine, cfg: defaultConfig(), log: slog.New(slog.DiscardHandler)}
			for {
				_, n, err := sweep.FollowDates(t.Context(), 2)
				if err != nil {
					t.Fatal(err)
				}
				if looked += n; n == 0 {
					break
				}
			}
		}
		if looked != 3 {
			t.Errorf("%d buyers were looked at, want each of 3 once", looked)
		}
		for id, want := range map[string]int{"b0": 1, "b1": 0, "b2": 1} {
			record, err := s.BuyerRecord(t.Context(), id)
			if err != nil || len(record.Runs) != want {
				t.Errorf("%s: %d runs (%v), want %d", id, len(record.Runs), err, want)
			}
		}
	}
}

// engineOf has one scenario, or none.
func engineOf(t *testing.T, yaml string) *scenarios.Engine {
	t.Helper()
	var files []scenarios.DefinitionFile
	if yaml != "" {
		files = append(files, scenarios.DefinitionFile{Path: "test.yaml", Text: []byte(yaml)})
	}
	definitions, wrong := scenarios.LoadDefinitions(files, scenarios.Checks{})
	if len(wrong) > 0 {
		t.Fatal(wrong)
	}
	return scenarios.NewEngine(scenarios.Settings{Window: scenarios.AlwaysWindow(), Horizon: 24 * time.Hour}, definitions, nil)
}
