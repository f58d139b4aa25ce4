package store

import (
	"context"
	"fmt"
	"slices"
	"time"

	"kagobell/scenarios"
)

// messageHistory is how far back the messages of a buyer are loaded. The cap
// counts those claimed lately; one that was tried for days was recorded earlier.
const messageHistory = scenarios.MessageHistory + 4*24*time.Hour

// load fills the snapshot; the comment of scenarios.Snapshot says with what.
// Everything is read after the accounts are locked.
func (b *batch) load(ctx context.Context) error {
	steps := []func(context.Context) error{
		b.loadBuyers, b.loadOrders, b.findDuplicates, b.loadRuns, b.loadCarts, b.loadCatalogue, b.loadFavorites,
		b.loadPurchases, b.loadMessages, b.loadLetters, b.loadSuppressions, b.loadPauses,
	}
	for _, step := range steps {
		if err := step(ctx); err != nil {
			return err
		}
	}
	return nil
}

// loadBuyers reads the buyers again, under lock: one who belongs to another
// account by now sends the batch back to its start.
func (b *batch) loadBuyers(ctx context.Context) error {
	return b.putBuyers(ctx, b.buyerIDs(func(int) bool { return true }))
}

func (b *batch) putBuyers(ctx context.Context, ids []string) error {
	found, err := readBuyers(ctx, b.conn, ids)
	if err != nil {
		return err
	}
	for _, x := range found {
		if !b.locked[x.account] {
			return fmt.Errorf("buyer: %w", errAgain)
		}
		b.buyers[x.ID] = x
		b.snapshot.PutBuyer(x.Buyer)
	}
	return nil
}

func (b *batch) loadOrders(ctx context.Context) error {
	found, err := readOrders(ctx, b.conn, b.orderKeys())
	if err != nil {
		return err
	}
	for _, o := range found {
		if !b.locked[o.AccountKey] {
			return fmt.Errorf("order: %w", errAgain)
		}
		b.orders[orderKey{o.Source, o.ID}] = o
		b.snapshot.PutOrder(o)
	}
	return nil
}

// loadRuns reads the live runs of the buyers, those of their colleagues where a
// work concerns these, and the run of an alarm or an outcome even when it ended
// long ago. An outcome moves no other run than its own.
func (b *batch) loadRuns(ctx context.Context) error {
	found, err := liveRuns(ctx, b.conn, b.buyerIDs(b.asks), b.now.Add(-b.decider.CoolingFor()))
	if err != nil {
		return err
	}
	if err := b.putRuns(found); err != nil {
		return err
	}
	var whole set[scenarios.AccountKey]
	for i, w := range b.works {
		if b.decider.ConcernsColleagues(w) {
			for _, key := range b.subjects[i].keys {
				whole.add(key)
			}
		}
	}
	if found, err = openRunsOf(ctx, b.conn, whole.list); err != nil {
		return err
	}
	if err := b.putRuns(found); err != nil {
		return err
	}
	var missing set[scenarios.RunID]
	for i := range b.subjects {
		if id := b.subjects[i].runID; id != "" && b.snapshot.Run(id) == nil {
			missing.add(id)
		}
	}
	if found, err = readRuns(ctx, b.conn, missing.list); err != nil {
		return err
	}
	if err := b.putRuns(found); err != nil {
		return err
	}
	return b.loadBuyersByDate(ctx)
}

// loadBuyersByDate reads the buyers whose runs go by a date that a work about a
// colleague may move.
func (b *batch) loadBuyersByDate(ctx context.Context) error {
	var missing set[string]
	for _, r := range b.runs {
		if _, known := b.buyers[r.BuyerID]; !known && r.Open() && b.decider.ByDate(r) {
			missing.add(r.BuyerID)
		}
	}
	return b.putBuyers(ctx, missing.list)
}

func (b *batch) putRuns(list []*scenarios.Run) error {
	for _, r := range list {
		switch {
		case !b.locked[r.AccountKey] && b.hopeful:
			return fmt.Errorf("run: %w", errAgain)
		case !b.locked[r.AccountKey]:
			continue // its buyer is gone
		case b.snapshot.Run(r.ID) != nil:
			continue // of a buyer and of his account
		}
		b.snapshot.PutRun(r)
		b.runs = append(b.runs, r)
	}
	return nil
}

// asks tells whether a work may begin or send something, and therefore asks for
// more than the outcome of a transmission does.
func (b *batch) asks(i int) bool { return b.works[i].Outcome == nil }

func (b *batch) loadCarts(ctx context.Context) error {
	ids := b.buyerIDs(b.asks)
	if len(ids) == 0 {
		return nil
	}
	named := map[string][]string{}
	for _, r := range b.runs {
		if r.Open() && r.Subject != "" {
			named[r.BuyerID] = append(named[r.BuyerID], r.Subject)
		}
	}
	for _, w := range b.works {
		if w.Event == nil || w.Event.Cart == nil {
			continue
		}
		named[w.Event.BuyerID()] = append(named[w.Event.BuyerID()], w.Event.Cart.ID)
		if w.Event.PreviousCartID != "" {
			named[w.Event.BuyerID()] = append(named[w.Event.BuyerID()], w.Event.PreviousCartID)
		}
	}
	found, err := readCarts(ctx, b.conn, ids, b.now.Add(-scenarios.CartHistory), named)
	for _, x := range found {
		b.snapshot.PutCart(x)
	}
	return err
}

// loadSuppressions reads what bars the addresses of those who may be written to
// now, and of those whose event may bar or free them.
func (b *batch) loadSuppressions(ctx context.Context) error {
	var hashes set[string]
	add := func(x *scenarios.Buyer) {
		for _, c := range scenarios.Channels {
			if hash := x.AddressHash(c); hash != "" {
				hashes.add(hash)
			}
		}
	}
	for i, w := range b.works {
		if !b.asks(i) || w.Event != nil && !speaksOfConsent(w.Event) {
			continue
		}
		known, ok := b.buyers[b.subjects[i].buyerID]
		if ok {
			add(known.Buyer)
		}
		if w.Event != nil && w.Event.Buyer != nil { // the address may be new
			u := w.Event.Buyer
			add(&scenarios.Buyer{Email: u.Email.Value, LineUserID: u.LineUserID.Value, Postal: u.Postal.Value})
		}
	}
	found, err := readSuppressions(ctx, b.conn, hashes.list)
	for _, x := range found {
		b.snapshot.PutSuppression(x)
	}
	return err
}

// speaksOfConsent tells whether an event may bar an address or free one: of what
// shops say, only an opt-in with its date does.
func speaksOfConsent(ev *scenarios.Event) bool {
	if ev.Source == scenarios.SourceKagobell {
		return true
	}
	return ev.Buyer != nil && slices.ContainsFunc(ev.Buyer.Consent, func(said scenarios.OfChannel[scenarios.ConsentUpdate]) bool {
		return said.Value.Granted && said.Value.Dated
	})
}

// loadPauses reads which scenarios are paused; only steps that are due ask.
func (b *batch) loadPauses(ctx context.Context) error {
	if !slices.ContainsFunc(b.works, func(w scenarios.Work) bool { return w.Due != nil }) {
		return nil
	}
	names, err := pausedScenarios(ctx, b.conn)
	for _, name := range names {
		b.snapshot.PutPaused(name, true)
	}
	return err
}
