package scenarios

import "time"

// trigger lets an event move the open runs of its buyer, or begin new ones.
func (t *draft) trigger(c *cause, b *Buyer) {
	for _, d := range t.e.order {
		if d.Start.On == c.event.Type {
			t.triggerOne(d, c, b)
		}
	}
}

func (t *draft) triggerOne(d *Definition, c *cause, b *Buyer) {
	if c.event.Order != nil && d.Start.Per != PerItems {
		about := *c // what follows a purchase is not about what can still be bought
		about.items, c = nil, &about
	}
	if r := t.openRunFor(d, c, b); r != nil {
		t.retrigger(r, c, b)
		return
	}
	if t.meets(d.Start.When, c.event, nil) {
		t.start(d, c, b)
	}
}

// subjectOf is what a run started by this event would be one of.
func subjectOf(d *Definition, c *cause) string {
	switch d.Start.Per {
	case PerCart:
		if c.event.Cart != nil {
			return c.event.Cart.ID
		}
	case PerItems:
		if len(c.items) > 0 {
			return c.items[0].SKU
		}
	case PerEvent:
		return c.event.ID
	}
	return ""
}

// openRunFor finds the open run that the event belongs to; nil when it may
// begin one.
func (t *draft) openRunFor(d *Definition, c *cause, b *Buyer) *Run {
	runs := t.openRunsOf(b)
	if d.Start.Per == PerAccount {
		runs = t.openRuns(t.keyOf(b))
	}
	for _, r := range runs {
		if r.Scenario != d.Name {
			continue
		}
		switch d.Start.Per {
		case PerItems:
			if t.collects(r, d, c) && len(r.Items) < maxRunItems || len(c.items) > 0 && r.Has(c.items[0].SKU) {
				return r
			}
		default:
			if r.Subject == subjectOf(d, c) {
				return r
			}
		}
	}
	return nil
}

// collects tells whether a run still takes further SKUs in.
func (t *draft) collects(r *Run, d *Definition, c *cause) bool {
	return t.fresh(r, d) && !c.at.After(t.e.after(r.Anchor, d.Start.Collect))
}

// fresh tells whether the run has not come to its first step yet.
func (t *draft) fresh(r *Run, d *Definition) bool {
	return r.Step == d.Steps[0].ID && len(t.messagesOfRun(r.ID)) == 0
}

// retrigger takes a further event into an open run.
func (t *draft) retrigger(r *Run, c *cause, b *Buyer) {
	d := t.definition(r)
	if d == nil {
		return // removed: ends when it is due
	}
	switch d.Start.Per {
	case PerCart:
		t.changeCart(r, d, c, b)
	case PerItems:
		t.join(r, d, c, b)
	case PerBuyer, PerAccount:
		if t.fresh(r, d) {
			t.join(r, d, c, b)
		}
	}
}

// changeCart takes the newest state of the cart into its run.
func (t *draft) changeCart(r *Run, d *Definition, c *cause, b *Buyer) {
	items, why := t.admitted(nil, d, c.items, b, c)
	if len(items) < max(d.Floor, 1) {
		if why == "" {
			why = ReasonEmptied
		}
		t.exit(t.editRun(r.ID), why)
		return
	}
	r = t.editRun(r.ID)
	r.Items, r.URL, r.Currency = items, c.event.Cart.URL, c.event.Cart.Currency
	r.LastTriggerAt = later(r.LastTriggerAt, c.at)
	switch {
	case t.waits(r, d, c):
		t.hold(r, c)
	case !r.HeldSince.IsZero():
		t.release(r, d)
	case t.outstanding(r) != nil:
	case t.fresh(r, d):
		t.restart(r, d)
	default:
		t.keepQuiet(r, d)
	}
	t.yield(r, d, b)
}

// waits tells whether the run must wait for the outside world.
func (t *draft) waits(r *Run, d *Definition, c *cause) bool {
	return d.Start.WaitWhile != nil && t.meets(d.Start.WaitWhile, c.event, r)
}

