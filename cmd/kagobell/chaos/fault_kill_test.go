package chaos

import (
	"bytes"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/hibiken/asynq"
)

// killOften kills the sidecar 100 times under load, at moments of the seed.
func killOften(r *rig) {
	const kills = 100
	s := r.start()
	r.smtp.slowDown(5 * time.Millisecond) // so that messages are on their way when it is killed
	living := r.shop.liveBeside(r.shop.plan(6000, 100*time.Second))
	for range kills {
		pause(time.Duration(r.rng.Int64N(int64(1200 * time.Millisecond))))
		r.crash(s)
		s = r.start()
	}
	living.Wait()
	r.settle(3 * time.Minute)
	r.check()
	r.tally.note("%d kills", len(r.crashes))
}

// killOnCommit kills at the COMMIT of a transaction in which all of the words were: it is swallowed, or let through and
// its answer swallowed.
func killOnCommit(after bool, kill func(), words ...string) watcher {
	return commitOf(after, func() bool { kill(); return false }, words...)
}

// commitOf watches for that COMMIT, or for its answer, and does what is to be done then, once; false swallows it.
func commitOf(after bool, then func() bool, words ...string) watcher {
	done := false
	seen := map[*link]map[string]bool{}
	return func(l *link, toServer bool, chunk []byte) bool {
		switch {
		case done:
			return true
		case !toServer:
			if l.awaiting {
				done = true
				return then()
			}
			return true
		case bytes.Contains(chunk, []byte("START TRANSACTION")):
			seen[l] = map[string]bool{}
		}
		for _, word := range words {
			if seen[l] != nil && bytes.Contains(chunk, []byte(word)) {
				seen[l][word] = true
			}
		}
		if len(seen[l]) < len(words) || !bytes.HasSuffix(chunk, []byte("\x03COMMIT")) {
			return true
		}
		if after {
			l.awaiting = true
			return true
		}
		done = true
		return then()
	}
}

// killAtCommit kills the sidecar right before an event's transaction is committed, and right after. The first is gone
// and was not promised; the second is there and counts as a duplicate when it is posted again.
func killAtCommit(r *rig) {
	s := r.killAtCommit(r.start())
	r.settle(patience) // the alarm of the second died with the process, and the sweep allows it half a minute
	r.check()
	r.tally.want(r.tally.mails == 2, "%d mails of 2 carts", r.tally.mails)
	r.stop(s)
}

func (r *rig) killAtCommit(s *sidecar) *sidecar {
	carts := r.shop.plan(2, 0)
	for i, c := range carts {
		c.orderAt, c.leaveAt = 0, 0
		after := i == 1
		r.dbProxy.watch(killOnCommit(after, s.kill, c.id, "INSERT INTO events"))
		status, answer := r.shop.postOnce(c.event())
		r.dbProxy.watch(nil)
		r.crashes = append(r.crashes, time.Now())
		r.tally.want(status == 0 && !s.alive(), "after=%t: the post was answered %d %s", after, status, answer)
		s = r.start()
	}
	for i, c := range carts {
		there := r.number("SELECT COUNT(*) FROM events WHERE event_id = ?", c.id)
		accepted, duplicates := counts(r.shop.post(c.event(), c.id))
		got, want := [3]int{there, accepted, duplicates}, [3]int{i, 1 - i, i}
		r.tally.want(got == want, "after=%t: rows, accepted, duplicates: got %v, want %v", i == 1, got, want)
	}
	return s
}

// point is a moment at which the sidecar is killed, and what must be true then and at the end.
type point struct {
	name   string
	set    func(r *rig, c *cart, kill func())
	claims int // committed when it was killed
	status string
	mails  int // accepted in the end
}

