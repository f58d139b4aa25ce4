package scenarios

import "time"

// fading lists what a simulation may forget in a while, in the order of the virtual clock. A thing that is touched
// again stands in it again, and only its last entry finds it old enough.
type fading[K any] struct{ entries []touched[K] }

type touched[K any] struct {
	key K
	at  time.Time
}

func (f *fading[K]) add(key K, at time.Time) { f.entries = append(f.entries, touched[K]{key, at}) }

// next takes out the oldest entry if it was made before the given time.
func (f *fading[K]) next(before time.Time) (key K, ok bool) {
	if len(f.entries) == 0 || !f.entries[0].at.Before(before) {
		return key, false
	}
	key = f.entries[0].key
	f.entries = f.entries[1:] // the next growing copies what is left
	return key, true
}

// forgetAtOnce bounds how much is forgotten after one decision, which adds less than that.
const forgetAtOnce = 16

// notice puts what a decision touched on the lists of what fades.
func (sim *Simulator) notice(d *Decision) {
	for _, r := range d.Runs {
		if !r.Open() {
			sim.ended.add(sim.world.ofRun(r.ID), sim.now)
			r.strip()
		}
	}
	for _, m := range d.Messages {
		if m.Status != MessageBatched && m.Status.Final() {
			m.strip()
		}
	}
	for _, c := range d.Carts {
		sim.carts.add(c.Key(), sim.now)
	}
	for _, o := range d.Orders {
		sim.orders.add(orderKey{o.Source, o.ID}, sim.now)
	}
}

// strip leaves of an ended run what a later one asks of it: what it wrote about, and when.
func (r *Run) strip() {
	r.Data, r.URL = nil, ""
	r.ownItems() // those of the deciding may be seen still
	for i := range r.Items {
		r.Items[i] = RunItem{Item: Item{SKU: r.Items[i].SKU}}
	}
}

// strip takes out of a message what only its transmission needs. (A letter may still be put together anew.)
func (m *Message) strip() { m.Items, m.URL, m.Title, m.Detail = nil, "", "", "" }

// forget lets go of what no decision can ask for any more, a little at a time. It changes nothing that is told.
func (sim *Simulator) forget() {
	for range forgetAtOnce {
		of, ok := sim.ended.next(sim.now.Add(-sim.cooled))
		if !ok {
			break
		}
		sim.forgetEnded(of)
	}
	for range forgetAtOnce {
		key, ok := sim.carts.next(sim.now.Add(-CartHistory))
		if !ok {
			break
		}
		sim.forgetCart(key)
	}
	for range forgetAtOnce {
		key, ok := sim.orders.next(sim.now.Add(-PurchaseHistory))
		if !ok {
			break
		}
		sim.world.forgetLines(key, sim.now.Add(-PurchaseHistory))
	}
}

// CoolingFor is how long an ended run may be asked for: the longest cool-down that there is, and not less than the cap
// looks back; calendar days may be an hour longer.
func (e *Engine) CoolingFor() time.Duration {
	longest := MessageHistory
	for _, d := range e.order {
		longest = max(longest, e.scaled(d.CoolDown).Approx())
	}
	return longest + 24*time.Hour
}

// forgetEnded lets go of a run and its messages. While its subject is still being told to others, their run for the
// same edge, or to the same mailbox, asks for it; and a letter may be taken back until its batch closes.
func (sim *Simulator) forgetEnded(of *runRows) {
	r := of.row
	if r == nil || !later(r.EndedAt, r.LastSentAt).Before(sim.now.Add(-sim.cooled)) {
		return
	}
	asked := len(sim.world.fanOuts[r.Subject]) > 0
	for _, m := range of.messages {
		asked = asked || m.Status == MessageBatched && sim.now.Before(sim.engine.BatchClosesAt(m.BatchID))
	}
	if asked {
		sim.ended.add(of, sim.now)
		return
	}
	sim.world.forgetRun(of)
}

// forgetCart leaves of a cart that is older than CartHistory the time of its last event, which tells a late one apart.
func (sim *Simulator) forgetCart(key CartKey) {
	of := sim.world.ofBuyer(key.BuyerID)
	c := of.carts[key.CartID]
	if c == nil || !c.OccurredAt.Before(sim.now.Add(-CartHistory)) {
		return
	}
	for _, r := range of.open {
		if r.Subject == key.CartID {
			sim.carts.add(key, sim.now)
			return
		}
	}
	sim.world.PutCart(&Cart{BuyerID: c.BuyerID, ID: c.ID, State: c.State, OccurredAt: c.OccurredAt})
}

// forgetRun takes an ended run out, with its messages.
func (s *Snapshot) forgetRun(of *runRows) {
	for _, m := range of.messages {
		s.forgetMessage(m, of.buyer)
	}
	of.buyer.told = without(of.buyer.told, of.row)
	of.row, of.messages = nil, nil
	delete(s.runs, of.id)
}

// forgetMessage takes a message out. A buyer may still open or click the newest of a step, at whatever time: of that
// one its name and times are left.
func (s *Snapshot) forgetMessage(m *Message, of *buyerRows) {
	if m.DedupKey != "" && s.dedup[m.DedupKey] == m.ID {
		delete(s.dedup, m.DedupKey)
	}
	s.listLetter(only(m, (*Message).batched), nil)
	if m.Status != MessageSent {
		s.dropMessage(m, of)
		return
	}
	newest := true
	for _, other := range of.messages {
		if other.ID == m.ID || other.Status != MessageSent || other.Scenario != m.Scenario || other.Step != m.Step {
			continue
		}
		if newerMessage(other, m) {
			newest = false
		} else if s.Run(other.RunID) == nil { // kept until now as the newest
			s.dropMessage(other, of)
		}
	}
	if !newest {
		s.dropMessage(m, of)
		return
	}
	*m = Message{ID: m.ID, RunID: m.RunID, Scenario: m.Scenario, Version: m.Version, Step: m.Step,
		Channel: m.Channel, AccountKey: m.AccountKey, BuyerID: m.BuyerID, Status: m.Status, AddressHash: m.AddressHash,
		ClaimedAt: m.ClaimedAt, SentAt: m.SentAt, OpenedAt: m.OpenedAt, ClickedAt: m.ClickedAt}
}

func (s *Snapshot) dropMessage(m *Message, of *buyerRows) {
	delete(s.messages, m.ID)
	of.messages = without(of.messages, m)
}

// forgetLines takes the lines of an order out that are older than any purchase that is asked for. That there was such
// an order, and whether it was cancelled, stays known.
func (s *Snapshot) forgetLines(key orderKey, before time.Time) {
	o := s.orders[key]
	if o == nil || !later(o.PlacedAt, o.CancelledAt).Before(before) {
		return
	}
	s.takeBack(o)
	s.PutOrder(&Order{ID: o.ID, Source: o.Source, AccountKey: o.AccountKey, PlacedAt: o.PlacedAt, CancelledAt: o.CancelledAt})
}
