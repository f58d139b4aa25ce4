package scenarios

// start begins a run, unless the subject is cooling down or nothing is left to
// write about.
func (t *draft) start(d *Definition, c *cause, b *Buyer) {
	subject := subjectOf(d, c)
	ordinal := c.since.UnixMilli()
	id := RunIDFor(d.Name, b.ID, subject, ordinal, c.id)
	if t.run(id) != nil {
		return // the same trigger once more
	}
	items := c.items
	if d.Start.Per != PerItems {
		if t.coolingDown(d, b, subject) {
			t.noteNoRun(d, b, subject, ReasonCoolDown)
			return
		}
	}
	if len(items) > 0 {
		var why Reason
		if items, why = t.admitted(nil, d, items, b, c); len(items) < max(d.Floor, 1) {
			t.noteNoRun(d, b, subject, why)
			return
		}
	}
	r := &Run{ID: id, Scenario: d.Name, Version: d.Version, AccountKey: t.keyOf(b), BuyerID: b.ID,
		Subject: subject, Ordinal: ordinal, Status: RunOpen, Items: items,
		StartedAt: t.now, FirstTriggerAt: c.at, LastTriggerAt: c.at}
	if c.event.Cart != nil {
		r.URL, r.Currency = c.event.Cart.URL, c.event.Cart.Currency
	}
	if len(items) == 0 {
		r.Data = c.event.Data
		if address := text(c.event.Data["url"]); r.URL == "" && isWebURL(address) {
			r.URL = address
		}
	}
	t.addRun(r)
	r.Anchor = t.e.anchorOf(d, r)
	t.plan(r, &d.Steps[0], t.firstStepAt(d, r))
	t.note(r, ActionStart, r.Step, "", "", "")
	if t.waits(r, d, c) {
		t.hold(r, c)
	}
	t.yield(r, d, b)
}

// coolingDown tells whether the buyer was told of the same subject lately. It
// counts from the last message: a run that sent nothing leaves no cool-down.
func (t *draft) coolingDown(d *Definition, b *Buyer, subject string) bool {
	return t.toldLately(d, b, func(r *Run) bool { return r.Subject == subject && !r.LastSentAt.IsZero() })
}

func (t *draft) toldLately(d *Definition, b *Buyer, concerns func(*Run) bool) bool {
	if d.CoolDown.IsZero() {
		return false
	}
	for _, list := range [...][]*Run{t.keptBuyer(b.ID).open, t.keptBuyer(b.ID).told} {
		for _, r := range list {
			if r = t.newest(r); r.Scenario == d.Name && concerns(r) && t.coolsDown(r, d) {
				return true
			}
		}
	}
	return false
}

func (t *draft) coolsDown(r *Run, d *Definition) bool {
	return t.now.Before(t.e.after(r.LastSentAt, d.CoolDown))
}

// admitted adds the SKUs that a run of this scenario may be about to those that
// it is about already, in memory of its own, and tells why the last of the
// others may not.
func (t *draft) admitted(known []RunItem, d *Definition, items []RunItem, b *Buyer, c *cause) ([]RunItem, Reason) {
	if len(items) == 0 && len(known) == 0 {
		return nil, ""
	}
	kept := append(make([]RunItem, 0, len(known)+len(items)), known...)
	account := t.keyOf(b)
	var why Reason
	for i := range items {
		if r := t.refusal(d, items[i].SKU, account, b, c); r != "" {
			why = r
			continue
		}
		kept = append(kept, items[i])
	}
	return kept, why
}

func (t *draft) refusal(d *Definition, sku string, account AccountKey, b *Buyer, c *cause) Reason {
	switch {
	case d.exitsOn(EventOrderPlaced) && t.purchasedSince(account, sku, c.since):
		return ReasonOrdered
	case t.boughtLately(d, sku, account):
		return ReasonRecentlyPurchased
	case t.takenByStronger(d, sku, account, b):
		return ReasonSuperseded
	case d.Start.Per == PerItems && t.toldLately(d, b, func(r *Run) bool { return r.wroteOf(sku) }):
		return ReasonCoolDown
	}
	return ""
}

func (t *draft) boughtLately(d *Definition, sku string, account AccountKey) bool {
	return !d.Start.NotBoughtWithin.IsZero() &&
		t.purchasedSince(account, sku, t.e.before(t.now, d.Start.NotBoughtWithin))
}

// takenByStronger tells whether a stronger run of the buyer has the SKU, or his
// cart has it and the scenario gives way to the cart.
func (t *draft) takenByStronger(d *Definition, sku string, account AccountKey, b *Buyer) bool {
	for _, list := range [...][]*Run{t.keptBuyer(b.ID).open, t.began} {
		for _, r := range list {
			if r = t.newest(r); r.BuyerID == b.ID && r.Open() && r.Has(sku) && t.priority(r) > d.Priority {
				return true
			}
		}
	}
	if !d.exitsOn(EventCartUpdated) || d.Start.Per == PerCart {
		return false
	}
	for _, cart := range t.keptBuyer(b.ID).carts {
		if cart.OccurredAt.Before(t.now.Add(-CartHistory)) {
			continue
		}
		for _, it := range cart.Items {
			if it.SKU == sku && !t.purchasedSince(account, sku, cart.OccurredAt) {
				return true
			}
		}
	}
	return false
}

// exitsOn tells whether SKUs leave a run of this scenario at such an event.
func (d *Definition) exitsOn(on string) bool {
	for i := range d.Exits {
		if d.Exits[i].On == on && d.Exits[i].MatchingItems {
			return true
		}
	}
	return false
}
