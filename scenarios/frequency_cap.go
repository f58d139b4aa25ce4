package scenarios

import (
	"slices"
	"time"
)

// capped tells whether a message now would be more than the buyer is to get in
// a day. A step gives way when his other due, unclaimed steps of higher
// priority fill the cap, whichever alarm rings first.
func (t *draft) capped(r *Run, d *Definition, b *Buyer, wanted []Channel) bool {
	limit := t.e.settings.CapPerDay
	if limit <= 0 || t.uncapped {
		return false
	}
	used := t.messagesToday(b, r, wanted) + len(wanted)
	for _, other := range t.openRunsOf(b) {
		if used > limit {
			break
		}
		if t.priority(other) > d.Priority && !other.DueAt.After(t.now) {
			used += t.wouldSend(other)
		}
	}
	return used > limit
}

// fitCap leaves out the channels of a step to all of them that no day has room
// for: what fits goes, in the order of the step.
func (t *draft) fitCap(r *Run, step *Step, to *reach) {
	limit := t.e.settings.CapPerDay
	if limit <= 0 || !step.SendAll {
		return
	}
	made := 0
	for _, m := range t.messagesOfRun(r.ID) {
		if m.Step == step.ID && m.Stands() && !slices.Contains(to.open, m.Channel) {
			made++
		}
	}
	room := max(limit-made, 0)
	for len(to.open) > room {
		c := to.open[len(to.open)-1]
		to.open = to.open[:len(to.open)-1]
		old := t.messageFor(r, step, c)
		to.refused = append(to.refused, refusedChannel{c, ReasonFrequencyCap, old, made > 0 && old == nil})
	}
}

// wouldSend counts what a due run would send now if there were no cap: a step
// that will be left out for another reason takes nobody's place.
func (t *draft) wouldSend(r *Run) int {
	if t.keptRun(r.ID).row == nil {
		return 0 // begun by this very decision
	}
	probe := t.e.draft(t.s, t.now)
	probe.uncapped = true
	probe.due(probe.editRun(r.ID))
	n := 0
	for _, m := range probe.d.Messages {
		if old := t.s.messages[m.ID]; m.Stands() && m.ClaimedAt.Equal(t.now) && (old == nil || !t.countsToday(old)) {
			n++
		}
	}
	return n
}

// messagesToday counts what went to the buyer, or may have, on this calendar
// day of the shop; earlier tries of the messages that are wanted do not count.
func (t *draft) messagesToday(b *Buyer, r *Run, wanted []Channel) int {
	n := 0
	count := func(m *Message) {
		own := m.RunID == r.ID && m.Step == r.Step && slices.Contains(wanted, m.Channel)
		if !own && t.countsToday(m) {
			n++
		}
	}
	for _, m := range t.keptBuyer(b.ID).messages {
		count(t.asKept(m))
	}
	for _, m := range t.d.Messages {
		if t.s.messages[m.ID] == nil && m.BuyerID == b.ID {
			count(m)
		}
	}
	return n
}

func (t *draft) countsToday(m *Message) bool {
	return m.Stands() && m.Status != MessageRetry && t.sameDay(m.ClaimedAt)
}

func (t *draft) sameDay(at time.Time) bool {
	if t.now.Sub(at) > 48*time.Hour { // whatever is done to the clocks
		return false
	}
	return dateIn(at, t.e.settings.Zone).Equal(dateIn(t.now, t.e.settings.Zone))
}

// giveWay moves a capped step to the next day, once; then it is dropped.
func (t *draft) giveWay(r *Run, d *Definition, step *Step) {
	if r.CapDeferred {
		t.skip(r, d, step, "", ReasonFrequencyCap)
		return
	}
	tomorrow := Duration{Days: 1}.AddTo(t.now, t.e.settings.Zone)
	next, open := t.e.windowOf(d, step).Next(startOfDay(tomorrow, t.e.settings.Zone), t.e.settings.Zone)
	if !open || t.e.windowOf(d, step).Always {
		next = tomorrow
	}
	t.postpone(r, next)
	r.CapDeferred = true
	t.note(r, ActionDefer, step.ID, "", ReasonFrequencyCap, "")
}

func startOfDay(at time.Time, zone *time.Location) time.Time {
	y, m, d := at.In(zone).Date()
	return time.Date(y, m, d, 0, 0, 0, 0, zone).UTC()
}