// points are moments in the life of one mail.
var points = []point{
	{"before the claim is committed", func(r *rig, c *cart, kill func()) {
		r.dbProxy.watch(killOnCommit(false, kill, "INSERT INTO messages", "claimed", c.buyer))
	}, 0, "", 1},
	{"claim committed, answer lost", func(r *rig, c *cart, kill func()) {
		r.dbProxy.watch(killOnCommit(true, kill, "INSERT INTO messages", "claimed", c.buyer))
	}, 1, "claimed", 1},
	{"claimed, at DATA", func(r *rig, c *cart, kill func()) {
		r.smtp.play(func(s stage, to string) reply {
			if s != atDATA || to != c.buyer+"@acme.example" {
				return reply{}
			}
			kill()
			return reply{cut: true}
		})
	}, 1, "claimed", 1},
	{"taken, before the 250 is read", func(r *rig, c *cart, kill func()) {
		r.smtp.play(func(s stage, to string) reply {
			if s == taken && to == c.buyer+"@acme.example" {
				kill()
			}
			return reply{}
		})
	}, 1, "claimed", 2},
	{"after the 250, before the outcome is committed", func(r *rig, c *cart, kill func()) {
		r.dbProxy.watch(killOnCommit(false, kill, "INSERT INTO messages", "'sent'", c.buyer))
	}, 1, "claimed", 2},
	{"outcome committed, before the task is acknowledged", func(r *rig, c *cart, kill func()) {
		var sent atomic.Bool
		r.dbProxy.watch(commitOf(true, func() bool { sent.Store(true); return true }, "INSERT INTO messages", "'sent'", c.buyer))
		r.rdProxy.watch(func(_ *link, toServer bool, chunk []byte) bool {
			// Asynq's script "done" has both keys.
			if sent.Load() && toServer && bytes.Contains(chunk, []byte(":processed:")) && bytes.Contains(chunk, []byte("asynq:{due-")) {
				kill()
				return false
			}
			return true
		})
	}, 1, "sent", 1},
}

// killAtPoints goes through the points with a cart each.
func killAtPoints(r *rig) {
	s := r.start()
	for _, p := range points {
		killed := make(chan struct{})
		var once sync.Once
		c := r.shop.plan(1, 0)[0]
		c.orderAt, c.leaveAt = 0, 0
		p.set(r, c, func() {
			once.Do(func() {
				s.kill()
				close(killed)
			})
		})
		r.shop.post(c.event(), c.id)
		select {
		case <-killed:
		case <-time.After(patience):
			r.tally.broke("%s: the moment never came", p.name)
		}
		r.crashes = append(r.crashes, time.Now())
		r.smtp.play(nil)
		r.dbProxy.watch(nil)
		r.rdProxy.watch(nil)
		status := r.text("SELECT status FROM messages WHERE buyer_id = ? AND step = 'first'", c.buyer)
		claims := r.number("SELECT COUNT(DISTINCT claimed_at) FROM chaos_audit WHERE buyer_id = ? AND step = 'first'", c.buyer)
		r.tally.want(status == p.status && claims == p.claims, "%s: got status %q and %d claims, want %q and %d", p.name, status, claims, p.status, p.claims)
		s = r.start()
	}
	r.settle(3 * time.Minute)
	r.check()
	times := map[string]int{}
	for _, a := range r.mail.all() {
		times[strings.TrimSuffix(a.to, "@acme.example")]++
	}
	for i, p := range points {
		buyer := "buyer-" + string(rune('0'+i))
		r.tally.want(times[buyer] == p.mails, "%s: %d mails, want %d", p.name, times[buyer], p.mails)
	}
	r.stop(s)
	r.checkQueues()
}

// checkQueues: nothing is stuck or archived, and Asynq's inspector, which is what Asynqmon shows, lists the queues.
func (r *rig) checkQueues() {
	r.t.Helper()
	inspector := asynq.NewInspectorFromRedisClient(r.redis.client)
	names, err := inspector.Queues()
	if err != nil || len(names) < 5 {
		r.tally.broke("Asynqmon lists the queues %v (%v)", names, err)
	}
	for _, name := range names {
		info, err := inspector.GetQueueInfo(name)
		if err != nil {
			r.tally.broke("queue %s: %v", name, err)
			continue
		}
		r.tally.want(info.Archived == 0, "queue %s: %d tasks are archived", name, info.Archived)
	}
}
