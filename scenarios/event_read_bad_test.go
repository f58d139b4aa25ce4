package scenarios

import (
	"bytes"
	"encoding/json"
	"fmt"
	"reflect"
	"strings"
	"testing"
)

// wrongIn reads an event that must be refused and writes what was found as "pointer: message" lines.
func wrongIn(t *testing.T, text string) string {
	t.Helper()
	ev, wrong := ReadEvent([]byte(text), "shop")
	if ev != nil || len(wrong) == 0 {
		t.Fatalf("read as valid: %s", text)
	}
	var lines []string
	for _, one := range wrong {
		lines = append(lines, one.Pointer+": "+one.Message)
	}
	return strings.Join(lines, "\n")
}

func TestReadEventReportsEveryMistakeAtOnce(t *testing.T) {
	text := `{"id":7,"type":"Cart","occurred_at":"2026-11-20 10:00",
	 "buyer":{"id":"","email":"sato at acme","rank":true,"consent":{"email":"yes","dm":{"basis":"hearsay","at":"now"}},"postal":"Tokyo","attributes":[1]},
	 "data":[]}`
	want := `/id: expected a string of 1 to 128 characters, got 7 (a number)
/type: expected a type of the form noun.verb such as cart.updated (lower case, digits and _, at most 64 characters), got "Cart" (a string)
/occurred_at: expected a time with its zone (RFC 3339) such as 2026-11-20T10:00:00+09:00, got "2026-11-20 10:00" (a string)
/buyer/id: expected a string of 1 to 128 characters, got ""
/buyer/email: expected an e-mail address such as sato@acme.example, got "sato at acme" (a string)
/buyer/rank: expected a string or a number of at most 64 characters, got true
/buyer/postal: expected an object, got "Tokyo" (a string)
/buyer/attributes: expected an object, got a list
/buyer/consent/email: expected true, false, null or an object with granted, got "yes" (a string)
/buyer/consent/dm/granted: expected true or false, but it is missing
/buyer/consent/dm/basis: expected one of opt_in, business_relationship, got "hearsay" (a string)
/buyer/consent/dm/at: expected a time with its zone (RFC 3339) such as 2026-11-20T10:00:00+09:00, got "now" (a string)
/data: expected an object, got a list`
	if got := wrongIn(t, text); got != want {
		t.Errorf("got:\n%s\nwant:\n%s", got, want)
	}
}

// TestReadEventsRefuseNamesThatStandTwice: which of the two is meant, nobody knows.
func TestReadEventsRefuseNamesThatStandTwice(t *testing.T) {
	good := nativeEvent("buyer.updated", `"buyer":{"id":"b-1"}`)
	twice := strings.Replace(good, `{`, `{"\u0069d":"other",`, 1)
	deep := nativeEvent("buyer.updated", `"buyer":{"id":"b-1","attributes":{"plans":[{"a":1},{"a":1,"b":2,"a":1}]}}`)
	events, rejected, err := ReadEvents([]byte("["+strings.Join([]string{good, twice, deep, good}, " ,\n")+"]"), "shop")
	if err != nil || len(events) != 2 {
		t.Fatalf("%d events, %v", len(events), err)
	}
	var got string
	for _, r := range rejected {
		got += fmt.Sprintf("%d %q; ", r.Index, r.Errors)
	}
	const want = `1 [{"" "expected each name once in an object"}]; 2 [{"/buyer/attributes/plans/1" "expected each name once in an object"}]; `
	if got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	if got := wrongIn(t, deep); got != "/buyer/attributes/plans/1: expected each name once in an object" {
		t.Error(got)
	}
}

