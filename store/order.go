package store

import (
	"context"
	"time"

	"kagobell/scenarios"
)

var orders = &table{
	name:    "orders",
	key:     columns("source order_id"),
	columns: columns("source order_id account_key buyer_id cart_id items total currency medium placed_at cancelled_at"),
}

// orderItems holds the lines of orders that stand: what purchases are read from.
var orderItems = &table{
	name:    "order_items",
	columns: columns("account_key sku placed_at source order_id"),
}

type orderKey struct{ source, id string }

func orderValues(o *scenarios.Order, r *row) {
	r.text(o.Source, o.ID, string(o.AccountKey), o.BuyerID, o.CartID)
	r.json(o.Items, len(o.Items) > 0)
	r.money(o.Total)
	r.text(o.Currency, o.Medium)
	r.time(o.PlacedAt, o.CancelledAt)
}

func readOrder(from scanner) (*scenarios.Order, error) {
	var o scenarios.Order
	return &o, from.Scan(&o.Source, &o.ID, (*string)(&o.AccountKey), &o.BuyerID, &o.CartID, jsonInto{&o.Items},
		moneyInto{&o.Total}, &o.Currency, &o.Medium, (*stamp)(&o.PlacedAt), (*stamp)(&o.CancelledAt))
}

func purchaseValues(p scenarios.Purchase, r *row) {
	r.text(string(p.AccountKey), p.SKU)
	r.time(p.At)
	r.text(p.Source, p.OrderID)
}

func readPurchase(from scanner) (p scenarios.Purchase, err error) {
	err = from.Scan((*string)(&p.AccountKey), &p.SKU, (*stamp)(&p.At), &p.Source, &p.OrderID)
	return p, err
}

func readOrders(ctx context.Context, c conn, keys []orderKey) ([]*scenarios.Order, error) {
	var list []*scenarios.Order
	err := inChunks(keys, func(part []orderKey) error {
		args := make([]any, 0, 2*len(part))
		for _, k := range part {
			args = append(args, k.source, k.id)
		}
		found, err := collect(ctx, c, readOrder,
			orders.byPairs(c.dialect, len(part), "source", "order_id"), args...)
		list = append(list, found...)
		return err
	})
	return list, err
}

// readPurchases reads what accounts bought since `recent`, whatever it was, and
// of the named SKUs what they bought between `since` and `recent`.
func readPurchases(ctx context.Context, c conn, keys []scenarios.AccountKey, since, recent time.Time,
	named []accountSKU) ([]scenarios.Purchase, error) {
	var list []scenarios.Purchase
	err := inChunks(keys, func(part []scenarios.AccountKey) error {
		found, err := collect(ctx, c, readPurchase,
			orderItems.selectFrom()+" WHERE account_key IN "+in(len(part))+" AND placed_at >= ?", texts(part, timeText(recent))...)
		list = append(list, found...)
		return err
	})
	if err != nil {
		return nil, err
	}
	err = inChunks(named, func(part []accountSKU) error {
		args := make([]any, 0, 2*len(part)+2)
		for _, k := range part {
			args = append(args, string(k.account), k.sku)
		}
		found, err := collect(ctx, c, readPurchase, orderItems.byPairs(c.dialect, len(part), "account_key", "sku")+
			" WHERE placed_at >= ? AND placed_at < ?", append(args, timeText(since), timeText(recent))...)
		list = append(list, found...)
		return err
	})
	return list, err
}

type accountSKU struct {
	account scenarios.AccountKey
	sku     string
}

// saveOrders writes orders and keeps the lines of those that stand.
func (b *batch) saveOrders(ctx context.Context, list []*scenarios.Order) error {
	var lines []scenarios.Purchase
	for _, o := range list {
		if was, ok := b.orders[orderKey{o.Source, o.ID}]; ok && !was.PlacedAt.IsZero() {
			_, err := b.ExecContext(ctx,
				"DELETE FROM order_items WHERE account_key = ? AND placed_at = ? AND source = ? AND order_id = ?",
				string(was.AccountKey), timeText(was.PlacedAt), was.Source, was.ID)
			if err != nil {
				return err
			}
		}
		if o.PlacedAt.IsZero() || !o.CancelledAt.IsZero() {
			continue
		}
		bought := map[string]bool{}
		for _, it := range o.Items {
			if !bought[it.SKU] {
				bought[it.SKU] = true
				lines = append(lines, scenarios.Purchase{AccountKey: o.AccountKey, Source: o.Source, OrderID: o.ID, SKU: it.SKU, At: o.PlacedAt})
			}
		}
	}
	if err := upsert(ctx, b.conn, orders, list, orderValues); err != nil {
		return err
	}
	return insert(ctx, b.conn, orderItems, lines, purchaseValues)
}
