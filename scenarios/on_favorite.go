package scenarios

import (
	"strconv"
	"time"

	"github.com/shopspring/decimal"
)

// OnFavorite decides what a catalogue change means to one buyer who saved the
// product: the second part of a catalogue event.
func (e *Engine) OnFavorite(s *Snapshot, f FanOut, buyerID string, now time.Time) Decision {
	t := e.draft(s, now)
	fav, b := t.favorite(buyerID, f.SKU), t.buyer(buyerID)
	if fav == nil || b == nil || b.Erased() || !fav.RemovedAt.IsZero() || fav.AddedAt.After(f.EdgeAt) {
		return Decision{}
	}
	p := s.products[f.SKU]
	switch {
	case p == nil:
	case f.Kind == FanOutGone:
		t.gone(p, b)
	case !p.Active || p.Deleted:
	case f.Kind == FanOutRestock:
		t.restocked(f, p, fav, b)
	case f.Kind == FanOutPrice:
		t.cheaper(f, p, fav, b)
	}
	return t.decision()
}

// gone ends what a buyer's favourite scenarios were about to say of a product
// that can't be bought any more.
func (t *draft) gone(p *Product, b *Buyer) {
	if p.Available() {
		return // back already
	}
	for _, r := range t.openRunsOf(b) {
		d := t.definition(r)
		if d == nil || d.Start.Per != PerItems || !r.Has(p.SKU) {
			continue
		}
		if !p.Active || p.Deleted {
			t.dropItems(r, d, ReasonUnavailable, func(it RunItem) bool { return it.SKU == p.SKU })
			continue
		}
		if why, ends := t.unpromptedExit(r, d, b); ends {
			t.exit(t.editRun(r.ID), why)
		}
	}
}

// restocked begins or joins a run when the stock went from too little for this
// buyer to enough.
func (t *draft) restocked(f FanOut, p *Product, fav *Favorite, b *Buyer) {
	need := fav.Need(p)
	if f.Before.Stock == nil || f.After.Stock == nil || *f.Before.Stock >= need || *f.After.Stock < need {
		return
	}
	it := favoriteItem(f, p, fav)
	it.Need = need
	t.derive(EventFavoriteRestocked, f, b, it, nil)
}

// cheaper begins or joins a run when this buyer's price fell below what he
// knows by at least the minimum.
func (t *draft) cheaper(f FanOut, p *Product, fav *Favorite, b *Buyer) {
	is := f.After.PriceFor(b.PriceGroup)
	if is == nil {
		return
	}
	baseline := fav.Baseline
	if baseline == nil {
		if baseline = f.Before.PriceFor(b.PriceGroup); baseline == nil {
			baseline = is // the first price ever seen
		}
		t.editFavorite(b.ID, fav.SKU).Baseline = baseline
	}
	was := f.Before.PriceFor(b.PriceGroup)
	if was == nil || !is.LessThan(*was) || !is.LessThan(*baseline) {
		return // no cut for this buyer
	}
	it := favoriteItem(f, p, fav)
	it.Baseline = baseline
	if !p.Available() {
		t.noteDerived(EventFavoritePriceDropped, b, fav.SKU, ReasonUnavailable)
		return
	}
	t.derive(EventFavoritePriceDropped, f, b, it, func(d *Definition) Reason {
		if !enough(d, *baseline, *is) {
			return ReasonBelowMinimum
		}
		return ""
	})
}

// enough tells whether a cut reaches the scenario's minimum.
func enough(d *Definition, was, is Money) bool {
	cut := was.Sub(is)
	percent := cut.Mul(decimal.NewFromInt(100))
	return !percent.LessThan(was.Mul(decimal.NewFromFloat(d.Start.MinPercent))) &&
		!cut.LessThan(decimal.NewFromFloat(d.Start.MinAmount))
}

func favoriteItem(f FanOut, p *Product, fav *Favorite) RunItem {
	return RunItem{At: f.EdgeAt, Item: Item{SKU: p.SKU, Name: p.Name, Quantity: fav.Quantity,
		URL: p.URL, ImageURL: p.ImageURL}}
}

// derive turns a catalogue change into an event of one buyer.
func (t *draft) derive(on string, f FanOut, b *Buyer, it RunItem, bar func(*Definition) Reason) {
	ev := &Event{Source: SourceKagobell, ID: f.ID + ":" + b.ID, Type: on, OccurredAt: f.EdgeAt,
		Buyer: &BuyerUpdate{ID: b.ID}, AccountID: b.AccountID, Data: map[string]any{"sku": f.SKU}}
	for _, d := range t.e.order {
		if d.Start.On != on {
			continue
		}
		if bar != nil {
			if why := bar(d); why != "" {
				t.noteNoRun(d, b, it.SKU, why)
				continue
			}
		}
		c := &cause{event: ev, at: f.EdgeAt, since: f.EdgeAt, items: []RunItem{it}}
		if wave := t.e.before(f.DueAt, d.Start.Hold); wave.After(c.at) { // not the first
			c.at, c.id = wave, strconv.FormatInt(wave.UnixMilli(), 10)
		}
		t.triggerOne(d, c, b)
	}
}

func (t *draft) noteDerived(on string, b *Buyer, sku string, why Reason) {
	for _, d := range t.e.order {
		if d.Start.On == on {
			t.noteNoRun(d, b, sku, why)
		}
	}
}

// Wave is how a fan-out may go on now.
type Wave struct {
	Status FanOutStatus  // open: go on; done or cancelled: close it
	DueAt  time.Time     // not before; zero: now
	Limit  int           // buyers who may be told in this wave; 0: all
	Every  time.Duration // until the next wave
}

// Wave says how far a fan-out may be walked now: with `per_unit` set, no more
// buyers are told than the stock can serve, and the next wave goes when stock
// remains.
func (e *Engine) Wave(f *FanOut, p *Product, now time.Time) Wave {
	if f.Status != FanOutOpen || f.DueAt.After(now) {
		return Wave{Status: f.Status, DueAt: f.DueAt}
	}
	if f.Kind != FanOutRestock || p == nil || p.Stock == nil {
		return Wave{Status: FanOutOpen}
	}
	if *p.Stock <= 0 {
		return Wave{Status: FanOutDone}
	}
	for _, d := range e.order {
		if d.Start.On == EventFavoriteRestocked && d.Start.PerUnit > 0 {
			limit := max(int(*p.Stock/d.Start.PerUnit), 1)
			return Wave{Status: FanOutOpen, Limit: limit, Every: e.scaled(d.Start.WaveEvery).Approx()}
		}
	}
	return Wave{Status: FanOutOpen}
}

// Reached tells whether a decision of a fan-out told its buyer: it counts
// against the wave.
func (d *Decision) Reached() bool {
	for _, entry := range d.Journal {
		if entry.Action == ActionStart || entry.Action == ActionJoin {
			return true
		}
	}
	return false
}
