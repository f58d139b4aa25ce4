package scenarios

import "time"

// Order is a purchase by an account, whoever of it placed it.
type Order struct {
	Source      string
	ID          string // unique in its source
	AccountKey  AccountKey
	BuyerID     string // empty when only the account is known
	CartID      string
	Items       []Item
	Total       *Money
	Currency    string
	Medium      string // web, phone, fax, edi
	PlacedAt    time.Time
	CancelledAt time.Time
}

// Purchase is one SKU bought by an account: a line of an order that stands.
type Purchase struct {
	AccountKey AccountKey
	Source     string
	OrderID    string
	SKU        string
	At         time.Time
}
