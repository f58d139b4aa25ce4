package queue

import (
	"context"
	"errors"
	"log/slog"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"github.com/hibiken/asynq"

	"kagobell/scenarios"
)

const (
	typeFanOut  = "fanout"
	queueFanOut = "fanout"

	walkAtOnce    = 2000 // favourites
	walkLease     = 30 * time.Second
	fanOutTimeout = 10 * time.Minute // of the task; the next sweep goes on where it ended
	fruitless     = 3                // steps that came to nothing, after which the walk is left to the next sweep
	kicksMax      = 1024             // fan-outs that wait to be asked for
)

// walker brings catalogue changes to the buyers who saved the product, some thousands at a time. A fan-out is a row;
// the task merely says that it is time to look. One walks at a time, in all processes.
type walker struct {
	sweeper Sweeper
	alarms  *alarms
	client  *asynq.Client
	holder  string
	log     *slog.Logger
	phases  phases

	kicks  chan time.Time // when fan-outs come due
	again  atomic.Bool    // somebody asked since the walk began
	one    sync.Mutex
	walked atomic.Int64
}

// onward asks for the fan-outs of a decision to be walked once they are due. It does not wait; what is lost is seen by
// the next sweep.
func (w *walker) onward(decision scenarios.Decision) {
	for _, fanOut := range decision.FanOuts {
		if fanOut.Status != scenarios.FanOutOpen {
			continue
		}
		select {
		case w.kicks <- fanOut.DueAt:
		default:
		}
	}
}

// run enqueues what onward asks for, until stop is closed and nothing is left.
func (w *walker) run(ctx context.Context, stop <-chan struct{}) {
	for {
		select {
		case at := <-w.kicks:
			w.kick(ctx, at)
		case <-stop:
			select {
			case at := <-w.kicks:
				w.kick(ctx, at)
			default:
				return
			}
		}
	}
}

// kick enqueues a look at the fan-outs at a time by the database's clock; a zero time means now. One task serves all
// that are due in the same second.
func (w *walker) kick(ctx context.Context, at time.Time) {
	ctx, cancel := context.WithTimeout(ctx, setWithin)
	defer cancel()
	local := time.Now()
	if !at.IsZero() {
		local = ringAt(at, w.alarms.time.offset(ctx))
	}
	_, err := w.client.EnqueueContext(ctx, asynq.NewTask(typeFanOut, nil), asynq.Queue(queueFanOut),
		asynq.TaskID("fanout-"+strconv.FormatInt(local.Unix(), 10)), asynq.ProcessAt(local),
		asynq.MaxRetry(dueRetries), asynq.Timeout(fanOutTimeout), asynq.Retention(0))
	if err != nil && !errors.Is(err, asynq.ErrTaskIDConflict) {
		w.log.Warn("fan-outs wait for the next sweep", "error", err)
	}
}

// ProcessTask implements asynq.Handler. While another process walks, the task comes back in a second.
func (w *walker) ProcessTask(ctx context.Context, _ *asynq.Task) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	defer context.AfterFunc(w.phases.claiming, cancel)()
	// Whoever comes while a walk is at its end is heard: the flag is raised before the lock is tried, and looked at
	// again after it is released.
	w.again.Store(true)
	for w.again.Load() {
		if !w.one.TryLock() {
			return nil
		}
		err := w.walkAll(ctx)
		w.one.Unlock()
		if err != nil {
			return err
		}
	}
	return nil
}

func (w *walker) walkAll(ctx context.Context) error {
	for w.again.Swap(false) {
		err := w.walk(ctx)
		switch {
		case errors.Is(err, errLater):
			return errLater
		case ctx.Err() != nil:
			return nil
		case err != nil:
			w.log.Warn("fan-outs wait for the next sweep", "error", err)
			return nil
		}
	}
	return nil
}

// walk goes on until no fan-out is due, or another process has the lease.
func (w *walker) walk(ctx context.Context) error {
	defer w.giveBack()
	for idle := 0; idle < fruitless; {
		mine, err := w.sweeper.Lease(ctx, typeFanOut, w.holder, walkLease)
		if err != nil {
			return err
		}
		if !mine {
			return errLater
		}
		progress, err := w.sweeper.WalkFanOut(ctx, walkAtOnce)
		if err != nil {
			return err
		}
		w.walked.Add(int64(progress.Walked))
		if err := w.alarms.Set(ctx, progress.Alarms); err != nil {
			w.log.Warn("alarms are lost until the sweep finds them", "error", err)
		}
		if !progress.More {
			return nil
		}
		idle++
		if progress.Walked > 0 || progress.Ended {
			idle = 0
		}
	}
	return nil
}

// giveBack ends the lease, so that the next one need not wait for it; another's is left alone.
func (w *walker) giveBack() {
	ctx, cancel := context.WithTimeout(w.phases.saving, probePatience)
	defer cancel()
	if _, err := w.sweeper.Lease(ctx, typeFanOut, w.holder, 0); err != nil {
		w.log.Debug("the lease of the fan-outs was not given back", "error", err)
	}
}
