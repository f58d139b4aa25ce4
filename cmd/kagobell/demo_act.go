package main

import (
	"fmt"
	"strings"
	"time"

	"kagobell/scenarios"
)

// act is something that happens in the shop, and that it tells Kagobell about.
type act interface {
	who() string                          // a buyer's id or an account's; empty for the shop itself
	events(shop *demoShop) []demoEvent    // without id and time
	words(shop *demoShop) (ja, en string) // for the terminal
}

// demoEvent is a native event as the shop posts it; see the contract for its data.
type demoEvent struct {
	ID         string         `json:"id"`
	Type       string         `json:"type"`
	OccurredAt time.Time      `json:"occurred_at"`
	Buyer      map[string]any `json:"buyer,omitempty"`
	AccountID  string         `json:"account_id,omitempty"`
	Data       map[string]any `json:"data,omitempty"`
}

// demoLine is so much of a SKU.
type demoLine struct {
	sku      string
	quantity int
}

// opening tells of all products and buyers.
type opening struct{}

func (opening) who() string { return "" }

func (opening) events(shop *demoShop) []demoEvent {
	var list []demoEvent
	for i := range demoProducts {
		list = append(list, demoEvent{Type: scenarios.EventProductUpdated, Data: shop.stocked(&demoProducts[i])})
	}
	for i := range demoBuyers {
		list = append(list, demoEvent{Type: scenarios.EventBuyerUpdated, Buyer: shop.profile(&demoBuyers[i])})
	}
	return list
}

func (opening) words(*demoShop) (ja, en string) {
	return fmt.Sprintf("開店: 商品 %d 点、取引先 %d 社の担当者 %d 人", len(demoProducts), len(demoAccounts), len(demoBuyers)),
		fmt.Sprintf("%d products, %d buyers of %d accounts", len(demoProducts), len(demoBuyers), len(demoAccounts))
}

// cart is the whole cart of a buyer after a change; without lines it was emptied.
type cart struct {
	by, id string
	lines  []demoLine
	state  scenarios.CartState // empty: open
}

func (c cart) who() string { return c.by }

func (c cart) events(shop *demoShop) []demoEvent {
	items, total := shop.items(c.by, c.lines)
	data := map[string]any{"cart_id": c.id, "items": items, "total": total, "currency": "JPY", "url": shop.cartURL(c.id)}
	if c.state != "" {
		data["state"] = c.state
	}
	return []demoEvent{{Type: scenarios.EventCartUpdated, Buyer: shop.reference(c.by), Data: data}}
}

func (c cart) words(shop *demoShop) (ja, en string) {
	items, total := shop.items(c.by, c.lines)
	totalJa, totalEn := yen(total)
	switch {
	case len(items) == 0:
		return "カートを空にした", "cart emptied"
	case c.state == scenarios.CartAwaitingApproval:
		return "カートが稟議中（承認待ち）に " + totalJa, "cart awaits approval"
	}
	return fmt.Sprintf("カートに %d 品 %s", len(items), totalJa), fmt.Sprintf("%d in the cart, %s", len(items), totalEn)
}

// order is a purchase, by a buyer or in the name of an account alone.
type order struct {
	by, id string
	medium string // web, phone, fax, edi
	lines  []demoLine
}

func (o order) who() string { return o.by }

func (o order) events(shop *demoShop) []demoEvent {
	items, total := shop.items(o.by, o.lines)
	event := demoEvent{Type: scenarios.EventOrderPlaced, Buyer: shop.reference(o.by), Data: map[string]any{
		"order_id": o.id, "items": items, "total": total, "currency": "JPY", "medium": o.medium}}
	if event.Buyer == nil {
		event.AccountID = o.by
	}
	return []demoEvent{event}
}

var mediumWords = map[string]string{"web": "Web", "phone": "電話", "fax": "FAX", "edi": "EDI"}

func (o order) words(shop *demoShop) (ja, en string) {
	_, total := shop.items(o.by, o.lines)
	totalJa, totalEn := yen(total)
	return fmt.Sprintf("%sで注文 %s %s", mediumWords[o.medium], firstName(shop, o.lines), totalJa),
		fmt.Sprintf("order by %s, %s", o.medium, totalEn)
}

