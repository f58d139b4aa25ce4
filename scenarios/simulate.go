package scenarios

import "time"

// Line is one line of a simulation: what would happen, and why. Its JSON form
// is fixed by the contract.
type Line struct {
	At       string  `json:"at"` // RFC 3339, shop's zone
	BuyerID  string  `json:"buyer_id"`
	Scenario string  `json:"scenario"`
	Subject  string  `json:"subject"`
	Run      RunID   `json:"run"`
	Step     string  `json:"step"`
	Action   Action  `json:"action"`
	Channel  Channel `json:"channel"`
	Reason   Reason  `json:"reason"`
	Title    string  `json:"title"`
}

// Simulator replays a history on a virtual clock. It runs the engine over a
// snapshot that holds the whole world, and takes every transmission for sent.
type Simulator struct {
	engine *Engine
	world  *Snapshot
	title  func(Delivery) (string, error)
	emit   func(Line)
	now    time.Time
	seen   *EventsSeen
	clock  schedule
	keeps  bool      // everything, however old; for tests
	halted bool      // nobody wants to know more
	told   time.Time // of the last line
	toldAs string

	cooled time.Duration // how long an ended run is remembered
	ended  fading[*runRows]
	carts  fading[CartKey]
	orders fading[orderKey]
}

// NewSimulator makes one over an empty world. title renders the subject of a
// message; an error counts as a template that failed. emit takes the lines in
// the order of time.
func NewSimulator(engine *Engine, title func(Delivery) (string, error), emit func(Line)) *Simulator {
	return &Simulator{engine: engine, world: NewSnapshot(), title: title, emit: emit,
		seen: NewEventsSeen(), cooled: engine.CoolingFor()}
}

// World is what the simulation knows at this moment.
func (sim *Simulator) World() *Snapshot { return sim.world }

// Event lets the next event of the history arrive: at its occurred_at, or at
// the arrival of the one before it where that is later. An event known already
// changes nothing.
func (sim *Simulator) Event(ev *Event) { sim.Arrive(ev, sim.seen.Again(ev)) }

// Arrive is Event where somebody else has looked whether the event is known
// already, as the reading of a long history does beside the simulation.
func (sim *Simulator) Arrive(ev *Event, known bool) {
	if sim.halted {
		return
	}
	arrival := later(ev.OccurredAt.UTC(), sim.now)
	sim.runUntil(arrival, false)
	sim.now = arrival
	if known {
		return
	}
	if feedback[ev.Type] {
		own := *ev
		own.Source = SourceKagobell // a history may tell what buyers did
		ev = &own
	}
	sim.apply(sim.engine.OnEvent(sim.world, ev, sim.now), noRun)
}

// Finish goes on without events: until the given time, or with a zero time
// until every run has ended.
func (sim *Simulator) Finish(until time.Time) {
	if until.IsZero() {
		until = time.Unix(1<<40, 0)
	}
	sim.runUntil(until, true)
}

// Stop ends the simulation early. emit may call it: what it was told then is a
// part of the whole.
func (sim *Simulator) Stop() { sim.halted = true }

// runUntil rings what is due before the given time; at the very moment only
// when asked to, since an event that arrives then goes first.
func (sim *Simulator) runUntil(until time.Time, inclusive bool) {
	for len(sim.clock) > 0 && !sim.halted {
		if at := sim.clock[0].time(); at.After(until) || !inclusive && at.Equal(until) {
			return
		}
		next := sim.clock.next()
		sim.now = later(sim.now, next.time())
		if next.run != nil {
			sim.ring(next)
		} else {
			sim.walk(next.fanOut.SKU, next.fanOut.Kind)
		}
	}
}

func (sim *Simulator) ring(alarm scheduled) {
	of, at := alarm.run, alarm.time()
	if !of.rings.Equal(at) {
		return // set anew, for an earlier moment; or the run has ended
	}
	of.rings = time.Time{}
	r := of.row
	if r.DueAt.After(at) { // moved since
		sim.arm(of)
		return
	}
	d := sim.engine.onDue(sim.world, of, r.Generation, nil, sim.now)
	sim.apply(d, of)
	for i := range d.Deliveries {
		o := sim.transmit(&d.Deliveries[i])
		sim.apply(sim.engine.onOutcome(sim.world, of, of.message(o.MessageID), o, sim.now), of)
	}
}

