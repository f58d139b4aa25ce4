//go:build unix

package scenarios

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"runtime/debug"
	"syscall"
	"testing"
	"time"
)

// benchKinds are the things to decide, with their share of a shop's day in per cent: mostly people looking around.
var benchKinds = []struct {
	name  string
	share int
}{
	{"page_viewed", 30}, {"product_viewed", 30}, {"cart_changed", 20}, {"cart_new", 5},
	{"favorite_added", 5}, {"order_by_colleague", 5}, {"due", 5},
}

const (
	benchAccounts = 400 // of four buyers each, every one with an open cart
	benchBuyers   = 4 * benchAccounts
	benchProducts = 500
)

// benchShop is a shop on a working day: a world that the four scenarios that ship have been at work in, and things to
// decide of each kind. Nothing is applied while it is measured, so that every round decides the same.
type benchShop struct {
	*rand.Rand
	b      testing.TB
	engine *Engine
	world  *Snapshot
	now    time.Time
	raw    map[string][][]byte // events by kind, as posted
	work   map[string][]Work
}

func newBenchShop(b testing.TB, definitions []*Definition) *benchShop {
	s := &benchShop{Rand: rand.New(rand.NewPCG(1, 2)), b: b, world: NewSnapshot(), now: tuesday,
		engine: NewEngine(benchSettings, definitions, nil), raw: map[string][][]byte{}, work: map[string][]Work{}}
	for i := range benchProducts {
		s.happen(s.event("product.updated", -1, fmt.Sprintf(
			`"sku":"SKU-%d","name":"商品 %d","price":%d,"stock":50,"low_stock":5,"url":"https://shop.example/p/%d"`, i, i, 100+i, i)))
	}
	for i := range benchBuyers {
		s.happen(s.cart(i, "c-1", s.IntN(benchProducts)))
		s.happen(s.event("favorite.added", i, fmt.Sprintf(`"sku":"SKU-%d"`, s.IntN(benchProducts))))
		s.happen(s.event("product.viewed", i, fmt.Sprintf(`"sku":"SKU-%d"`, s.IntN(benchProducts))))
	}
	s.now = s.now.Add(10 * time.Minute)
	for range 2048 {
		buyer, sku := s.IntN(benchBuyers), s.IntN(benchProducts)
		s.add("page_viewed", s.event("page.viewed", buyer, `"url":"https://shop.example/guide","category":"guide"`))
		s.add("product_viewed", s.event("product.viewed", buyer, fmt.Sprintf(
			`"sku":"SKU-%d","name":"商品 %d","price":%d,"url":"https://shop.example/p/%d"`, sku, sku, 100+sku, sku)))
		s.add("cart_changed", s.cart(buyer, "c-1", sku))
		s.add("cart_new", s.cart(buyer, "c-2", sku))
		s.add("favorite_added", s.event("favorite.added", buyer, fmt.Sprintf(`"sku":"SKU-%d"`, sku)))
		s.add("order_by_colleague", s.event("order.placed", buyer, fmt.Sprintf(
			`"order_id":"o-%d","total":48000,"currency":"JPY","items":[{"sku":"SKU-%d","quantity":3,"unit_price":480}]`, buyer, sku)))
	}
	for _, r := range everyRun(s.world) {
		s.work["due"] = append(s.work["due"], Work{Due: &RunRef{r.ID, r.Generation}})
	}
	return s
}

// event is one as a shop posts it; a buyer below 0 is none.
func (s *benchShop) event(name string, buyer int, data string) []byte {
	who := ""
	if buyer >= 0 {
		who = fmt.Sprintf(`"buyer":{"id":"b-%d","account_id":"a-%d","email":"b-%d@acme.example","name":"佐藤 花子","consent":{"email":true}},`,
			buyer, buyer/4, buyer)
	}
	return fmt.Appendf(nil, `{"id":"e-%d","type":%q,"occurred_at":%q,%s"data":{%s}}`, s.Uint64(), name, s.now.Format(time.RFC3339), who, data)
}

