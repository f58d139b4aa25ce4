package main

import (
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http/httptest"
	"regexp"
	"strconv"
	"testing"
	"time"

	"kagobell/scenarios"
	"kagobell/store"
)

// openIdle is a sidecar whose queue does not run: whatever comes due stays undone. A cart was left in it the day before.
func openIdle(t *testing.T) *sidecar {
	t.Helper()
	t.Chdir(t.TempDir())
	cfg, err := loadConfig("", []string{"KAGOBELL_API_TOKENS=" + testToken, "KAGOBELL_LISTEN=127.0.0.1:0"})
	if err != nil {
		t.Fatal(err)
	}
	s, err := openSidecar(t.Context(), cfg, roleAll, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.close(t.Context()) })
	event, wrong := scenarios.ReadEvent(fmt.Appendf(nil, `{"id":"e-1","type":"cart.updated","occurred_at":%q,"buyer":{"id":"b-1"},
		"data":{"cart_id":"c-1","currency":"JPY","items":[{"sku":"A4","quantity":1}]}}`, time.Now().Add(-24*time.Hour).Format(time.RFC3339)), "shop")
	if len(wrong) > 0 {
		t.Fatal(wrong)
	}
	results, err := s.store.Decide(t.Context(), []scenarios.Work{{Event: event}}, s.engine)
	if err != nil || results[0].Err != nil || len(results[0].Decision.Runs) != 1 {
		t.Fatalf("%+v, %v", results, err)
	}
	return s
}

// TestLagIsTold by /readyz, which stays ready, and by the metrics.
func TestLagIsTold(t *testing.T) {
	s := openIdle(t)
	ask := func(path string) *httptest.ResponseRecorder {
		answer := httptest.NewRecorder()
		s.handler.ServeHTTP(answer, httptest.NewRequest("GET", path, nil))
		return answer
	}
	ready := ask("/readyz")
	var told struct {
		Lag struct {
			LateRuns int     `json:"late_runs"`
			Oldest   float64 `json:"oldest_due_seconds"`
		}
	}
	// The cart's first step was due 4 hours after its last change.
	due := (20 * time.Hour).Seconds()
	if err := json.Unmarshal(ready.Body.Bytes(), &told); err != nil || ready.Code != 200 || told.Lag.LateRuns != 1 || told.Lag.Oldest < due {
		t.Errorf("%v, %d %s", err, ready.Code, ready.Body)
	}
	metrics := ask("/metrics").Body.String()
	for name, least := range map[string]float64{"oldest_late_seconds": due, "late_runs": 1, "open_runs": 1, "dead_letters": 0} {
		found := regexp.MustCompile(`(?m)^kagobell_` + name + ` (\S+)$`).FindStringSubmatch(metrics)
		if found == nil {
			t.Errorf("no %s", name)
		} else if value, err := strconv.ParseFloat(found[1], 64); err != nil || value < least || value > 2*due {
			t.Errorf("%s is %s", name, found[1])
		}
	}
}

// TestPruneCutsEveryTable: with no time to keep anything, nothing is left that has a retention.
func TestPruneCutsEveryTable(t *testing.T) {
	s := openIdle(t)
	if err := s.store.KeepDeadLetters(t.Context(), []store.DeadLetter{{ID: "done", ReplayedAt: time.Now().Add(-time.Hour)}, {ID: "waits"}}); err != nil {
		t.Fatal(err)
	}
	if err := s.store.Keep(t.Context(), "m-1", scenarios.Rendered{Channel: "email"}); err != nil {
		t.Fatal(err)
	}
	s.cfg.Retention = retentionConfig{Events: 1, Interactions: 1, DeadLetters: 1, Outbox: 1, Carts: 1}
	sweep := &sweeper{Store: s.store, engine: s.engine, cfg: s.cfg, log: s.log}
	for _, want := range []int{4, 0} { // an event, a cart, a dead letter, a message of the outbox
		if n, more, err := sweep.Prune(t.Context()); err != nil || n != want || more {
			t.Errorf("deleted %d, more %v, %v; want %d", n, more, err, want)
		}
	}
	if load, err := s.store.Load(t.Context()); err != nil || load.DeadLetters != 1 {
		t.Errorf("what waits is not kept: %+v, %v", load, err)
	}
}
