package scenarios

import "time"

// capped tells whether a message now would be more than the buyer is to get in
// a day. A step gives way when his other due, unclaimed steps of higher
// priority fill the cap, whichever alarm rings first.
func (t *draft) capped(r *Run, d *Definition, b *Buyer, wanted int) bool {
	limit := t.e.settings.CapPerDay
	if limit <= 0 {
		return false
	}
	used := t.messagesToday(b, r)
	for _, other := range t.openRunsOf(b) {
		od := t.definition(other)
		if other.ID == r.ID || od == nil || od.Priority <= d.Priority || !t.wantsToSend(other) {
			continue
		}
		used++
	}
	return used+wanted > limit
}

// wantsToSend tells whether a run is due and has not claimed its message yet.
func (t *draft) wantsToSend(r *Run) bool {
	return r.HeldSince.IsZero() && !r.DueAt.After(t.now) && t.outstanding(r) == nil && !t.s.paused[r.Scenario]
}

// messagesToday counts what went to the buyer, or may have, on this calendar
// day of the shop; the step's own earlier tries do not count.
func (t *draft) messagesToday(b *Buyer, r *Run) int {
	n := 0
	count := func(m *Message) {
		own := m.RunID == r.ID && m.Step == r.Step && !m.Status.Final()
		if !own && m.Stands() && m.Status != MessageRetry && t.sameDay(m.ClaimedAt) {
			n++
		}
	}
	for _, id := range t.s.messagesOf[b.ID] {
		count(t.message(id))
	}
	for id, m := range t.messages {
		if t.s.messages[id] == nil && m.BuyerID == b.ID {
			count(m)
		}
	}
	return n
}

func (t *draft) sameDay(at time.Time) bool {
	zone := t.e.settings.Zone
	return at.In(zone).Format(time.DateOnly) == t.now.In(zone).Format(time.DateOnly)
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
