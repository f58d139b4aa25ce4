package scenarios

import (
	"fmt"
	"reflect"
	"slices"
	"testing"
	"time"
)

// invariants are what must be true of every decision, whatever the history.
type invariants struct {
	engine *Engine
	fail   func(format string, args ...any)
	marks  map[RunID][]Action // start, exit and complete of a run, in order
	sends  map[string]int     // by message
}

func newInvariants(engine *Engine, fail func(string, ...any)) *invariants {
	return &invariants{engine: engine, fail: fail, marks: map[RunID][]Action{}, sends: map[string]int{}}
}

// decided decides a work from the whole world, once more, and from what the
// store would have loaded: three times the same.
func (v *invariants) decided(world *Snapshot, w Work, now time.Time) Decision {
	d := v.engine.Decide(world, w, now)
	if again := v.engine.Decide(world, w, now); !reflect.DeepEqual(d, again) {
		v.fail("decided twice: %s, then %s", decisionText(&d), decisionText(&again))
	}
	loaded := v.engine.Decide(loadedFor(v.engine, world, w, now), w, now)
	if !reflect.DeepEqual(d, loaded) {
		v.fail("the whole world gives %s\nwhat the store loads gives %s", decisionText(&d), decisionText(&loaded))
	}
	for _, delivery := range d.Deliveries {
		m := delivery.Message
		if old := world.messages[m.ID]; old != nil && old.Status.Final() {
			v.fail("%s %s is %s and leaves again", m.Step, m.Channel, old.Status)
		}
		if r := d.Runs[0]; !r.Open() {
			v.fail("a claim of a run that has ended: %s", r.EndReason)
		}
		if !slices.Contains(v.engine.DedupKeys(world, m.RunID), m.DedupKey) {
			v.fail("the store could not know the dedup key of %s %s", m.Scenario, m.Step)
		}
	}
	return d
}

// saved looks at the world after a decision.
func (v *invariants) saved(world *Snapshot, d *Decision, now time.Time) {
	for _, a := range d.Accounts {
		v.scored(a, now)
	}
	for _, e := range d.Journal {
		v.journal(e)
	}
	for _, r := range d.Runs {
		v.armed(world, r, now)
	}
	for _, m := range d.Messages {
		if m.ClaimedAt.Equal(now) && (m.Status == MessageClaimed || m.Status == MessageBatched) {
			v.allowed(world, m, now)
		}
		if m.Stands() && world.dedup[m.DedupKey] != m.ID {
			v.fail("two messages have the dedup key of %s %s", m.Step, m.Channel)
		}
	}
}

func (v *invariants) journal(e Entry) {
	if !e.Reason.Valid() && e.Reason != "" {
		v.fail("reason %q", e.Reason)
	}
	switch e.Action {
	case ActionStart, ActionExit, ActionComplete:
		v.marks[e.RunID] = append(v.marks[e.RunID], e.Action)
	case ActionSend:
		if v.sends[e.MessageID]++; v.sends[e.MessageID] > 1 {
			v.fail("%s %s by %s was sent twice", e.Scenario, e.Step, e.Channel)
		}
	}
}

// armed tells whether somebody will look at a run in time: an alarm may be
// early, never late, and one that is lost is missed half a minute later.
func (v *invariants) armed(world *Snapshot, r *Run, now time.Time) {
	claimed := false
	for _, m := range world.ofRun(r.ID).messages {
		claimed = claimed || m.Status == MessageClaimed && m.ClaimUntil.After(now)
	}
	switch {
	case !r.Open() && !claimed:
		if !r.SweepAt.IsZero() || !r.ArmedAt.IsZero() {
			v.fail("an ended run has an alarm: %+v", r)
		}
	case r.ArmedAt.IsZero():
		if r.SweepAt.IsZero() || r.SweepAt.After(r.DueAt) {
			v.fail("nobody looks at a run in time: %+v", r)
		}
	case r.ArmedAt.After(r.DueAt) || r.SweepAt.IsZero() || r.SweepAt.After(later(r.DueAt, now).Add(Grace)):
		v.fail("an alarm is late, or nobody misses it: %+v", r)
	}
	if r.Open() && r.DueAt.Truncate(time.Second) != r.DueAt {
		v.fail("due at a fraction of a second: %v", r.DueAt)
	}
}

