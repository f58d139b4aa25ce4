package scenarios

import "time"

// learnCart keeps the newest state of a cart; false when the event is older
// than what is known.
func (t *draft) learnCart(ev *Event, at time.Time, b *Buyer) bool {
	cart := *ev.Cart
	cart.BuyerID, cart.OccurredAt = b.ID, at
	if known := t.keptBuyer(b.ID).carts[cart.ID]; known != nil && at.Before(known.OccurredAt) {
		t.d.EventNote = ReasonStale
		return false
	}
	t.d.Carts = append(t.d.Carts, &cart)
	if ev.PreviousCartID != "" && ev.PreviousCartID != cart.ID {
		t.renameCart(ev.PreviousCartID, &cart, b)
	}
	return true
}

// renameCart lets the run of a merged or renamed cart follow it.
func (t *draft) renameCart(previous string, cart *Cart, b *Buyer) {
	emptied := Cart{BuyerID: b.ID, ID: previous, State: CartOpen} // its own event may come later
	if old := t.keptBuyer(b.ID).carts[previous]; old != nil {
		emptied = *old
	}
	emptied.Items, emptied.OccurredAt = nil, later(emptied.OccurredAt, cart.OccurredAt)
	t.d.Carts = append(t.d.Carts, &emptied)
	taken := map[string]bool{} // scenarios that have a run for the new id already
	for _, r := range t.openRunsOf(b) {
		if r.Subject == cart.ID {
			taken[r.Scenario] = true
		}
	}
	for _, r := range t.openRunsOf(b) {
		d := t.definition(r)
		if d == nil || d.Start.Per != PerCart || r.Subject != previous {
			continue
		}
		if taken[r.Scenario] {
			t.exit(t.editRun(r.ID), ReasonSuperseded)
			continue
		}
		t.editRun(r.ID).Subject = cart.ID
	}
	for _, r := range t.keptBuyer(b.ID).told { // they cool down under the new id
		r = t.newest(r)
		if d := t.definition(r); d != nil && d.Start.Per == PerCart && r.Subject == previous && t.coolsDown(r, d) {
			t.editRun(r.ID).Subject = cart.ID
		}
	}
}

// learnOrder keeps an order or its cancellation; false when it is not to end
// anything. A cancellation that comes first stays: nothing comes back to life.
func (t *draft) learnOrder(ev *Event, at time.Time, key AccountKey) bool {
	order := *ev.Order
	order.AccountKey, order.BuyerID = key, ev.BuyerID()
	known := t.s.orders[orderKey{order.Source, order.ID}]
	if ev.Type == EventOrderCancelled {
		if known != nil {
			order = *known
		}
		if order.CancelledAt.IsZero() {
			order.CancelledAt = at
			t.d.Orders = append(t.d.Orders, &order)
			t.uncountOrder(known)
		}
		return true
	}
	order.PlacedAt = at
	if known != nil {
		if at.Before(known.PlacedAt) {
			t.d.EventNote = ReasonStale
			return false
		}
		order.CancelledAt = known.CancelledAt
	}
	t.d.Orders = append(t.d.Orders, &order)
	t.uncountOrder(known)
	t.countOrder(&order)
	t.withdrawOrdered(key, &order)
	return true
}
