package store

import (
	"context"
	"slices"

	"kagobell/scenarios"
)

// subject is what one work is about, as far as it is stored.
type subject struct {
	buyerID   string
	runID     scenarios.RunID
	messageID string
	keys      []scenarios.AccountKey // accounts concerned, the work's own first; none: nothing left to decide about
}

func (x *subject) add(key scenarios.AccountKey) {
	if !slices.Contains(x.keys, key) {
		x.keys = append(x.keys, key)
	}
}

// resolve finds out which accounts the works concern. What it reads is not
// locked yet; load looks again.
func (b *batch) resolve(ctx context.Context) error {
	b.subjects = make([]subject, len(b.works))
	if err := b.findOwners(ctx); err != nil {
		return err
	}
	stored, err := accountsOfBuyers(ctx, b.conn, b.buyerIDs(func(i int) bool { return !b.hopeful || !b.namesAccount(i) }))
	if err != nil {
		return err
	}
	placed, err := readOrders(ctx, b.conn, b.orderKeys())
	if err != nil {
		return err
	}
	accountOfOrder := map[orderKey]scenarios.AccountKey{}
	for _, o := range placed {
		accountOfOrder[orderKey{o.Source, o.ID}] = o.AccountKey
	}
	for i := range b.subjects {
		x := &b.subjects[i]
		if key, ok := stored[x.buyerID]; ok {
			x.add(key)
		}
		if ev := b.works[i].Event; ev != nil {
			for _, key := range accountsNamed(ev, len(x.keys) > 0) {
				x.add(key)
			}
			if ev.Order != nil {
				if key, ok := accountOfOrder[orderKey{ev.Order.Source, ev.Order.ID}]; ok {
					x.add(key)
				}
			}
		}
	}
	return nil
}

// namesAccount tells whether a work says by itself to which account its buyer
// belongs. An event may be wrong: load finds that out.
func (b *batch) namesAccount(i int) bool {
	ev := b.works[i].Event
	return len(b.subjects[i].keys) > 0 || ev != nil && ev.Buyer != nil && ev.Buyer.AccountID.Value != ""
}

// accountsNamed are the accounts that an event itself speaks of: it may move its
// buyer from one to another.
func accountsNamed(ev *scenarios.Event, known bool) []scenarios.AccountKey {
	var keys []scenarios.AccountKey
	if u := ev.Buyer; u != nil {
		switch {
		case u.AccountID.Value != "":
			keys = append(keys, scenarios.KeyOfAccount(u.AccountID.Value))
		case u.AccountID.Present || !known:
			keys = append(keys, scenarios.KeyOfBuyer(u.ID))
		}
	}
	if ev.AccountID != "" {
		keys = append(keys, scenarios.KeyOfAccount(ev.AccountID))
	}
	return keys
}

// findOwners finds the runs and buyers behind alarms, outcomes and feedback.
func (b *batch) findOwners(ctx context.Context) error {
	var runIDs []scenarios.RunID
	var messageIDs []string
	for i, w := range b.works {
		x := &b.subjects[i]
		switch {
		case w.Event != nil:
			x.buyerID = w.Event.BuyerID()
			if w.Event.Source == scenarios.SourceKagobell {
				x.messageID, _ = w.Event.Data["message_id"].(string)
			}
		case w.Due != nil:
			runIDs = append(runIDs, w.Due.RunID)
		case w.Outcome != nil:
			x.messageID = w.Outcome.MessageID
			if b.believed(w.Outcome) {
				x.runID, x.buyerID = w.Outcome.RunID, w.Outcome.BuyerID
				x.add(w.Outcome.AccountKey)
			} else {
				messageIDs = append(messageIDs, x.messageID)
			}
		case w.Favorite != nil:
			x.buyerID = w.Favorite.BuyerID
		case w.Dates != nil:
			x.buyerID = w.Dates.BuyerID
		}
	}
	ofRuns, err := ownersOfRuns(ctx, b.conn, runIDs)
	if err != nil {
		return err
	}
	ofMessages, err := ownersOfMessages(ctx, b.conn, messageIDs)
	if err != nil {
		return err
	}
	for i, w := range b.works {
		x := &b.subjects[i]
		var found owner
		switch {
		case w.Due != nil:
			found = ofRuns[w.Due.RunID]
			found.runID = w.Due.RunID
		case w.Outcome != nil && !b.believed(w.Outcome):
			found = ofMessages[x.messageID]
		default:
			continue
		}
		x.runID, x.buyerID = found.runID, found.buyerID
		if found.account != "" {
			x.add(found.account)
		}
	}
	return nil
}

// believed tells whether an outcome says by itself whose it is. His account may
// have changed since the claim: load finds that out.
func (b *batch) believed(o *scenarios.Outcome) bool {
	return b.hopeful && o.RunID != "" && o.AccountKey != ""
}

// owner is to whom a run or a message belongs.
type owner struct {
	runID   scenarios.RunID
	buyerID string
	account scenarios.AccountKey
}

// buyerIDs lists the buyers of the works for which `of` holds, each once.
func (b *batch) buyerIDs(of func(i int) bool) []string {
	var ids set[string]
	for i := range b.subjects {
		if id := b.subjects[i].buyerID; id != "" && of(i) {
			ids.add(id)
		}
	}
	return ids.list
}

// orderKeys lists the orders that events name.
func (b *batch) orderKeys() []orderKey {
	var keys set[orderKey]
	for _, w := range b.works {
		if w.Event != nil && w.Event.Order != nil {
			keys.add(orderKey{w.Event.Order.Source, w.Event.Order.ID})
		}
	}
	return keys.list
}

// set is a list in which everything stands once.
type set[T comparable] struct {
	has  map[T]bool
	list []T
}

func (s *set[T]) add(x T) {
	if s.has[x] {
		return
	}
	if s.has == nil {
		s.has = map[T]bool{}
	}
	s.has[x] = true
	s.list = append(s.list, x)
}
