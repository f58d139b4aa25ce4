package queue

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"sync"
	"testing"
	"time"

	"github.com/hibiken/asynq"
	"github.com/redis/go-redis/v9"

	"kagobell/scenarios"
)

// running is a service at work, with the shop behind it.
type running struct {
	*Service
	*shop
	log   *lockedBuffer
	swept chan struct{} // one signal stands for many
	stop  context.CancelFunc
	ended chan struct{}
}

func start(t *testing.T, r *Redis, s *shop, change func(*Options)) *running {
	t.Helper()
	log := &lockedBuffer{}
	options := Options{Redis: r, Decider: s, Clock: s, Sweeper: s, Sender: s, Worker: true, SweepEvery: time.Second,
		Log: slog.New(slog.NewTextHandler(log, nil))}
	if change != nil {
		change(&options)
	}
	service, err := New(options)
	if err != nil {
		t.Fatal(err)
	}
	run := &running{Service: service, shop: s, log: log, swept: make(chan struct{}, 1), ended: make(chan struct{})}
	service.server.watchEvery = 50 * time.Millisecond
	service.sweep.onSwept = func() {
		select {
		case run.swept <- struct{}{}:
		default:
		}
	}
	ctx, cancel := context.WithCancel(context.Background())
	run.stop = cancel
	go func() {
		defer close(run.ended)
		if err := service.Run(ctx); err != nil {
			t.Error(err)
		}
	}()
	t.Cleanup(func() { run.drain(t) })
	return run
}

func (r *running) drain(t *testing.T) {
	t.Helper()
	r.stop()
	select {
	case <-r.ended:
	case <-time.After(patience):
		t.Error("the service does not end")
	}
}

// awaitSweep waits for a sweep that has begun after now.
func (r *running) awaitSweep(t *testing.T) {
	t.Helper()
	for range 2 { // the first signal may be of an earlier one
		select {
		case <-r.swept:
		case <-time.After(patience):
			t.Fatal("no sweep came")
		}
	}
}

func (r *running) ingest(t *testing.T, n int, wait time.Duration) {
	t.Helper()
	var list []*scenarios.Event
	for i := range n {
		list = append(list, event(fmt.Sprint("run ", i), wait))
	}
	results, err := r.Ingest(t.Context(), list)
	if err != nil || len(results) != n {
		t.Fatalf("got %d results, %v", len(results), err)
	}
}

func TestDueRunsAreSent(t *testing.T) {
	onBoth(t, func(t *testing.T, r *Redis) {
		run := start(t, r, newShop(), func(o *Options) { o.CrowdFrom = 1000 })
		run.ingest(t, 50, time.Second)
		run.allSentOnce(t, 50)
		run.ingest(t, 50, 0) // the same events again
		stats, err := run.Stats()
		if err != nil || stats.AlarmsSet < 50 || stats.Outcomes[scenarios.OutcomeSent] != 50 || len(stats.Queues) != 14 {
			t.Errorf("got %+v, %v", stats, err)
		}
	})
}

func TestACrowdIsSent(t *testing.T) {
	onBoth(t, func(t *testing.T, r *Redis) {
		run := start(t, r, newShop(), func(o *Options) { o.CrowdFrom = 10 })
		run.ingest(t, 300, time.Second)
		run.allSentOnce(t, 300)
	})
}

