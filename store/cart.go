package store

import (
	"context"
	"time"

	"kagobell/scenarios"
)

var carts = &table{
	name:    "carts",
	key:     columns("buyer_id cart_id"),
	columns: columns("buyer_id cart_id items total currency url state occurred_at"),
}

func cartValues(x *scenarios.Cart, r *row) {
	r.text(x.BuyerID, x.ID)
	r.json(x.Items, len(x.Items) > 0)
	r.money(x.Total)
	r.text(x.Currency, x.URL, string(x.State))
	r.time(x.OccurredAt)
}

func readCart(from scanner) (*scenarios.Cart, error) {
	var x scenarios.Cart
	return &x, from.Scan(&x.BuyerID, &x.ID, jsonInto{&x.Items}, moneyInto{&x.Total}, &x.Currency, &x.URL,
		(*string)(&x.State), (*stamp)(&x.OccurredAt))
}

// readCarts reads the carts of buyers that changed since a time, and older ones
// whose id is named.
func readCarts(ctx context.Context, c conn, buyerIDs []string, since time.Time, named map[string][]string) ([]*scenarios.Cart, error) {
	var list []*scenarios.Cart
	err := inChunks(buyerIDs, func(part []string) error {
		args := texts(part, timeText(since))
		where := " WHERE buyer_id IN " + in(len(part)) + " AND (occurred_at >= ?"
		n := len(args)
		for _, buyerID := range part {
			args = append(args, texts(named[buyerID])...)
		}
		if n = len(args) - n; n > 0 {
			where += " OR cart_id IN " + in(n)
		}
		found, err := collect(ctx, c, readCart, carts.selectFrom()+where+")", args...)
		list = append(list, found...)
		return err
	})
	return list, err
}
