package queue

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"github.com/hibiken/asynq"
)

const (
	checkEvery   = 200 * time.Millisecond // for tasks that came due, and for tasks to handle
	watchEvery   = time.Second
	missesToStop = 2 // pings without an answer, after which the servers are stopped
	backoffMost  = 5 * time.Second
	houseworkers = 4 // sweeps, walks and pruning at a time
)

// server runs Asynq's servers while Redis answers. When it does not, they are stopped and started anew later, since
// their loops would go round without a pause.
type server struct {
	redis       *Redis
	worker      *worker
	sweep       *sweep
	walker      *walker
	leads       *leads // nil: none
	concurrency int
	finishUp    time.Duration // that handlers are given when the servers stop; then their tasks go back
	watchEvery  time.Duration
	log         *slog.Logger
	starts      atomic.Int64
	stops       atomic.Int64
}

// run returns when ctx has ended and all servers have stopped. Handlers that take
// longer than finishUp go on alone.
func (s *server) run(ctx context.Context) {
	s.redis.users.Add(1)
	defer s.redis.users.Add(-1)
	for s.awaitRedis(ctx) {
		stop, err := s.start(ctx)
		if err != nil {
			s.log.Error("the queue did not start in full", "error", err)
		}
		s.starts.Add(1)
		s.log.Info("the queue runs")
		s.watch(ctx)
		stop()
		s.stops.Add(1)
	}
}

// awaitRedis asks at growing intervals until Redis answers; false when ctx ends first.
func (s *server) awaitRedis(ctx context.Context) bool {
	told := false
	for wait := s.watchEvery / 5; ; wait = min(2*wait, backoffMost) {
		err := s.redis.Ping(ctx)
		if ctx.Err() != nil {
			return false
		}
		if err == nil {
			return true
		}
		if !told {
			s.log.Warn("Redis does not answer; due steps wait for it", "error", err)
			told = true
		}
		select {
		case <-ctx.Done():
			return false
		case <-time.After(wait):
		}
	}
}

// watch returns when ctx ends, or Redis has failed to answer some times in a row.
func (s *server) watch(ctx context.Context) {
	ticker := time.NewTicker(s.watchEvery)
	defer ticker.Stop()
	for misses := 0; misses < missesToStop; {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
		if err := s.redis.Ping(ctx); err != nil {
			misses++
		} else {
			misses = 0
		}
	}
	s.log.Warn("Redis does not answer: the queue stops until it does")
}

// start starts all servers and the periodic tasks, and asks for a sweep at once. What it returns stops what was
// started, and is never nil.
func (s *server) start(ctx context.Context) (stop func(), err error) {
	if err := s.redis.checkEviction(ctx); err != nil {
		s.log.Error("this Redis may lose alarms", "error", err)
	}
	var stops []func()
	stop = func() {
		var all sync.WaitGroup
		for _, each := range stops {
			all.Go(each)
		}
		all.Wait()
	}
	launch := func(handler asynq.Handler, concurrency int, queues ...string) error {
		server := asynq.NewServerFromRedisClient(s.redis.client, s.config(concurrency, queues...))
		err := server.Start(handler)
		if err == nil {
			stops = append(stops, server.Shutdown)
		}
		return err
	}
	// One server a lane: tasks that wait for a channel take up nobody else's handlers.
	for channel, queues := range s.worker.alarms.queues {
		ringer := ringer{worker: s.worker}
		if channel != "" {
			ringer.home = s.worker.lane(channel)
		}
		if err := launch(ringer, s.concurrency, queues...); err != nil {
			return stop, err
		}
	}
	if err := launch(s.housework(), houseworkers, queueSweep, queueFanOut); err != nil {
		return stop, err
	}
	periodic, err := s.startPeriodic()
	if err != nil {
		return stop, err
	}
	stops = append(stops, periodic.Shutdown)
	if _, err := s.walker.client.EnqueueContext(ctx, asynq.NewTask(typeSweep, nil), sweepOptions()...); err != nil {
		s.log.Warn("the first sweep waits for its time", "error", err)
	}
	return stop, nil
}

