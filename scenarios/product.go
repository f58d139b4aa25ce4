package scenarios

import "time"

// Product is one SKU as last heard of.
type Product struct {
	SKU      string
	Name     string
	URL      string
	ImageURL string
	Category string
	Offer
	LowStock   *float64 // 在庫わずか from here down; nil: no mark
	MOQ        *float64
	Active     bool
	Deleted    bool
	Version    int64
	OccurredAt time.Time
}

// Offer is what a catalogue change can move: prices and stock.
type Offer struct {
	Price  *Money           `json:"price,omitempty"`  // list price; nil: unknown
	Prices map[string]Money `json:"prices,omitempty"` // by price group
	Stock  *float64         `json:"stock,omitempty"`  // nil: not tracked
}

// PriceFor is the price for a price group: its own, else the list price; nil
// when neither is known.
func (o Offer) PriceFor(priceGroup string) *Money {
	if priceGroup != "" {
		if p, ok := o.Prices[priceGroup]; ok {
			return &p
		}
	}
	return o.Price
}

// Available tells whether the product can be bought now.
func (p *Product) Available() bool {
	return p.Active && !p.Deleted && (p.Stock == nil || *p.Stock > 0)
}
