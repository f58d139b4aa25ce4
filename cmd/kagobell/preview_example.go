package main

import (
	"strings"

	"github.com/shopspring/decimal"

	"kagobell/channels"
	"kagobell/scenarios"
)

// previewed is who is written to, and about what.
type previewed struct {
	buyer    scenarios.Buyer
	account  scenarios.Account
	items    []scenarios.MessageItem // nil: examples
	popular  []scenarios.MessageItem
	data     map[string]any // nil: examples
	url      string
	currency string
}

var exampleSender = channels.From{Name: "かごベル商店", Email: "news@shop.example", Company: "かごベル商店株式会社",
	Address: "東京都千代田区千代田1-1", ContactURL: "https://shop.example/contact"}

// examplePreview is a buyer of whom everything is known.
func examplePreview() previewed {
	return previewed{
		buyer: scenarios.Buyer{ID: "b-1001", AccountID: "acme", Name: "佐藤 花子", Department: "購買部", Email: "sato@acme.example",
			LineUserID: "U00000000000000000000000000000000",
			Postal: &scenarios.Postal{Code: "100-0005", Prefecture: "東京都", City: "千代田区", Street: "丸の内1-1-1", Building: "アクメビル3階",
				Company: "アクメ商事株式会社", Department: "購買部", Recipient: "佐藤 花子"}},
		account: scenarios.Account{ID: "acme", Name: "アクメ商事株式会社"},
		popular: []scenarios.MessageItem{
			exampleItem("PEN-BK", "油性ボールペン 黒 10本", 0),
			exampleItem("GLV-NBR", "ニトリル作業手袋 100枚", 0),
			exampleItem("BOX-DOC", "文書保存箱 A4 10枚", 0),
		},
	}
}

func exampleItem(sku, name string, price int64) scenarios.MessageItem {
	item := scenarios.MessageItem{SKU: sku, Name: name, URL: "https://shop.example/p/" + sku}
	if price > 0 {
		amount := decimal.NewFromInt(price)
		item.Price = &amount
	}
	return item
}

// exampleItems are what a message of such a scenario is about: nothing where a run is about an event.
func exampleItems(start scenarios.Start) []scenarios.MessageItem {
	if start.Per != scenarios.PerCart && start.Per != scenarios.PerItems && start.On != "product.viewed" {
		return []scenarios.MessageItem{}
	}
	paper, toner := exampleItem("PPC-A4", "コピー用紙 A4 5,000枚", 2950), exampleItem("TNR-C21", "トナー TN-21 ブラック", 7900)
	stock := 12.0
	paper.Stock, toner.MOQ = &stock, 2
	if start.Per == scenarios.PerCart {
		paper.Quantity, toner.Quantity = 10, 2
	}
	items := []scenarios.MessageItem{paper, toner}
	if strings.Contains(start.On, "price") {
		for i, was := range []int64{3480, 8900} {
			before := decimal.NewFromInt(was)
			items[i].Was = &before
			reduce(&items[i])
		}
	}
	return items
}

// reduce works out the cut between an item's two prices, as the engine does.
func reduce(item *scenarios.MessageItem) {
	if item.Price == nil || item.Was == nil || !item.Price.LessThan(*item.Was) || !item.Was.IsPositive() {
		item.Was = nil
		return
	}
	saving := item.Was.Sub(*item.Price)
	item.Saving = &saving
	item.PercentOff = int(saving.Mul(decimal.NewFromInt(100)).Div(*item.Was).Floor().IntPart())
}