// housework is what is done beside the alarms. Of each kind one task at most is under way here, so that none takes the
// place of sweeps.
func (s *server) housework() *asynq.ServeMux {
	mux := asynq.NewServeMux()
	mux.Handle(typeSweep, s.sweep)
	mux.Handle(typeFanOut, s.walker)
	mux.HandleFunc(typePrune, s.sweep.prune)
	if s.leads != nil {
		mux.Handle(typeLeads, s.leads)
	}
	return mux
}

func sweepOptions() []asynq.Option {
	return []asynq.Option{asynq.Queue(queueSweep), asynq.MaxRetry(1), asynq.Timeout(sweepTimeout), asynq.Retention(0)}
}

// startPeriodic asks for sweeps, for walks that nobody asked for, and for pruning in the small hours of UTC+9.
func (s *server) startPeriodic() (*asynq.Scheduler, error) {
	scheduler := asynq.NewSchedulerFromRedisClient(s.redis.client, &asynq.SchedulerOpts{
		// It counts a shared connection, which it must not close, as an error; ours are told by PostEnqueueFunc.
		Logger: asynqLog{log: s.log, most: slog.LevelDebug},
		PostEnqueueFunc: func(info *asynq.TaskInfo, err error) {
			if err != nil && !errors.Is(err, asynq.ErrTaskIDConflict) {
				s.log.Warn("a periodic task was left out", "error", err)
			}
		},
	})
	every := fmt.Sprintf("@every %s", s.sweep.every)
	_, err1 := scheduler.Register(every, asynq.NewTask(typeSweep, nil), sweepOptions()...)
	_, err2 := scheduler.Register(every, asynq.NewTask(typeFanOut, nil), asynq.Queue(queueFanOut),
		asynq.MaxRetry(1), asynq.Timeout(fanOutTimeout), asynq.Retention(0))
	_, err3 := scheduler.Register("17 18 * * *", asynq.NewTask(typePrune, nil), asynq.Queue(queueSweep),
		asynq.MaxRetry(1), asynq.Timeout(pruneTimeout), asynq.Retention(0))
	err4 := s.registerLeads(scheduler, every)
	if err := errors.Join(err1, err2, err3, err4); err != nil {
		return nil, err
	}
	return scheduler, scheduler.Start()
}

// registerLeads asks for the leads that are due as often as for sweeps.
func (s *server) registerLeads(scheduler *asynq.Scheduler, every string) error {
	if s.leads == nil {
		return nil
	}
	_, err := scheduler.Register(every, asynq.NewTask(typeLeads, nil), asynq.Queue(queueSweep), asynq.MaxRetry(1),
		asynq.Timeout(leadsTimeout), asynq.Retention(0))
	return err
}

// config changes what Asynq would do by itself: look for due tasks every 5 s, for tasks to handle every second, and
// retry after a quarter of a minute and more.
func (s *server) config(concurrency int, queues ...string) asynq.Config {
	equal := make(map[string]int, len(queues))
	for _, name := range queues {
		equal[name] = 1
	}
	return asynq.Config{
		Concurrency:              concurrency,
		Queues:                   equal,
		DelayedTaskCheckInterval: checkEvery,
		TaskCheckInterval:        checkEvery,
		ShutdownTimeout:          s.finishUp,
		IsFailure:                func(err error) bool { return !errors.Is(err, errLater) },
		RetryDelayFunc:           s.retryDelay,
		Logger:                   asynqLog{log: s.log, most: slog.LevelWarn},
	}
}

// retryDelay: at a crash the database already knows better what is to be done, and a fan-out that another process
// walks is nearly done.
func (s *server) retryDelay(_ int, err error, task *asynq.Task) time.Duration {
	if task.Type() == typeFanOut || s.worker.phases.claiming.Err() != nil {
		return time.Second
	}
	return 5 * time.Second
}
