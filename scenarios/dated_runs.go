package scenarios

import "time"

// dateOfStep is the date by which a step is due; false where it is not known.
func (t *draft) dateOfStep(r *Run, step *Step) (time.Time, bool) {
	return step.Date.Date.In(t.runEnv(step.Date.Date.Condition, r, t.buyer(r.BuyerID)), t.e.settings.Zone)
}

// stepDate is the moment of a step that is due by a date; false where the date
// is not known.
func (t *draft) stepDate(r *Run, step *Step) (time.Time, bool) {
	date, known := t.dateOfStep(r, step)
	if !known {
		return time.Time{}, false
	}
	return step.Date.from(date, t.e), true
}

// followDates lets runs that are anchored on dates follow what an event said:
// steps that are due by a date move with it, and runs begin, move and end. What a
// buyer says for another account is nobody's word there, and no order of his own.
func (t *draft) followDates(ev *Event, key AccountKey, b *Buyer) {
	if !t.e.dated {
		return
	}
	t.said = ev.ID
	if b != nil {
		b = t.buyer(b.ID) // a row of its own by now, if he was seen to look at something
		if own := b.AccountKey(); own != key {
			t.followDates(&Event{ID: ev.ID}, own, b)
			b = nil
		}
	}
	for _, r := range t.openRuns(key) {
		t.moveStep(r)
	}
	for _, d := range t.e.order {
		if d.Start.Date == nil {
			continue
		}
		t.followDate(d, ev, key, b)
		if ev.Type == EventBuyerUpdated && b != nil {
			t.noteUnreadable(d, b)
		}
	}
}

// noteUnreadable tells of a profile whose date can't be read: nothing begins by it.
func (t *draft) noteUnreadable(d *Definition, b *Buyer) {
	if d.Start.Date.Date.unreadable(t.envOf(d.Start.Date.Date.Condition, nil, b), t.e.settings.Zone) {
		t.noteNoRun(d, b, "", ReasonNoDate)
	}
}

// OnDates begins for a buyer what goes by a date that is known already.
func (e *Engine) OnDates(s *Snapshot, buyerID string, now time.Time) Decision {
	t := e.draft(s, now)
	if b := t.buyer(buyerID); b != nil && !b.Erased() {
		t.followDates(&Event{}, b.AccountKey(), b)
	}
	return t.decision()
}

// moveStep moves a step to come whose date has changed.
func (t *draft) moveStep(r *Run) {
	d := t.definition(r)
	if d == nil || t.outstanding(r) != nil {
		return
	}
	step, _ := d.step(r.Step)
	if step == nil || step.Date == nil || r.CapDeferred {
		return
	}
	at, known := t.stepDate(r, step)
	if !known || at.Equal(r.PlannedAt) || !at.After(t.now) && !r.PlannedAt.After(t.now) {
		return
	}
	if opening, _ := t.e.windowOf(d, step).Next(at, t.e.settings.Zone); opening.Equal(r.PlannedAt) {
		return // it waits for the window
	}
	t.postpone(t.editRun(r.ID), at)
	t.note(r, ActionDefer, step.ID, "", ReasonDateMoved, "")
}

// followDate looks at one scenario that begins by a date. Per account, whoever
// orders becomes the one to write to; else it stays who it was.
func (t *draft) followDate(d *Definition, ev *Event, key AccountKey, b *Buyer) {
	open := t.datedRuns(d, key)
	if d.Start.Per == PerAccount {
		contact := b
		if len(open) > 0 && (b == nil || ev.Type != EventOrderPlaced) {
			contact = t.buyer(open[0].BuyerID)
		}
		if contact == nil {
			contact = t.lastContact(d, key)
		}
		t.settleDate(d, open, contact)
		return
	}
	seen := map[string]bool{}
	for _, r := range open {
		if !seen[r.BuyerID] {
			seen[r.BuyerID] = true
			t.settleDate(d, []*Run{r}, t.buyer(r.BuyerID))
		}
	}
	if b != nil && !seen[b.ID] {
		t.settleDate(d, nil, b)
	}
}

// datedRuns are those that began by a date; a scenario may have begun by an event
// before it was changed.
func (t *draft) datedRuns(d *Definition, key AccountKey) []*Run {
	var list []*Run
	for _, r := range t.openRuns(key) {
		if own := t.definition(r); r.Scenario == d.Name && (own == nil || own.Start.Date != nil) {
			list = append(list, r)
		}
	}
	return list
}

// lastContact is the buyer whose run this very event has ended, for an order by
// telephone names nobody.
func (t *draft) lastContact(d *Definition, key AccountKey) *Buyer {
	for _, r := range t.d.Runs {
		if r.Scenario == d.Name && r.AccountKey == key && !r.Open() {
			return t.buyer(r.BuyerID)
		}
	}
	return nil
}

// settleDate makes the runs of a scenario what the date says now: at most one.
func (t *draft) settleDate(d *Definition, open []*Run, b *Buyer) {
	if b == nil || b.Erased() {
		return
	}
	kept := false
	for _, r := range open {
		kept = t.settleRun(r, b, kept) || kept
	}
	if date, known := t.startDate(d, b); known && !kept {
		t.startByDate(d, b, date)
	}
}

