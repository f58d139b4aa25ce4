package scenarios

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/shopspring/decimal"
)

const (
	sato = `"buyer":{"id":"b-1"}`
	// fullCart is an event in which everything that a cart may carry is there.
	fullCart = `{"id":"ev-1","type":"cart.updated","occurred_at":"2026-11-20T10:00:00.123456789+09:00","note":"ignored",
 "buyer":{"id":"b-1001","account_id":"acme","account_name":"アクメ商事","name":"佐藤\r\n花子","department":"購買部",
  "email":"sato@acme.example","line_user_id":"U1","locale":"ja","price_group":"gold","rank":3,
  "postal":{"code":"100-0001","prefecture":"東京都","city":"千代田区","street":"千代田1-1","recipient":"佐藤花子"},
  "consent":{"email":true,"line":{"granted":true,"basis":"opt_in","at":"2026-01-02T03:04:05Z","proof":"form 7"},"dm":null},
  "attributes":{"size":12,"tags":["a<b"]}},
 "data":{"cart_id":"c-9","previous_cart_id":"c-8","currency":"JPY","total":48000,"url":"https://shop.example/cart","state":"awaiting_approval",
  "items":[{"sku":"A4-500","name":"コピー用紙 A4","quantity":100,"unit_price":"480.50","url":"https://shop.example/p/A4-500"},
           {"sku":"PEN","quantity":0.5},{"sku":"A4-500","quantity":20}]}}`
)

// nativeEvent writes an event around its data.
func nativeEvent(kind, rest string) string {
	return fmt.Sprintf(`{"id":"ev-1","type":%q,"occurred_at":"2026-11-20T10:00:00+09:00",%s}`, kind, rest)
}

func amount(text string) *Money {
	m := decimal.RequireFromString(text)
	return &m
}

func present[T any](value T) Field[T] { return Field[T]{Present: true, Value: value} }

func TestReadEventFillsACartAndItsBuyer(t *testing.T) {
	ev, wrong := ReadEvent([]byte(fullCart), "shop")
	if wrong != nil {
		t.Fatalf("wrong: %v", wrong)
	}
	at := time.Date(2026, 11, 20, 1, 0, 0, 123456000, time.UTC)
	wantBuyer := &BuyerUpdate{
		ID: "b-1001", AccountID: present("acme"), AccountName: present("アクメ商事"), Name: present("佐藤\r\n花子"),
		Department: present("購買部"), Email: present("sato@acme.example"), LineUserID: present("U1"), Locale: present("ja"),
		PriceGroup: present("gold"), Rank: present("3"),
		Postal:     present(&Postal{Code: "100-0001", Prefecture: "東京都", City: "千代田区", Street: "千代田1-1", Recipient: "佐藤花子"}),
		Attributes: present(json.RawMessage(`{"size":12,"tags":["a<b"]}`)),
		Consent: ByChannel[ConsentUpdate]{
			{ChannelDM, ConsentUpdate{Null: true}},
			{ChannelEmail, ConsentUpdate{Plain: true, Consent: Consent{Granted: true, At: at}}},
			{ChannelLine, ConsentUpdate{Dated: true, Consent: Consent{Granted: true, Basis: BasisOptIn, Proof: "form 7",
				At: time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)}}},
		},
	}
	wantCart := &Cart{
		BuyerID: "b-1001", ID: "c-9", Total: amount("48000"), Currency: "JPY", URL: "https://shop.example/cart",
		State: CartAwaitingApproval, OccurredAt: at,
		Items: []Item{
			{SKU: "A4-500", Name: "コピー用紙 A4", Quantity: 120, UnitPrice: amount("480.50"), URL: "https://shop.example/p/A4-500"},
			{SKU: "PEN", Quantity: 0.5},
		},
	}
	if !reflect.DeepEqual(ev.Buyer, wantBuyer) {
		t.Errorf("buyer:\n got %+v\nwant %+v", ev.Buyer, wantBuyer)
	}
	if !reflect.DeepEqual(ev.Cart, wantCart) {
		t.Errorf("cart:\n got %+v\nwant %+v", ev.Cart, wantCart)
	}
	if ev.Source != "shop" || ev.ID != "ev-1" || ev.AccountID != "acme" || ev.PreviousCartID != "c-8" || !ev.OccurredAt.Equal(at) {
		t.Errorf("head: %+v", ev)
	}
	if total := ev.Data["total"]; total != 48000.0 {
		t.Errorf("data.total for conditions = %v (%T), want the float64 48000", total, total)
	}
	if strings.Contains(string(ev.Raw), "\n") || !strings.Contains(string(ev.Raw), `"note":"ignored"`) {
		t.Errorf("raw is not the event as sent, compacted: %s", ev.Raw)
	}
}

