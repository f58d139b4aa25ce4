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
	if err := b.lockCatalogue(ctx); err != nil {
		return fmt.Errorf("lock products: %w", err)
	}
	var keys set[scenarios.AccountKey]
	for i := range b.subjects {
		for _, key := range b.subjects[i].keys {
			keys.add(key)
		}
	}
	slices.Sort(keys.list)
	b.keys, b.locked = keys.list, keys.has
	found, err := lockAccounts(ctx, b.conn, b.keys)
	if err != nil {
		return fmt.Errorf("lock accounts: %w", err)
	}
	for _, a := range found {
		b.snapshot.PutAccount(a)
	}
	if b.letters.locked {
		return b.lockLetters(ctx)
	}
	return nil
}

// lockCatalogue locks the products that the events change, and shares those
// that a new favourite takes its baseline from: the favourite is either there
// when a change fans out, or has seen the changed product. Where a batch has both,
// all are locked for change, so that one pass in one order is enough.
func (b *batch) lockCatalogue(ctx context.Context) error {
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
		return lockProducts(ctx, b.conn, seen.list, b.dialect.forShare)
	}
	for _, sku := range seen.list {
		changed.add(sku)
	}
	slices.Sort(changed.list)
	return lockProducts(ctx, b.conn, changed.list, b.dialect.forUpdate)
}

func (b *batch) lockLetters(ctx context.Context) error {
	var name string
	err := b.QueryRowxContext(ctx, "SELECT name FROM leases WHERE name = ?"+b.dialect.forUpdate, letterLock).Scan(&name)
	if err != nil {
		return fmt.Errorf("lock DM batches: %w", err)
	}
	return nil
}
