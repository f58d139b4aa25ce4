package store

import (
	"context"
	"time"

	"kagobell/scenarios"
)

// loadCatalogue reads the products that the works and the runs are about, and
// the fan-outs under way of those that an event changes.
func (b *batch) loadCatalogue(ctx context.Context) error {
	var skus, changed set[string]
	for _, w := range b.works {
		switch {
		case w.Event != nil && w.Event.Product != nil:
			skus.add(w.Event.Product.SKU)
			changed.add(w.Event.Product.SKU)
		case w.Event != nil:
			for _, sku := range skusOf(w.Event) {
				skus.add(sku)
			}
		case w.Favorite != nil:
			skus.add(w.Favorite.FanOut.SKU)
		}
	}
	for _, sku := range b.skusOfRuns() {
		skus.add(sku)
	}
	found, err := readProducts(ctx, b.conn, skus.list)
	if err != nil {
		return err
	}
	for _, p := range found {
		b.products[p.SKU] = true
		b.snapshot.PutProduct(p)
	}
	under, err := openFanOuts(ctx, b.conn, changed.list)
	for _, f := range under {
		b.snapshot.PutFanOut(f)
	}
	return err
}

// skusOf are the SKUs that an event is about.
func skusOf(ev *scenarios.Event) []string {
	var skus []string
	switch {
	case ev.Cart != nil:
		for _, it := range ev.Cart.Items {
			skus = append(skus, it.SKU)
		}
	case ev.Order != nil:
		for _, it := range ev.Order.Items {
			skus = append(skus, it.SKU)
		}
	case ev.View != nil:
		skus = append(skus, ev.View.SKU)
	case ev.Favorite != nil:
		skus = append(skus, ev.Favorite.SKU)
	}
	return skus
}

// ownRuns are the open runs of the buyers of the works.
func (b *batch) ownRuns() []*scenarios.Run {
	asking := map[string]bool{}
	for _, id := range b.buyerIDs(b.asks) {
		asking[id] = true
	}
	var list []*scenarios.Run
	for _, r := range b.runs {
		if r.Open() && asking[r.BuyerID] {
			list = append(list, r)
		}
	}
	return list
}

func (b *batch) skusOfRuns() []string {
	var skus []string
	for _, r := range b.ownRuns() {
		for _, it := range r.Items {
			skus = append(skus, it.SKU)
		}
	}
	return skus
}

// loadFavorites reads the favourites that the works name, and those behind the
// runs that are due or were told of a price.
func (b *batch) loadFavorites(ctx context.Context) error {
	var keys set[favoriteKey]
	for i, w := range b.works {
		x := &b.subjects[i]
		switch {
		case w.Event != nil && w.Event.Favorite != nil:
			keys.add(favoriteKey{x.buyerID, w.Event.Favorite.SKU})
		case w.Favorite != nil:
			keys.add(favoriteKey{x.buyerID, w.Favorite.FanOut.SKU})
		case x.runID != "":
			if r := b.snapshot.Run(x.runID); r != nil && (b.asks(i) || b.decider.RemembersPrices(r)) {
				for _, it := range r.Items {
					keys.add(favoriteKey{r.BuyerID, it.SKU})
				}
			}
		}
	}
	found, err := readFavorites(ctx, b.conn, keys.list)
	for _, f := range found {
		b.snapshot.PutFavorite(f)
	}
	return err
}

// loadPurchases reads what the accounts bought, as far as anybody asks: the SKUs
// of the works and of their buyers' runs, and everything since the oldest of
// these runs began.
func (b *batch) loadPurchases(ctx context.Context) error {
	var keys set[scenarios.AccountKey]
	var named set[accountSKU]
	for i, w := range b.works {
		if !b.asks(i) {
			continue
		}
		for _, key := range b.subjects[i].keys {
			keys.add(key)
			switch {
			case w.Event != nil:
				for _, sku := range skusOf(w.Event) {
					named.add(accountSKU{key, sku})
				}
			case w.Favorite != nil:
				named.add(accountSKU{key, w.Favorite.FanOut.SKU})
			}
		}
	}
	recent := lastTime
	for _, r := range b.ownRuns() {
		for _, it := range r.Items {
			named.add(accountSKU{r.AccountKey, it.SKU})
		}
		recent = earliest(recent, r.FirstTriggerAt, r.Anchor)
	}
	since := b.now.Add(-scenarios.PurchaseHistory)
	if recent.Before(since) {
		recent = since
	}
	if recent.Equal(lastTime) {
		keys.list = nil // no run to ask
	}
	found, err := readPurchases(ctx, b.conn, keys.list, since, recent, named.list)
	for _, p := range found {
		b.snapshot.PutPurchase(p)
	}
	return err
}

// earliest is the first of some times; zero times do not count.
func earliest(at time.Time, others ...time.Time) time.Time {
	for _, t := range others {
		if !t.IsZero() && t.Before(at) {
			at = t
		}
	}
	return at
}