func TestReadEventRefusesBadValues(t *testing.T) {
	at := func(when string) string {
		return `{"id":"ev-1","type":"buyer.updated","occurred_at":"` + when + `",` + sato + `}`
	}
	buyer := func(fields string) string { return nativeEvent("buyer.updated", `"buyer":{"id":"b-1",`+fields+`}`) }
	item := func(fields string) string {
		return nativeEvent("cart.updated", sato+`,"data":{"cart_id":"c-1","items":[{"sku":"A",`+fields+`}]}`)
	}
	cart := func(fields string) string { return nativeEvent("cart.updated", sato+`,"data":{`+fields+`}`) }
	order := func(fields string) string { return nativeEvent("order.placed", sato+`,"data":{`+fields+`}`) }
	product := func(fields string) string { return nativeEvent("product.updated", `"data":{"sku":"A",`+fields+`}`) }
	free := func(data string) string { return nativeEvent("member.registered", sato+`,"data":`+data) }
	id := func(id string) string {
		return `{"id":` + id + `,"type":"buyer.updated","occurred_at":"2026-11-20T10:00:00Z",` + sato + `}`
	}
	const badMoney = "expected an amount of 0 or more with at most 15 digits and 6 decimals, as a number or as a string such as \"480.50\", got "
	cases := []struct{ name, text, want string }{
		{"nothing in it", `{}`, `/id: expected a string of 1 to 128 characters, but it is missing
/type: expected a type of the form noun.verb such as cart.updated (lower case, digits and _, at most 64 characters), but it is missing
/occurred_at: expected a time with its zone (RFC 3339) such as 2026-11-20T10:00:00+09:00, but it is missing`},
		{"null", `null`, ": expected an event, which is an object, got null"},
		{"a list inside a list", `[[]]`, ": expected an event, which is an object, got a list"},

		{"date in 1900", at("1900-01-01T00:00:00Z"), `/occurred_at: expected a time from 2000 to 2099, got "1900-01-01T00:00:00Z"`},
		{"date in 9999", at("9999-12-31T23:59:59+09:00"), `/occurred_at: expected a time from 2000 to 2099, got "9999-12-31T23:59:59+09:00"`},
		{"no zone", at("2026-11-20T10:00:00"), `/occurred_at: expected a time with its zone (RFC 3339) such as 2026-11-20T10:00:00+09:00, got "2026-11-20T10:00:00" (a string)`},
		{"30 February", at("2026-02-30T10:00:00Z"), `/occurred_at: expected a time with its zone (RFC 3339) such as 2026-11-20T10:00:00+09:00, got "2026-02-30T10:00:00Z" (a string)`},

		{"id too long", id(`"` + strings.Repeat("あ", 129) + `"`), `/id: expected a string of 1 to 128 characters, got 129`},
		{"NUL in an id", id(`"a\u0000b"`), `/id: expected a string of 1 to 128 characters without control characters, got "a\x00b"`},
		{"line break in an id", id(`"a\r\nb"`), `/id: expected a string of 1 to 128 characters without control characters, got "a\r\nb"`},
		{"space after an id", id(`"a "`), `/id: expected a string of 1 to 128 characters without a space at either end, got "a "`},

		{"NUL in a name", buyer(`"name":"佐藤\u0000"`), `/buyer/name: expected a string without control characters, got "佐藤\x00"`},
		{"long name", buyer(`"name":"` + strings.Repeat("名", 256) + `"`), `/buyer/name: expected a string of at most 255 characters, got 256`},
		{"line break in an address", buyer(`"email":"a@b.example\r\nBcc: c@d.example"`), `/buyer/email: expected an e-mail address such as sato@acme.example, got "a@b.example\r\nBcc: c@d.example" (a string)`},
		{"two addresses", buyer(`"email":"a@b.example,c@d.example"`), `/buyer/email: expected an e-mail address such as sato@acme.example, got "a@b.example,c@d.example" (a string)`},
		{"large attributes", buyer(`"attributes":{"x":"` + strings.Repeat("x", 16384) + `"}`), `/buyer/attributes: expected at most 16384 bytes, got 16393`},
		{"NUL in attributes", buyer(`"attributes":{"x":[1,{"y/~":"\u0000"}]}`), `/buyer/attributes/x/1/y~1~0: expected a string without NUL, got "\x00"`},
		{"no buyer", nativeEvent("page.viewed", `"data":{"url":"https://shop.example/"}`), `/buyer: expected an object with id, but it is missing`},
		{"buyer as a string", nativeEvent("buyer.updated", `"buyer":"b-1"`), `/buyer: expected an object, got "b-1" (a string)`},
		{"order of nobody", nativeEvent("order.placed", `"data":{"order_id":"o-1","items":[{"sku":"A"}]}`), `/buyer: expected an object with id (or account_id beside it), but it is missing`},
		{"order of two accounts", nativeEvent("order.placed", `"account_id":"a","buyer":{"id":"b-1","account_id":"b"},"data":{"order_id":"o-1","items":[{"sku":"A"}]}`),
			`/account_id: expected the account of the buyer, "b", got "a"`},

		{"cart without data", nativeEvent("cart.updated", sato), `/data: expected an object with cart_id and items, but it is missing`},
		{"cart with null data", nativeEvent("cart.updated", sato+`,"data":null`), `/data: expected an object with cart_id and items, got null`},
		{"items missing", cart(`"cart_id":"c-1"`), `/data/items: expected a list of items, but it is missing`},
		{"items null", cart(`"cart_id":"c-1","items":null`), `/data/items: expected a list of items, got null`},
		{"items as an object", cart(`"cart_id":"c-1","items":{"sku":"A"}`), `/data/items: expected a list of items, got an object`},
		{"items of strings", cart(`"cart_id":"c-1","items":["A"]`), `/data/items/0: expected an item, which is an object, got "A" (a string)`},
		{"501 items", cart(`"cart_id":"c-1","items":[` + strings.Repeat(`{"sku":"A"},`, 500) + `{"sku":"A"}]`), `/data/items: expected at most 500 items, got 501`},
		{"unknown state", cart(`"cart_id":"c-1","items":[],"state":"closed"`), `/data/state: expected one of open, awaiting_approval, quote_requested, got "closed" (a string)`},
		{"currency", cart(`"cart_id":"c-1","items":[],"currency":"yen"`), `/data/currency: expected a currency of three capital letters such as JPY, got "yen" (a string)`},
		{"order without lines", order(`"order_id":"o-1","items":[]`), `/data/items: expected at least one item, got an empty list`},
		{"order with null items", order(`"order_id":"o-1","items":null`), `/data/items: expected a list of items, got null`},
		{"unknown medium", order(`"order_id":"o-1","items":[{"sku":"A"}],"medium":"pigeon"`), `/data/medium: expected one of web, phone, fax, edi, got "pigeon" (a string)`},

		{"number as a string", item(`"quantity":"3"`), `/data/items/0/quantity: expected a number above 0, got "3" (a string)`},
		{"negative quantity", item(`"quantity":-3`), `/data/items/0/quantity: expected a number above 0, got -3 (a number)`},
		{"quantity of 0", item(`"quantity":0`), `/data/items/0/quantity: expected a number above 0, got 0 (a number)`},
		{"huge quantity", item(`"quantity":1e10`), `/data/items/0/quantity: expected a number above 0 and at most 1000000000, got 1e10 (a number)`},
		{"quantity too small", item(`"quantity":1e-7`), `/data/items/0/quantity: expected a number above 0 and at least 0.000001, got 1e-7 (a number)`},
		{"endless quantity", item(`"quantity":1e999`), `/data/items/0/quantity: expected a number above 0, got 1e999 (a number)`},
		{"number as SKU", nativeEvent("product.viewed", sato+`,"data":{"sku":12}`), `/data/sku: expected a string of 1 to 128 characters, got 12 (a number)`},
		{"script as URL", item(`"url":"javascript:alert(1)"`), `/data/items/0/url: expected a URL that begins with https:// or http://, got "javascript:alert(1)" (a string)`},
		{"relative picture", item(`"image_url":"/i/a.jpg"`), `/data/items/0/image_url: expected a URL that begins with https:// or http://, got "/i/a.jpg" (a string)`},
		{"line break in a URL", item(`"url":"https://shop.example/\r\nx"`), `/data/items/0/url: expected a URL that begins with https:// or http://, got "https://shop.example/\r\nx" (a string)`},

		{"URL without a host", item(`"url":"https:///cart"`), `/data/items/0/url: expected a URL that begins with https:// or http://, got "https:///cart" (a string)`},
		{"space in a URL", item(`"url":"https://shop.example/a b"`), `/data/items/0/url: expected a URL that begins with https:// or http://, got "https://shop.example/a b" (a string)`},

		{"negative amount", item(`"unit_price":-480`), "/data/items/0/unit_price: " + badMoney + "-480 (a number)"},
		{"negative amount in words", item(`"unit_price":"-480"`), "/data/items/0/unit_price: " + badMoney + `"-480" (a string)`},
		{"amount with a comma", item(`"unit_price":"1,480"`), "/data/items/0/unit_price: " + badMoney + `"1,480" (a string)`},
		{"16 digits", item(`"unit_price":1000000000000000`), "/data/items/0/unit_price: " + badMoney + `1000000000000000 (a number)`},
		{"7 decimals in words", item(`"unit_price":"0.0000001"`), "/data/items/0/unit_price: " + badMoney + `"0.0000001" (a string)`},
		{"exponent that fills the memory", item(`"unit_price":1e999999999`), "/data/items/0/unit_price: " + badMoney + `1e999999999 (a number)`},
		{"exponent that wears out the processor", item(`"unit_price":1e-999999999`), "/data/items/0/unit_price: " + badMoney + `1e-999999999 (a number)`},
		{"amount too small to be kept", item(`"unit_price":0.0000001`), "/data/items/0/unit_price: " + badMoney + `0.0000001 (a number)`},
		{"amount as a list", item(`"unit_price":[480]`), "/data/items/0/unit_price: " + badMoney + `a list`},

		{"price group", product(`"prices":{"gold":"x","":1,"a/b":-1}`), `/data/prices/: name of the price group: expected a string of 1 to 128 characters, got ""
/data/prices/a~1b: ` + badMoney + `-1 (a number)
/data/prices/gold: ` + badMoney + `"x" (a string)`},
		{"stock as a string", product(`"stock":"5"`), `/data/stock: expected a number, got "5" (a string)`},
		{"negative mark", product(`"low_stock":-1`), `/data/low_stock: expected a number of 0 or more, got -1 (a number)`},
		{"active null", product(`"active":null`), `/data/active: expected true or false, got null`},
		{"fraction as version", product(`"version":1.5`), `/data/version: expected a whole number, got 1.5 (a number)`},
		{"version of 20 digits", product(`"version":10000000000000000000`), `/data/version: expected a whole number, got 10000000000000000000 (a number)`},

		{"NUL in free data", free(`{"a":["x","\u0000"],"b\u0000":1}`), `/data/a/1: expected a string without NUL, got "\x00"
/data/b` + "\x00" + `: expected a key without NUL`},
		{"NUL in a key", free(`{"b\u0000":1}`), "/data/b\x00: expected a key without NUL"},
		{"number out of range", free(`{"n":{"big":-1e400}}`), `/data/n/big: expected a number that fits into 64 bits (IEEE 754), got -1e400`},
		{"deep data", free(strings.Repeat(`{"a":`, 33) + "1" + strings.Repeat("}", 33)), "/data" + strings.Repeat("/a", 32) + ": expected objects and lists at most 32 deep in each other"},
		{"data as a list", free(`[1]`), `/data: expected an object, got a list`},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			if c.name == "a list inside a list" {
				_, rejected, err := ReadEvents([]byte(c.text), "shop")
				if err != nil || len(rejected) != 1 || ": "+rejected[0].Errors[0].Message != c.want {
					t.Fatalf("rejected %v, error %v", rejected, err)
				}
				return
			}
			if got := wrongIn(t, c.text); got != c.want {
				t.Errorf("got:\n%s\nwant:\n%s", got, c.want)
			}
		})
	}
}

