package scenarios

import (
	"slices"
	"time"
)

// applyExits lets an event end what it ends. An order concerns every run of
// the account, whoever placed it, and so does what sales say of the account; any
// other event those of its buyer.
func (t *draft) applyExits(ev *Event, at time.Time, items []RunItem, key AccountKey, b *Buyer) {
	if !t.e.ends[ev.Type] {
		return // as most of what people do in a shop
	}
	var gone map[string]bool // where they are too many to look through
	if len(items) > 8 {
		gone = skusOf(items)
	}
	matching := func(it RunItem) bool {
		has := func(x RunItem) bool { return x.SKU == it.SKU }
		return !at.Before(it.At) && (gone[it.SKU] || gone == nil && slices.ContainsFunc(items, has))
	}
	for _, r := range t.concerned(ev, key, b) {
		d := t.definition(r)
		if d == nil {
			continue // ends when it is due
		}
		for i := range d.Exits {
			if d.Exits[i].On == ev.Type && r.Open() {
				r = t.applyExit(r, d, &d.Exits[i], ev, matching)
			}
		}
	}
}

func skusOf(items []RunItem) map[string]bool {
	skus := make(map[string]bool, len(items))
	for i := range items {
		skus[items[i].SKU] = true
	}
	return skus
}

// applyExit applies one rule to one run and returns the run as it is then.
func (t *draft) applyExit(r *Run, d *Definition, rule *Exit, ev *Event, matching func(RunItem) bool) *Run {
	if ev.Cart != nil && d.Start.Per == PerCart && r.Subject != ev.Cart.ID {
		return r
	}
	if !t.meets(rule.When, ev, r) {
		return r
	}
	why := exitReason(rule, ev)
	if rule.MatchingItems {
		return t.dropItems(r, d, why, matching)
	}
	r = t.editRun(r.ID)
	t.exit(r, why)
	return r
}

// exitReason is the rule's own reason, else the usual one for the event.
func exitReason(rule *Exit, ev *Event) Reason {
	switch {
	case rule.Reason != "":
		return rule.Reason
	case ev.Type == EventOrderPlaced:
		return ReasonOrdered
	case ev.Type == EventCartUpdated && rule.MatchingItems:
		return ReasonSuperseded
	case ev.Type == EventCartUpdated:
		return ReasonEmptied
	case ev.Type == EventFavoriteRemoved:
		return ReasonFavoriteRemoved
	}
	return ReasonGoal
}

// dropItems takes SKUs out of a run and ends it when less than the floor is
// left. It returns the run as it is then. An ended run keeps what it was about,
// and one that wrote to the buyer what it wrote about: these SKUs cool down.
func (t *draft) dropItems(r *Run, d *Definition, why Reason, leaves func(RunItem) bool) *Run {
	goes := func(it RunItem) bool { return it.Left == "" && leaves(it) }
	if !slices.ContainsFunc(r.Items, goes) {
		return r
	}
	var items []RunItem
	left := 0
	for _, it := range r.Items {
		if goes(it) {
			if it.Left = why; r.LastSentAt.IsZero() {
				continue
			}
		}
		if it.Left == "" {
			left++
		}
		items = append(items, it)
	}
	r = t.editRun(r.ID)
	if left < max(d.Floor, 1) {
		t.exit(r, why)
		return r
	}
	r.Items = items
	t.note(r, ActionSkip, "", "", why, "") // the rest goes on
	return r
}

// yield applies the ladder: weaker open runs of the buyer let go of the SKUs
// that a stronger run now has.
func (t *draft) yield(strong *Run, d *Definition, b *Buyer) {
	for _, r := range t.openRunsOf(b) {
		weak := t.definition(r)
		if weak == nil || r.ID == strong.ID || weak.Priority >= d.Priority {
			continue
		}
		t.dropItems(r, weak, ReasonSuperseded, func(it RunItem) bool { return strong.Has(it.SKU) })
	}
}
