package scenarios

import "slices"

// Apply makes the snapshot what it will be once the decision is saved.
func (s *Snapshot) Apply(d *Decision) { s.apply(d, noRun) }

// apply is Apply of a decision that is mostly about one run.
func (s *Snapshot) apply(d *Decision, of *runRows) {
	for _, a := range d.Accounts {
		s.PutAccount(a)
	}
	for _, b := range d.Buyers {
		s.applyBuyer(b)
	}
	for _, c := range d.Carts {
		s.PutCart(c)
	}
	for _, o := range d.Orders {
		s.applyOrder(o)
	}
	for _, p := range d.Products {
		s.PutProduct(p)
	}
	for _, f := range d.Favorites {
		s.PutFavorite(f)
	}
	for _, f := range d.FanOuts {
		s.PutFanOut(f)
	}
	for _, r := range d.Runs {
		if of.id != r.ID {
			of = s.keepRun(r.ID, r.BuyerID)
		}
		s.putRun(of, r)
	}
	for _, m := range d.Messages {
		if of.id != m.RunID {
			of = s.keepRun(m.RunID, m.BuyerID)
		}
		if old := s.putMessage(of, m); old != nil && old.Status == MessageBatched {
			s.batches[old.BatchID]--
		}
		if m.Status == MessageBatched {
			s.batches[m.BatchID]++
		}
	}
	for _, x := range d.Suppressions {
		s.PutSuppression(x)
	}
}

// applyBuyer keeps in step what hangs on a buyer: his letters follow him to
// another account and his favourites a new rank; an erased person's carts and
// favourites go.
func (s *Snapshot) applyBuyer(b *Buyer) {
	of := s.keepBuyer(b.ID)
	old := of.row
	s.putBuyer(of, b)
	switch {
	case old == nil:
	case b.Erased():
		for sku := range of.favorites {
			s.favoritesOf[sku] = without(s.favoritesOf[sku], b.ID)
		}
		of.carts, of.favorites = nil, nil
	case old.AccountKey() != b.AccountKey():
		for _, m := range of.messages {
			moved := m.clone()
			moved.AccountKey = b.AccountKey()
			s.PutMessage(moved)
		}
	}
	if rank := RankKey(b); old != nil && rank != RankKey(old) {
		for sku, f := range of.favorites {
			ranked := *f
			ranked.RankKey = rank
			of.favorites[sku] = &ranked
		}
	}
}

// applyOrder keeps the purchases in step with an order placed or cancelled.
func (s *Snapshot) applyOrder(o *Order) {
	if known := s.orders[orderKey{o.Source, o.ID}]; known != nil {
		s.takeBack(known)
	}
	if o.CancelledAt.IsZero() {
		for _, it := range o.Items {
			s.PutPurchase(Purchase{AccountKey: o.AccountKey, Source: o.Source, OrderID: o.ID, SKU: it.SKU, At: o.PlacedAt})
		}
	}
	s.PutOrder(o)
}

// takeBack takes the lines of an order out of the purchases.
func (s *Snapshot) takeBack(o *Order) {
	bought := s.ofAccount(o.AccountKey).purchases
	for _, it := range o.Items {
		if len(bought[it.SKU]) == 0 {
			continue // not loaded, or a line given twice
		}
		left := slices.DeleteFunc(slices.Clone(bought[it.SKU]), func(p Purchase) bool {
			return p.Source == o.Source && p.OrderID == o.ID
		})
		if bought[it.SKU] = left; len(left) == 0 {
			delete(bought, it.SKU)
		}
	}
}