// transmit stands in for a channel: everything that renders is sent.
func (sim *Simulator) transmit(delivery *Delivery) Outcome {
	m := delivery.Message
	o := Outcome{MessageID: m.ID, ClaimedAt: m.ClaimedAt, Kind: OutcomeSent}
	title, err := sim.title(*delivery)
	if err != nil {
		o.Kind, o.Reason, o.Detail = OutcomePermanent, ReasonRenderFailed, err.Error()
		return o
	}
	o.Title = title
	return o
}

// walk takes the fan-out whose turn it is on as far as it may go.
func (sim *Simulator) walk(sku string, kind FanOutKind) {
	f := sim.next(sku, kind)
	if f == nil {
		return
	}
	wave := sim.engine.Wave(f, sim.world.products[f.SKU], sim.now)
	switch {
	case wave.Status != FanOutOpen:
		sim.close(*f, wave.Status)
	case !wave.DueAt.After(sim.now):
		sim.walkWave(*f, wave)
	}
}

// next is the fan-out of a SKU and kind whose turn it is.
func (sim *Simulator) next(sku string, kind FanOutKind) *FanOut {
	for _, f := range sim.world.fanOuts[sku] {
		if f.Kind == kind {
			return f
		}
	}
	return nil
}

// close ends a fan-out and lets the next one of its kind have its turn.
func (sim *Simulator) close(f FanOut, status FanOutStatus) {
	f.Status = status
	sim.world.PutFanOut(&f)
	if next := sim.next(f.SKU, f.Kind); next != nil {
		sim.clock.set(scheduledFanOut(later(next.DueAt, sim.now), next))
	}
}

func (sim *Simulator) walkWave(f FanOut, wave Wave) {
	told := 0
	for _, fav := range sim.world.favoritesAfter(f.SKU, f.Cursor, f.EdgeAt) {
		if wave.Limit > 0 && told >= wave.Limit {
			f.DueAt = ceilSecond(sim.now.Add(wave.Every))
			sim.world.PutFanOut(&f)
			sim.clock.set(scheduledFanOut(f.DueAt, &f))
			return
		}
		d := sim.engine.OnFavorite(sim.world, f, fav.BuyerID, sim.now)
		if d.Reached() {
			told++
		}
		sim.apply(d, noRun)
		f.Cursor = FavoriteCursor{fav.RankKey, fav.AddedAt, fav.BuyerID}
	}
	sim.close(f, FanOutDone)
}

// apply saves a decision in the world, sets its alarms and tells its journal. of is the run that it is mostly about, as
// far as that is known.
func (sim *Simulator) apply(d Decision, of *runRows) {
	sim.world.apply(&d, of)
	for _, r := range d.Runs {
		if of.id != r.ID {
			of = sim.world.ofRun(r.ID)
		}
		sim.arm(of)
	}
	for _, f := range d.FanOuts {
		sim.clock.set(scheduledFanOut(later(ceilSecond(f.DueAt), sim.now), f))
	}
	for i := range d.Journal {
		sim.emit(sim.line(&d.Journal[i], d.Messages))
	}
	if !sim.keeps {
		sim.notice(&d)
		sim.forget()
	}
}

// arm sets a run's alarm, unless one rings before. One that has ended needs none any more.
func (sim *Simulator) arm(of *runRows) {
	r := of.row
	switch {
	case !r.Open():
		of.rings = time.Time{}
	case of.rings.IsZero() || r.DueAt.Before(of.rings):
		of.rings = r.DueAt
		sim.clock.set(scheduledRun(of))
	}
}

// spelt is a time as lines tell it. Several lines in a row are mostly of one moment.
func (sim *Simulator) spelt(at time.Time) string {
	if at != sim.told || sim.toldAs == "" {
		sim.told, sim.toldAs = at, at.In(sim.engine.settings.Zone).Format(time.RFC3339)
	}
	return sim.toldAs
}

// line tells an entry of a journal, which says of a message of the same decision that it is sent.
func (sim *Simulator) line(e *Entry, of []*Message) Line {
	l := Line{At: sim.spelt(e.At), BuyerID: e.BuyerID, Scenario: e.Scenario,
		Subject: e.Subject, Run: e.RunID, Step: e.Step, Action: e.Action, Channel: e.Channel, Reason: e.Reason}
	for _, m := range of {
		if e.Action == ActionSend && m.ID == e.MessageID {
			l.Title = sim.titleOf(m)
		}
	}
	return l
}

// titleOf is the title that a message went with; a letter gets it here, since it is not transmitted.
func (sim *Simulator) titleOf(m *Message) string {
	if m.Status != MessageBatched {
		return m.Title
	}
	title, err := sim.title(Delivery{Message: m, Buyer: sim.world.Buyer(m.BuyerID), Account: &Account{}})
	if err != nil {
		return ""
	}
	return title
}
