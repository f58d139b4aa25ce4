package scenarios

import "time"

// CartState says whether a cart waits for somebody else's decision.
type CartState string

// The states of a cart.
const (
	CartOpen             CartState = "open"
	CartAwaitingApproval CartState = "awaiting_approval" // 稟議中
	CartQuoteRequested   CartState = "quote_requested"   // 見積依頼中
)

// CartKey names a cart: cart ids are only trusted within a buyer.
type CartKey struct{ BuyerID, CartID string }

// Cart is the whole cart as last heard of.
type Cart struct {
	BuyerID    string
	ID         string
	Items      []Item
	Total      *Money
	Currency   string
	URL        string
	State      CartState
	OccurredAt time.Time // of the event that said so
}

// Key names the cart.
func (c *Cart) Key() CartKey { return CartKey{c.BuyerID, c.ID} }
