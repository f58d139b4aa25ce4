package scenarios

import (
	"encoding/json"
	"flag"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"
)

var (
	seeds    = flag.Uint64("seeds", 25, "random histories to live through")
	fromSeed = flag.Uint64("seed", 0, "the first of them")
)

// TestInvariants holds an unlucky worker to what must always be true.
func TestInvariants(t *testing.T) {
	for seed := *fromSeed; seed < *fromSeed+*seeds; seed++ {
		history := historyOf(seed, 150)
		r := readHistory(t, history)
		engine := randomEngine(t, r.settings, seed%2 == 0)
		w := &unluckyWorker{Rand: rand.New(rand.NewPCG(seed, 8)), t: t, engine: engine, world: NewSnapshot(), seen: map[string]bool{}}
		w.rules = newInvariants(engine, func(format string, args ...any) {
			t.Helper()
			t.Fatalf("seed %d, %s: %s\n%s", seed, w.now.In(r.zone).Format("01-02 15:04:05.000"), fmt.Sprintf(format, args...), history)
		})
		w.live(r.events)
		w.rules.ended(w.world)
	}
}

// TestSimulatorIsDeterministic replays one history fifty times, byte for byte,
// and looks at what it tells: nothing after the end of a run but letters taken back.
func TestSimulatorIsDeterministic(t *testing.T) {
	r := readHistory(t, historyOf(1, 400))
	var first string
	for range 50 {
		var out strings.Builder
		sim := NewSimulator(randomEngine(t, r.settings, true), titleForTest, func(l Line) {
			text, err := json.Marshal(l)
			if err != nil {
				t.Fatal(err)
			}
			out.Write(append(text, '\n'))
		})
		for _, ev := range r.events {
			sim.Event(ev)
		}
		sim.Finish(time.Time{})
		switch {
		case first == "":
			first = out.String()
		case first != out.String():
			t.Fatal("the same history gave other bytes")
		}
	}
	ended := map[RunID]bool{}
	for text := range strings.Lines(first) {
		var l Line
		if err := json.Unmarshal([]byte(text), &l); err != nil {
			t.Fatal(err)
		}
		if ended[l.Run] && !(l.Action == ActionSkip && l.Channel == ChannelDM) {
			t.Errorf("after the end of its run: %s", text)
		}
		ended[l.Run] = ended[l.Run] || l.Run != "" && (l.Action == ActionExit || l.Action == ActionComplete)
	}
}
