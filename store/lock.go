package store

import (
	"context"
	"fmt"
	"slices"

	"kagobell/scenarios"
)

// letterLock is the row that letters are counted under.
const letterLock = "dm_batches"

// lock takes the locks of the batch: products, then accounts, then, when letters
// are known to be posted, the DM batches. Each kind in the order of its keys.
func (b *batch) lock(ctx context.Context) error {
	changesCatalogue, err := b.lockCatalogue(ctx)
	if err != nil {
		return fmt.Errorf("lock products: %w", err)
	}
	var keys set[scenarios.AccountKey]
	for i := range b.subjects {
		for _, key := range b.subjects[i].keys {
			keys.add(key)
		}
	}
	slices.Sort(keys.list)
	lock := lockFreeAccounts
	if b.patient || changesCatalogue || b.dialect.forUpdateSkipLocked == "" {
		lock = lockAccounts
	}
	found, err := lock(ctx, b.conn, keys.list)
	if err != nil {
		return fmt.Errorf("lock accounts: %w", err)
	}
	b.locked = make(map[scenarios.AccountKey]bool, len(found))
	for _, a := range found {
		b.snapshot.PutAccount(a)
		b.keys = append(b.keys, a.Key)
		b.locked[a.Key] = true
	}
	b.putOff(without(keys.list, found))
	if b.letters.locked {
		return b.lockLetters(ctx)
	}
	return nil
}

// lockCatalogue locks the products that the events change, and shares those
// that a new favourite takes its baseline from: the favourite is either there
// when a change fans out, or has seen the changed product. Where a batch has both,
// all are locked for change, so that one pass in one order is enough.
func (b *batch) lockCatalogue(ctx context.Context) (changes bool, err error) {
	var changed, seen set[string]
	for _, w := range b.works {
		switch {
		case w.Event == nil:
		case w.Event.Product != nil:
			changed.add(w.Event.Product.SKU)
		case w.Event.Favorite != nil && !w.Event.Favorite.Removed:
			seen.add(w.Event.Favorite.SKU)
		}
	}
	if len(changed.list) == 0 {
		slices.Sort(seen.list)
		return false, lockProducts(ctx, b.conn, seen.list, b.dialect.forShare)
	}
	for _, sku := range seen.list {
		changed.add(sku)
	}
	slices.Sort(changed.list)
	return true, lockProducts(ctx, b.conn, changed.list, b.dialect.forUpdate)
}

// putOff leaves out the works that concern accounts which others have locked, and
// with them whatever concerns an account or the buyer of one of these: the works of
// each keep their order.
func (b *batch) putOff(busy []scenarios.AccountKey) {
	if len(busy) == 0 {
		return
	}
	off := make(map[scenarios.AccountKey]bool, len(busy))
	for _, key := range busy {
		off[key] = true
	}
	buyers, left := map[string]bool{}, make([]bool, len(b.works))
	for more := true; more; {
		more = false
		for i := range b.subjects {
			x := &b.subjects[i]
			if left[i] || !buyers[x.buyerID] && !slices.ContainsFunc(x.keys, func(key scenarios.AccountKey) bool { return off[key] }) {
				continue
			}
			left[i], more = true, true
			buyers[x.buyerID] = x.buyerID != ""
			for _, key := range x.keys {
				off[key] = true
			}
		}
	}
	var works []scenarios.Work
	var subjects []subject
	for i := range b.works {
		if left[i] {
			b.left = append(b.left, i)
			continue
		}
		works, subjects, b.places = append(works, b.works[i]), append(subjects, b.subjects[i]), append(b.places, i)
	}
	b.works, b.subjects, b.results = works, subjects, make([]scenarios.Result, len(works))
}

func (b *batch) lockLetters(ctx context.Context) error {
	var name string
	err := b.QueryRowxContext(ctx, "SELECT name FROM leases WHERE name = ?"+b.dialect.forUpdate, letterLock).Scan(&name)
	if err != nil {
		return fmt.Errorf("lock DM batches: %w", err)
	}
	return nil
}
