package queue

import (
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/hibiken/asynq"

	"kagobell/scenarios"
)

func TestFanOutIsWalkedInPieces(t *testing.T) {
	onBoth(t, func(t *testing.T, r *Redis) {
		run := start(t, r, newShop(), func(o *Options) { o.SweepEvery = time.Hour })
		run.awaitFirstSweep(t)
		event := &scenarios.Event{ID: "restock", Type: scenarios.EventProductUpdated,
			Data: map[string]any{"favourites": 2*walkAtOnce + 5}}
		if _, err := run.Ingest(t.Context(), []*scenarios.Event{event}); err != nil {
			t.Fatal(err)
		}
		run.allSentOnce(t, 2*walkAtOnce+5)
		if want := []int{walkAtOnce, walkAtOnce, 5}; !slices.Equal(run.pieces, want) {
			t.Errorf("pieces %v, want %v", run.pieces, want)
		}
		eventually(t, "the lease to be given back", func() bool {
			run.mu.Lock()
			defer run.mu.Unlock()
			return run.leases[typeFanOut] == ""
		})
	})
}

func (r *running) awaitFirstSweep(t *testing.T) {
	t.Helper()
	select {
	case <-r.swept:
	case <-time.After(patience):
		t.Fatal("no sweep came")
	}
}

func TestFanOutThatNobodyAskedForIsWalked(t *testing.T) {
	t.Parallel()
	s := newShop()
	s.fanOuts = []int{3}
	run := start(t, embeddedRedis(t), s, nil)
	run.allSentOnce(t, 3)
}

func TestWalkWaitsForTheLease(t *testing.T) {
	t.Parallel()
	s := newShop()
	s.fanOuts = []int{3}
	s.leases[typeFanOut] = "another process"
	run := start(t, embeddedRedis(t), s, func(o *Options) { o.SweepEvery = time.Hour })
	run.walker.kick(t.Context(), time.Time{})
	eventually(t, "the walk to be put off", func() bool { return run.retries(t) == 1 })
	if len(run.pieces) != 0 {
		t.Error("walked without the lease")
	}
	run.change(func() { delete(run.leases, typeFanOut) })
	run.allSentOnce(t, 3)
}

// A fan-out that comes up while a walk is at its end is not left to the next sweep.
func TestWalkHearsWhoComesAtItsEnd(t *testing.T) {
	b := newBench(t, 1)
	w := &walker{sweeper: b.shop, alarms: b.alarms, log: b.worker.log, phases: b.phases, holder: "me"}
	w.one.Lock() // a walk is at its end
	if err := w.ProcessTask(t.Context(), nil); err != nil {
		t.Fatal(err)
	}
	b.change(func() { b.fanOuts = []int{3} })
	w.one.Unlock()
	if !w.again.Load() {
		t.Fatal("nobody remembers that somebody asked")
	}
	if err := w.ProcessTask(t.Context(), nil); err != nil || len(b.pieces) != 1 {
		t.Errorf("pieces %v, %v", b.pieces, err)
	}
}

func newSweep(b *bench) *sweep {
	return &sweep{sweeper: b.shop, alarms: b.alarms, rebuild: newRebuild(nil, nil, b.worker.log), backlog: func() (int, error) { return 0, nil },
		holder: "me", every: time.Second, log: b.worker.log, phases: b.phases}
}

func TestSweepArmsUntilNothingIsLeft(t *testing.T) {
	b := newBench(t, 1)
	b.change(func() {
		for i := range armAtOnce + 10 {
			id := runID("lost " + time.Duration(i).String())
			b.start(id, b.time().Add(-time.Hour))
			b.runs[id].armed = time.Time{}
		}
	})
	s := newSweep(b)
	if err := s.arm(t.Context()); err != nil || s.armed.Load() != armAtOnce+10 || b.alarms.set.Load() != armAtOnce+10 {
		t.Errorf("armed %d, set %d, %v", s.armed.Load(), b.alarms.set.Load(), err)
	}
}

func TestSweepLeavesItToTheHolderOfTheLease(t *testing.T) {
	b := newBench(t, 1)
	b.leases[typeSweep] = "another process"
	b.change(func() {
		b.start(runID("lost"), b.time().Add(-time.Hour))
		b.runs[runID("lost")].armed = time.Time{}
	})
	s := newSweep(b)
	if err := s.arm(t.Context()); err != nil || s.armed.Load() != 0 {
		t.Errorf("armed %d, %v", s.armed.Load(), err)
	}
}

func TestSweepDoesNotPileUpWhatTheWorkersDoNotManage(t *testing.T) {
	b := newBench(t, 1)
	b.change(func() {
		b.start(runID("lost"), b.time().Add(-time.Hour))
		b.runs[runID("lost")].armed = time.Time{}
	})
	s := newSweep(b)
	s.backlog = func() (int, error) { return backlogLimit + 1, nil }
	if err := s.arm(t.Context()); err != nil || s.armed.Load() != 0 {
		t.Errorf("armed %d, %v", s.armed.Load(), err)
	}
}

