package scenarios

import (
	"container/heap"
	"math/rand/v2"
	"strings"
	"testing"
	"time"
)

// unluckyWorker lives through a history as a machine does that crashes, loses
// alarms, hears them twice or late, and of whose transmissions some fail, some
// end late and some are never heard of again.
type unluckyWorker struct {
	*rand.Rand
	t      *testing.T
	engine *Engine
	world  *Snapshot
	now    time.Time
	clock  chances
	seen   map[string]bool
	rules  *invariants
	count  int // decisions
}

// chance is something that will happen to the worker.
type chance struct {
	at     time.Time
	rank   int
	work   Work
	look   RunID // the sweep looks at this run
	sku    string
	resume string // a scenario
}

type chances []chance

func (c chances) Len() int      { return len(c) }
func (c chances) Swap(i, j int) { c[i], c[j] = c[j], c[i] }
func (c chances) Less(i, j int) bool {
	if !c[i].at.Equal(c[j].at) {
		return c[i].at.Before(c[j].at)
	}
	return c[i].rank < c[j].rank
}
func (c *chances) Push(x any) { *c = append(*c, x.(chance)) }
func (c *chances) Pop() any {
	last := (*c)[len(*c)-1]
	*c = (*c)[:len(*c)-1]
	return last
}

func (w *unluckyWorker) later(at time.Time, c chance) {
	c.at, c.rank = at, w.Int()
	heap.Push(&w.clock, c)
}

// live takes the history in and goes on until nothing is left to happen.
func (w *unluckyWorker) live(events []*Event) {
	for _, ev := range events {
		w.until(ev.OccurredAt)
		w.now = later(w.now, ev.OccurredAt)
		if w.seen[ev.ID] {
			continue
		}
		w.seen[ev.ID] = true
		if feedback[ev.Type] {
			own := *ev
			own.Source = SourceKagobell
			ev = &own
		}
		w.decide(Work{Event: ev})
		if name := w.engine.order[w.IntN(len(w.engine.order))].Name; w.IntN(20) == 0 {
			w.world.PutPaused(name, true)
			w.later(w.now.Add(time.Duration(w.IntN(30))*time.Hour), chance{resume: name})
		}
	}
	w.until(w.now.AddDate(1, 0, 0))
}

func (w *unluckyWorker) until(end time.Time) {
	for len(w.clock) > 0 && w.clock[0].at.Before(end) {
		next := heap.Pop(&w.clock).(chance)
		w.now = later(w.now, next.at)
		switch {
		case next.look != "":
			w.sweep(next.look)
		case next.sku != "":
			w.walk(next.sku)
		case next.resume != "":
			w.world.PutPaused(next.resume, false)
		default:
			w.decide(next.work)
		}
	}
}

// sweep sets an alarm that is missing or overdue, as the store does.
func (w *unluckyWorker) sweep(id RunID) {
	r := w.world.Run(id).clone()
	if r.SweepAt.IsZero() || r.SweepAt.After(w.now) {
		return
	}
	if r.DueAt.After(w.now.Add(w.engine.settings.Horizon)) {
		r.ArmedAt, r.SweepAt = time.Time{}, r.DueAt.Add(-w.engine.settings.Horizon)
	} else {
		r.Generation++
		r.ArmedAt, r.SweepAt = r.DueAt, later(r.DueAt, w.now).Add(Grace)
		w.later(later(r.DueAt, w.now), chance{work: Work{Due: &RunRef{id, r.Generation}}})
	}
	w.world.PutRun(r)
	w.later(r.SweepAt, chance{look: id})
}

// walk takes the fan-outs of a SKU on, one after the other of each kind.
func (w *unluckyWorker) walk(sku string) {
	busy := map[FanOutKind]bool{}
	for _, f := range append([]*FanOut(nil), w.world.fanOuts[sku]...) {
		if f.DueAt.After(w.now) || busy[f.Kind] {
			busy[f.Kind] = true
			continue
		}
		next := *f
		w.walkOne(&next, w.engine.Wave(f, w.world.products[sku], w.now))
		w.world.PutFanOut(&next)
		if busy[f.Kind] = next.Status == FanOutOpen; busy[f.Kind] {
			w.later(next.DueAt, chance{sku: sku})
		}
	}
}

func (w *unluckyWorker) walkOne(f *FanOut, wave Wave) {
	if f.Status = wave.Status; f.Status != FanOutOpen {
		return
	}
	told := 0
	for _, fav := range w.world.favoritesAfter(f.SKU, f.Cursor, f.EdgeAt) {
		if wave.Limit > 0 && told >= wave.Limit {
			f.DueAt = ceilSecond(w.now.Add(wave.Every))
			return
		}
		d := w.decide(Work{Favorite: &FavoriteRef{FanOut: *f, BuyerID: fav.BuyerID}})
		if d.Reached() {
			told++
		}
		f.Cursor = FavoriteCursor{fav.RankKey, fav.AddedAt, fav.BuyerID}
	}
	f.Status = FanOutDone
}

func (w *unluckyWorker) decide(work Work) Decision {
	if w.count++; w.count > 50_000 {
		w.rules.fail("it goes round in circles: %+v", work)
	}
	d := w.rules.decided(w.world, work, w.now)
	w.world.Apply(&d)
	w.rules.saved(w.world, &d, w.now)
	for _, a := range d.Alarms {
		w.alarm(a)
	}
	for _, r := range d.Runs {
		if !r.SweepAt.IsZero() {
			w.later(r.SweepAt, chance{look: r.ID})
		}
	}
	for _, f := range d.FanOuts {
		w.later(later(f.DueAt, w.now), chance{sku: f.SKU})
	}
	for _, delivery := range d.Deliveries {
		w.transmit(delivery)
	}
	return d
}

func (w *unluckyWorker) alarm(a Alarm) {
	c := chance{work: Work{Due: &RunRef{a.RunID, a.Generation}}}
	at := later(a.At, w.now)
	switch w.IntN(12) {
	case 0: // lost
	case 1: // late: the machine was down
		w.later(at.Add(time.Duration(w.IntN(36*60))*time.Minute), c)
	case 2: // twice
		w.later(at, c)
		w.later(at.Add(time.Second), c)
	default:
		w.later(at, c)
	}
}

func (w *unluckyWorker) transmit(delivery Delivery) {
	m := delivery.Message
	o := Outcome{MessageID: m.ID, ClaimedAt: m.ClaimedAt, Kind: OutcomeSent, Title: strings.ToUpper(m.Template)}
	wait := time.Duration(w.IntN(20_000)) * time.Millisecond
	switch w.IntN(10) {
	case 0:
		return // never heard of
	case 1:
		wait += time.Minute // after the claim has expired
	case 2:
		o.Kind, o.Reason, o.RetryAfter = OutcomeTemporary, ReasonTemporary, time.Duration(w.IntN(4))*time.Hour
	case 3:
		o.Kind, o.Reason, o.Suppress = OutcomePermanent, ReasonRejected, w.IntN(2) == 0
	case 4:
		o.Kind = OutcomeReleased
	}
	w.later(w.now.Add(wait), chance{work: Work{Outcome: &o}})
}
