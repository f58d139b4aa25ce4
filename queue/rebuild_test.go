package queue

import (
	"strings"
	"testing"
	"time"

	"github.com/alicebob/miniredis/v2"
	"github.com/hibiken/asynq"
	"github.com/redis/go-redis/v9"

	"kagobell/scenarios"
)

// forgetful is a Redis that can be put back to an earlier time, the alarms in it, and the sweep that looks after them.
type forgetful struct {
	*bench
	peer  *miniredis.Miniredis
	sweep *sweep
	all   *inspect
}

func newForgetful(t *testing.T) *forgetful {
	t.Helper()
	f := &forgetful{bench: newBench(t, 1), peer: miniredis.RunT(t)}
	client := redis.NewClient(&redis.Options{Addr: f.peer.Addr()})
	t.Cleanup(func() { _ = client.Close() })
	f.alarms.client = asynq.NewClientFromRedisClient(client)
	queues := []string{queueSweep}
	for _, names := range f.alarms.queues {
		queues = append(queues, names...)
	}
	f.sweep, f.all = newSweep(f.bench), newInspect(client, queues)
	f.sweep.rebuild = newRebuild(client, queues, f.worker.log)
	return f
}

func (f *forgetful) sweepOnce(t *testing.T) {
	t.Helper()
	if err := f.sweep.ProcessTask(t.Context(), nil); err != nil {
		t.Fatal(err)
	}
}

// scheduled is how many alarms lie in Redis, as Asynqmon shows them.
func (f *forgetful) scheduled(t *testing.T) (n int) {
	t.Helper()
	f.all.read = time.Time{}
	sizes, err := f.all.sizes()
	if err != nil {
		t.Fatal(err)
	}
	for _, size := range sizes {
		n += size.Scheduled
	}
	return n
}

func (f *forgetful) armOne(t *testing.T, name string) {
	t.Helper()
	f.change(func() { f.start(runID(name), f.time().Add(time.Hour)) })
	if err := f.alarms.Set(t.Context(), alarmsAt(f.runs[runID(name)].due, name)); err != nil {
		t.Fatal(err)
	}
}

func TestAlarmsAreSetAgainAfterRedisForgotThem(t *testing.T) {
	f := newForgetful(t)
	for _, name := range []string{"a", "b", "c"} {
		f.armOne(t, name)
	}
	f.sweepOnce(t) // takes the empty counters for a new Redis: nothing is missing in it
	if n := f.scheduled(t); n != 3 || f.alarms.known.Load() != 3 {
		t.Fatalf("%d alarms are set, %d known", n, f.alarms.known.Load())
	}
	f.peer.FlushAll()
	f.sweepOnce(t)
	if n := f.scheduled(t); n != 3 {
		t.Errorf("after it was emptied: %d alarms are set", n)
	}
	for range 2 {
		f.sweepOnce(t)
	}
	if known := f.alarms.known.Load(); known != 3 {
		t.Errorf("nothing was missing, and %d alarms were set again", known-3)
	}
	f.peer.FlushAll()
	for _, name := range f.sweep.rebuild.queues { // as a snapshot of before the last sweep would have it
		if err := f.peer.Set(sweepsOf(name), "1"); err != nil {
			t.Fatal(err)
		}
	}
	f.sweepOnce(t)
	if n := f.scheduled(t); n != 3 {
		t.Errorf("after an old snapshot: %d alarms are set", n)
	}
}

// A process that is new cannot compare; where there is no counter at all, Redis has forgotten everything.
func TestNewProcessFindsRedisEmpty(t *testing.T) {
	f := newForgetful(t)
	f.change(func() { f.start(runID("a"), f.time().Add(time.Hour)) })
	f.sweepOnce(t)
	if n := f.scheduled(t); n != 1 {
		t.Errorf("%d alarms are set", n)
	}
}

// TestAnAlarmFitsIntoACompactHash: Redis keeps a hash in one piece while no value in it is longer than 64 bytes
// (hash-max-listpack-value), and takes half as much memory again for one that is not.
func TestAnAlarmFitsIntoACompactHash(t *testing.T) {
	f := newForgetful(t)
	for _, channel := range []scenarios.Channel{"", scenarios.ChannelEmail, scenarios.ChannelLine} {
		alarm := scenarios.Alarm{RunID: runID("a"), Step: "first", Generation: 63, At: time.Now().Add(time.Hour), Channel: channel}
		if err := f.alarms.Set(t.Context(), []scenarios.Alarm{alarm}); err != nil {
			t.Fatal(err)
		}
	}
	tasks := 0
	for _, key := range f.peer.Keys() {
		if !strings.Contains(key, ":t:") {
			continue
		}
		tasks++
		if n := len(f.peer.HGet(key, "msg")); n == 0 || n > 64 {
			t.Errorf("%s has %d bytes", key, n)
		}
	}
	if tasks != 3 {
		t.Errorf("%d tasks, want 3", tasks)
	}
}
