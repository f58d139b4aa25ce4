package queue

import (
	"log/slog"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

func justMe() int { return 1 }

// patient gives Redis all the time that it needs on a busy machine.
func (l *Limit) patient() *Limit {
	l.within = patience
	return l
}

// until takes permits one by one until there is none.
func (l *Limit) until(t *testing.T) (permits int) {
	t.Helper()
	for l.Delay(t.Context(), 1) == 0 {
		permits++
	}
	return permits
}

// Whatever the processes do, they get no more together than the rate allows by the clock of Redis.
func TestProcessesKeepARateTogether(t *testing.T) {
	onBoth(t, func(t *testing.T, r *Redis) {
		const perSecond, wanted = 400, 120
		began := r.client.Time(t.Context()).Val()
		var got atomic.Int64
		var all sync.WaitGroup
		for range 3 { // processes
			limit := sendLimit("test", perSecond).through(r, justMe).patient()
			for range 4 {
				all.Go(func() {
					for range wanted / 12 {
						if err := limit.wait(t.Context()); err != nil {
							t.Error(err)
							return
						}
						got.Add(1)
					}
				})
			}
		}
		all.Wait()
		took := r.client.Time(t.Context()).Val().Sub(began)
		if allowed := took.Seconds()*perSecond + 2*perSecond/batches; got.Load() != wanted || float64(wanted) > allowed {
			t.Errorf("%d permits in %s, at most %.0f are allowed", got.Load(), took, allowed)
		}
	})
}

// A rate is that of every second, wherever it begins: what may come at once is taken off the long run.
func TestNoSecondHasMoreThanTheRate(t *testing.T) {
	t.Parallel()
	for _, perSecond := range []int{7, 300} {
		r := embeddedRedis(t)
		now := time.Now()
		var limits []*Limit
		for range 2 {
			l := sendLimit("test", perSecond).through(r, justMe).patient()
			l.now = func() time.Time { return now }
			limits = append(limits, l)
		}
		var given []time.Time
		for start := now; now.Sub(start) < 1200*time.Millisecond; now = now.Add(10 * time.Millisecond) {
			r.inside.server.SetTime(now)
			for _, l := range limits {
				for range l.until(t) {
					given = append(given, now)
				}
			}
		}
		most := 0
		for first, last := 0, 0; last < len(given); last++ {
			for given[last].Sub(given[first]) >= time.Second {
				first++
			}
			most = max(most, last-first+1)
		}
		if most > perSecond || len(given) < perSecond {
			t.Errorf("%d a second: %d in one second, %d in 1.2", perSecond, most, len(given))
		}
	}
}

// A post is let through whole or not at all, and the answer says when it is worth posting again.
func TestManyPermitsAreHadTogether(t *testing.T) {
	t.Parallel()
	r := embeddedRedis(t)
	now := time.Now().Truncate(time.Second)
	r.inside.server.SetTime(now)
	one, other := intakeLimit("test", 100, 1000).through(r, justMe).patient(), intakeLimit("test", 100, 1000).through(r, justMe).patient()
	if wait := one.Delay(t.Context(), 900); wait != 0 {
		t.Errorf("the first 900 wait %s", wait)
	}
	if wait := other.Delay(t.Context(), 200); wait < 990*time.Millisecond || wait > 1010*time.Millisecond {
		t.Errorf("200 of 100 that are left wait %s, want 1s", wait)
	}
	if wait := other.Delay(t.Context(), 100); wait != 0 {
		t.Errorf("what is left waits %s", wait)
	}
}

func TestWithoutRedisEachKeepsToItsShare(t *testing.T) {
	t.Parallel()
	direct := embeddedRedis(t)
	w := newWire(t, direct.inside.server.Addr())
	r := connected(t, w.address(direct))
	three := newReplicas(r, "test", "one", slog.New(slog.DiscardHandler))
	if n := three.count(); n != unseenReplicas {
		t.Errorf("%d processes are assumed before Redis was asked", n)
	}
	for _, holder := range []string{"one", "two", "three", "three"} {
		three.holder = holder
		three.ask(t.Context())
	}
	limit := sendLimit("test", 300).through(r, three.count).patient()
	now := time.Now()
	direct.inside.server.SetTime(now)
	limit.now = func() time.Time { return now }
	together := limit.until(t)
	if together != 2*300/batches {
		t.Errorf("with Redis %d come at once", together)
	}
	w.set(true)
	three.ask(t.Context()) // in vain: the last answer stands
	now = now.Add(time.Hour)
	alone := 0
	for range 100 {
		alone += limit.until(t)
		now = now.Add(10 * time.Millisecond)
	}
	if alone < 90 || alone > 100 {
		t.Errorf("%d permits in a second without Redis, want a third of 282", alone)
	}
	w.set(false)
	now = now.Add(time.Hour)
	direct.inside.server.SetTime(now)
	if n := limit.until(t); n != together {
		t.Errorf("with Redis back %d come at once, want %d", n, together)
	}
}

func TestAProcessThatIsSilentIsNoPeer(t *testing.T) {
	t.Parallel()
	r := embeddedRedis(t)
	now := time.Now()
	for i, holder := range []string{"one", "two"} {
		r.inside.server.SetTime(now.Add(time.Duration(i) * replicasFor))
		p := newReplicas(r, "test", holder, slog.New(slog.DiscardHandler))
		p.ask(t.Context())
		if n := p.count(); n != 1 {
			t.Errorf("process %s counts %d", holder, n)
		}
	}
}
