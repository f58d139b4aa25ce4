package channels

import (
	"context"
	"errors"
	"sort"

	"github.com/shopspring/decimal"

	"kagobell/scenarios"
)

// exampleFrom and examples are what templates are tried with when they are
// loaded, so that a misspelt field is found then and not when the first buyer
// is due.
var exampleFrom = From{Name: "文具の森", Email: "shop@example.jp", Company: "株式会社文具の森",
	Address: "東京都千代田区1-1-1", ContactURL: "https://shop.example/contact"}

// exampleID is a message id that tokens can be made for.
const exampleID = "00112233445566778899aabbccddeeff"

// examples are a delivery with everything, one with next to nothing, and one
// about no product.
func examples(c scenarios.Channel, template string) []scenarios.Delivery {
	price, was, saving := decimal.NewFromInt(480), decimal.NewFromInt(600), decimal.NewFromInt(120)
	stock := 12.0
	full := scenarios.MessageItem{SKU: "A4-500", Name: `コピー用紙 "A4" <500枚>`, URL: "https://shop.example/p/1?a=1&b=2",
		ImageURL: "https://shop.example/i/1.jpg", Quantity: 1000, Price: &price, Was: &was, Saving: &saving,
		PercentOff: 20, Stock: &stock, MOQ: 10}
	message := scenarios.Message{ID: exampleID, Scenario: "example", Step: "first", Channel: c, Template: template, ClaimedAt: exampleNow}
	bare := message
	bare.Items = []scenarios.MessageItem{{SKU: "B-1"}}
	rich := message
	rich.Items, rich.URL = []scenarios.MessageItem{full, {SKU: "C-2", Name: "付箋"}}, "https://shop.example/cart"
	return []scenarios.Delivery{
		{Message: &rich, Buyer: &scenarios.Buyer{ID: "b-1", Name: `佐藤 "花子"`, Department: "購買部", Email: "sato@acme.example",
			LineUserID: "U00000000000000000000000000000000", Postal: &scenarios.Postal{Code: "1000001", City: "千代田区"}},
			Account: &scenarios.Account{ID: "acme", Name: "アクメ株式会社"}, OrderBy: "15:00"},
		{Message: &bare, Buyer: &scenarios.Buyer{ID: "b-2"}, Account: &scenarios.Account{}},
		{Message: &message, Buyer: &scenarios.Buyer{ID: "b-3"}, Account: &scenarios.Account{}},
	}
}

// try renders every template with the examples. Data of events is different
// everywhere, so a missing key counts only when a message is sent.
func (t *Templates) try() (found Mistakes) {
	t.options(lenient)
	defer t.options(strict)
	signer, err := scenarios.NewTokenSigner([]byte("only for trying templates"))
	if err != nil {
		return Mistakes{{Message: err.Error()}}
	}
	r, err := NewRenderer(RenderOptions{Templates: t, From: exampleFrom, PublicURL: "https://kagobell.example", Tokens: signer, Now: t.now,
		Popular: func(context.Context) []scenarios.MessageItem {
			return []scenarios.MessageItem{{SKU: "P-1", Name: `のり "強力"`, URL: "https://shop.example/p/2"}}
		}})
	if err != nil {
		return Mistakes{{Message: err.Error()}}
	}
	for _, s := range t.slots() {
		if t.broken[s] {
			continue
		}
		began := t.now()
		err := t.tryOne(r, s)
		if err == nil {
			err = t.weigh(r, s)
		}
		if err != nil {
			found = append(found, t.locate(t.words[s].file, unwrapMistake(err)))
			if t.now().Sub(began) > renderWithin {
				return found // what all templates share may be to blame: they would take as long each
			}
		}
	}
	return found
}

// tryOne renders one template with the examples.
func (t *Templates) tryOne(r *Renderer, s slot) error {
	for i, d := range examples(s.channel, s.name) {
		d.Buyer.Locale = s.lang
		_, err := r.renderWithExampleData(d)
		if i > 0 && errors.Is(err, errEmptyTitle) {
			continue // it may well be made of the items' names
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// renderWithExampleData renders a delivery with what its templates seem to ask
// of an event.
func (r *Renderer) renderWithExampleData(d scenarios.Delivery) (_ scenarios.Rendered, err error) {
	if d.Data, err = r.ExampleData(d.Message, d.Buyer.Locale); err != nil {
		return scenarios.Rendered{}, err
	}
	return r.Render(context.Background(), d)
}

func (t *Templates) options(option string) {
	for lang, set := range t.text {
		set.Option(option).Funcs(t.functions(lang, option))
	}
	for lang, set := range t.html {
		set.Option(option).Funcs(t.functions(lang, option))
	}
	for s, set := range t.inside {
		set.Option(option).Funcs(t.functions(s.lang, option))
	}
}

// slots are all words files, in order.
func (t *Templates) slots() []slot {
	list := make([]slot, 0, len(t.words))
	for s := range t.words {
		list = append(list, s)
	}
	sort.Slice(list, func(i, j int) bool { return t.words[list[i]].file < t.words[list[j]].file })
	return list
}
