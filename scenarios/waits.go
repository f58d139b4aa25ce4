package scenarios

import "time"

// goOn lets runs that wait for an event go on at it. An order is one of the
// whole account; what a buyer did with a message counts for the runs of its own
// scenario.
func (t *draft) goOn(ev *Event, at time.Time, key AccountKey, b *Buyer) {
	if !t.e.waiting[ev.Type] {
		return
	}
	for _, r := range t.concerned(ev, key, b) {
		d := t.definition(r)
		if d == nil {
			continue
		}
		step, _ := d.step(r.Step)
		if step == nil || step.WaitFor == nil || step.WaitFor.On != ev.Type || at.Before(r.PlannedAt) {
			continue
		}
		if feedback[ev.Type] && text(ev.Data["scenario"]) != r.Scenario || !t.meets(step.WaitFor.When, ev, r) {
			continue
		}
		r = t.editRun(r.ID)
		r.Happened = append(r.Happened[:len(r.Happened):len(r.Happened)], step.ID)
		r.PlannedAt = at
		t.note(r, ActionWait, step.ID, "", ReasonEventCame, "")
		t.advance(r, d)
	}
}

// waitForEvent begins to wait, or ends the waiting at its deadline.
func (t *draft) waitForEvent(r *Run, d *Definition, step *Step) {
	deadline := t.e.after(r.PlannedAt, step.WaitFor.UpTo)
	if t.now.Before(deadline) {
		r.DueAt = ceilSecond(deadline)
		t.note(r, ActionWait, step.ID, "", ReasonAwaitingEvent, "")
		return
	}
	r.PlannedAt = deadline
	t.note(r, ActionWait, step.ID, "", ReasonWaitExpired, "")
	t.advance(r, d)
}

// takeBranch goes on with the first way whose condition holds; none is fine.
func (t *draft) takeBranch(r *Run, d *Definition, step *Step, b *Buyer) {
	for i := range step.Arms {
		if !t.meetsNow(step.Arms[i].When, r, b) {
			continue
		}
		first, to := step.Arms[i].First, step.ID
		if first != 0 {
			to = d.Steps[first].ID
		}
		t.note(r, ActionBranch, to, "", "", "")
		t.moveTo(r, d, first)
		return
	}
	t.note(r, ActionSkip, step.ID, "", ReasonCondition, "")
	t.advance(r, d)
}

// concerned lists the open runs that an event may end or move. An order
// concerns every run of the account, whoever placed it, and so does what sales say
// of the account alone; any other event those of its buyer.
func (t *draft) concerned(ev *Event, key AccountKey, b *Buyer) []*Run {
	switch {
	case ev.Type == EventOrderPlaced, b == nil && saleSpoke(ev):
	case b == nil:
		return nil
	default:
		return t.openRunsOf(b)
	}
	runs := t.openRuns(key)
	if b != nil && b.AccountKey() != key { // he ordered for another account
		runs = append(runs, t.openRunsOf(b)...)
	}
	return runs
}

// momentOf is when a step that follows should happen: after the one before, after the anchor, or by a
// date. A date that is not known makes the step due at once: it is left out then.
func (t *draft) momentOf(r *Run, step *Step, from time.Time) time.Time {
	switch {
	case step.Date != nil:
		if at, known := t.stepDate(r, step); known {
			return at
		}
		return from
	case step.FromAnchor:
		return t.e.after(r.Anchor, step.After)
	}
	return t.e.after(from, step.After)
}
