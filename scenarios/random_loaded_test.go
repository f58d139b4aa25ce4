package scenarios

import (
	"maps"
	"slices"
	"time"
)

// loader picks from the whole world what the store would load for one work; see
// the comment of Snapshot.
type loader struct {
	engine     *Engine
	world, got *Snapshot
	w          Work
	now        time.Time
	buyer      *Buyer // of the work; nil: not known
	run        *Run   // that it names
	keys       []AccountKey
	skus       []string
	own        []*Run // open runs of its buyer
}

func loadedFor(e *Engine, world *Snapshot, w Work, now time.Time) *Snapshot {
	l := &loader{engine: e, world: world, got: NewSnapshot(), w: w, now: now}
	l.resolve()
	l.runs()
	l.catalogue()
	l.carts()
	l.purchases()
	l.messages()
	l.suppressions()
	for name, paused := range world.paused {
		l.got.PutPaused(name, paused)
	}
	for id, size := range world.batches {
		if id >= e.BatchID(now) {
			l.got.PutBatch(id, size)
		}
	}
	return l.got
}

func (l *loader) resolve() {
	buyerID := ""
	switch {
	case l.w.Event != nil:
		buyerID = l.w.Event.BuyerID()
	case l.w.Due != nil:
		l.run = l.world.Run(l.w.Due.RunID)
	case l.w.Outcome != nil:
		l.run = l.world.Run(l.world.messages[l.w.Outcome.MessageID].RunID)
	case l.w.Favorite != nil:
		buyerID = l.w.Favorite.BuyerID
	}
	if l.run != nil {
		buyerID = l.run.BuyerID
	}
	if l.buyer = l.world.Buyer(buyerID); l.buyer != nil {
		l.got.PutBuyer(l.buyer)
		l.keys = append(l.keys, l.buyer.AccountKey())
	}
	if ev := l.w.Event; ev != nil {
		if u := ev.Buyer; u != nil {
			l.keys = append(l.keys, KeyOfBuyer(u.ID), KeyOfAccount(u.AccountID.Value))
		}
		l.keys = append(l.keys, KeyOfAccount(ev.AccountID))
		if ev.Order != nil {
			if o := l.world.orders[orderKey{ev.Order.Source, ev.Order.ID}]; o != nil {
				l.got.PutOrder(o)
				l.keys = append(l.keys, o.AccountKey)
			}
		}
	}
	slices.Sort(l.keys)
	l.keys = slices.Compact(l.keys)
	for _, key := range l.keys {
		if a := l.world.Account(key); a != nil {
			l.got.PutAccount(a)
		}
	}
}

func (l *loader) runs() {
	if l.w.Outcome != nil {
		l.got.PutRun(l.run)
		return
	}
	for _, key := range l.keys {
		for _, r := range l.world.ofAccount(key).open {
			if own := l.buyer != nil && r.BuyerID == l.buyer.ID; !own && !l.engine.ConcernsColleagues(l.w) {
				continue
			}
			l.got.PutRun(r)
			if l.buyer != nil && r.BuyerID == l.buyer.ID {
				l.own = append(l.own, r)
			} else if l.engine.ByDate(r) && l.world.Buyer(r.BuyerID) != nil {
				l.got.PutBuyer(l.world.Buyer(r.BuyerID))
			}
		}
	}
	if l.buyer != nil {
		for _, r := range l.world.ofBuyer(l.buyer.ID).told {
			if !r.LastSentAt.Before(l.now.Add(-l.engine.CoolingFor())) {
				l.got.PutRun(r)
			}
		}
	}
	if l.run != nil {
		l.got.PutRun(l.run)
	}
}

