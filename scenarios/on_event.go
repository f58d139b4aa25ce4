package scenarios

import "time"

// OnEvent decides what one event means: first what is now known, then what it
// ends, then what it moves or begins.
func (e *Engine) OnEvent(s *Snapshot, ev *Event, now time.Time) Decision {
	t := e.draft(s, now)
	at := ev.OccurredAt.UTC()
	if at.After(t.now.Add(maxAhead)) {
		at = t.now
		t.d.EventNote = ReasonFuture
	}
	switch {
	case ev.Catalogue():
		t.learnProduct(ev, at)
	case ev.Buyer == nil:
		t.onAccountEvent(ev, at)
	default:
		t.onBuyerEvent(ev, at)
	}
	return t.decision()
}

// onAccountEvent takes an order or a word of sales that names only the account.
// Nobody is there for whom a scenario could start.
func (t *draft) onAccountEvent(ev *Event, at time.Time) {
	key := KeyOfAccount(ev.AccountID)
	if ev.AccountID == "" || ev.Order != nil && !t.learnOrder(ev, at, key) {
		return
	}
	t.learnScore(ev, at, key, nil)
	t.applyExits(ev, at, t.itemsOf(ev, at), key, nil)
	t.goOn(ev, at, key, nil)
	t.followDates(ev, key, nil)
}

func (t *draft) onBuyerEvent(ev *Event, at time.Time) {
	b := t.learnBuyer(ev, at)
	if b == nil {
		t.d.EventNote = ReasonIgnored
		return
	}
	if !t.learnFacts(ev, at, b) {
		return
	}
	items, key := t.itemsOf(ev, at), namedAccount(ev, b)
	if b.Erased() {
		t.applyExits(ev, at, items, key, b)
		t.goOn(ev, at, key, b)
		return
	}
	reached := t.learnScore(ev, at, key, b)
	t.follow(ev, at, items, key, b)
	for _, own := range reached {
		t.follow(own, at, nil, key, b)
	}
	t.followDates(ev, key, b)
}

// follow lets an event end, move and begin what it does.
func (t *draft) follow(ev *Event, at time.Time, items []RunItem, key AccountKey, b *Buyer) {
	t.applyExits(ev, at, items, key, b)
	t.goOn(ev, at, key, b)
	t.learnView(ev, at, b)
	t.trigger(&cause{event: ev, id: ev.ID, at: at, since: at, items: items}, b)
}

// namedAccount is the account that an event of a buyer speaks for: the one
// that it names, else the buyer's.
func namedAccount(ev *Event, b *Buyer) AccountKey {
	if ofAccount[ev.Type] && ev.AccountID != "" {
		return KeyOfAccount(ev.AccountID)
	}
	return b.AccountKey()
}

// learnFacts keeps what the event says. It returns false when the event is not
// to end, move or begin anything.
func (t *draft) learnFacts(ev *Event, at time.Time, b *Buyer) bool {
	switch ev.Type {
	case EventCartUpdated:
		return t.learnCart(ev, at, b)
	case EventOrderPlaced, EventOrderCancelled:
		return t.learnOrder(ev, at, namedAccount(ev, b))
	case EventFavoriteAdded, EventFavoriteRemoved:
		return t.learnFavorite(ev, at, b)
	case EventBuyerDeleted:
		t.erase(b, at)
		return false
	case EventFavoriteRestocked, EventFavoritePriceDropped, EventScoreReached:
		t.d.EventNote = ReasonIgnored // Kagobell makes these itself
		return false
	}
	if feedback[ev.Type] {
		if ev.Source != SourceKagobell {
			t.d.EventNote = ReasonIgnored // trusted from Kagobell's own addresses alone
			return false
		}
		return t.learnFeedback(ev, at, b)
	}
	return true
}

// cause is what triggers runs: an event, and the SKUs that it is about.
type cause struct {
	event *Event
	id    string    // the event's; empty where a catalogue change is told at once: its edge says enough
	at    time.Time // its occurred_at, at most now; for a later wave of a restock the time of the wave
	since time.Time // purchases from then on count
	items []RunItem
}

// itemsOf are the SKUs that an event is about, until the draft is closed; nil
// where it is about none.
func (t *draft) itemsOf(ev *Event, at time.Time) []RunItem {
	if t.about = appendItemsOf(t.about[:0], ev, at); len(t.about) == 0 {
		return nil
	}
	return t.about
}

// appendItemsOf adds the SKUs that an event is about, as run items.
func appendItemsOf(items []RunItem, ev *Event, at time.Time) []RunItem {
	var list []Item
	switch {
	case ev.Cart != nil:
		list = ev.Cart.Items
	case ev.Order != nil:
		list = ev.Order.Items
	case ev.View != nil:
		return append(items, RunItem{Item: *ev.View, At: at, Views: 1})
	case ev.Favorite != nil:
		return append(items, RunItem{Item: Item{SKU: ev.Favorite.SKU, Quantity: ev.Favorite.Quantity}, At: at})
	}
	for _, it := range list {
		items = append(items, RunItem{Item: it, At: at})
	}
	return items
}
