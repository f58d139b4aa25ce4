package bench

import (
	"fmt"
	"math/rand/v2"
	"strconv"
	"strings"
	"time"
)

const (
	sourceName  = "shop"
	perAccount  = 3    // buyers of one company
	products    = 5000 // in the catalogue
	mostInACart = 4
)

// crowd is the made-up shop's buyers. Buyer n is known by n alone: id, company and address follow from it.
type crowd struct {
	known int    // those who post: 0 to known-1
	seed  uint64 // of what they put into their carts
	run   string // begins the ids of this run's events, so that a database can be used again
}

func newCrowd(known int, seed uint64) *crowd {
	return &crowd{known: known, seed: seed, run: strconv.FormatInt(time.Now().UnixMilli(), 36)}
}

// random is a stream of its own for each poster.
func (c *crowd) random(stream uint64) *rand.Rand { return rand.New(rand.NewPCG(c.seed, stream)) }

var familyNames = []string{"佐藤", "鈴木", "高橋", "田中", "伊藤", "渡辺", "山本", "中村", "小林", "加藤"}

// appendBuyer writes who buyer n is.
func appendBuyer(b []byte, n int) []byte {
	return fmt.Appendf(b, `{"id":"b-%d","account_id":"a-%d","account_name":"第%d商事株式会社","name":"%s 花子","department":"購買部",`+
		`"email":"%s","consent":{"email":true}}`, n, n/perAccount, n/perAccount, familyNames[n%len(familyNames)], addressOf(n))
}

func addressOf(n int) string { return fmt.Sprintf("b%d@a%d.example", n, n/perAccount) }

// buyerAt is whose address this is; false for somebody else's.
func buyerAt(address string) (int, bool) {
	name, _, _ := strings.Cut(address, "@")
	n, err := strconv.Atoi(strings.TrimPrefix(name, "b"))
	return n, err == nil
}

// appendCart writes a cart.updated of buyer n, as a shop posts it: the whole cart. Each event has its own id.
func (c *crowd) appendCart(b []byte, id string, n int, at time.Time, r *rand.Rand) []byte {
	b = fmt.Appendf(b, `{"id":"%s-%s","type":"cart.updated","occurred_at":"%s","buyer":`, c.run, id, at.UTC().Format(time.RFC3339Nano))
	b = appendBuyer(b, n)
	b = fmt.Appendf(b, `,"data":{"cart_id":"c-%d","currency":"JPY","url":"https://shop.example/cart","items":[`, n)
	total := 0
	for i := range 1 + r.IntN(mostInACart) {
		if i > 0 {
			b = append(b, ',')
		}
		sku, quantity := r.IntN(products), 1+r.IntN(100)
		price := 100 + sku%900
		total += price * quantity
		b = fmt.Appendf(b, `{"sku":"A4-%d","name":"コピー用紙 %d","quantity":%d,"unit_price":%d,"url":"https://shop.example/p/A4-%d",`+
			`"image_url":"https://shop.example/i/A4-%d.jpg"}`, sku, sku, quantity, price, sku, sku)
	}
	return fmt.Appendf(b, `],"total":%d}}`, total)
}