// Kagobell without a Redis that remembers: what was to ring is gone, and the sweep arms it again.
func TestFlushedRedisHeals(t *testing.T) {
	test := func(t *testing.T, r *Redis, flush string) {
		run := start(t, r, newShop(), func(o *Options) { o.CrowdFrom = 20 })
		run.awaitSweep(t)
		run.ingest(t, 30, 2*time.Second) // a crowd
		for i := range 10 {              // and single ones
			if _, err := run.Ingest(t.Context(), []*scenarios.Event{event(fmt.Sprint("single ", i), 2*time.Second)}); err != nil {
				t.Fatal(err)
			}
		}
		eventually(t, "the alarms to be set", func() bool { return run.Service.alarms.set.Load() >= 40 })
		if err := r.client.Do(t.Context(), flush).Err(); err != nil {
			t.Fatal(err)
		}
		run.allSentOnce(t, 40)
		names, err := asynq.NewInspectorFromRedisClient(r.client).Queues()
		if err != nil || len(names) != 14 {
			t.Errorf("after "+flush+" the queues are %v, %v", names, err)
		}
		run.ingest(t, 45, 0) // 15 more, after it
		run.allSentOnce(t, 55)
	}
	t.Run("redis", func(t *testing.T) {
		t.Parallel()
		r, flush := privateRedis(t)
		test(t, r, flush)
	})
	t.Run("embedded", func(t *testing.T) {
		t.Parallel()
		test(t, embeddedRedis(t), "FLUSHALL")
	})
}

// wire is a TCP proxy that can be cut.
type wire struct {
	listener net.Listener
	target   string
	mu       sync.Mutex
	cut      bool
	open     map[net.Conn]bool
}

func newWire(t *testing.T, target string) *wire {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	w := &wire{listener: listener, target: target, open: map[net.Conn]bool{}}
	go func() {
		for {
			near, err := listener.Accept()
			if err != nil {
				return
			}
			go w.join(near)
		}
	}()
	t.Cleanup(func() {
		_ = listener.Close()
		w.set(true)
	})
	return w
}

func (w *wire) join(near net.Conn) {
	far, err := net.Dial("tcp", w.target)
	if err != nil {
		_ = near.Close()
		return
	}
	w.mu.Lock()
	w.open[near], w.open[far] = true, true
	cut := w.cut
	w.mu.Unlock()
	if cut {
		w.set(true)
		return
	}
	for from, to := range map[net.Conn]net.Conn{near: far, far: near} {
		go func() {
			_, _ = io.Copy(to, from)
			_ = to.Close()
		}()
	}
}

// set cuts all connections and refuses further ones, or lets them through again.
func (w *wire) set(cut bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.cut = cut
	if cut {
		for conn := range w.open {
			_ = conn.Close()
		}
		clear(w.open)
	}
}

// address is that of an embedded Redis behind the wire.
func (w *wire) address(r *Redis) string {
	password := r.client.(*redis.Client).Options().Password
	return "redis://:" + password + "@" + w.listener.Addr().String()
}

func TestRedisGoesAwayAndComesBack(t *testing.T) {
	t.Parallel()
	direct := embeddedRedis(t)
	w := newWire(t, direct.inside.server.Addr())
	run := start(t, connected(t, w.address(direct)), newShop(), nil)
	run.awaitSweep(t)
	w.set(true)
	eventually(t, "the servers to stop", func() bool { return run.server.stops.Load() == 1 })
	run.ingest(t, 5, 0) // accepted all the same
	w.set(false)
	run.allSentOnce(t, 5)
	if n := run.server.starts.Load(); n != 2 {
		t.Errorf("the servers were started %d times", n)
	}
}

func TestServiceStartsBeforeItsRedis(t *testing.T) {
	t.Parallel()
	direct := embeddedRedis(t)
	w := newWire(t, direct.inside.server.Addr())
	through := connected(t, w.address(direct))
	w.set(true)
	run := start(t, through, newShop(), nil)
	run.ingest(t, 5, 0)
	w.set(false)
	run.allSentOnce(t, 5)
}

func TestDatabaseGoesAwayAndComesBack(t *testing.T) {
	t.Parallel()
	run := start(t, embeddedRedis(t), newShop(), nil)
	run.ingest(t, 20, time.Second)
	run.change(func() { run.away = errors.New("connection refused") })
	if _, err := run.Ingest(t.Context(), []*scenarios.Event{event("x", 0)}); !errors.Is(err, ErrUnavailable) {
		t.Errorf("got %v", err)
	}
	eventually(t, "alarms to ring in vain", func() bool { return run.retries(t) > 0 })
	for _, queue := range run.inspect.queues {
		tasks, err := run.inspect.inspector.ListRetryTasks(queue)
		if err != nil {
			t.Error(err)
		}
		for _, task := range tasks {
			if task.Retried != 0 {
				t.Error("an outage uses up the retries of a task")
			}
		}
	}
	run.change(func() { run.away = nil })
	run.allSentOnce(t, 20)
	if n := run.archived(t); n != 0 {
		t.Errorf("%d tasks are archived", n)
	}
}