func TestReadEventFillsEveryOtherType(t *testing.T) {
	at := time.Date(2026, 11, 20, 1, 0, 0, 0, time.UTC)
	stock := func(n float64) Field[*float64] { return present(&n) }
	cases := map[string]struct {
		text string
		got  func(*Event) any
		want any
	}{
		"an order by phone of which only the account is known": {
			nativeEvent("order.placed", `"account_id":"acme","data":{"order_id":"o-1","medium":"phone","items":[{"sku":"A","quantity":2}],"total":"9600.00"}`),
			func(e *Event) any { return e.Order },
			&Order{Source: "shop", ID: "o-1", AccountKey: "a:acme", Items: []Item{{SKU: "A", Quantity: 2}}, Total: amount("9600.00"), Medium: "phone", PlacedAt: at},
		},
		"an order of a buyer without account": {
			nativeEvent("order.placed", sato+`,"data":{"order_id":"o-1","cart_id":"c-1","items":[{"sku":"A"}]}`),
			func(e *Event) any { return e.Order },
			&Order{Source: "shop", ID: "o-1", AccountKey: "b:b-1", BuyerID: "b-1", CartID: "c-1", Items: []Item{{SKU: "A"}}, Medium: "web", PlacedAt: at},
		},
		"a cancelled order": {
			nativeEvent("order.cancelled", `"account_id":"acme","data":{"order_id":"o-1"}`),
			func(e *Event) any { return e.Order },
			&Order{Source: "shop", ID: "o-1", AccountKey: "a:acme"},
		},
		"an emptied cart": {
			nativeEvent("cart.updated", sato+`,"data":{"cart_id":"c-1","items":[],"state":null,"total":null,"url":""}`),
			func(e *Event) any { return e.Cart },
			&Cart{BuyerID: "b-1", ID: "c-1", Items: []Item{}, State: CartOpen, OccurredAt: at},
		},
		"a product looked at": {
			nativeEvent("product.viewed", sato+`,"data":{"sku":"A","name":"紙","price":480,"image_url":"https://shop.example/a.jpg"}`),
			func(e *Event) any { return e.View },
			&Item{SKU: "A", Name: "紙", UnitPrice: amount("480"), ImageURL: "https://shop.example/a.jpg"},
		},
		"a favourite": {
			nativeEvent("favorite.added", sato+`,"data":{"sku":"A","quantity":30}`),
			func(e *Event) any { return e.Favorite },
			&FavoriteChange{SKU: "A", Quantity: 30},
		},
		"a favourite taken off": {
			nativeEvent("favorite.removed", sato+`,"data":{"sku":"A"}`),
			func(e *Event) any { return e.Favorite },
			&FavoriteChange{SKU: "A", Removed: true},
		},
		"a product, with nulls that clear": {
			nativeEvent("product.updated", `"data":{"sku":"A","name":"紙","category":"","price":1e3,"prices":{"gold":"450.5","silver":null},
				"stock":null,"low_stock":-0,"moq":10,"active":false,"version":9007199254740993}`),
			func(e *Event) any { return e.Product },
			&ProductUpdate{SKU: "A", Name: present("紙"), Category: present(""), Price: present(amount("1e3")),
				Prices: present(map[string]Money{"gold": *amount("450.5")}), Stock: Field[*float64]{Present: true, Null: true},
				LowStock: stock(0), MOQ: stock(10), Active: present(false), Version: present[int64](9007199254740993)},
		},
		"a product that is gone": {
			nativeEvent("product.deleted", `"data":{"sku":"A"}`),
			func(e *Event) any { return e.Product },
			&ProductUpdate{SKU: "A", Deleted: true},
		},
		"a page": {
			nativeEvent("page.viewed", sato+`,"data":{"url":"https://shop.example/price","category":"price"}`),
			func(e *Event) any { return e.Page },
			&PageView{URL: "https://shop.example/price", Category: "price"},
		},
		"a type of the shop's own": {
			nativeEvent("seminar.attended", sato+`,"data":{"seminar":"s-1","seats":2,"tags":[1,{"n":1.5}]}`),
			func(e *Event) any { return e.Data },
			map[string]any{"seminar": "s-1", "seats": 2.0, "tags": []any{1.0, map[string]any{"n": 1.5}}},
		},
		"a type without data": {
			nativeEvent("buyer.deleted", sato),
			func(e *Event) any { return e.Data },
			map[string]any{},
		},
		"consent taken back altogether": {
			nativeEvent("buyer.updated", `"buyer":{"id":"b-1","email":null,"consent":null}`),
			func(e *Event) any { return e.Buyer },
			&BuyerUpdate{ID: "b-1", Email: Field[string]{Present: true, Null: true},
				Consent: ByChannel[ConsentUpdate]{{ChannelDM, ConsentUpdate{Null: true}}, {ChannelEmail, ConsentUpdate{Null: true}}, {ChannelLine, ConsentUpdate{Null: true}}}},
		},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			ev, wrong := ReadEvent([]byte(c.text), "shop")
			if wrong != nil {
				t.Fatalf("wrong: %v", wrong)
			}
			if got := c.got(ev); !reflect.DeepEqual(got, c.want) {
				t.Errorf("\n got %+v\nwant %+v", got, c.want)
			}
		})
	}
}