func (l *loader) catalogue() {
	favorite := func(sku string) {
		if l.buyer == nil {
			return
		}
		if f := l.world.ofBuyer(l.buyer.ID).favorites[sku]; f != nil {
			l.got.PutFavorite(f)
		}
	}
	switch ev := l.w.Event; {
	case l.w.Favorite != nil:
		l.skus = append(l.skus, l.w.Favorite.FanOut.SKU)
		favorite(l.w.Favorite.FanOut.SKU)
	case ev == nil && l.w.Outcome != nil && !l.engine.RemembersPrices(l.run):
	case ev == nil:
		for i := range l.run.Items {
			favorite(l.run.Items[i].SKU)
		}
	case ev.Product != nil:
		l.skus = append(l.skus, ev.Product.SKU)
		for _, f := range l.world.fanOuts[ev.Product.SKU] {
			l.got.PutFanOut(f)
		}
	default:
		for _, it := range appendItemsOf(nil, ev, l.now) {
			l.skus = append(l.skus, it.SKU)
			if ev.Favorite != nil {
				favorite(it.SKU)
			}
		}
	}
	for _, r := range l.own {
		for _, it := range r.Items {
			l.skus = append(l.skus, it.SKU)
		}
	}
	for _, sku := range l.skus {
		if p := l.world.products[sku]; p != nil {
			l.got.PutProduct(p)
		}
	}
}

func (l *loader) carts() {
	var all []*Cart
	for _, of := range l.world.buyers {
		all = slices.AppendSeq(all, maps.Values(of.carts))
	}
	for _, c := range all {
		key := c.Key()
		named := l.buyer != nil && key.BuyerID == l.buyer.ID && !c.OccurredAt.Before(l.now.Add(-CartHistory))
		if ev := l.w.Event; ev != nil && ev.Cart != nil && key.BuyerID == ev.BuyerID() {
			named = named || key.CartID == ev.Cart.ID || key.CartID == ev.PreviousCartID
		}
		for _, r := range everyRun(l.got) {
			named = named || r.Open() && key == CartKey{r.BuyerID, r.Subject}
		}
		if named {
			l.got.PutCart(c)
		}
	}
}

// purchases of the SKUs concerned, and all since the oldest run of the buyer began.
func (l *loader) purchases() {
	since := l.now.Add(-PurchaseHistory)
	recent := l.now.AddDate(1, 0, 0)
	for _, r := range l.own {
		for _, at := range []time.Time{r.FirstTriggerAt, r.Anchor} {
			if at.Before(recent) {
				recent = at
			}
		}
	}
	if l.w.Outcome != nil {
		return
	}
	for _, key := range l.keys {
		for sku, bought := range l.world.ofAccount(key).purchases {
			for _, p := range bought {
				if !p.At.Before(since) && (slices.Contains(l.skus, sku) || !p.At.Before(recent)) {
					l.got.PutPurchase(p)
				}
			}
		}
	}
}

func (l *loader) messages() {
	var dedup []string
	if l.w.Due != nil {
		dedup = l.engine.DedupKeys(l.got, l.w.Due.RunID)
	}
	for _, m := range l.world.messages {
		r := l.got.Run(m.RunID)
		of := l.buyer != nil && m.BuyerID == l.buyer.ID
		if r != nil && (r.Open() || r == l.run) || of && !m.ClaimedAt.Before(l.now.Add(-MessageHistory)) ||
			l.w.Outcome != nil && l.w.Outcome.MessageID == m.ID || m.Stands() && slices.Contains(dedup, m.DedupKey) ||
			of && l.w.Event != nil && feedback[l.w.Event.Type] ||
			m.Status == MessageBatched && slices.Contains(l.keys, m.AccountKey) && m.BatchID >= l.engine.BatchID(l.now) {
			l.got.PutMessage(m)
		}
	}
}

func (l *loader) suppressions() {
	var known, told Buyer
	if l.buyer != nil {
		known, told = *l.buyer, *l.buyer
	}
	if l.w.Event != nil && l.w.Event.Buyer != nil {
		applyProfile(&told, l.w.Event.Buyer)
	}
	for _, b := range []*Buyer{&known, &told} {
		for _, c := range Channels {
			if x := l.world.suppressions[suppressionKey{c, b.AddressHash(c)}]; x != nil {
				l.got.PutSuppression(x)
			}
		}
	}
}