// sizes reads the queues anew.
func (r *running) sizes(t *testing.T) (retry, archived int) {
	t.Helper()
	sizes, err := newInspect(r.options.Redis.client, r.inspect.queues).sizes()
	if err != nil {
		t.Fatal(err)
	}
	for _, size := range sizes {
		retry += size.Retry
		archived += size.Archived
	}
	return retry, archived
}

func (r *running) retries(t *testing.T) int {
	retry, _ := r.sizes(t)
	return retry
}

func (r *running) archived(t *testing.T) int {
	_, archived := r.sizes(t)
	return archived
}

func TestStoppingFinishesWhatIsUnderWay(t *testing.T) {
	t.Parallel()
	sending, goOn := make(chan struct{}, 10), make(chan struct{})
	s := newShop()
	s.send = func(context.Context, scenarios.Delivery) scenarios.Outcome {
		sending <- struct{}{}
		<-goOn
		return scenarios.Outcome{Kind: scenarios.OutcomeSent}
	}
	run := start(t, embeddedRedis(t), s, func(o *Options) { o.Senders = 2 })
	run.ingest(t, 2, 0)
	<-sending
	<-sending
	run.stop()
	eventually(t, "the service to stop", func() bool { return run.worker.phases.claiming.Err() != nil })
	close(goOn)
	run.drainAndCheck(t, 2)
	if _, err := run.Ingest(t.Context(), []*scenarios.Event{event("late", 0)}); !errors.Is(err, ErrClosed) {
		t.Errorf("after the end: got %v", err)
	}
}

func (r *running) drainAndCheck(t *testing.T, n int) {
	t.Helper()
	r.drain(t)
	r.allSentOnce(t, n)
}

func TestStoppingDoesNotWaitForEver(t *testing.T) {
	t.Parallel()
	s := newShop()
	sending := make(chan struct{})
	s.send = func(ctx context.Context, _ scenarios.Delivery) scenarios.Outcome {
		close(sending)
		<-ctx.Done() // a provider that does not answer
		return scenarios.Outcome{Kind: scenarios.OutcomeTemporary, Reason: scenarios.ReasonTemporary}
	}
	run := start(t, embeddedRedis(t), s, func(o *Options) { o.DrainWithin = 400 * time.Millisecond })
	run.ingest(t, 1, 0)
	<-sending
	run.drain(t)
	if n := run.worker.outcomes[1].Load(); n != 1 || run.worker.unsaved.Load() != 0 {
		t.Errorf("%d temporary outcomes, %d unsaved; the one that was broken off is to be saved", n, run.worker.unsaved.Load())
	}
}

func TestAnAPIProcessOnlyTakesIn(t *testing.T) {
	t.Parallel()
	r, s := embeddedRedis(t), newShop()
	s.lost = time.Hour // no help from the sweep: the alarms of the other process must do
	api := start(t, r, s, func(o *Options) { o.Worker, o.Sweeper, o.Sender = false, nil, nil })
	api.ingest(t, 5, 0)
	eventually(t, "the alarms to be set", func() bool { return api.Service.alarms.set.Load() == 5 })
	start(t, r, s, nil)
	s.allSentOnce(t, 5)
}

func TestNewSaysWhatIsMissing(t *testing.T) {
	s, r := newShop(), embeddedRedis(t)
	for name, options := range map[string]Options{
		"nothing at all": {},
		"no sender":      {Redis: r, Decider: s, Clock: s, Log: r.log, Sweeper: s, Worker: true},
		"odd seconds":    {Redis: r, Decider: s, Clock: s, Log: r.log, SweepEvery: 1500 * time.Millisecond},
	} {
		if _, err := New(options); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}
