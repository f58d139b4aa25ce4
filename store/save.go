package store

import (
	"context"
	"errors"
	"fmt"

	"kagobell/scenarios"
)

// save writes the last state of every row that the decisions changed, and
// appends what is only ever added to.
func (b *batch) save(ctx context.Context) error {
	all, err := b.gather()
	if err != nil {
		return err
	}
	steps := []struct {
		what string
		save func() error
	}{
		{"events", func() error { return insert(ctx, b.conn, events, b.eventRows(), eventValues) }},
		{"accounts", func() error { return upsert(ctx, b.conn, accounts, all.accounts.list, accountValues) }},
		{"buyers", func() error { return b.saveBuyers(ctx, all.buyers.list) }},
		{"carts", func() error { return upsert(ctx, b.conn, carts, all.carts.list, cartValues) }},
		{"orders", func() error { return b.saveOrders(ctx, all.orders.list) }},
		{"products", func() error { return b.saveProducts(ctx, all.products.list) }},
		{"favourites", func() error { return upsert(ctx, b.conn, favorites, all.favorites.list, favoriteValues) }},
		{"fan-outs", func() error { return upsert(ctx, b.conn, fanOuts, all.fanOuts.list, fanOutValues) }},
		{"runs", func() error { return upsert(ctx, b.conn, runs, all.runs.list, runValues) }},
		{"letters", func() error { return b.settleLetters(ctx, all.messages.list) }},
		{"messages", func() error { return b.saveMessages(ctx, all.messages.list) }},
		{"suppressions", func() error {
			return upsert(ctx, b.conn, suppressions, all.suppressions.list, suppressionValues)
		}},
		{"consents", func() error { return insert(ctx, b.conn, consentLedger, all.ledger, consentValues) }},
		{"interactions", func() error { return insert(ctx, b.conn, interactions, all.interactions, interactionValues) }},
		{"scores", func() error { return insert(ctx, b.conn, scoreEntries, b.scoreRows(all.scores), scoreEntryValues) }},
		{"leads", func() error {
			return write(ctx, b.conn, leads, b.dialect.keeping("lead_id"), b.leadRows(all.leads), leadValues)
		}},
		{"journal", func() error { return insert(ctx, b.conn, journal, all.journal, entryValues) }},
		{"people", func() error { return b.settleBuyers(ctx, all.buyers.list) }},
	}
	for _, step := range steps {
		if err := step.save(); err != nil {
			return fmt.Errorf("save %s: %w", step.what, err)
		}
	}
	return nil
}

// latest keeps the last state of each row, in the order of their first.
type latest[K comparable, T any] struct {
	at   map[K]int
	list []T
}

func (l *latest[K, T]) put(key K, x T) {
	if i, ok := l.at[key]; ok {
		l.list[i] = x
		return
	}
	if l.at == nil {
		l.at = map[K]int{}
	}
	l.at[key] = len(l.list)
	l.list = append(l.list, x)
}

// changes is what all decisions of a batch come to.
type changes struct {
	accounts     latest[scenarios.AccountKey, *scenarios.Account]
	buyers       latest[string, *scenarios.Buyer]
	carts        latest[scenarios.CartKey, *scenarios.Cart]
	orders       latest[orderKey, *scenarios.Order]
	products     latest[string, *scenarios.Product]
	favorites    latest[favoriteKey, *scenarios.Favorite]
	fanOuts      latest[string, *scenarios.FanOut]
	runs         latest[scenarios.RunID, *scenarios.Run]
	messages     latest[string, *scenarios.Message]
	suppressions latest[suppressionKey, *scenarios.Suppression]
	ledger       []scenarios.ConsentEntry
	interactions []scenarios.Interaction
	scores       []scenarios.ScoreEntry
	leads        []*scenarios.Lead
	journal      []scenarios.Entry
}

type suppressionKey struct {
	channel scenarios.Channel
	hash    string
}

// gather folds the decisions into one. A buyer who is erased and comes back in
// one batch would take along what the erasure has to wipe out: such a batch fails, so
// that its works are decided in halves.
func (b *batch) gather() (*changes, error) {
	all := &changes{}
	for i := range b.results {
		d := &b.results[i].Decision
		for _, x := range d.Buyers {
			if at, ok := all.buyers.at[x.ID]; ok && all.buyers.list[at].Erased() && !x.Erased() {
				return nil, &unfit{errors.New("a buyer was erased and came back")}
			}
		}
		all.add(d)
	}
	return all, nil
}

func (all *changes) add(d *scenarios.Decision) {
	for _, x := range d.Accounts {
		all.accounts.put(x.Key, x)
	}
	for _, x := range d.Buyers {
		all.buyers.put(x.ID, x)
	}
	for _, x := range d.Carts {
		all.carts.put(x.Key(), x)
	}
	for _, x := range d.Orders {
		all.orders.put(orderKey{x.Source, x.ID}, x)
	}
	for _, x := range d.Products {
		all.products.put(x.SKU, x)
	}
	for _, x := range d.Favorites {
		all.favorites.put(favoriteKey{x.BuyerID, x.SKU}, x)
	}
	for _, x := range d.FanOuts {
		all.fanOuts.put(x.ID, x)
	}
	for _, x := range d.Runs {
		all.runs.put(x.ID, x)
	}
	for _, x := range d.Messages {
		all.messages.put(x.ID, x)
	}
	for _, x := range d.Suppressions {
		all.suppressions.put(suppressionKey{x.Channel, x.AddressHash}, x)
	}
	all.ledger = append(all.ledger, d.Ledger...)
	all.interactions = append(all.interactions, d.Interactions...)
	all.scores = append(all.scores, d.Scores...)
	all.leads = append(all.leads, d.Leads...)
	all.journal = append(all.journal, d.Journal...)
}
