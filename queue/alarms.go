package queue

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strconv"
	"sync/atomic"
	"time"

	"github.com/hibiken/asynq"
	"golang.org/x/sync/errgroup"

	"kagobell/scenarios"
)

const (
	typeDue   = "due"
	duePrefix = "due-" // of the names of their queues

	// dueTimeout is when Asynq gives a task up that is still being handled. Past the 60 s in which a run may wait for
	// a place (roomWithin), it leaves time for deciding, sending (15 s) and finishing.
	dueTimeout = 120 * time.Second

	// dueRetries are for crashes alone: each costs one. Failures go back into the queue without being counted.
	dueRetries = 5

	enqueuers  = 32                    // calls to Redis at a time
	early      = 20 * time.Millisecond // an alarm may ring so much too early rather than a second too late
	setWithin  = 10 * time.Second      // for one call of set in the background
	backlogMax = 1 << 15               // lists of alarms that wait to be set
	atOnce     = 5000                  // alarms that are set together
)

// alarms sets alarms in Redis. It is the only thing here that plans in time.
type alarms struct {
	client    *asynq.Client
	time      *databaseTime
	queues    map[scenarios.Channel][]string // of the lanes; empty: of runs that wait for no channel
	crowdFrom int                            // runs due in one second that share a task; fewer have one each
	crowdSize int                            // runs in a task at most
	log       *slog.Logger
	waiting   chan []scenarios.Alarm

	set, known, lost atomic.Int64
}

// dueTask is one task to enqueue.
type dueTask struct {
	payload []byte
	channel scenarios.Channel
	id      string
	at      time.Time // by the database's clock
	runs    int
}

// Set sets alarms and waits for it. What fails is lost until the sweep finds it; an alarm that is set already is not a
// failure.
func (a *alarms) Set(ctx context.Context, list []scenarios.Alarm) error {
	if len(list) == 0 {
		return nil
	}
	offset := a.time.offset(ctx)
	tasks, err := a.tasks(list)
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(enqueuers)
	var done atomic.Int64
	for _, task := range tasks {
		group.Go(func() error {
			if err := ctx.Err(); err != nil {
				return err // another one has failed already: Redis is away
			}
			if err := a.enqueue(ctx, task, offset); err != nil {
				return err
			}
			done.Add(int64(task.runs))
			return nil
		})
	}
	err = errors.Join(group.Wait(), err)
	a.lost.Add(int64(len(list)) - done.Load())
	if err != nil {
		return fmt.Errorf("setting alarms for %d runs: %w", len(list), err)
	}
	return nil
}

func (a *alarms) enqueue(ctx context.Context, task dueTask, offset time.Duration) error {
	_, err := a.client.EnqueueContext(ctx, asynq.NewTask(typeDue, task.payload),
		asynq.TaskID(task.id), asynq.Queue(a.queueFor(task)), asynq.ProcessAt(ringAt(task.at, offset)),
		asynq.MaxRetry(dueRetries), asynq.Timeout(dueTimeout), asynq.Retention(0))
	switch {
	case errors.Is(err, asynq.ErrTaskIDConflict):
		a.known.Add(int64(task.runs))
		a.log.Debug("alarm is set already", "task_id", task.id)
	case err != nil:
		return err
	default:
		a.set.Add(int64(task.runs))
	}
	return nil
}

// ringAt turns a time of the database into one of this machine: a whole second, since Asynq cuts off what is below
// and would ring too early. The delay to it is the same by both clocks.
func ringAt(at time.Time, offset time.Duration) time.Time {
	local := at.Add(-offset - early)
	if whole := local.Truncate(time.Second); !whole.Equal(local) {
		return whole.Add(time.Second)
	}
	return local
}

// queueFor spreads the runs over the queues of their lane, for in a Redis cluster each is on one node.
func (a *alarms) queueFor(task dueTask) string {
	queues := a.queues[task.channel]
	if len(queues) == 0 {
		queues = a.queues[""]
	}
	return queues[int(task.payload[0])%len(queues)]
}