// settleRun moves or ends one run, by the version that it began with; true when it
// stays. One whose version only a newer process knows is left to that.
func (t *draft) settleRun(r *Run, b *Buyer, superseded bool) (stays bool) {
	d := t.definition(r)
	if d == nil {
		return true
	}
	date, known := t.startDate(d, b)
	switch {
	case superseded: // its buyer came from another account
		t.exit(t.editRun(r.ID), ReasonSuperseded)
	case !known:
		if t.fresh(r, d) {
			t.forgetDate(d, b) // should it come back, it has had no run yet
		}
		t.exit(t.editRun(r.ID), ReasonNoDate)
	case r.BuyerID == b.ID && r.Anchor.Equal(d.Start.Date.from(date, t.e)):
		return true // as it was
	case r.BuyerID == b.ID && t.fresh(r, d):
		t.moveDate(t.editRun(r.ID), d, date)
		return true
	default:
		t.exit(t.editRun(r.ID), ReasonDateMoved)
	}
	return false
}

// startDate is the date that a run of the scenario would be anchored on.
func (t *draft) startDate(d *Definition, b *Buyer) (time.Time, bool) {
	if d.Start.When != nil {
		held, err := d.Start.When.Holds(t.envOf(d.Start.When, nil, b))
		if err != nil || !held {
			return time.Time{}, false
		}
	}
	return d.Start.Date.Date.In(t.envOf(d.Start.Date.Date.Condition, nil, b), t.e.settings.Zone)
}

// moveDate moves a run that has not come to its first step.
func (t *draft) moveDate(r *Run, d *Definition, date time.Time) {
	r.Anchor, r.Subject = d.Start.Date.from(date, t.e), dateSubject(date, t.e.settings.Zone)
	r.Data = dateData(r.Subject)
	t.rememberDate(d, t.buyer(r.BuyerID), r.Anchor)
	t.plan(r, &d.Steps[0], t.firstStepAt(d, r))
	t.note(r, ActionRestart, r.Step, "", ReasonDateMoved, "")
}

// startByDate begins a run, once a date: not for one that is over by now, nor
// again for one that had its run. Who becomes known after the first step of a run
// that leads up to a date still gets the later ones.
func (t *draft) startByDate(d *Definition, b *Buyer, date time.Time) {
	anchor, zone := d.Start.Date.from(date, t.e), t.e.settings.Zone
	first := &d.Steps[0]
	planned, opens := t.e.windowOf(d, first).Next(t.e.after(anchor, first.After), zone)
	late := !opens || t.now.After(d.Expires.AddTo(planned, zone))
	if ahead := d.Start.Date.Before && t.now.Before(date); late && !ahead || t.datedAlready(d, b, anchor) {
		return
	}
	subject := dateSubject(date, zone)
	r := &Run{ID: RunIDFor(d.Name, b.ID, subject, anchor.UnixMilli(), t.said), Scenario: d.Name, Version: d.Version,
		AccountKey: b.AccountKey(), BuyerID: b.ID, Subject: subject, Ordinal: anchor.UnixMilli(), Status: RunOpen,
		Data: dateData(subject), StartedAt: t.now, FirstTriggerAt: t.now, LastTriggerAt: t.now, Anchor: anchor}
	if t.run(r.ID) != nil {
		return // the same trigger once more
	}
	t.rememberDate(d, b, anchor)
	t.addRun(r)
	t.plan(r, &d.Steps[0], t.firstStepAt(d, r))
	t.note(r, ActionStart, r.Step, "", "", "")
}

func dateSubject(date time.Time, zone *time.Location) string {
	return date.In(zone).Format(time.DateOnly)
}

func dateData(subject string) map[string]any { return map[string]any{"date": subject} }

// datedAlready tells whether a date had its run, whatever became of it.
func (t *draft) datedAlready(d *Definition, b *Buyer, anchor time.Time) bool {
	if d.Start.Per == PerAccount {
		a := t.account(b.AccountKey())
		return a != nil && a.Dated[d.Name].Equal(anchor)
	}
	return b.Dated[d.Name].Equal(anchor)
}

func (t *draft) rememberDate(d *Definition, b *Buyer, anchor time.Time) {
	put(t.editDated(d, b), d.Name, anchor)
}

func (t *draft) forgetDate(d *Definition, b *Buyer) { delete(*t.editDated(d, b), d.Name) }

// editDated is where the dates that had their run are kept: with the account or
// with the buyer, by what a run of the scenario is one of.
func (t *draft) editDated(d *Definition, b *Buyer) *map[string]time.Time {
	if d.Start.Per == PerAccount {
		return &t.editAccount(b.AccountKey()).Dated
	}
	return &t.editBuyer(b.ID).Dated
}

// missesDate tells whether a step that was wanted before its date would go on
// that day or after it: whoever hears 「明日です」 then is misled.
func (t *draft) missesDate(r *Run, d *Definition, step *Step, wanted, opening time.Time) bool {
	b := t.buyer(r.BuyerID)
	var date time.Time
	known := false
	switch {
	case b == nil:
	case step.Date != nil && step.Date.Before:
		date, known = t.dateOfStep(r, step)
	case step.Date == nil && d.Start.Date != nil && d.Start.Date.Before:
		date, known = t.startDate(d, b)
	}
	return known && wanted.Before(date) && !opening.Before(date)
}
