package chaos

import (
	"fmt"
	"strings"
	"sync"
)

// sameEvent posts one event 50 times in parallel, an order before its cart, and an exit before its start.
func sameEvent(r *rig) {
	s := r.start()
	look := r.sameEvent()
	r.settle(patience)
	r.check()
	look()
	r.stop(s)
}

// sameEvent posts; what it returns looks at what came of it when all has settled.
func (r *rig) sameEvent() (look func()) {
	c := r.oneCartOf(func(c *cart) {
		var posts sync.WaitGroup
		var mu sync.Mutex
		accepted, duplicates := 0, 0
		event := c.event()
		for range 50 {
			posts.Go(func() {
				a, d := counts(r.shop.post(event, c.id))
				mu.Lock()
				defer mu.Unlock()
				accepted, duplicates = accepted+a, duplicates+d
			})
		}
		posts.Wait()
		r.tally.want(accepted == 1 && duplicates == 49, "50 times the same: %d accepted, %d duplicates", accepted, duplicates)
	})
	ordered := r.oneCartOf(func(c *cart) { // the order is later than the cart, and comes first
		event := c.event()
		c.stillborn = true
		r.shop.post(c.order(), "order-"+c.id)
		r.shop.post(event, c.id)
	})
	emptied := r.oneCartOf(func(c *cart) { // and so is the empty cart
		event := c.event()
		c.stillborn = true
		r.shop.post(strings.Replace(strings.Replace(c.event(), `"id":"`+c.id, `"id":"empty-`+c.id, 1), `"items":[{"sku":"sku-`+c.id+
			`","name":"コピー用紙 A4","quantity":10,"unit_price":480,"url":"https://shop.example/p/1"}]`, `"items":[]`, 1), "empty-"+c.id)
		r.shop.post(event, c.id)
	})
	return func() { r.lookAtSame(c, ordered, emptied) }
}

func (r *rig) lookAtSame(c, ordered, emptied *cart) {
	runs := r.number("SELECT COUNT(*) FROM runs WHERE subject = ?", c.id)
	r.tally.want(runs == 1, "50 times the same event: %d runs", runs)
	for _, late := range []*cart{ordered, emptied} {
		n := r.number("SELECT COUNT(*) FROM messages WHERE buyer_id = ?", late.buyer)
		r.tally.want(n == 0, "%s: what ends it came first, and %d messages were claimed; its run is %s", late.id, n,
			r.text("SELECT CONCAT(status, ' ', end_reason) FROM runs WHERE subject = ?", late.id))
	}
}

// oneCartOf plans a cart and lets post do with it what it likes.
func (r *rig) oneCartOf(post func(*cart)) *cart {
	c := r.shop.plan(1, 0)[0]
	c.orderAt, c.leaveAt = 0, 0
	post(c)
	return c
}

// hostileBodies are posts, signed all right, that nobody means well with, and what they must be answered with.
func hostileBodies() []struct {
	name, body string
	want       []int
} {
	buyer := `"buyer":{"id":"b","account_id":"a","email":"b@acme.example","consent":{"email":true}}`
	event := func(data string) string {
		return fmt.Sprintf(`{"id":"hostile-%d","type":"page.left","occurred_at":"%s",%s,"data":%s}`, len(data), stamp(), buyer, data)
	}
	return []struct {
		name, body string
		want       []int
	}{
		{"10 MB", event(`{"x":"` + strings.Repeat("x", 10<<20) + `"}`), []int{413}},
		{"10 MB of an array", "[" + strings.Repeat(event(`{}`)+",", 50_000) + "{}]", []int{413}},
		{"1,001 events", "[" + strings.Repeat(event(`{}`)+",", 1000) + event(`{}`) + "]", []int{413}},
		{"depth 10,000", event(strings.Repeat(`{"x":`, 10_000) + "1" + strings.Repeat("}", 10_000)), []int{400, 422}},
		{"arrays to the depth of 100,000", strings.Repeat("[", 100_000), []int{400}},
		{"bad UTF-8", event("{\"x\":\"\xff\xfe\"}"), []int{400}},
		{"NUL", event(`{"x":"a` + `\u0000` + `b"}`), []int{202, 422}},
		{"a bare NUL", "\x00" + event(`{}`), []int{400}},
		{"duplicate keys", `{"id":"a","id":"b",` + event(`{}`)[1:], []int{400, 422}},
		{"huge number", event(`{"x":1e999999999}`), []int{202, 400, 422}},
		{"a number of 100,000 digits", event(`{"x":` + strings.Repeat("9", 100_000) + `}`), []int{202, 400, 422}},
		{"huge price", strings.Replace((&cart{id: "hostile-price", buyer: "b"}).event(), "480", "1e308", 1), []int{202, 422}},
		{"huge quantity", strings.Replace((&cart{id: "hostile-quantity", buyer: "b"}).event(), `"quantity":10`, `"quantity":1e400`, 1), []int{422, 400}},
		{"empty", "", []int{400}},
		{"null", "null", []int{400, 422}},
		{"an array of nulls", "[null,null]", []int{422}},
		{"lone surrogate", event(`{"x":"\ud800"}`), []int{202, 400, 422}},
	}
}

// hostile posts all of them, several times at once; the sidecar lives on, in bounds.
func hostile(r *rig) {
	s := r.start()
	r.postHostile(s, 4)
	r.oneCartOf(func(c *cart) { r.shop.post(c.event(), c.id) }) // and it works
	r.settle(patience)
	r.check()
	r.stop(s)
}

func (r *rig) postHostile(s *sidecar, rounds int) {
	list := hostileBodies()
	var posts sync.WaitGroup
	for range rounds {
		for _, h := range list {
			posts.Go(func() {
				status, answer := r.shop.postOnce(h.body)
				for _, want := range h.want {
					if status == want {
						return
					}
				}
				// A server that does not read on may be seen as a connection that breaks.
				if status == 0 && h.want[0] == 413 {
					return
				}
				r.tally.broke("%s: answered %d %.200s; want %v", h.name, status, answer, h.want)
			})
		}
		posts.Wait()
	}
	bytes := s.metric("process_resident_memory_bytes")
	limit := 500e6
	if raceEnabled {
		limit *= 4
	}
	r.tally.want(s.alive() && bytes > 0 && bytes < limit, "resident: %.0f MB", bytes/1e6)
	r.tally.want(!strings.Contains(s.log.tail(), "panic"), "it panicked:\n%s", s.log.tail())
	r.tally.note("%d bodies, %.0f MB resident", rounds*len(list), bytes/1e6)
}
