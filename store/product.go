package store

import (
	"context"
	"database/sql"

	"kagobell/scenarios"
)

var products = &table{
	name: "products",
	key:  columns("sku"),
	columns: columns(`sku name url image_url category price prices stock low_stock moq active deleted version
		occurred_at`),
}

func productValues(p *scenarios.Product, r *row) {
	r.text(p.SKU, p.Name, p.URL, p.ImageURL, p.Category)
	r.money(p.Price)
	r.json(p.Prices, len(p.Prices) > 0)
	r.optionalFloat(p.Stock)
	r.optionalFloat(p.LowStock)
	r.optionalFloat(p.MOQ)
	r.flag(p.Active, p.Deleted)
	r.number(p.Version)
	r.time(p.OccurredAt)
}

func readProduct(from scanner) (*scenarios.Product, error) {
	var p scenarios.Product
	var stock, lowStock, moq sql.NullFloat64
	err := from.Scan(&p.SKU, &p.Name, &p.URL, &p.ImageURL, &p.Category, moneyInto{&p.Price}, jsonInto{&p.Prices},
		&stock, &lowStock, &moq, &p.Active, &p.Deleted, &p.Version, (*stamp)(&p.OccurredAt))
	p.Stock, p.LowStock, p.MOQ = optionalFloat(stock), optionalFloat(lowStock), optionalFloat(moq)
	return &p, err
}

func optionalFloat(v sql.NullFloat64) *float64 {
	if !v.Valid {
		return nil
	}
	return &v.Float64
}

func readProducts(ctx context.Context, c conn, skus []string) ([]*scenarios.Product, error) {
	var list []*scenarios.Product
	err := inChunks(skus, func(part []string) error {
		found, err := collect(ctx, c, readProduct, products.selectFrom()+" WHERE sku IN "+in(len(part)), texts(part)...)
		list = append(list, found...)
		return err
	})
	return list, err
}

// lockProducts locks the rows of SKUs in their order. Those that are missing
// can't be locked: see saveProducts.
func lockProducts(ctx context.Context, c conn, skus []string, lock string) error {
	if lock == "" {
		return nil
	}
	return inChunks(skus, func(part []string) error {
		return c.each(ctx, func(*sql.Rows) error { return nil },
			"SELECT sku FROM products WHERE sku IN "+in(len(part))+" ORDER BY sku"+lock, texts(part)...)
	})
}

// saveProducts writes products; those not known yet are inserted plainly, as
// buyers are.
func (b *batch) saveProducts(ctx context.Context, list []*scenarios.Product) error {
	var fresh, known []*scenarios.Product
	for _, p := range list {
		if b.products[p.SKU] {
			known = append(known, p)
		} else {
			fresh = append(fresh, p)
		}
	}
	if err := insert(ctx, b.conn, products, fresh, productValues); err != nil {
		return err
	}
	return upsert(ctx, b.conn, products, known, productValues)
}
