package scenarios

import (
	"time"

	"github.com/shopspring/decimal"
)

// Money is an amount in major units (yen, dollars). Its currency stands beside it.
type Money = decimal.Decimal

// Item is one line of a cart or an order.
type Item struct {
	SKU       string  `json:"sku"`
	Name      string  `json:"name,omitempty"`
	Quantity  float64 `json:"quantity,omitempty"`
	UnitPrice *Money  `json:"unit_price,omitempty"` // as the shop gave it; nil: not given
	URL       string  `json:"url,omitempty"`
	ImageURL  string  `json:"image_url,omitempty"`
}

// RunItem is one SKU that a run is about, with what the run remembers of it.
type RunItem struct {
	Item
	At       time.Time `json:"at"`                 // last trigger for this SKU: orders from then on count
	Views    int       `json:"views,omitempty"`    // browse: how often it was looked at
	Need     float64   `json:"need,omitempty"`     // restock: the quantity from which it is of use
	Baseline *Money    `json:"baseline,omitempty"` // price drop: the price that the cut is measured from
	Left     Reason    `json:"left,omitempty"`     // why the run is about it no more; empty: it is
}

// MessageItem is one SKU as a message shows it, at the moment of the decision
// and for this buyer.
type MessageItem struct {
	SKU        string    `json:"sku"`
	Name       string    `json:"name"`
	URL        string    `json:"url,omitempty"`
	ImageURL   string    `json:"image_url,omitempty"`
	Quantity   float64   `json:"quantity,omitempty"`
	Price      *Money    `json:"price,omitempty"`       // for this buyer, now; nil: unknown
	Was        *Money    `json:"was,omitempty"`         // the baseline of a cut
	Saving     *Money    `json:"saving,omitempty"`      // Was - Price
	PercentOff int       `json:"percent_off,omitempty"` // rounded down
	Stock      *float64  `json:"stock,omitempty"`       // nil: not tracked
	MOQ        float64   `json:"moq,omitempty"`
	At         time.Time `json:"at"` // last trigger for this SKU: an order from then on takes it out of a letter
}
