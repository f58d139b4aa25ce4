package scenarios

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"
)

// TestForgettingChangesNothing replays two years of one small shop with everything kept and with the old forgotten: the
// same bytes come out, and little is left.
func TestForgettingChangesNothing(t *testing.T) {
	for seed := *fromSeed; seed < *fromSeed+2; seed++ {
		settings, events := yearsOf(t, seed, 16)
		kept, everything := replayKeeping(t, settings, events, true)
		forgot, rest := replayKeeping(t, settings, events, false)
		if kept != forgot {
			t.Fatalf("seed %d: forgetting changed what is told:\n%s", seed, firstDifference(kept, forgot))
		}
		for _, x := range []struct {
			of         string
			all, least int
		}{
			{"runs", len(everything.runs), len(rest.runs)},
			{"messages", len(everything.messages), len(rest.messages)},
			{"dedup keys", len(everything.dedup), len(rest.dedup)},
			{"lines bought", lines(everything), lines(rest)},
		} {
			if x.least*3 > x.all*2 {
				t.Errorf("seed %d: of %d %s, %d were kept", seed, x.all, x.of, x.least)
			}
		}
		for _, m := range newestOfSteps(everything) {
			if rest.messages[m.ID] == nil {
				t.Errorf("seed %d: forgot message %s, which %s may still open", seed, m.ID, m.BuyerID)
			}
		}
	}
}

// newestOfSteps are the messages that message.opened and message.clicked can find.
func newestOfSteps(s *Snapshot) map[[3]string]*Message {
	newest := map[[3]string]*Message{}
	for _, m := range s.messages {
		key := [3]string{m.BuyerID, m.Scenario, m.Step}
		if m.Status == MessageSent && (newest[key] == nil || newerMessage(m, newest[key])) {
			newest[key] = m
		}
	}
	return newest
}

func lines(s *Snapshot) (n int) {
	for _, of := range s.accounts {
		for _, list := range of.purchases {
			n += len(list)
		}
	}
	return n
}

// yearsOf is so many histories of 45 days, one after the other.
func yearsOf(t *testing.T, seed uint64, parts int) (Settings, []*Event) {
	t.Helper()
	var settings Settings
	var events []*Event
	for part := range parts {
		r := readHistory(t, historyOf(seed+uint64(100*part), 450))
		if part == 0 {
			settings = r.settings
		}
		for _, ev := range r.events {
			own := *ev // a duplicate is the same event
			own.ID = fmt.Sprintf("%d-%s", part, ev.ID)
			own.OccurredAt = ev.OccurredAt.AddDate(0, 0, 45*part)
			if ev.Order != nil { // names of orders come back too, but not for ever
				order := *ev.Order
				order.ID = fmt.Sprintf("%d-%s", part/4, order.ID)
				own.Order = &order
			}
			events = append(events, &own)
		}
	}
	return settings, events
}

func replayKeeping(t *testing.T, settings Settings, events []*Event, everything bool) (string, *Snapshot) {
	t.Helper()
	var out strings.Builder
	sim := NewSimulator(randomEngine(t, settings, true), titleForTest, func(l Line) {
		text, err := json.Marshal(l)
		if err != nil {
			t.Fatal(err)
		}
		out.Write(append(text, '\n'))
	})
	sim.keeps = everything
	for _, ev := range events {
		sim.Event(ev)
	}
	sim.Finish(time.Time{})
	return out.String(), sim.World()
}

func firstDifference(a, b string) string {
	as, bs := strings.Split(a, "\n"), strings.Split(b, "\n")
	for i := range min(len(as), len(bs)) {
		if as[i] != bs[i] {
			return fmt.Sprintf("line %d\n%s\n%s", i+1, as[i], bs[i])
		}
	}
	return fmt.Sprintf("%d lines and %d", len(as), len(bs))
}

// TestOrderWithoutItsPurchases: the store may load an order that an event names, and none of its account's purchases.
func TestOrderWithoutItsPurchases(t *testing.T) {
	s := NewSnapshot()
	o := &Order{Source: "shop", ID: "o-1", AccountKey: KeyOfAccount("acme"), Items: []Item{{SKU: "A"}}, PlacedAt: tuesday}
	s.PutOrder(o)
	cancelled := *o
	cancelled.CancelledAt = tuesday
	s.Apply(&Decision{Orders: []*Order{&cancelled}})
	if n := lines(s); n != 0 {
		t.Errorf("%d lines bought, want none", n)
	}
}
