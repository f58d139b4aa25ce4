package chaos

import (
	"fmt"
	"strings"
	"sync"
	"time"
)

// refusal is one thing that an SMTP server does to one buyer's mail, the first times that it is tried.
type refusal struct {
	buyer   string
	at      stage
	reply   reply
	times   int    // how often; then all is well
	outcome string // "sent" in the end, or the reason for good
	barred  bool   // and the address is suppressed
	doubled int    // taken so many times too often
}

// mailRefusals go over stages and codes. What is temporary is tried again after a minute.
func mailRefusals() []refusal {
	var list []refusal
	add := func(at stage, r reply, outcome string, barred bool, doubled int) {
		list = append(list, refusal{buyer: fmt.Sprintf("buyer-%d", len(list)), at: at, reply: r, times: 1, outcome: outcome, barred: barred, doubled: doubled})
	}
	for _, code := range []string{"421 4.3.2 closing", "450 4.2.1 busy", "451 4.3.0 local error", "452 4.3.1 no storage"} {
		for _, at := range []stage{atMAIL, atRCPT, atDATA, atDot} {
			add(at, reply{line: code}, "sent", false, 0)
		}
	}
	for _, at := range []stage{atRCPT, atDATA, atDot} {
		add(at, reply{line: "550 5.7.1 refused by policy"}, "rejected", false, 0)
		add(at, reply{line: "554 5.6.0 not like that"}, "rejected", false, 0)
	}
	add(atRCPT, reply{line: "550 5.1.1 no such user"}, "hard_bounce", true, 0)
	add(atRCPT, reply{line: "552 5.3.4 too big"}, "rejected", false, 0)
	for _, at := range []stage{atRCPT, atDATA, inBody} {
		add(at, reply{cut: true}, "sent", false, 0)
		add(at, reply{hang: true}, "sent", false, 0)
	}
	add(atDot, reply{cut: true}, "sent", false, 0)
	add(atDot, reply{hang: true}, "sent", false, 0)
	add(taken, reply{cut: true}, "sent", false, 1)
	add(taken, reply{hang: true}, "sent", false, 1)
	return list
}

// refuseMail goes through all refusals at once, a buyer each.
func refuseMail(r *rig) {
	list := mailRefusals()
	var mu sync.Mutex
	left := map[string]*refusal{}
	for i := range list {
		left[list[i].buyer] = &list[i]
	}
	r.smtp.play(func(s stage, to string) reply {
		mu.Lock()
		defer mu.Unlock()
		x := left[strings.TrimSuffix(to, "@acme.example")]
		if x == nil || x.at != s || x.times == 0 {
			return reply{}
		}
		x.times--
		return x.reply
	})
	s := r.start()
	carts := r.shop.plan(len(list), time.Second)
	for _, c := range carts {
		c.orderAt, c.leaveAt = 0, 0
	}
	r.tally.refused = true
	r.shop.live(carts)
	r.settle(5 * time.Minute)
	r.check()
	r.stop(s)
	times := map[string]int{}
	for _, a := range r.mail.all() {
		times[strings.TrimSuffix(a.to, "@acme.example")]++
	}
	for _, x := range list {
		status := r.text("SELECT IF(status = 'sent', 'sent', reason) FROM messages WHERE buyer_id = ? AND step = 'first'", x.buyer)
		barred := r.number(`SELECT COUNT(*) FROM messages m JOIN suppressions s ON s.address_hash = m.address_hash
			WHERE m.buyer_id = ? AND m.step = 'first' AND s.lifted_at IS NULL`, x.buyer) > 0
		want := 0
		if x.outcome == "sent" {
			want = 1 + x.doubled
		}
		if x.times != 0 || status != x.outcome || barred != x.barred || times[x.buyer] != want {
			r.tally.broke("%s at %s: %s, barred %t, taken %d times; want %s, %t, %d",
				strings.TrimSpace(fmt.Sprint(x.reply)), x.at, status, barred, times[x.buyer], x.outcome, x.barred, want)
		}
	}
	r.tally.note("%d refusals", len(list))
}

// slowMail has a mail server that greets nobody: LINE goes on, and mail is sent when it is back.
func slowMail(r *rig) {
	r.smtp.play(func(s stage, _ string) reply {
		if s == atConnect {
			return reply{hang: true}
		}
		return reply{}
	})
	s := r.start()
	carts := r.shop.plan(200, 5*time.Second)
	r.shop.live(carts)
	pause(20 * time.Second)
	claimed := r.number("SELECT COUNT(*) FROM messages WHERE status = 'claimed'")
	r.tally.note("%d claimed while the mail server hangs", claimed)
	r.smtp.play(nil)
	r.settle(4 * time.Minute)
	r.check()
	r.tally.want(r.tally.doubled == 0, "%d mails went twice", r.tally.doubled)
	r.stop(s)
}
