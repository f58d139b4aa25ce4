package scenarios

import "time"

// A paused run looks every minute whether it may go on, and less often the longer
// it waits: a pause may be long, and the runs many.
const (
	pauseCheck     = time.Minute
	pauseCheckMost = 10 * time.Minute
)

// OnDue decides what a run does when its time has come. Everything is asked
// again here, from what is true now.
func (e *Engine) OnDue(s *Snapshot, ref RunRef, now time.Time) Decision {
	return e.onDue(s, s.ofRun(ref.RunID), ref.Generation, nil, now)
}

// onDue is OnDue of a run that is found already, while some channels are held.
func (e *Engine) onDue(s *Snapshot, of *runRows, generation int64, held ByChannel[Hold], now time.Time) Decision {
	t := e.draft(s, now)
	t.held = held
	r := t.with(of)
	if r == nil || r.Generation != generation {
		return Decision{} // gone, or an alarm of the past
	}
	t.rang = r.ID
	r = t.editRun(r.ID)
	t.due(r)
	if t.d.Busy != "" {
		t.d = Decision{Busy: t.d.Busy} // whatever else was found is found again
	}
	return t.decision()
}

func (t *draft) due(r *Run) {
	if !r.Open() {
		t.closeMessages(r, r.EndReason)
		return
	}
	if t.now.Before(r.DueAt) || t.outstanding(r) != nil {
		return // not yet: the alarm is set again
	}
	d := t.definition(r)
	if d == nil {
		t.dueUnknown(r)
		return
	}
	step, _ := d.step(r.Step)
	b := t.buyer(r.BuyerID)
	until, held := t.heldUntil(r)
	switch {
	case b == nil || b.Erased():
		t.exit(r, ReasonErased)
	case held && t.now.Before(until): // a claim expired meanwhile
	case held:
		t.exit(r, ReasonWaitExpired)
	case step == nil:
		t.exit(r, ReasonRemoved)
	case t.e.settings.Paused || t.s.paused[r.Scenario]:
		t.pause(r, "", ReasonPaused)
	case t.soldOrGone(r, d, b):
	case !t.rightDay(r, d, step):
	case len(step.Arms) > 0 && t.meetsNow(step.When, r, b):
		t.takeBranch(r, d, step, b)
	case step.WaitFor != nil && t.meetsNow(step.When, r, b):
		t.waitForEvent(r, d, step)
	case len(step.Send) == 0:
		t.skip(r, d, step, "", ReasonCondition)
	default:
		t.takeStep(r, d, step, b)
	}
}

// rightDay asks the date of a step once more: one that is unknown leaves the
// step out, one that is later by now moves it.
func (t *draft) rightDay(r *Run, d *Definition, step *Step) bool {
	if step.Date == nil {
		return true
	}
	at, known := t.stepDate(r, step)
	switch {
	case !known:
		t.skip(r, d, step, "", ReasonNoDate)
	case at.After(t.now) && at.After(r.PlannedAt):
		t.postpone(r, at)
		t.note(r, ActionDefer, step.ID, "", ReasonDateMoved, "")
	default:
		return true
	}
	return false
}

// unknownFor is how long a run waits for a process that knows its definition.
const unknownFor = 24 * time.Hour

// dueUnknown ends a run whose scenario was removed, and leaves one of which this
// process knows nothing to a newer one, for a day.
func (t *draft) dueUnknown(r *Run) {
	if t.e.removed(r.Scenario) || t.now.After(r.PlannedAt.Add(unknownFor)) {
		t.exit(r, ReasonRemoved)
		return
	}
	r.DueAt = ceilSecond(t.now.Add(pauseCheck))
}

// pause looks again in a while; the plan stays, so lateness counts on.
func (t *draft) pause(r *Run, c Channel, why Reason) {
	wait := min(max(t.now.Sub(r.PlannedAt)/10, pauseCheck), pauseCheckMost)
	r.DueAt = ceilSecond(t.now.Add(wait))
	if !r.PauseNoted {
		r.PauseNoted = true
		t.note(r, ActionDefer, r.Step, c, why, "")
	}
}

// soldOrGone looks at the account's purchases once more and asks the rules that
// need no event; true when the run ended.
func (t *draft) soldOrGone(r *Run, d *Definition, b *Buyer) bool {
	if d.exitsOn(EventOrderPlaced) {
		t.dropItems(r, d, ReasonOrdered, func(it RunItem) bool {
			return t.purchasedSince(r.AccountKey, it.SKU, it.At)
		})
	}
	if r.Open() {
		if why, ends := t.unpromptedExit(r, d, b); ends {
			t.exit(r, why)
		}
	}
	return !r.Open()
}

