package scenarios

import (
	"encoding/json"
	"time"
)

// The event types that mean something to the core by themselves. Any other
// `noun.verb` is accepted and can start, move and end scenarios.
const (
	EventCartUpdated     = "cart.updated"
	EventOrderPlaced     = "order.placed"
	EventOrderCancelled  = "order.cancelled"
	EventProductViewed   = "product.viewed"
	EventFavoriteAdded   = "favorite.added"
	EventFavoriteRemoved = "favorite.removed"
	EventProductUpdated  = "product.updated"
	EventProductDeleted  = "product.deleted"
	EventBuyerUpdated    = "buyer.updated"
	EventBuyerDeleted    = "buyer.deleted"
	EventPageViewed      = "page.viewed"

	// What sales say of a lead; account_id at the top may stand for buyer.
	EventLeadRejected = "lead.rejected"
	EventLeadAccepted = "lead.accepted"

	// Derived from a score that reached a mark; never posted. Data: mark, score.
	EventScoreReached = "score.reached"

	// Derived from catalogue changes, for one favourite; never posted.
	EventFavoriteRestocked    = "favorite.restocked"
	EventFavoritePriceDropped = "favorite.price_dropped"

	// What a buyer did with a message. Trusted from SourceKagobell alone, and
	// in a history for the simulator.
	EventMessageOpened     = "message.opened"     // Data: message_id, scenario, step
	EventMessageClicked    = "message.clicked"    // Data: those, and url
	EventBuyerOptedOut     = "buyer.opted_out"    // Data: channel, and message_id where known
	EventBuyerOptedIn      = "buyer.opted_in"     // Data: channel
	EventMessageBounced    = "message.bounced"    // Data: message_id, channel
	EventMessageComplained = "message.complained" // Data: message_id, channel
)

// SourceKagobell is the source of the events that Kagobell itself makes. No
// configured source may have this name.
const SourceKagobell = "kagobell"

// Event is one fact from outside, read and valid. Exactly one of the typed
// fields is set, by Type; none for types that the core does not know.
type Event struct {
	Source     string
	ID         string // unique in its source
	Type       string
	OccurredAt time.Time // as sent, UTC
	Buyer      *BuyerUpdate
	AccountID  string // of the buyer, or at the top of an order or a word of sales

	Cart           *Cart // BuyerID and OccurredAt filled in
	PreviousCartID string
	Order          *Order // for order.placed; for order.cancelled only Source and ID
	View           *Item  // product.viewed
	Favorite       *FavoriteChange
	Product        *ProductUpdate // product.updated and product.deleted
	Page           *PageView

	Data map[string]any  // `data` as sent, for conditions
	Raw  json.RawMessage // the event as sent
}

// Field is a value that may be absent (leave alone) or null (clear).
type Field[T any] struct {
	Present bool
	Null    bool
	Value   T
}

// Apply changes dst as the field says; null sets the zero value.
func (f Field[T]) Apply(dst *T) {
	if f.Present {
		*dst = f.Value // the zero value when Null
	}
}

// BuyerUpdate is the `buyer` object of an event. An absent field is left
// alone, null clears it.
type BuyerUpdate struct {
	ID          string
	AccountID   Field[string]
	AccountName Field[string]
	Name        Field[string]
	Department  Field[string]
	Email       Field[string]
	LineUserID  Field[string]
	Locale      Field[string]
	PriceGroup  Field[string]
	Rank        Field[string]
	Postal      Field[*Postal]
	Attributes  Field[json.RawMessage]
	Consent     ByChannel[ConsentUpdate]
}

// ConsentUpdate is what an event says about one channel. At is the event's
// occurred_at where the event gave no time of its own.
type ConsentUpdate struct {
	Null  bool // back to unknown
	Plain bool // was `true` or `false`, not an object
	Dated bool // an object that gave `at`
	Consent
}

// FavoriteChange is the data of favorite.added and favorite.removed.
type FavoriteChange struct {
	SKU      string
	Quantity float64 // wanted; 0: not said
	Removed  bool
}

// ProductUpdate is the data of product.updated and product.deleted. An absent
// field is left alone, null clears it (stock: null is "not tracked").
type ProductUpdate struct {
	SKU      string
	Deleted  bool
	Name     Field[string]
	URL      Field[string]
	ImageURL Field[string]
	Category Field[string]
	Price    Field[*Money]
	Prices   Field[map[string]Money]
	Stock    Field[*float64]
	LowStock Field[*float64]
	MOQ      Field[*float64]
	Active   Field[bool]
	Version  Field[int64]
}

// PageView is the data of page.viewed.
type PageView struct {
	URL      string
	Category string
}

// FieldError says what was expected where, for people who post events.
type FieldError struct {
	Pointer string `json:"pointer"` // JSON pointer (RFC 6901) into the event
	Message string `json:"message"`
}

// BuyerID is the buyer concerned; empty for catalogue events and for orders and
// leads that name only the account.
func (e *Event) BuyerID() string {
	if e.Buyer == nil {
		return ""
	}
	return e.Buyer.ID
}

// Catalogue tells whether the event is about a product and not about a buyer.
func (e *Event) Catalogue() bool { return e.Product != nil }