func (s *benchShop) cart(buyer int, id string, sku int) []byte {
	return s.event("cart.updated", buyer, fmt.Sprintf(`"cart_id":%q,"currency":"JPY","total":48000,"url":"https://shop.example/cart","items":[
{"sku":"SKU-%d","name":"コピー用紙 A4","quantity":100,"unit_price":480,"url":"https://shop.example/p/A4-500"},
{"sku":"PEN-1","name":"ボールペン","quantity":10,"unit_price":90},{"sku":"GLUE","name":"のり","quantity":1,"unit_price":120}]`, id, sku))
}

func (s *benchShop) read(raw []byte) *Event {
	ev, wrong := ReadEvent(raw, "shop")
	if len(wrong) > 0 {
		s.b.Fatalf("%v\n%s", wrong, raw)
	}
	return ev
}

func (s *benchShop) happen(raw []byte) {
	d := s.engine.OnEvent(s.world, s.read(raw), s.now)
	s.world.Apply(&d)
}

func (s *benchShop) add(kind string, raw []byte) {
	s.raw[kind] = append(s.raw[kind], raw)
	s.work[kind] = append(s.work[kind], Work{Event: s.read(raw)})
}

// mix deals out what there is of each kind by its share.
func mix[T any](of map[string][]T) []T {
	var mixed []T
	for i := range 4096 {
		at, n := i*37%100, 0 // 37 and 100 have no common factor: every share comes up, well mixed
		for _, kind := range benchKinds {
			if n += kind.share; at < n {
				if list := of[kind.name]; len(list) > 0 {
					mixed = append(mixed, list[i%len(list)])
				}
				break
			}
		}
	}
	return mixed
}

func (s *benchShop) decide(b *testing.B, works []Work) {
	if len(works) == 0 {
		b.Skip("nothing of the kind without definitions")
	}
	i, due, done := 0, s.now.Add(26*time.Hour), onOneCore(b)
	for b.Loop() {
		w := works[i%len(works)]
		if i++; w.Due != nil {
			s.engine.OnDue(s.world, *w.Due, due)
		} else {
			s.engine.OnEvent(s.world, w.Event, s.now)
		}
	}
	done(b.N)
}

// onOneCore reports events a second of processor time, which neighbours on the machine do not make less: what the
// garbage collector takes on another core counts too. It runs as often as in the program (cmd/kagobell/collect.go).
func onOneCore(b *testing.B) (done func(events int)) {
	b.Helper()
	before := debug.SetGCPercent(200)
	b.Cleanup(func() { debug.SetGCPercent(before) })
	used := func() time.Duration {
		var u syscall.Rusage
		if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
			b.Fatal(err)
		}
		return time.Duration(u.Utime.Nano() + u.Stime.Nano())
	}
	b.ReportAllocs()
	began := used()
	return func(events int) { b.ReportMetric(float64(events)/(used()-began).Seconds(), "events/s") }
}

// BenchmarkDecide decides events with the four scenarios that ship, by kind and as they come.
func BenchmarkDecide(b *testing.B) {
	s := newBenchShop(b, builtinForTest(b))
	for _, kind := range benchKinds {
		b.Run(kind.name, func(b *testing.B) { s.decide(b, s.work[kind.name]) })
	}
	b.Run("mix", func(b *testing.B) { s.decide(b, mix(s.work)) })
}

// BenchmarkCeiling is what the machine gives in the same run: the mix with nothing to decide, and encoding/json alone
// on the same events.
func BenchmarkCeiling(b *testing.B) {
	s := newBenchShop(b, nil)
	b.Run("no_scenarios", func(b *testing.B) { s.decide(b, mix(s.work)) })
	raw := mix(s.raw)
	b.Run("json", func(b *testing.B) {
		done := onOneCore(b)
		for i := 0; b.Loop(); i++ {
			var value any
			if err := json.Unmarshal(raw[i%len(raw)], &value); err != nil {
				b.Fatal(err)
			}
		}
		done(b.N)
	})
	b.Run("read_event", func(b *testing.B) {
		done := onOneCore(b)
		for i := 0; b.Loop(); i++ {
			if _, wrong := ReadEvent(raw[i%len(raw)], "shop"); len(wrong) > 0 {
				b.Fatal(wrong)
			}
		}
		done(b.N)
	})
}