// unpromptedExit asks the exit rules that name no event.
func (t *draft) unpromptedExit(r *Run, d *Definition, b *Buyer) (Reason, bool) {
	for i := range d.Exits {
		if d.Exits[i].On != "" {
			continue
		}
		if t.meetsNow(d.Exits[i].When, r, b) {
			return exitReason(&d.Exits[i], &Event{}), true
		}
	}
	return "", false
}

// takeStep goes through the gates in front of a message, in order.
func (t *draft) takeStep(r *Run, d *Definition, step *Step, b *Buyer) {
	if t.mistimed(r, d, step) {
		return
	}
	if !t.meetsNow(step.When, r, b) {
		t.skip(r, d, step, "", ReasonCondition)
		return
	}
	items, why := t.messageItems(r, d, step, b)
	if len(items) == 0 && len(r.Items) > 0 {
		t.skip(r, d, step, "", why)
		return
	}
	t.offer(r, d, step, b, items)
}

// mistimed moves the step to the window's next opening, or drops it when it is
// too late to be of use. Lateness counts from the planned time after the window
// moved it.
func (t *draft) mistimed(r *Run, d *Definition, step *Step) bool {
	window, zone, wanted := t.e.windowOf(d, step), t.e.settings.Zone, r.PlannedAt
	planned, opens := window.Next(r.PlannedAt, zone)
	next, opensAgain := planned, opens
	if !t.now.Equal(r.PlannedAt) {
		next, opensAgain = window.Next(t.now, zone)
	}
	if !opens || !opensAgain { // closed for more than a year
		t.skip(r, d, step, "", ReasonWindow)
		return true
	}
	if !planned.After(t.now) {
		r.PlannedAt = planned
		expires := step.Expires
		if expires.IsZero() {
			expires = d.Expires
		}
		if t.now.After(expires.AddTo(planned, zone)) {
			t.expire(r, d, step)
			return true
		}
	}
	opening := later(planned, next)
	if t.missesDate(r, d, step, wanted, opening) {
		t.expire(r, d, step)
		return true
	}
	if opening.After(t.now) {
		if t.movedSinceTried(r) {
			r.DueAt = ceilSecond(opening)
		} else {
			t.postpone(r, opening)
		}
		t.note(r, ActionDefer, step.ID, "", ReasonWindow, "")
		return true
	}
	return false
}

// movedSinceTried tells whether a message of the step was moved to a later day
// since its first try. A failure in the evening is made good the next morning; one
// that goes on would never be late if each night made its step younger.
func (t *draft) movedSinceTried(r *Run) bool {
	for _, m := range t.messagesOfRun(r.ID) {
		if m.Step == r.Step && m.PlannedAt.After(m.FirstTryAt) {
			return true
		}
	}
	return false
}

func (t *draft) expire(r *Run, d *Definition, step *Step) {
	t.closeMessages(r, ReasonLate)
	t.note(r, ActionExpire, step.ID, "", ReasonLate, "")
	t.advance(r, d)
}

// skip leaves a step out and goes on.
func (t *draft) skip(r *Run, d *Definition, step *Step, c Channel, why Reason) {
	t.closeMessages(r, why)
	t.note(r, ActionSkip, step.ID, c, why, "")
	t.advance(r, d)
}

// offer finds the channels that can carry the step and claims a message on
// each, as far as the day's cap lets it.
func (t *draft) offer(r *Run, d *Definition, step *Step, b *Buyer, items []MessageItem) {
	to := t.reachable(r, d, step, b)
	t.fitCap(r, step, &to)
	switch {
	case len(to.open) == 0 && !to.again.IsZero():
		r.DueAt = ceilSecond(to.again)
		return
	case len(to.open) == 0:
		t.noteRefused(r, step, to.refused)
		t.closeMessages(r, lastReason(to.refused))
		t.advance(r, d)
		return
	case t.capped(r, d, b, to.open):
		t.giveWay(r, d, step)
		return
	case t.onHold(r, to.open):
		return
	}
	t.noteRefused(r, step, to.refused)
	for _, c := range to.open {
		t.claim(r, d, step, b, c, items)
	}
	if t.outstanding(r) == nil { // all of them letters
		t.proceed(r, step.ID)
	}
}

func (t *draft) noteRefused(r *Run, step *Step, refused []refusedChannel) {
	for _, x := range refused {
		if x.noted {
			continue
		}
		t.note(r, ActionSkip, step.ID, x.channel, x.why, "")
		if x.old != nil {
			t.closeMessage(x.old, x.why)
		}
	}
}
