package scenarios

import (
	"cmp"
	"encoding/hex"
	"time"
)

// Favorite is a product that a buyer saved (お気に入り).
type Favorite struct {
	BuyerID    string
	SKU        string
	Quantity   float64 // wanted; 0: not said
	AddedAt    time.Time
	RankKey    string    // the buyer's place in a wave; see RankKey
	Baseline   *Money    // the lower of the price when saved (or first seen) and the price last told; nil: none yet
	RemovedAt  time.Time // zero: still saved
	OccurredAt time.Time // of the newest favourite event
}

// Need is the quantity from which stock is of use to this buyer: his wanted
// quantity, else the MOQ, else 1.
func (f *Favorite) Need(p *Product) float64 {
	if f.Quantity > 0 {
		return f.Quantity
	}
	if p != nil && p.MOQ != nil && *p.MOQ > 0 {
		return *p.MOQ
	}
	return 1
}

// FanOutKind is what a catalogue change means to the favourites of a SKU.
type FanOutKind string

// The kinds of fan-out.
const (
	FanOutRestock FanOutKind = "restock"
	FanOutPrice   FanOutKind = "price"
	FanOutGone    FanOutKind = "gone" // sold out, inactive or deleted
)

// fanOutTurns is the order in which fan-outs of one moment are walked: what is
// gone first, then the stronger scenario.
var fanOutTurns = map[FanOutKind]string{FanOutGone: "0", FanOutPrice: "1", FanOutRestock: "2"}

// fanOutID names the fan-out that an event makes: 32 hexadecimal digits that sort
// as its SKU (by its first bytes) and kind, so that whoever walks fan-outs by
// (EdgeAt, ID) takes them in the same order.
func fanOutID(kind FanOutKind, sku string, ev *Event) string {
	head := make([]byte, 8)
	copy(head, sku)
	return hex.EncodeToString(head) + fanOutTurns[kind] + identifier("fanout", string(kind), sku, ev.Source, ev.ID)[:15]
}

// inTurn compares fan-outs by the order in which they are walked.
func inTurn(a, b *FanOut) int {
	return cmp.Or(a.EdgeAt.Compare(b.EdgeAt), cmp.Compare(a.ID, b.ID))
}

// FanOutStatus is how far a fan-out has come.
type FanOutStatus string

// The states of a fan-out.
const (
	FanOutOpen      FanOutStatus = "open"
	FanOutDone      FanOutStatus = "done"
	FanOutCancelled FanOutStatus = "cancelled" // the stock fell again within `hold`
)

// FavoriteCursor is the place in the order in which favourites are walked:
// RankKey, then AddedAt, then BuyerID. The zero value is the beginning.
type FavoriteCursor struct {
	RankKey string
	AddedAt time.Time
	BuyerID string
}

// FanOut is a catalogue change on its way to the buyers who saved the product.
// It is durable: a crash goes on at the cursor. Fan-outs of one SKU and kind
// are walked one after the other, oldest first.
type FanOut struct {
	ID     string
	SKU    string
	Kind   FanOutKind
	EdgeAt time.Time // occurred_at of the change; favourites made later are not concerned
	Before Offer
	After  Offer     // for restock: the lowest stock seen while it was held
	DueAt  time.Time // not before; restock: the edge and `hold`
	Cursor FavoriteCursor
	Told   int // runs started or joined in this wave
	Status FanOutStatus
}
