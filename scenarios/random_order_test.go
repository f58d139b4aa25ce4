package scenarios

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"
)

// TestAnyOrderOfArrivalSendsTheSame lets a morning's events arrive in any order
// and some of them twice, before anything is due: the same messages go to the
// same buyers at the same times. Only what the catalogue says keeps its order,
// with the favourites that it meets: an edge is one between two neighbours.
func TestAnyOrderOfArrivalSendsTheSame(t *testing.T) {
	sent := 0
	for seed := *fromSeed; seed < *fromSeed+2*(*seeds); seed++ {
		h := &randomHistory{Rand: rand.New(rand.NewPCG(seed, 9)), filled: map[string][]string{}}
		history := h.morning(30)
		r := readHistory(t, history)
		want := h.sends(t, r, r.events)
		sent += len(want)
		for range 6 {
			shuffled := h.shuffled(r.events)
			if got := h.sends(t, r, shuffled); !slices.Equal(got, want) {
				t.Fatalf("seed %d\n%s\nin order:\n%s\nas they came:\n%s\n%s", seed, history, strings.Join(want, "\n"),
					strings.Join(got, "\n"), arrivals(shuffled))
			}
		}
	}
	if sent < 100 {
		t.Errorf("only %d messages: the histories say little", sent)
	}
}

// morning is a history in the order of its times, each a second of its own.
func (h *randomHistory) morning(lines int) string {
	h.say("set window=always")
	h.say("set cap=9")
	h.say("buyer sato consent=email,line,dm line=U1 postal=yes")
	h.say("buyer mori account=other group=gold consent=email")
	h.at = time.Date(2026, 11, 9, 9, 0, 0, 0, time.UTC)
	for i := range lines {
		h.at = h.at.Add(time.Duration(1+h.IntN(60)) * time.Second)
		h.say("%s %s", h.at.Format("01-02 15:04:05"), h.morningWords(i))
	}
	return h.text.String()
}

func (h *randomHistory) morningWords(i int) string {
	who := h.buyer()
	switch n := h.IntN(20); {
	case n < 6:
		return h.morningCart(who)
	case n < 11:
		return who + " view " + h.sku()
	case n < 14:
		return fmt.Sprintf("%s order o%d %s %c", who, i, h.sku(), 'X'+rune(h.IntN(3)))
	case n < 15:
		return fmt.Sprintf("@acme order o%d %s %s medium=phone", i, h.sku(), h.sku())
	case n < 17:
		return who + " favorite " + h.sku()
	case n < 19:
		return fmt.Sprintf("product %s stock=%d price=%d", h.sku(), 5*h.IntN(2), 500+100*h.IntN(4))
	}
	return who + " page price /price/1"
}

// morningCart fills one cart, and changes another at will. What leaves a cart is
// viewed by nobody: a view that comes after two states of the cart can't know that
// it was in the first, for an older state changes nothing.
func (h *randomHistory) morningCart(who string) string {
	words := fmt.Sprintf("%s cart %s-c0", who, who)
	if h.IntN(2) == 0 {
		words = fmt.Sprintf("%s cart %s-c1", who, who)
		for range h.IntN(3) {
			words += fmt.Sprintf(" %c*%d", 'X'+rune(h.IntN(3)), 1+h.IntN(5))
		}
		return words + []string{"", " state=awaiting_approval"}[h.IntN(2)]
	}
	h.filled[who] = append(h.filled[who], h.sku())
	return words + " " + strings.Join(h.filled[who], " ")
}

// shuffled changes the order of arrival and lets a third of the events arrive twice.
func (h *randomHistory) shuffled(events []*Event) []*Event {
	var free, catalogue []*Event
	for _, ev := range events {
		if ev.Catalogue() || ev.Favorite != nil {
			catalogue = append(catalogue, ev)
			continue
		}
		free = append(free, ev)
		if h.IntN(3) == 0 {
			free = append(free, ev)
		}
	}
	h.Shuffle(len(free), func(i, j int) { free[i], free[j] = free[j], free[i] })
	for _, ev := range catalogue {
		at := 0
		if i := slices.IndexFunc(free, func(x *Event) bool { return slices.Contains(catalogue, x) }); i >= 0 {
			last := i
			for k, x := range free {
				if slices.Contains(catalogue, x) {
					last = k
				}
			}
			at = last + 1
		}
		free = slices.Insert(free, at+h.IntN(len(free)-at+1), ev)
	}
	return free
}

// sends lives through events that all arrive at noon, and tells what goes out.
func (h *randomHistory) sends(t *testing.T, r *timelineReader, events []*Event) []string {
	t.Helper()
	var lines []string
	sim := NewSimulator(NewEngine(r.settings, builtinForTest(t), nil), titleForTest, func(l Line) {
		if l.Action == ActionSend {
			lines = append(lines, strings.Join([]string{l.At[:10], l.BuyerID, l.Scenario, l.Step, string(l.Channel), l.Title}, " "))
		}
	})
	sim.Event(&Event{Source: "clock", ID: "noon", Type: "clock.ticked", OccurredAt: r.time("11-09", "10:00"), Buyer: &BuyerUpdate{ID: "clock"}})
	for _, ev := range events {
		sim.Event(ev)
	}
	sim.Finish(time.Time{})
	slices.Sort(lines)
	return lines
}

func arrivals(events []*Event) string {
	var lines []string
	for _, ev := range events {
		lines = append(lines, fmt.Sprintf("%s %s %s %v", ev.OccurredAt.Format("15:04:05"), ev.Type, ev.BuyerID(), ev.Data))
	}
	return strings.Join(lines, "\n")
}
