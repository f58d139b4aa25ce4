package scenarios

import (
	"fmt"
	"testing"
	"time"
)

var benchSettings = Settings{Zone: time.FixedZone("JST", 9*60*60), Window: BusinessHours(), CapPerDay: 2, Speed: 1,
	Horizon: 24 * time.Hour, DMCutOff: 17 * time.Hour}

// benchWorld is an account with one run of cart_abandonment for each of so many
// buyers, and the next change of the first one's cart.
func benchWorld(b *testing.B, buyers int) (*Engine, *Snapshot, *Event) {
	b.Helper()
	engine, world := NewEngine(benchSettings, builtinForTest(b), nil), NewSnapshot()
	var ev *Event
	for i := buyers - 1; i >= 0; i-- {
		ev = benchCart(b, i, tuesday)
		d := engine.OnEvent(world, ev, tuesday)
		world.Apply(&d)
	}
	return engine, world, benchCart(b, 0, tuesday.Add(time.Minute))
}

func benchCart(b *testing.B, buyer int, at time.Time) *Event {
	b.Helper()
	raw := fmt.Sprintf(`{"id":"e-%d-%d","type":"cart.updated","occurred_at":%q,
"buyer":{"id":"b-%d","account_id":"acme","email":"b-%d@acme.example","name":"佐藤 花子","consent":{"email":true},"attributes":{"plan":"gold"}},
"data":{"cart_id":"c-%d","currency":"JPY","total":48000,"url":"https://shop.example/cart","items":[
{"sku":"A4-500","name":"コピー用紙 A4","quantity":100,"unit_price":480,"url":"https://shop.example/p/A4-500"},
{"sku":"PEN-1","name":"ボールペン","quantity":10,"unit_price":90},{"sku":"GLUE","name":"のり","quantity":1,"unit_price":120}]}}`,
		buyer, at.Unix(), at.Format(time.RFC3339), buyer, buyer, buyer)
	ev, problems := ReadEvent([]byte(raw), "shop")
	if len(problems) > 0 {
		b.Fatal(problems)
	}
	return ev
}

// BenchmarkCartUpdated decides a change of a cart that has a run, in accounts
// with so many open runs.
func BenchmarkCartUpdated(b *testing.B) {
	for _, buyers := range []int{1, 1000} {
		b.Run(fmt.Sprintf("%d_open_runs", buyers), func(b *testing.B) {
			engine, world, ev := benchWorld(b, buyers)
			b.ReportAllocs()
			for b.Loop() {
				engine.OnEvent(world, ev, tuesday.Add(time.Minute))
			}
		})
	}
}

// BenchmarkOrderPlaced decides an order that ends nothing in an account with a
// thousand open runs.
func BenchmarkOrderPlaced(b *testing.B) {
	engine, world, _ := benchWorld(b, 1000)
	ev, problems := ReadEvent([]byte(`{"id":"o1","type":"order.placed","occurred_at":"2026-11-17T10:01:00+09:00","account_id":"acme",
"data":{"order_id":"o1","items":[{"sku":"OTHER","quantity":1}]}}`), "shop")
	if len(problems) > 0 {
		b.Fatal(problems)
	}
	b.ReportAllocs()
	for b.Loop() {
		engine.OnEvent(world, ev, tuesday.Add(time.Minute))
	}
}

// BenchmarkDue decides a step up to its claim.
func BenchmarkDue(b *testing.B) {
	engine, world, _ := benchWorld(b, 1)
	r := everyRun(world)[0]
	b.ReportAllocs()
	for b.Loop() {
		engine.OnDue(world, RunRef{r.ID, r.Generation}, r.DueAt)
	}
}

// BenchmarkSimulator replays carts of one account, a day's run each.
func BenchmarkSimulator(b *testing.B) {
	const events = 20_000
	history := make([]*Event, events)
	for i := range history {
		history[i] = benchCart(b, i%500, tuesday.Add(time.Duration(i)*time.Minute))
		history[i].ID = fmt.Sprint(i)
	}
	engine, _, _ := benchWorld(b, 1)
	for b.Loop() {
		sim := NewSimulator(engine, func(Delivery) (string, error) { return "", nil }, func(Line) {})
		for _, ev := range history {
			sim.Event(ev)
		}
		sim.Finish(time.Time{})
	}
	b.ReportMetric(float64(events)*float64(b.N)/b.Elapsed().Seconds(), "events/s")
}