// allowed tells whether a message that was claimed now may go to its buyer.
func (v *invariants) allowed(world *Snapshot, m *Message, now time.Time) {
	b, r := world.Buyer(m.BuyerID), world.Run(m.RunID)
	blocked := b.Blocks.Has(m.Channel)
	consent, _ := b.Consents.Of(m.Channel)
	x := world.suppressions[suppressionKey{m.Channel, m.AddressHash}]
	if b.Erased() || !consent.Granted || blocked || x != nil && x.InForce() {
		v.fail("%s of %s by %s goes to somebody who does not want it", m.Step, m.Scenario, m.Channel)
	}
	if !r.HeldSince.IsZero() {
		v.fail("%s of %s goes to somebody who waits for approval", m.Step, m.Scenario)
	}
	zone, today := v.engine.settings.Zone, 0
	for _, other := range world.ofBuyer(b.ID).messages {
		if other.Stands() && other.Status != MessageRetry &&
			other.ClaimedAt.In(zone).Format(time.DateOnly) == now.In(zone).Format(time.DateOnly) {
			today++
		}
	}
	if today > v.engine.settings.CapPerDay {
		v.fail("%d messages to %s on one day", today, b.ID)
	}
	d := v.engine.Definition(m.Scenario, m.Version)
	if step, _ := d.step(m.Step); !v.engine.windowOf(d, step).Contains(now, zone) {
		v.fail("%s of %s goes out of hours", m.Step, m.Scenario)
	}
	for _, it := range m.Items {
		if p := world.products[it.SKU]; p != nil && !p.Available() {
			v.fail("%s can't be bought", it.SKU)
		}
	}
}

// ended tells whether every run began and ended once.
func (v *invariants) ended(world *Snapshot) {
	for _, r := range everyRun(world) {
		if r.Open() {
			v.fail("a run of %s never ends: %+v", r.Scenario, r)
		}
		if marks := v.marks[r.ID]; len(marks) != 2 || marks[0] != ActionStart || marks[1] == ActionStart {
			v.fail("a run of %s: %v", r.Scenario, marks)
		}
	}
}

func decisionText(d *Decision) string {
	s := fmt.Sprintf("note %q", d.EventNote)
	for _, e := range d.Journal {
		s += fmt.Sprintf("\n  %s %s(%s)/%s %s %s %s", e.BuyerID, e.Scenario, e.Subject, e.Step, e.Action, e.Channel, e.Reason)
	}
	for _, r := range d.Runs {
		s += fmt.Sprintf("\n  run %+v", *r)
	}
	for _, m := range d.Messages {
		s += fmt.Sprintf("\n  message %+v", *m)
	}
	for _, b := range d.Buyers {
		s += fmt.Sprintf("\n  buyer %+v", *b)
	}
	for _, f := range d.Favorites {
		s += fmt.Sprintf("\n  favorite %+v", *f)
	}
	return s + fmt.Sprintf("\n  %d accounts, %d carts, %d orders, %d suppressions, %d fan-outs", len(d.Accounts), len(d.Carts), len(d.Orders), len(d.Suppressions), len(d.FanOuts))
}

// randomEngine is one with the scenarios that ship and more: with all of the
// language, or with none that looks at colleagues, so that these are not loaded.
func randomEngine(t *testing.T, settings Settings, everything bool) *Engine {
	t.Helper()
	settings.Scores, settings.TellLeads = scoresForTest(t, "random"), true
	names := []string{"all_channels", "waves", "branches", "wait_for_order", "hot"}
	if everything {
		names = append(names, "renewal", "order_date", "winback")
	}
	definitions := builtinForTest(t)
	for _, name := range names {
		definitions = append(definitions, definitionForTest(t, name))
	}
	return NewEngine(settings, definitions, nil)
}

// scored looks at the score of an account.
func (v *invariants) scored(a *Account, now time.Time) {
	switch {
	case a.Score.Points < 0 || a.Score.At.After(now):
		v.fail("%s has %g points as of %s", a.Key, a.Score.Points, a.Score.At)
	case !a.Hot.Since.IsZero() && !slices.Contains(a.Score.Marks, a.Hot.Mark):
		v.fail("%s is on the list for %s and has the marks %q", a.Key, a.Hot.Mark, a.Score.Marks)
	}
	for _, d := range a.Score.Days {
		for _, r := range v.engine.settings.Scores.Rules {
			if r.key() == d.Rule && d.Points > r.AtMost {
				v.fail("%s got %g points of %s in a day", a.Key, d.Points, r.Title)
			}
		}
	}
}
