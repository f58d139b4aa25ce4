package scenarios

import "time"

// learnFavorite keeps that a product was saved or taken off; false when the
// event is older than what is known.
func (t *draft) learnFavorite(ev *Event, at time.Time, b *Buyer) bool {
	change := ev.Favorite
	known := t.favorite(b.ID, change.SKU)
	if known != nil && at.Before(known.OccurredAt) {
		t.d.EventNote = ReasonStale
		return false
	}
	saved := known != nil && known.RemovedAt.IsZero()
	f := t.editFavorite(b.ID, change.SKU)
	f.OccurredAt = at
	if change.Removed {
		f.RemovedAt = at
		return true
	}
	if change.Quantity > 0 || !saved {
		f.Quantity = change.Quantity
	}
	f.RankKey = RankKey(b)
	if !saved {
		f.AddedAt, f.RemovedAt, f.Baseline = at, time.Time{}, nil
		if p := t.s.products[change.SKU]; p != nil {
			f.Baseline = p.PriceFor(b.PriceGroup)
		}
	}
	return true
}

// learnProduct keeps the newest state of a product and notes what the change
// may mean to those who saved it. Catalogue events touch no account.
func (t *draft) learnProduct(ev *Event, at time.Time) {
	u := ev.Product
	known := t.s.products[u.SKU]
	if known != nil && older(u, at, known) {
		t.d.EventNote = ReasonStale
		return
	}
	next := &Product{SKU: u.SKU, Active: true}
	if known != nil {
		*next = *known
	}
	next.OccurredAt = at
	u.Version.Apply(&next.Version)
	next.Deleted = u.Deleted
	if !u.Deleted {
		applyProduct(next, u)
	}
	t.d.Products = append(t.d.Products, next)
	t.lowerHeld(u.SKU, next.Stock)
	t.fanOut(ev, at, next, known)
}

// older tells whether an update is behind what is known: by time, then by
// version where both give one.
func older(u *ProductUpdate, at time.Time, known *Product) bool {
	if !at.Equal(known.OccurredAt) {
		return at.Before(known.OccurredAt)
	}
	return u.Version.Present && !u.Version.Null && u.Version.Value < known.Version
}

func applyProduct(p *Product, u *ProductUpdate) {
	u.Name.Apply(&p.Name)
	u.URL.Apply(&p.URL)
	u.ImageURL.Apply(&p.ImageURL)
	u.Category.Apply(&p.Category)
	u.Price.Apply(&p.Price)
	u.Prices.Apply(&p.Prices)
	u.Stock.Apply(&p.Stock)
	u.LowStock.Apply(&p.LowStock)
	u.MOQ.Apply(&p.MOQ)
	if u.Active.Present && !u.Active.Null {
		p.Active = u.Active.Value
	}
}

// lowerHeld takes a falling stock into the restocks of the SKU that are still
// under way: who needs more than what is left has lost his edge.
func (t *draft) lowerHeld(sku string, stock *float64) {
	for _, f := range t.s.fanOuts[sku] {
		if f.Kind != FanOutRestock || f.Status != FanOutOpen || stock == nil || *stock >= *f.After.Stock {
			continue
		}
		held := *f
		held.After.Stock = stock
		if *stock <= *held.Before.Stock {
			held.Status = FanOutCancelled
		}
		t.d.FanOuts = append(t.d.FanOuts, &held)
	}
}

// fanOut notes a restock, a cut or the product's going for those who saved it.
// The first stock ever seen is a baseline and no edge; the first price sets
// baselines.
func (t *draft) fanOut(ev *Event, at time.Time, p, known *Product) {
	var before Offer
	if known != nil {
		before = known.Offer
	}
	add := func(kind FanOutKind, due time.Time) {
		t.d.FanOuts = append(t.d.FanOuts, &FanOut{
			ID:  fanOutID(kind, p.SKU, ev),
			SKU: p.SKU, Kind: kind, EdgeAt: at, Before: before, After: p.Offer,
			DueAt: due, Status: FanOutOpen,
		})
	}
	hold, restocks := t.e.listens(EventFavoriteRestocked)
	_, cuts := t.e.listens(EventFavoritePriceDropped)
	if (restocks || cuts) && known != nil && known.Available() && !p.Available() {
		add(FanOutGone, at)
	}
	if p.Deleted {
		return
	}
	if cuts && mayBeCheaper(before, p.Offer) {
		add(FanOutPrice, at)
	}
	if restocks && before.Stock != nil && p.Stock != nil && *p.Stock > *before.Stock {
		add(FanOutRestock, t.e.after(at, hold))
	}
}

// listens tells whether a scenario starts on a derived event, and how long
// such an edge must hold: `hold` belongs to the SKU, so the longest counts.
func (e *Engine) listens(on string) (hold Duration, listened bool) {
	for _, d := range e.order {
		if d.Start.On != on {
			continue
		}
		listened = true
		if d.Start.Hold.Approx() > hold.Approx() {
			hold = d.Start.Hold
		}
	}
	return hold, listened
}

// mayBeCheaper tells whether some buyer's price fell, or is known for the first time.
func mayBeCheaper(before, after Offer) bool {
	fell := func(group string) bool {
		was, is := before.PriceFor(group), after.PriceFor(group)
		return is != nil && (was == nil || is.LessThan(*was))
	}
	if fell("") {
		return true
	}
	for group := range after.Prices {
		if fell(group) {
			return true
		}
	}
	for group := range before.Prices {
		if fell(group) {
			return true
		}
	}
	return false
}