func TestReadEventKeepsTheListOfMistakesShort(t *testing.T) {
	items := strings.Repeat(`{"quantity":0},`, 99) + `{"quantity":0}`
	_, wrong := ReadEvent([]byte(nativeEvent("cart.updated", sato+`,"data":{"cart_id":"c-1","items":[`+items+`]}`)), "shop")
	if len(wrong) != 101 || wrong[100] != (FieldError{"", "100 more mistakes"}) {
		t.Errorf("%d mistakes, the last %v", len(wrong), wrong[len(wrong)-1])
	}
}

func TestReadEventTakesWhatIsUnusualButRight(t *testing.T) {
	for name, text := range map[string]string{
		"script in a name":           nativeEvent("product.updated", `"data":{"sku":"A","name":"<script>alert(1)</script>"}`),
		"line breaks in a name":      nativeEvent("product.updated", `"data":{"sku":"A","name":"紙\r\nA4"}`),
		"an old mobile address":      nativeEvent("buyer.updated", `"buyer":{"id":"b-1","email":"ta..ro.@docomo.example"}`),
		"no address":                 nativeEvent("buyer.updated", `"buyer":{"id":"b-1","email":"","account_id":""}`),
		"half a surrogate pair":      nativeEvent("buyer.updated", `"buyer":{"id":"b-1","name":"\ud800"}`),
		"what a float64 leaves over": nativeEvent("cart.updated", sato+`,"data":{"cart_id":"c-1","items":[],"total":105.60000000000001}`),
		"sold more than there is":    nativeEvent("product.updated", `"data":{"sku":"A","stock":-3}`),
		"Japanese in a URL":          nativeEvent("page.viewed", sato+`,"data":{"url":"https://shop.example/商品/一覧?q=紙"}`),
		"128 characters of an id":    nativeEvent("buyer.updated", `"buyer":{"id":"`+strings.Repeat("あ", 128)+`"}`),
		"a buyer beside a product":   nativeEvent("product.deleted", `"buyer":7,"data":{"sku":"A"}`),
	} {
		t.Run(name, func(t *testing.T) {
			ev, wrong := ReadEvent([]byte(text), "shop")
			if wrong != nil {
				t.Fatalf("refused: %v", wrong)
			}
			if ev.Cart != nil && ev.Cart.Total.String() != "105.6" {
				t.Errorf("total %s, want 105.6", ev.Cart.Total)
			}
		})
	}
}

