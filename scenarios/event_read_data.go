package scenarios

import (
	"fmt"
	"strconv"
)

const (
	maxItems       = 500 // lines of one cart or order
	maxPriceGroups = 500
)

// event reads the whole event. What it returns is of use only when nothing was found to be wrong.
func (r *eventReader) event(top jsonObject) *Event {
	ev := &Event{ID: top.requiredID("id"), Type: top.eventType("type"), OccurredAt: top.moment("occurred_at")}
	catalogue := ev.Type == EventProductUpdated || ev.Type == EventProductDeleted
	byAccount := ofAccount[ev.Type]
	if !catalogue {
		ev.Buyer = r.buyer(top, ev.OccurredAt)
		r.account(ev, top, byAccount)
	}
	data, ok := top.object("data")
	switch {
	case ok:
		r.data(ev, data)
		data.checkFree()
		ev.Data = data.fields
	case top.given("data"): // reported
	case needsData[ev.Type] != "":
		top.expected("data", "an object with "+needsData[ev.Type])
	default:
		ev.Data = map[string]any{}
	}
	return ev
}

// ofAccount are the types that need no buyer where the account is known.
var ofAccount = map[string]bool{EventOrderPlaced: true, EventOrderCancelled: true, EventLeadRejected: true, EventLeadAccepted: true}

// account finds the account of an event.
func (r *eventReader) account(ev *Event, top jsonObject, byAccount bool) {
	if byAccount {
		ev.AccountID = top.id("account_id")
	}
	if ev.Buyer == nil {
		switch {
		case top.given("buyer"): // not an object, which is reported
		case byAccount && !top.given("account_id"):
			top.expected("buyer", "an object with id (or account_id beside it)")
		case !byAccount && ev.Type != "":
			top.expected("buyer", "an object with id")
		}
		return
	}
	own := ev.Buyer.AccountID.Value
	if ev.AccountID != "" && own != "" && own != ev.AccountID {
		top.wrong("account_id", fmt.Sprintf("expected the account of the buyer, %q, got %q", shortened(own), shortened(ev.AccountID)))
	}
	if own != "" {
		ev.AccountID = own
	}
}

// needsData says what the data of a type must hold at least.
var needsData = map[string]string{
	EventCartUpdated:     "cart_id and items",
	EventOrderPlaced:     "order_id and items",
	EventOrderCancelled:  "order_id",
	EventProductViewed:   "sku",
	EventFavoriteAdded:   "sku",
	EventFavoriteRemoved: "sku",
	EventProductUpdated:  "sku",
	EventProductDeleted:  "sku",
	EventPageViewed:      "url",
}

func (r *eventReader) data(ev *Event, o jsonObject) {
	switch ev.Type {
	case EventCartUpdated:
		ev.Cart = o.cart(ev)
		ev.PreviousCartID = o.id("previous_cart_id")
	case EventOrderPlaced:
		ev.Order = o.order(ev)
	case EventOrderCancelled:
		ev.Order = &Order{ID: o.requiredID("order_id"), AccountKey: ev.accountKey(), BuyerID: ev.BuyerID()}
	case EventProductViewed:
		ev.View = &Item{SKU: o.requiredID("sku"), Name: o.textOr("name", maxText), UnitPrice: o.money("price"),
			URL: o.webURL("url"), ImageURL: o.webURL("image_url")}
	case EventFavoriteAdded, EventFavoriteRemoved:
		ev.Favorite = &FavoriteChange{SKU: o.requiredID("sku"), Quantity: o.quantity("quantity"),
			Removed: ev.Type == EventFavoriteRemoved}
	case EventProductUpdated:
		ev.Product = o.product()
	case EventProductDeleted:
		ev.Product = &ProductUpdate{SKU: o.requiredID("sku"), Deleted: true}
	case EventPageViewed:
		if !o.given("url") {
			o.expected("url", "a URL that begins with https:// or http://")
		}
		ev.Page = &PageView{URL: o.webURL("url"), Category: o.textOr("category", maxName)}
	}
}

// accountKey is the unit of decision as far as the event itself says it.
func (e *Event) accountKey() AccountKey {
	if e.AccountID != "" {
		return KeyOfAccount(e.AccountID)
	}
	return KeyOfBuyer(e.BuyerID())
}

