package chaos

import (
	"database/sql"
	"slices"
	"time"
)

// slack is what a busy machine may take between the sidecar's look at the clock and the provider's.
const slack = 500 * time.Millisecond

// sendWithin is within what of its claim a transmission begins (rule 3).
const sendWithin = 10 * time.Second

// settled tells whether every run of carts has ended.
func (r *rig) settled() bool {
	return r.number("SELECT COUNT(*) FROM runs WHERE scenario = 'cart_abandonment' AND status = 'open'") == 0
}

// settle waits until all runs have ended; those that have not by then are lost.
func (r *rig) settle(within time.Duration) {
	r.t.Helper()
	began := time.Now()
	if !comes(within, r.settled) {
		left := r.number("SELECT COUNT(*) FROM runs WHERE scenario = 'cart_abandonment' AND status = 'open'")
		r.tally.lost += left
		r.tally.broke("%d runs have not ended %s after the fault; %s", left, within,
			r.text("SELECT CONCAT(step, ' due ', due_at, ', sweep ', sweep_at, ', now ', UTC_TIMESTAMP()) FROM runs WHERE status = 'open' AND scenario = 'cart_abandonment' LIMIT 1"))
	}
	r.tally.settled = time.Since(began)
}

// check holds the promises, the database and the acceptances against each other.
func (r *rig) check() {
	r.t.Helper()
	messages := r.histories()
	r.tally.events = len(r.shop.promised)
	r.checkEvents()
	r.checkAcceptances(messages)
	r.checkClaims(messages)
	r.checkRuns(messages)
}

// checkEvents: every 2xx event is in the database exactly once.
func (r *rig) checkEvents() {
	times := map[string]int{}
	r.rows("SELECT event_id FROM events", func(rows *sql.Rows) error {
		var id string
		err := rows.Scan(&id)
		times[id]++
		return err
	})
	for id := range r.shop.promised {
		if times[id] != 1 {
			r.tally.lost++
			r.tally.broke("event %s was answered 2xx and is %d times in the database", id, times[id])
		}
	}
}

// checkAcceptances: a claim precedes each within 10 s; LINE takes no message twice, and e-mail no oftener than attempts
// are recorded as unknown, in each crash no more than there were connections.
func (r *rig) checkAcceptances(messages map[string]*history) {
	mails, pushes := r.mail.all(), r.push.all()
	r.tally.mails, r.tally.pushes = len(mails), len(pushes)
	times := map[string]int{}
	doubled := map[int]int{} // by the crash that followed the first of two
	last := map[string]acceptance{}
	for _, a := range append(mails, pushes...) {
		if before, twice := last[a.messageID]; twice {
			doubled[r.crashAfter(before.at)]++
		}
		last[a.messageID] = a
		times[a.messageID]++
		h := messages[a.messageID]
		if h == nil {
			r.tally.broke("message %s was sent and is not in the database", a.messageID)
			continue
		}
		if !h.claimedBefore(a.begun) {
			r.tally.broke("message %s began %s, not within 10 s of one of its claims %v", a.messageID, a.begun.UTC(), h.claims)
		}
	}
	for id, n := range times {
		h := messages[id]
		if h == nil {
			continue
		}
		r.tally.doubled += n - 1
		if h.channel == "line" && n > 1 {
			r.tally.broke("LINE took message %s %d times", id, n)
		}
		if n-1 > h.unknown {
			r.tally.broke("message %s was taken %d times, with %d attempts of unknown outcome", id, n, h.unknown)
		}
	}
	for crash, n := range doubled {
		if crash < len(r.crashes) && n > pool {
			r.tally.broke("%d messages went twice because of crash %d, with %d connections", n, crash+1, pool)
		}
	}
	for _, h := range messages {
		r.tally.unknown += h.unknown
		if h.status == "sent" && times[h.id] == 0 {
			r.tally.lost++
			r.tally.broke("message %s counts as sent and was never accepted", h.id)
		}
	}
}

// crashAfter is the number of the first crash after a moment; there may be none.
func (r *rig) crashAfter(at time.Time) int {
	n, _ := slices.BinarySearchFunc(r.crashes, at, func(crash, at time.Time) int { return crash.Compare(at) })
	return n
}

func (h *history) claimedBefore(begun time.Time) bool {
	for _, claim := range h.claims {
		if !begun.Before(claim.Add(-slack)) && begun.Before(claim.Add(sendWithin+slack)) {
			return true
		}
	}
	return false
}

// checkClaims: none commits after an exit or an opt-out.
func (r *rig) checkClaims(messages map[string]*history) {
	exits := map[string]time.Time{}
	r.rows("SELECT run_id, ended_at FROM runs WHERE status = 'exited'", func(rows *sql.Rows) error {
		var id string
		var at time.Time
		err := rows.Scan(&id, &at)
		exits[id] = at
		return err
	})
	for _, h := range messages {
		for _, claim := range h.claims {
			if exit, ended := exits[h.run]; ended && claim.After(exit) {
				r.tally.broke("message %s was claimed at %s, after its run's exit at %s", h.id, claim, exit)
			}
			if left, opted := r.shop.optOuts[h.buyer]; opted && claim.After(left) {
				r.tally.broke("message %s was claimed at %s, after the opt-out was answered at %s", h.id, claim, left.UTC())
			}
		}
	}
}

// checkRuns: each cart has one run; one that nobody ended has both its messages, and one that was ordered none that was
// claimed after the order was answered.
func (r *rig) checkRuns(messages map[string]*history) {
	type state struct {
		id, status, reason string
		runs               int
	}
	runs := map[string]*state{}
	r.rows("SELECT run_id, subject, status, end_reason FROM runs WHERE scenario = 'cart_abandonment'", func(rows *sql.Rows) error {
		var s state
		var subject string
		err := rows.Scan(&s.id, &subject, &s.status, &s.reason)
		if known := runs[subject]; known != nil {
			s.runs = known.runs
		}
		s.runs++
		runs[subject] = &s
		return err
	})
	byRun := map[string][]*history{}
	for _, h := range messages {
		byRun[h.run] = append(byRun[h.run], h)
	}
	for id, c := range r.shop.carts {
		run := runs[id]
		if _, promised := r.shop.promised[id]; !promised || c.stillborn {
			continue
		}
		if run == nil || run.runs != 1 {
			r.tally.broke("cart %s: want one run, got %+v", id, run)
			continue
		}
		sent := 0
		for _, h := range byRun[run.id] {
			if h.status == "sent" {
				sent++
			}
			if !c.ordered.IsZero() && h.claims[len(h.claims)-1].After(c.ordered) {
				r.tally.broke("message %s was claimed at %s, after the order was answered at %s", h.id, h.claims[len(h.claims)-1], c.ordered.UTC())
			}
		}
		if c.orderAt == 0 && c.leaveAt == 0 && run.status != "open" && !r.tally.refused && sent != 2 {
			r.tally.lost++
			r.tally.broke("cart %s: %d of 2 messages were sent; the run is %s %s", id, sent, run.status, run.reason)
		}
	}
}
