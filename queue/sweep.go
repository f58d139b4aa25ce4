package queue

import (
	"context"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"github.com/hibiken/asynq"
)

const (
	typeSweep  = "sweep"
	queueSweep = "sweep"

	armAtOnce    = 2000            // runs that are armed together
	datesAtOnce  = 500             // buyers who are taken into scenarios that go by dates
	datesSteps   = 20              // times that, a sweep
	backlogLimit = 50_000          // due tasks over which a sweep arms no more: the workers are behind already
	sweepTimeout = 5 * time.Minute // of the task; an unfinished sweep is continued by the next one
)

// sweep arms what alarms have missed: what comes inside the horizon, and what was lost with Redis or a process. It
// has a queue of its own, so that no crowd of alarms holds it up, and no TaskID, which a task that is stuck would block.
// Every worker asks for one each period; the lease lets one of them do it.
type sweep struct {
	sweeper Sweeper
	alarms  *alarms
	rebuild *rebuild
	backlog func() (int, error) // due tasks that wait for a worker
	holder  string
	every   time.Duration
	log     *slog.Logger
	phases  phases
	rest    func(context.Context, time.Duration) error
	onSwept func() // for tests; nil

	one   sync.Mutex   // the lease does not tell apart two tasks in one process
	last  atomic.Int64 // when the last one here ended, Unix milliseconds
	armed atomic.Int64
}

// ProcessTask implements asynq.Handler. Whatever goes wrong is made good by the next sweep.
func (s *sweep) ProcessTask(ctx context.Context, _ *asynq.Task) error {
	if !s.one.TryLock() {
		return nil
	}
	defer s.one.Unlock()
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	defer context.AfterFunc(s.phases.claiming, cancel)()
	err := s.rebuild.look(ctx)
	if err == nil {
		err = s.arm(ctx)
	}
	if err != nil {
		if s.phases.claiming.Err() == nil {
			s.log.Warn("sweep failed; the next one goes on", "error", err)
		}
		return nil
	}
	if s.onSwept != nil {
		s.onSwept()
	}
	return nil
}

// arm goes on until nothing is left to be armed. The lease is shorter than the time between two sweeps, so that it
// never stands in the way of the next one, and is renewed with each step.
func (s *sweep) arm(ctx context.Context) error {
	s.alarms.time.forget()
	for {
		mine, err := s.sweeper.Lease(ctx, typeSweep, s.holder, s.every*9/10)
		if err != nil || !mine {
			return err
		}
		if s.rebuild.owed {
			if err := s.rebuild.goOn(ctx, s.alarms, s.sweeper); err != nil {
				return err
			}
			continue
		}
		waiting, err := s.backlog()
		if err != nil {
			return err
		}
		if waiting > backlogLimit {
			s.log.Info("alarms ring faster than they are heard; the sweep waits", "waiting", waiting)
			break
		}
		list, err := s.sweeper.Arm(ctx, armAtOnce)
		if err != nil {
			return err
		}
		if err := s.alarms.Set(ctx, list); err != nil {
			return err
		}
		s.armed.Add(int64(len(list)))
		if len(list) < armAtOnce {
			break
		}
	}
	s.last.Store(time.Now().UnixMilli())
	return s.followDates(ctx)
}

// followDates takes buyers along into scenarios that go by dates, where one has been switched on. A sweep looks at some
// thousands; the next one goes on.
func (s *sweep) followDates(ctx context.Context) error {
	for range datesSteps {
		mine, err := s.sweeper.Lease(ctx, typeSweep, s.holder, s.every*9/10)
		if err != nil || !mine {
			return err
		}
		list, looked, err := s.sweeper.FollowDates(ctx, datesAtOnce)
		if err != nil {
			return err
		}
		if err := s.alarms.Set(ctx, list); err != nil {
			return err
		}
		if looked == 0 {
			return nil
		}
	}
	return nil
}