func TestReadEventsRejectsABadEventAlone(t *testing.T) {
	good, bad := nativeEvent("buyer.updated", sato), `{"id":"ev-2", "type":"buyer.updated","occurred_at":"2026-11-20T10:00:00Z"}`
	events, rejected, err := ReadEvents([]byte(" [ "+good+" , "+bad+",3\n,"+good+" ] \n"), "shop")
	if err != nil || len(events) != 2 {
		t.Fatalf("events %d, error %v", len(events), err)
	}
	want := []RejectedEvent{
		{Index: 1, ID: "ev-2", Raw: json.RawMessage(strings.ReplaceAll(bad, " ", "")),
			Errors: []FieldError{{"/buyer", "expected an object with id, but it is missing"}}},
		{Index: 2, Raw: json.RawMessage("3"), Errors: []FieldError{{"", "expected an event, which is an object, got 3 (a number)"}}},
	}
	if !reflect.DeepEqual(rejected, want) {
		t.Errorf("rejected:\n got %+v\nwant %+v", rejected, want)
	}
	if string(events[1].Raw) != good {
		t.Errorf("raw of the last: %s", events[1].Raw)
	}
}

func TestRawIsTheEventAsSent(t *testing.T) {
	text := ` {"id" : "ev-1", "type":"a.b","occurred_at": "2026-11-20T10:00:00Z","buyer":{"id":"b-1", "name":"a \" b \\", "x":[ 1 , 2 ]}}`
	ev, wrong := ReadEvent([]byte(text), "shop")
	if wrong != nil {
		t.Fatal(wrong)
	}
	var want bytes.Buffer
	if err := json.Compact(&want, []byte(text)); err != nil {
		t.Fatal(err)
	}
	if string(ev.Raw) != want.String() {
		t.Errorf("raw %s\nwant %s", ev.Raw, want.String())
	}
}

func TestReadEventsRefusesABodyAsAWhole(t *testing.T) {
	one := nativeEvent("buyer.updated", sato)
	many := func(n int) string { return "[" + strings.Repeat(one+",", n-1) + one + "]" }
	cases := map[string]struct {
		body string
		is   error
		want string
	}{
		"empty":              {"", ErrNotJSON, "not JSON: unexpected end of JSON input (byte 0)"},
		"truncated":          {one[:40], ErrNotJSON, "not JSON: unexpected end of JSON input (byte 40)"},
		"truncated list":     {"[" + one + ",", ErrNotJSON, "not JSON: unexpected end of JSON input (byte 101)"},
		"list with a hole":   {"[1,,2]", ErrNotJSON, "not JSON: invalid character ',' looking for beginning of value (byte 4)"},
		"not JSON":           {`{"id":ev}`, ErrNotJSON, "not JSON: invalid character 'e' looking for beginning of value (byte 7)"},
		"raw NUL":            {"{\"id\":\"a\x00\"}", ErrNotJSON, `not JSON: invalid character '\x00' in string literal (byte 9)`},
		"two values":         {"{}\n{}", ErrNotJSON, "not JSON: invalid character '{' after top-level value (byte 4)"},
		"after a list":       {"[1]]", ErrNotJSON, "not JSON: invalid character ']' after top-level value (byte 4)"},
		"a cellar of lists":  {strings.Repeat("[", 20000), ErrNotJSON, "not JSON: invalid character '[' exceeded max depth (byte 10001)"},
		"broken UTF-8":       {"{\"id\":\"\xff\"}", ErrNotUTF8, "not UTF-8: broken in byte 8"},
		"Shift_JIS":          {"{\"id\":\"\x8d\xb2\"}", ErrNotUTF8, "not UTF-8: broken in byte 8"},
		"1,001 events":       {many(1001), ErrTooMany, "more than 1000 events"},
		"too many of no use": {"[" + strings.Repeat("0,", 5000) + "x", ErrTooMany, "more than 1000 events"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			events, rejected, err := ReadEvents([]byte(c.body), "shop")
			if !errors.Is(err, c.is) || err.Error() != c.want {
				t.Errorf("error %v, want %s", err, c.want)
			}
			if events != nil || rejected != nil {
				t.Errorf("events %v, rejected %v, want none", events, rejected)
			}
		})
	}
	if events, _, err := ReadEvents([]byte(many(1000)), "shop"); err != nil || len(events) != 1000 {
		t.Errorf("1,000 events: read %d, error %v", len(events), err)
	}
}
