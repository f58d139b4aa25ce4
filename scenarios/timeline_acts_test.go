package scenarios

import "time"

// timelineAct is what the shop or its machine does in a history, between two events.
type timelineAct struct {
	at     time.Time
	events int // of the history that come before it
	do     func(sim *Simulator)
}

// ownAct reads `11-20 10:00 shop pauses NAME` (or everything), `shop resumes NAME`, `machine down`, `machine up`.
// What a machine that is down would have done, it does when it is up again. Events of that time arrive after it, as a
// platform posts them again: they stand behind `machine up`, with their `at=`.
func (r *timelineReader) ownAct(words []string) {
	r.t.Helper()
	act := timelineAct{at: r.time(words[0], words[1]), events: len(r.events)}
	clock := func(sim *Simulator) { sim.now = later(sim.now, act.at.UTC()) }
	pause := func(paused bool) func(*Simulator) {
		return func(sim *Simulator) {
			sim.runUntil(act.at, false)
			clock(sim)
			if words[4] == "everything" {
				sim.engine.settings.Paused = paused
			} else {
				sim.world.PutPaused(words[4], paused)
			}
		}
	}
	switch {
	case words[3] == "pauses" && len(words) == 5:
		act.do = pause(true)
	case words[3] == "resumes" && len(words) == 5:
		act.do = pause(false)
	case words[3] == "down":
		act.do = func(sim *Simulator) { sim.runUntil(act.at, false); clock(sim) }
	case words[3] == "up":
		act.do = clock // without ringing what came due in between
	default:
		r.t.Fatalf("unknown words %q", words[2:])
	}
	r.acts = append(r.acts, act)
}

// act does what stands before the nth event.
func (r *timelineReader) act(sim *Simulator, n int) {
	for len(r.acts) > 0 && r.acts[0].events == n {
		r.acts[0].do(sim)
		r.acts = r.acts[1:]
	}
}