// tasks makes a task of each alarm, or of each crowd that is due in the same second in the same lane.
func (a *alarms) tasks(list []scenarios.Alarm) ([]dueTask, error) {
	sorted := append([]scenarios.Alarm(nil), list...)
	slices.SortStableFunc(sorted, func(x, y scenarios.Alarm) int {
		return cmp.Or(x.At.Compare(y.At), cmp.Compare(x.Channel, y.Channel))
	})
	var tasks []dueTask
	var failed error
	for len(sorted) > 0 {
		n := 1
		for n < len(sorted) && sorted[n].At.Equal(sorted[0].At) && sorted[n].Channel == sorted[0].Channel {
			n++
		}
		size := 1
		if n >= a.crowdFrom {
			size = a.crowdSize
		}
		for start := 0; start < n; start += size {
			task, err := newDueTask(sorted[start:min(start+size, n)])
			failed = errors.Join(failed, err)
			if task.runs > 0 {
				tasks = append(tasks, task)
			}
		}
		sorted = sorted[n:]
	}
	return tasks, failed
}

// newDueTask makes one task of alarms for the same second. Those with an id that is none are left out, with an error.
func newDueTask(list []scenarios.Alarm) (dueTask, error) {
	task := dueTask{at: list[0].At, channel: list[0].Channel}
	var failed error
	for _, alarm := range list {
		payload, err := appendRef(task.payload, alarm.RunID, alarm.Generation)
		if err != nil {
			failed = errors.Join(failed, err)
			continue
		}
		task.payload = payload
		task.runs++
	}
	switch {
	case task.runs == 0:
	case len(list) == 1:
		task.id = taskID(task.payload, list[0].Step)
	default:
		task.id = crowdTaskID(task.payload)
	}
	return task, failed
}

// later puts runs into a lane to be rung after a while, in a task of their own.
func (a *alarms) later(ctx context.Context, refs []scenarios.RunRef, channel scenarios.Channel, wait time.Duration) error {
	task := dueTask{runs: len(refs), channel: channel}
	if wait > 0 {
		task.at = time.Now().Add(wait)
	}
	for _, ref := range refs {
		payload, err := appendRef(task.payload, ref.RunID, ref.Generation)
		if err != nil {
			return err
		}
		task.payload = payload
	}
	task.id = crowdTaskID(task.payload)
	return a.enqueue(ctx, task, 0)
}

// put hands alarms over to be set in the background. It does not wait: with Redis away they are lost, and counted,
// once the backlog is full.
func (a *alarms) put(list []scenarios.Alarm) {
	if len(list) == 0 {
		return
	}
	select {
	case a.waiting <- list:
	default:
		a.lost.Add(int64(len(list)))
	}
}

// putAgain is for what an alarm itself asks to be set. It leaves half a second at least: where another machine's clock
// is ahead and forwards tasks too early, a run would else ring over and over until it is due.
func (a *alarms) putAgain(ctx context.Context, list []scenarios.Alarm) {
	soonest := time.Now().Add(a.time.offset(ctx) + 500*time.Millisecond)
	for i := range list {
		if list[i].At.Before(soonest) {
			list[i].At = soonest
		}
	}
	a.put(list)
}

// run sets what put hands over until stop is closed and nothing is left. Alarms that come together are set together,
// so that those due in one second may share a task.
func (a *alarms) run(ctx context.Context, stop <-chan struct{}) {
	for {
		select {
		case list := <-a.waiting:
			a.setAll(ctx, list)
		case <-stop:
			select {
			case list := <-a.waiting:
				a.setAll(ctx, list)
			default:
				return
			}
		}
	}
}

// setAll sets list and what else waits by now.
func (a *alarms) setAll(ctx context.Context, list []scenarios.Alarm) {
	list = append([]scenarios.Alarm(nil), list...)
	for more := true; more && len(list) < atOnce; {
		select {
		case next := <-a.waiting:
			list = append(list, next...)
		default:
			more = false
		}
	}
	ctx, cancel := context.WithTimeout(ctx, setWithin)
	defer cancel()
	if err := a.Set(ctx, list); err != nil {
		a.log.Warn("alarms are lost until the sweep finds them", "error", err)
	}
}

// dueQueues names n queues for each lane, and for runs that wait for none. A letter is posted without waiting. The names
// stand in every alarm: one letter more, and Redis takes half as much memory again for each (see alarm.go).
func dueQueues(n int) map[scenarios.Channel][]string {
	queues := map[scenarios.Channel][]string{}
	for _, channel := range []scenarios.Channel{"", scenarios.ChannelEmail, scenarios.ChannelLine} {
		prefix := duePrefix
		if channel != "" {
			prefix += string(channel[:1])
		}
		for i := range n {
			queues[channel] = append(queues[channel], prefix+strconv.Itoa(i))
		}
	}
	return queues
}