// firstName names the first of some lines, and how many there are beside it.
func firstName(shop *demoShop, lines []demoLine) string {
	name := ""
	if p := shop.products[lines[0].sku]; p != nil {
		name = p.name
	}
	if len(lines) > 1 {
		name += fmt.Sprintf(" ほか%d点", len(lines)-1)
	}
	return name
}

// look is a product page that a buyer reads.
type look struct{ by, sku string }

func (l look) who() string { return l.by }

func (l look) events(shop *demoShop) []demoEvent {
	p := shop.products[l.sku]
	return []demoEvent{{Type: scenarios.EventProductViewed, Buyer: shop.reference(l.by), Data: map[string]any{
		"sku": p.sku, "name": p.name, "url": shop.productURL(p.sku), "image_url": shop.imageURL(p.sku),
		"price": p.price(shop.group(l.by))}}}
}

func (l look) words(shop *demoShop) (ja, en string) {
	return "閲覧 " + shop.products[l.sku].name, "viewed " + l.sku
}

// favorite is a product that a buyer saves, and how many he wants.
type favorite struct {
	by, sku  string
	quantity int // 0: not said
}

func (f favorite) who() string { return f.by }

func (f favorite) events(shop *demoShop) []demoEvent {
	data := map[string]any{"sku": f.sku}
	if f.quantity > 0 {
		data["quantity"] = f.quantity
	}
	return []demoEvent{{Type: scenarios.EventFavoriteAdded, Buyer: shop.reference(f.by), Data: data}}
}

func (f favorite) words(shop *demoShop) (ja, en string) {
	ja = "お気に入りに " + shop.products[f.sku].name
	if f.quantity > 0 {
		ja += fmt.Sprintf("（希望数 %d）", f.quantity)
	}
	return ja, "favourite " + f.sku
}

// stocktaking is what is in stock now.
type stocktaking []demoLine

func (stocktaking) who() string { return "" }

func (s stocktaking) events(*demoShop) []demoEvent {
	var list []demoEvent
	for _, l := range s {
		list = append(list, demoEvent{Type: scenarios.EventProductUpdated, Data: map[string]any{"sku": l.sku, "stock": l.quantity}})
	}
	return list
}

func (s stocktaking) words(shop *demoShop) (ja, en string) {
	var parts, short []string
	for _, l := range s {
		parts = append(parts, fmt.Sprintf("%s %d", shop.products[l.sku].name, l.quantity))
		short = append(short, fmt.Sprintf("%s %d", l.sku, l.quantity))
	}
	return "在庫 " + strings.Join(parts, "、"), "stock " + strings.Join(short, ", ")
}

// priceList is what products cost from now on: the list price and the two contracts'.
type priceList []demoPrice

type demoPrice struct {
	sku                string
	list, gold, silver int
}

func (priceList) who() string { return "" }

func (l priceList) events(*demoShop) []demoEvent {
	var list []demoEvent
	for _, p := range l {
		list = append(list, demoEvent{Type: scenarios.EventProductUpdated, Data: map[string]any{"sku": p.sku, "price": p.list,
			"prices": map[string]int{"gold": p.gold, "silver": p.silver}}})
	}
	return list
}

func (l priceList) words(shop *demoShop) (ja, en string) {
	first := l[0]
	p := shop.products[first.sku]
	was, wasEn := yen(p.list)
	is, isEn := yen(first.list)
	if p.list == first.list {
		return "価格を戻す " + p.name + " " + is, first.sku + " back at " + isEn
	}
	ja = fmt.Sprintf("価格改定 %s %s→%s", p.name, strings.TrimSuffix(was, "円"), is)
	en = fmt.Sprintf("%s from %s to %s", first.sku, wasEn, isEn)
	if more := len(l) - 1; more > 0 {
		ja, en = fmt.Sprintf("%s ほか%d点", ja, more), fmt.Sprintf("%s, %d more", en, more)
	}
	return ja, en
}

// again is the post before once more, as platforms do that got no answer.
type again struct{ by string }

func (a again) who() string                { return a.by }
func (again) events(*demoShop) []demoEvent { return nil } // those of the scene before
func (again) words(*demoShop) (ja, en string) {
	return "同じ Webhook を再送", "the same webhook again"
}