// pruned is a sweeper with rows to delete.
type pruned struct {
	*shop
	pieces []int
	err    error
}

func (p *pruned) Prune(context.Context) (int, bool, error) {
	if len(p.pieces) == 0 {
		return 0, false, p.err
	}
	n := p.pieces[0]
	p.pieces = p.pieces[1:]
	return n, len(p.pieces) > 0, nil
}

func TestPruneGoesOnUntilNothingIsLeft(t *testing.T) {
	b := newBench(t, 1)
	rows := &pruned{shop: b.shop, pieces: []int{1000, 0, 3}}
	s := newSweep(b)
	s.sweeper = rows
	rests := 0
	s.rest = func(context.Context, time.Duration) error { rests++; return nil }
	if err := s.prune(t.Context(), nil); err != nil || len(rows.pieces) != 0 || rests != 2 {
		t.Errorf("left %v after %d rests, %v", rows.pieces, rests, err)
	}
	rows.err = errors.New("lock wait timeout")
	if err := s.prune(t.Context(), nil); err != nil {
		t.Errorf("a failure belongs into the log, not into Asynq's archive: %v", err)
	}
}

// TestPruneGivesWay: while due steps wait for a worker, nothing is deleted.
func TestPruneGivesWay(t *testing.T) {
	b := newBench(t, 1)
	rows := &pruned{shop: b.shop, pieces: []int{1000}}
	waiting := []int{pruneBacklog + 1, pruneBacklog + 1, pruneBacklog}
	s := newSweep(b)
	s.sweeper = rows
	s.backlog = func() (int, error) { return waiting[0], nil }
	s.rest = func(_ context.Context, d time.Duration) error {
		if len(rows.pieces) != 1 || d != pruneRest {
			t.Errorf("left %v, rests %s", rows.pieces, d)
		}
		waiting = waiting[1:]
		return nil
	}
	if err := s.prune(t.Context(), nil); err != nil || len(rows.pieces) != 0 || len(waiting) != 1 {
		t.Errorf("left %v, %v, %v", rows.pieces, waiting, err)
	}
	waiting = []int{pruneBacklog + 1}
	rows.pieces = []int{1000}
	s.rest = func(context.Context, time.Duration) error { return context.Canceled }
	if err := s.prune(t.Context(), nil); err != nil || len(rows.pieces) != 1 {
		t.Errorf("a stop is waited for: left %v, %v", rows.pieces, err)
	}
}

func TestAlarmsAreSmallInRedis(t *testing.T) {
	run := start(t, realRedis(t), newShop(), func(o *Options) { o.Worker = false })
	noon := time.Now().Add(time.Hour).Truncate(time.Second)
	list := alarmsAt(noon, "a")
	list[0].Step, list[0].Generation = "a_step_with_a_rather_long_name", 60
	for range 2 {
		if err := run.SetAlarms(t.Context(), list); err != nil {
			t.Fatal(err)
		}
	}
	client := run.options.Redis.client
	keys, err := client.Keys(t.Context(), "asynq:{due-*}:t:*").Result()
	if err != nil || len(keys) != 1 {
		t.Fatalf("the same alarm twice makes the tasks %v, %v", keys, err)
	}
	// One compact piece; `hashtable` takes nearly twice the memory.
	if encoding := client.ObjectEncoding(t.Context(), keys[0]).Val(); encoding != "listpack" && encoding != "ziplist" {
		t.Errorf("the task is kept as %s", encoding)
	}
	stats, err := run.Stats()
	if err != nil || stats.AlarmsSet != 1 || stats.AlarmsKnown != 1 {
		t.Errorf("got %+v, %v", stats, err)
	}
	info, err := asynq.NewInspectorFromRedisClient(client).GetTaskInfo(queueOf(list[0].RunID), taskIDOf(t, list[0]))
	if err != nil || !info.NextProcessAt.Equal(noon) || info.MaxRetry != dueRetries || info.Timeout != dueTimeout {
		t.Errorf("got %+v, %v", info, err)
	}
}

func queueOf(run scenarios.RunID) string {
	payload, _ := appendRef(nil, run, 0)
	return (&alarms{queues: dueQueues(4)}).queueFor(dueTask{payload: payload})
}

func taskIDOf(t *testing.T, alarm scenarios.Alarm) string {
	t.Helper()
	payload, err := appendRef(nil, alarm.RunID, alarm.Generation)
	if err != nil {
		t.Fatal(err)
	}
	return taskID(payload, alarm.Step)
}

func TestLostAlarmsAreCounted(t *testing.T) {
	b := newBench(t, 1)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := b.alarms.Set(ctx, alarmsAt(time.Now(), "a", "b")); err == nil || b.alarms.lost.Load() != 2 {
		t.Errorf("lost %d, %v", b.alarms.lost.Load(), err)
	}
	for range backlogMax + 1 {
		b.alarms.put(alarmsAt(time.Now(), "a"))
	}
	if n := b.alarms.lost.Load(); n != 3 {
		t.Errorf("lost %d, want 3: the backlog has an end", n)
	}
}