func (o jsonObject) cart(ev *Event) *Cart {
	return &Cart{
		BuyerID:    ev.BuyerID(),
		ID:         o.requiredID("cart_id"),
		Items:      o.items("items"),
		Total:      o.money("total"),
		Currency:   o.currency("currency"),
		URL:        o.webURL("url"),
		State:      CartState(o.oneOf("state", string(CartOpen), string(CartAwaitingApproval), string(CartQuoteRequested))),
		OccurredAt: ev.OccurredAt,
	}
}

func (o jsonObject) order(ev *Event) *Order {
	order := &Order{
		ID:         o.requiredID("order_id"),
		AccountKey: ev.accountKey(),
		BuyerID:    ev.BuyerID(),
		CartID:     o.id("cart_id"),
		Items:      o.items("items"),
		Total:      o.money("total"),
		Currency:   o.currency("currency"),
		Medium:     o.oneOf("medium", "web", "phone", "fax", "edi"),
		PlacedAt:   ev.OccurredAt,
	}
	if list, ok := o.fields["items"].([]any); ok && len(list) == 0 {
		o.wrong("items", "expected at least one item, got an empty list")
	}
	return order
}

// items reads the lines of a cart or an order. Lines with the same SKU become one, since a message speaks of SKUs: the
// quantities are added up, the rest is that of the first line.
func (o jsonObject) items(key string) []Item {
	list, ok := o.fields[key].([]any)
	if !ok {
		o.expected(key, "a list of items")
		return nil
	}
	if len(list) > maxItems {
		o.wrong(key, fmt.Sprintf("expected at most %d items, got %d", maxItems, len(list)))
		return nil
	}
	items, below := make([]Item, 0, len(list)), o.place(key)+"/"
	place := make(map[string]int, len(list))
	for i, value := range list {
		fields, ok := value.(map[string]any)
		pointer := below + strconv.Itoa(i)
		if !ok {
			o.reader.add(pointer, "expected an item, which is an object, got "+described(value))
			continue
		}
		item := jsonObject{reader: o.reader, pointer: pointer, fields: fields}.item()
		if first, again := place[item.SKU]; again {
			items[first].Quantity += item.Quantity
			continue
		}
		place[item.SKU] = len(items)
		items = append(items, item)
	}
	return items
}

func (o jsonObject) item() Item {
	return Item{
		SKU:       o.requiredID("sku"),
		Name:      o.textOr("name", maxText),
		Quantity:  o.quantity("quantity"),
		UnitPrice: o.money("unit_price"),
		URL:       o.webURL("url"),
		ImageURL:  o.webURL("image_url"),
	}
}

func (o jsonObject) product() *ProductUpdate {
	update := &ProductUpdate{
		SKU:      o.requiredID("sku"),
		Name:     optional(o, "name", func(key string) string { return o.text(key, maxText) }),
		URL:      optional(o, "url", o.webURL),
		ImageURL: optional(o, "image_url", o.webURL),
		Category: optional(o, "category", func(key string) string { return o.text(key, maxName) }),
		Price:    optional(o, "price", o.money),
		Prices:   optional(o, "prices", o.prices),
		Stock:    optional(o, "stock", o.stock),
		LowStock: optional(o, "low_stock", o.mark),
		MOQ:      optional(o, "moq", o.mark),
		Version:  optional(o, "version", o.whole),
	}
	if _, present := o.fields["active"]; present { // null is refused: nobody could tell what it means
		active, _ := o.boolean("active")
		update.Active = Field[bool]{Present: true, Value: active}
	}
	return update
}

// prices reads the prices by price group; a group whose price is null has none of its own.
func (o jsonObject) prices(key string) map[string]Money {
	in, ok := o.object(key)
	if !ok {
		return nil
	}
	if len(in.fields) > maxPriceGroups {
		o.wrong(key, fmt.Sprintf("expected at most %d price groups, got %d", maxPriceGroups, len(in.fields)))
		return nil
	}
	prices := make(map[string]Money, len(in.fields))
	for _, group := range sortedKeys(in.fields) {
		if fault := idFault(group); fault != "" {
			in.wrong(group, "name of the price group: "+fault)
			continue
		}
		if amount := in.money(group); amount != nil {
			prices[group] = *amount
		}
	}
	return prices
}