func FuzzReadEvents(f *testing.F) {
	for _, seed := range []string{
		fullCart, `{"id":"\\\" \\", "type" : "a.b"}`, "[" + fullCart + ",{},3]",
		nativeEvent("order.placed", `"account_id":"acme","data":{"order_id":"o-1","items":[{"sku":"A","unit_price":1e3}]}`),
		nativeEvent("product.updated", `"data":{"sku":"A","prices":{"gold":"450.5"},"stock":null,"version":3}`),
		nativeEvent("seminar.attended", sato+`,"data":{"n":-1e400,"s":"\u0000","t":[[[]]]}`),
		"[1,,2]", "\xff", "",
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		events, rejected, err := ReadEvents(body, "shop")
		if err != nil && (events != nil || rejected != nil) {
			t.Fatalf("read something in spite of %v", err)
		}
		for _, ev := range events {
			var compact bytes.Buffer
			if err := json.Compact(&compact, ev.Raw); err != nil || compact.String() != string(ev.Raw) {
				t.Fatalf("raw %s is not compact: %v", ev.Raw, err)
			}
			again, wrong := ReadEvent(ev.Raw, "shop")
			if wrong != nil {
				t.Fatalf("%s: refused when read again: %v", ev.Raw, wrong)
			}
			if !reflect.DeepEqual(again, ev) {
				t.Fatalf("%s: read again as\n%+v\nafter\n%+v", ev.Raw, again, ev)
			}
		}
		for _, one := range rejected {
			if len(one.Errors) == 0 || !json.Valid(one.Raw) {
				t.Fatalf("rejected without an error, or not JSON: %+v", one)
			}
		}
	})
}

func BenchmarkReadEvents(b *testing.B) {
	for _, n := range []int{1, 100} {
		body := []byte("[" + strings.Repeat(fullCart+",", n-1) + fullCart + "]")
		b.Run(fmt.Sprintf("%d_a_body", n), func(b *testing.B) {
			b.SetBytes(int64(len(body)))
			b.ReportAllocs()
			for b.Loop() {
				if events, _, err := ReadEvents(body, "shop"); err != nil || len(events) != n {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(n)*float64(b.N)/b.Elapsed().Seconds(), "events/s")
		})
	}
}
