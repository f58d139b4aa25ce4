package scenarios

import (
	"testing"
	"time"
)

// TestAnEventOfTheFutureCountsAsNow: over five minutes ahead of our clock an event is taken for one of this moment, and
// says so; the simulator, for which an event arrives when it happens, never meets one.
func TestAnEventOfTheFutureCountsAsNow(t *testing.T) {
	now := time.Date(2026, 11, 20, 1, 0, 0, 0, time.UTC)
	engine := NewEngine(Settings{Window: AlwaysWindow(), Horizon: 24 * time.Hour}, builtinForTest(t), nil)
	for ahead, want := range map[time.Duration]struct {
		note Reason
		at   time.Time
	}{
		4 * time.Minute:      {"", now.Add(4 * time.Minute)},
		6 * time.Minute:      {ReasonFuture, now},
		400 * 24 * time.Hour: {ReasonFuture, now},
	} {
		ev, wrong := ReadEvent([]byte(`{"id":"e","type":"cart.updated","occurred_at":"`+now.Add(ahead).Format(time.RFC3339)+`",
			"buyer":{"id":"sato"},"data":{"cart_id":"c","items":[{"sku":"A","quantity":1}]}}`), "shop")
		if len(wrong) > 0 {
			t.Fatal(wrong)
		}
		d := engine.OnEvent(NewSnapshot(), ev, now)
		if d.EventNote != want.note || len(d.Runs) != 1 || !d.Runs[0].LastTriggerAt.Equal(want.at) || !d.Carts[0].OccurredAt.Equal(want.at) {
			t.Errorf("%s ahead: note %q, runs %+v; want %q at %s", ahead, d.EventNote, d.Runs, want.note, want.at)
		}
	}
}
