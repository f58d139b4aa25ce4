package main

import (
	"fmt"

	"golang.org/x/text/language"
	"golang.org/x/text/message"

	"kagobell/scenarios"
)

// demoShop is the fictitious BtoB shop of the demo: whom and what it knows.
type demoShop struct {
	address  string // of its pages, without a trailing slash
	products map[string]*demoProduct
	buyers   map[string]*demoBuyer
	accounts map[string]*demoAccount
}

func newDemoShop(address string) *demoShop {
	shop := &demoShop{address: address, products: map[string]*demoProduct{}, buyers: map[string]*demoBuyer{},
		accounts: map[string]*demoAccount{}}
	for i := range demoProducts {
		shop.products[demoProducts[i].sku] = &demoProducts[i]
	}
	for i := range demoBuyers {
		shop.buyers[demoBuyers[i].id] = &demoBuyers[i]
	}
	for i := range demoAccounts {
		shop.accounts[demoAccounts[i].id] = &demoAccounts[i]
	}
	return shop
}

// name tells who a buyer or an account is: 佐藤 花子（東都精機）.
func (s *demoShop) name(id string) string {
	if b := s.buyers[id]; b != nil {
		return b.name + "（" + s.accounts[b.account].short + "）"
	}
	if a := s.accounts[id]; a != nil {
		return a.short
	}
	return id
}

// group is the price group of a buyer or an account.
func (s *demoShop) group(id string) string {
	if b := s.buyers[id]; b != nil {
		id = b.account
	}
	if a := s.accounts[id]; a != nil {
		return a.group
	}
	return ""
}

func (s *demoShop) productURL(sku string) string { return s.address + "/p/" + sku }
func (s *demoShop) imageURL(sku string) string   { return s.address + "/i/" + sku + ".svg" }
func (s *demoShop) cartURL(cart string) string   { return s.address + "/cart/" + cart }

// items are lines as events have them, priced for a buyer or an account, and their total.
func (s *demoShop) items(whose string, lines []demoLine) (items []map[string]any, total int) {
	items = []map[string]any{} // an emptied cart has a list too
	for _, l := range lines {
		p := s.products[l.sku]
		if p == nil {
			continue // a test holds the story to the catalogue
		}
		price := p.price(s.group(whose))
		total += price * l.quantity
		items = append(items, map[string]any{"sku": p.sku, "name": p.name, "quantity": l.quantity, "unit_price": price,
			"url": s.productURL(p.sku), "image_url": s.imageURL(p.sku)})
	}
	return items, total
}

// profile is all that the shop says about a buyer.
func (s *demoShop) profile(b *demoBuyer) map[string]any {
	account := s.accounts[b.account]
	consent := map[string]bool{}
	for _, channel := range scenarios.Channels {
		consent[string(channel)] = false
	}
	for _, channel := range b.agreed {
		consent[string(channel)] = true
	}
	profile := map[string]any{"id": b.id, "account_id": account.id, "account_name": account.name, "name": b.name,
		"department": b.department, "email": b.email, "locale": b.locale, "consent": consent}
	if b.lineUserID != "" {
		profile["line_user_id"] = b.lineUserID
	}
	if account.group != "" {
		profile["price_group"] = account.group
	}
	if account.postal != nil {
		to := *account.postal
		to.Company, to.Department, to.Recipient = account.name, b.department, b.name
		profile["postal"] = to
	}
	return profile
}

// reference is how an event names a buyer whose profile is known.
func (s *demoShop) reference(id string) map[string]any {
	if b := s.buyers[id]; b != nil {
		return map[string]any{"id": b.id, "account_id": b.account}
	}
	return nil
}

// stocked is a product as the shop first tells of it.
func (s *demoShop) stocked(p *demoProduct) map[string]any {
	data := map[string]any{"sku": p.sku, "name": p.name, "category": p.category, "url": s.productURL(p.sku),
		"image_url": s.imageURL(p.sku), "price": p.list, "prices": map[string]int{"gold": p.gold, "silver": p.silver},
		"stock": p.stock, "low_stock": p.low, "active": true}
	if p.moq > 1 {
		data["moq"] = p.moq
	}
	return data
}

// yen writes an amount as it stands in a price list: 84,200円 and ¥84,200.
func yen(amount int) (ja, en string) {
	figures := message.NewPrinter(language.Japanese).Sprintf("%d", amount)
	return figures + "円", fmt.Sprintf("¥%s", figures)
}