// hold lets a run wait for the outside world; every wait ends.
func (t *draft) hold(r *Run, c *cause) {
	if r.HeldSince.IsZero() {
		r.HeldSince = c.at
	}
	why := ReasonAwaitingApproval
	if c.event.Cart != nil && c.event.Cart.State == CartQuoteRequested {
		why = ReasonQuoteRequested
	}
	t.note(r, ActionWait, r.Step, "", why, "")
}

// release goes on after a wait: quiet is counted from the change that ended it.
func (t *draft) release(r *Run, d *Definition) {
	r.HeldSince, r.FirstTriggerAt = time.Time{}, r.LastTriggerAt
	r.DueAt = ceilSecond(r.PlannedAt)
	if t.fresh(r, d) {
		t.restart(r, d)
		return
	}
	t.keepQuiet(r, d)
}

// restart moves the anchor of a run that has not come to its first step.
func (t *draft) restart(r *Run, d *Definition) {
	r.Anchor = t.e.anchorOf(d, r)
	t.plan(r, &d.Steps[0], t.firstStepAt(d, r))
	t.note(r, ActionRestart, r.Step, "", "", "")
}

// keepQuiet moves a later step away from a buyer who is busy with his cart, at
// most by MaxQuiet from when it would have been due, or his being busy began.
func (t *draft) keepQuiet(r *Run, d *Definition) {
	quiet := t.e.after(r.LastTriggerAt, d.Start.QuietFor)
	step, _ := d.step(r.Step)
	if step != nil && step.WaitFor != nil {
		return // what it waits for may come at any moment
	}
	if step != nil && !d.Start.MaxQuiet.IsZero() {
		since := later(t.e.after(r.LastSentAt, step.After), r.FirstTriggerAt)
		if last := t.e.after(since, d.Start.MaxQuiet); quiet.After(last) {
			quiet = last
		}
	}
	if quiet.After(r.PlannedAt) {
		t.postpone(r, quiet)
		t.note(r, ActionDefer, r.Step, "", ReasonActivity, "")
	}
}

// join takes further SKUs, or another look at the same, into a run.
func (t *draft) join(r *Run, d *Definition, c *cause, b *Buyer) {
	fresh := t.fresh(r, d)
	added := t.added[:0]
	for i := range c.items {
		if r.item(c.items[i].SKU) == nil {
			added = append(added, c.items[i])
		}
	}
	t.added = added
	before := len(r.Items)
	items, why := t.admitted(r.Items, d, added, b, c)
	joined := len(items) > before
	if len(added) > 0 && !joined {
		t.noteNoRun(d, b, added[0].SKU, why)
	}
	if !fresh && !joined && len(added) > 0 {
		return
	}
	r = t.editRun(r.ID)
	r.Items = items[:before]
	for i := range c.items {
		if known := r.item(c.items[i].SKU); known != nil {
			known.again(c.items[i])
		}
	}
	if fresh {
		r.Items = items
		r.forgetOldest()
	}
	r.LastTriggerAt = later(r.LastTriggerAt, c.at)
	if joined && fresh {
		t.note(r, ActionJoin, r.Step, "", "", "")
		t.yield(r, d, b)
	}
	if fresh && !d.Start.QuietFor.IsZero() {
		r.Anchor = t.e.anchorOf(d, r)
		t.plan(r, &d.Steps[0], t.firstStepAt(d, r))
	}
}

// again takes another trigger for the same SKU in: the newest facts count, in
// whatever order they came, and a price that fell further is measured from the
// same baseline.
func (it *RunItem) again(next RunItem) {
	newer := !next.At.Before(it.At)
	it.Views += next.Views
	it.At = later(it.At, next.At)
	for _, x := range []struct{ known, said *string }{{&it.Name, &next.Name}, {&it.URL, &next.URL}, {&it.ImageURL, &next.ImageURL}} {
		if *x.said != "" && (newer || *x.known == "") {
			*x.known = *x.said
		}
	}
	if next.UnitPrice != nil && (newer || it.UnitPrice == nil) {
		it.UnitPrice = next.UnitPrice
	}
}
