package scenarios

import "time"

// timelineAct is what the shop or its machine does in a history, between two events.
type timelineAct struct {
	at     time.Time
	events int // of the history that come before it
	do     func(sim *Simulator)
}

// ownAct reads `11-20 10:00 shop pauses NAME` (or everything), `shop resumes NAME`, `shop loads FILE` (a scenario of
// testdata/scenarios, which replaces one of its name), `shop removes NAME`, `machine down`, `machine up`.
// What a machine that is down would have done, it does when it is up again. Events of that time arrive after it, as a
// platform posts them again: they stand behind `machine up`, with their `at=`.
func (r *timelineReader) ownAct(words []string) {
	r.t.Helper()
	act := timelineAct{at: r.time(words[0], words[1]), events: len(r.events)}
	clock := func(sim *Simulator) { sim.now = later(sim.now, act.at.UTC()) }
	then := func(do func(sim *Simulator)) func(*Simulator) {
		return func(sim *Simulator) { sim.runUntil(act.at, false); clock(sim); do(sim) }
	}
	switch what := append(words[3:], ""); what[0] {
	case "pauses", "resumes":
		act.do = then(func(sim *Simulator) { pause(sim, what[1], what[0] == "pauses") })
	case "loads":
		d := definitionForTest(r.t, what[1])
		act.do = then(func(sim *Simulator) { replaceDefinition(sim, d.Name, d) })
	case "removes":
		act.do = then(func(sim *Simulator) { replaceDefinition(sim, what[1]) })
	case "down":
		act.do = then(func(*Simulator) {})
	case "up":
		act.do = clock // without ringing what came due in between
	default:
		r.t.Fatalf("unknown words %q", words[2:])
	}
	r.acts = append(r.acts, act)
}

func pause(sim *Simulator, what string, paused bool) {
	if what == "everything" {
		sim.engine.settings.Paused = paused
		return
	}
	sim.world.PutPaused(what, paused)
}

// replaceDefinition is a restart with other files: what was there stays as an older version.
func replaceDefinition(sim *Simulator, name string, by ...*Definition) {
	current := by
	var older []*Definition
	for _, d := range sim.engine.order {
		if d.Name != name {
			current = append(current, d)
		}
	}
	for _, version := range sim.engine.versions[name] {
		older = append(older, version)
	}
	sim.engine = NewEngine(sim.engine.settings, current, older)
}

// act does what stands before the nth event.
func (r *timelineReader) act(sim *Simulator, n int) {
	for len(r.acts) > 0 && r.acts[0].events == n {
		r.acts[0].do(sim)
		r.acts = r.acts[1:]
	}
}
