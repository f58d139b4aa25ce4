package chaos

import (
	"sync"
	"time"
)

// linePlay is what LINE does to one buyer's message at first, and what must come of it.
type linePlay struct {
	name    string
	replies []lineReply // one after the other; then all is well
	outcome string      // "sent", or the reason
	asked   int         // requests, all with one retry key
}

var linePlays = []linePlay{
	{"400 of the message", []lineReply{{status: 400, body: `{"message":"The request body has 1 error(s)","details":[{"message":"May not be empty","property":"messages[0].altText"}]}`}}, "rejected", 1},
	{"400 of the user", []lineReply{{status: 400, body: `{"message":"The property, 'to', in the request body is invalid (line: -, column: -)"}`}}, "hard_bounce", 1},
	{"403", []lineReply{{status: 403, body: `{"message":"Access to this API is not available for your account"}`}}, "rejected", 1},
	{"409", []lineReply{{take: true, cut: true}}, "sent", 2},
	{"429", []lineReply{{status: 429, body: `{"message":"The API rate limit has been exceeded. Try again later."}`, header: map[string]string{"Retry-After": "2"}}}, "sent", 2},
	{"429 of the month", []lineReply{{status: 429, body: `{"message":"You have reached your monthly limit."}`}}, "rejected", 1},
	{"500", []lineReply{{status: 500, body: `{"message":"Internal error"}`}}, "sent", 2},
	{"500, and taken", []lineReply{{status: 500, body: `{"message":"Internal error"}`, take: true}}, "sent", 2},
	{"time-out", []lineReply{{hang: true}}, "sent", 2},
	{"time-out, and taken", []lineReply{{hang: true, take: true}}, "sent", 2},
	{"reset", []lineReply{{cut: true}}, "sent", 2},
}

// refuseLine goes through LINE's answers, a buyer each.
func refuseLine(r *rig) {
	var mu sync.Mutex
	turn := map[string]int{}
	r.line.play(func(q lineRequest) lineReply {
		mu.Lock()
		defer mu.Unlock()
		for i, p := range linePlays {
			if q.to == "U-buyer-"+digits(i) && turn[q.to] < len(p.replies) {
				turn[q.to]++
				return p.replies[turn[q.to]-1]
			}
		}
		return lineReply{}
	})
	s := r.start()
	carts := r.shop.plan(len(linePlays), 0)
	for _, c := range carts {
		c.orderAt, c.leaveAt = 0, 0
	}
	r.tally.refused = true
	r.shop.live(carts)
	r.settle(5 * time.Minute)
	r.check()
	r.stop(s)
	asked, keys := map[string]int{}, map[string]map[string]bool{}
	for _, q := range r.line.asked() {
		asked[q.to]++
		if keys[q.to] == nil {
			keys[q.to] = map[string]bool{}
		}
		keys[q.to][q.key] = true
	}
	for i, p := range linePlays {
		buyer := "buyer-" + digits(i)
		got := r.text("SELECT IF(status = 'sent', 'sent', reason) FROM messages WHERE buyer_id = ? AND step = 'second'", buyer)
		n, k := asked["U-"+buyer], len(keys["U-"+buyer])
		r.tally.want(got == p.outcome && n == p.asked && k == 1, "%s: %s after %d requests with %d retry keys; want %s after %d", p.name, got, n, k, p.outcome, p.asked)
	}
	r.tally.note("%d kinds of answer", len(linePlays))
}

// digits writes a small number.
func digits(n int) string {
	if n < 10 {
		return string(rune('0' + n))
	}
	return digits(n/10) + digits(n%10)
}

// lineToken lets LINE's token expire: nothing is lost, the channel waits, and it is said.
func lineToken(r *rig) {
	r.line.play(func(lineRequest) lineReply {
		return lineReply{status: 401, body: `{"message":"Authentication failed. Confirm that the access token in the authorization header is valid."}`}
	})
	s := r.start()
	carts := r.shop.plan(30, 5*time.Second)
	for _, c := range carts {
		c.orderAt, c.leaveAt = 0, 0
	}
	r.shop.live(carts)
	asked := comes(patience, func() bool { return len(r.line.asked()) > 0 })
	pause(15 * time.Second) // all of them have come due by then
	waiting := r.number("SELECT COUNT(*) FROM runs WHERE status = 'open' AND step = 'second'")
	failed := r.number("SELECT COUNT(*) FROM messages WHERE status = 'failed'")
	r.tally.want(asked && waiting == len(carts) && failed == 0, "%d of %d messages wait, %d failed", waiting, len(carts), failed)
	r.tally.want(s.awaitLine("level=ERROR"), "nobody is told that the token has expired")
	r.tally.note("%d requests of %d messages", len(r.line.asked()), len(carts))
	r.check()
	r.stop(s)
}
