package scenarios

import (
	"testing"
	"time"
)

// TestDaysAfterTakesAnyNumber: what max() gives is whole or broken by its arguments.
func TestDaysAfterTakesAnyNumber(t *testing.T) {
	draft := NewEngine(Settings{Zone: time.FixedZone("JST", 9*60*60)}, nil, nil).draft(NewSnapshot(), time.Now())
	for text, want := range map[string]string{
		`days_after("2026-11-20", max(3, 1.5))`:       "2026-11-23T00:00:00+09:00",
		`days_after("2026-11-20", max(1, 1.5))`:       "2026-11-21T12:00:00+09:00",
		`days_after("2026-11-20T10:00:00+09:00", -1)`: "2026-11-19T10:00:00+09:00",
		`days_after("2026-11-20", event.n)`:           "2026-11-22T00:00:00+09:00",
		`days_after("2026-11-20", event.word)`:        "",
		`days_after("soon", 1)`:                       "",
		`days_after(account.last_order_at, 1)`:        "",
		`days_after("2026-11-20", 1e300)`:             "",
	} {
		x, err := CompileDate(text)
		if err != nil {
			t.Errorf("%s: %v", text, err)
			continue
		}
		env := draft.envOf(x.Condition, nil, nil)
		env.Event = map[string]any{"n": 2.0, "word": "two"}
		date, known := x.In(env, draft.e.settings.Zone)
		got := ""
		if known {
			got = date.Format(time.RFC3339)
		}
		if got != want {
			t.Errorf("%s: %q, want %q", text, got, want)
		}
	}
}
