package queue

import (
	"context"
	"errors"
	"log/slog"
	"runtime/debug"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/hibiken/asynq"

	"kagobell/scenarios"
)

const (
	roomWithin = 60 * time.Second // how long a run may wait for a place before its task goes back into the queue
	slice      = 100              // runs of a crowd that are decided together
)

// errLater sends a task back into the queue: nothing was claimed. It is not counted as a failure, so that no outage
// of the database, however long, puts tasks into the archive.
var errLater = errors.New("later")

// worker has due runs decided, and carries out what comes of it.
type worker struct {
	due    *Batcher // runs that are due
	finish *Batcher // outcomes; apart, since a sender waits for each
	sender Sender   // nil: this process sends nothing
	alarms *alarms
	onward func(scenarios.Decision) // fan-outs
	lanes  []*lane                  // one a channel
	log    *slog.Logger
	now    func() time.Time // of this machine, monotonic
	phases phases

	active   inFlight // rings and deliveries under way
	outcomes [len(outcomeKinds)]atomic.Int64
	unsaved  atomic.Int64 // outcomes
}

// phases are the three steps in which a worker stops.
type phases struct {
	claiming context.Context // nothing more is claimed once it has ended
	sending  context.Context // nothing more is sent
	saving   context.Context // nothing more is saved
}

// ringer handles the alarms of one lane; nil: those of runs that wait for none.
type ringer struct {
	*worker
	home *lane
}

// ProcessTask implements asynq.Handler for alarms. It returns an error only to have the task back soon; a failure is
// in the database, or left to the sweep.
func (r ringer) ProcessTask(ctx context.Context, task *asynq.Task) error {
	w := r.worker
	defer w.active.enter()()
	refs, err := readRefs(task.Payload())
	if err != nil {
		w.log.Error("alarm cannot be read", "error", err)
		return nil
	}
	defer w.survive("run_id", string(refs[0].RunID), "runs", len(refs))
	var deliveries sync.WaitGroup
	if r.home != nil { // what waits for no channel is not to wait because of one
		defer deliveries.Wait()
	}
	open := w.ring(ctx, r.home, refs, &deliveries)
	if len(open.rest) == len(refs) {
		return errLater
	}
	w.putBack(r.home, open)
	return nil
}

// undecided are runs that were left as they are.
type undecided struct {
	rest []scenarios.RunRef                       // not looked at
	busy map[scenarios.Channel][]scenarios.RunRef // by the channel that has no room for them
}

// putBack has runs rung again: where they were, or in the lane that they turned out to need. From one lane to another
// they take their time, for they may need both.
func (w *worker) putBack(home *lane, left undecided) {
	if len(left.rest) > 0 {
		channel := scenarios.Channel("")
		if home != nil {
			channel = home.channel
		}
		w.ringLater(left.rest, channel, 0)
	}
	wait := time.Duration(0)
	if home != nil {
		wait = time.Second
	}
	for channel, refs := range left.busy {
		w.ringLater(refs, channel, wait)
	}
}

func (w *worker) ringLater(refs []scenarios.RunRef, channel scenarios.Channel, wait time.Duration) {
	for part := range slices.Chunk(refs, crowdSize) {
		if err := w.alarms.later(w.phases.saving, part, channel, wait); err != nil {
			w.log.Warn("runs are left to the sweep", "runs", len(part), "error", err)
		}
	}
}

// survive logs a panic and goes on. What was claimed is decided again when its claim has expired.
func (w *worker) survive(identity ...any) {
	if cause := recover(); cause != nil {
		w.log.Error("panic", append(identity, "cause", cause, "stack", string(debug.Stack()))...)
	}
}

// ring decides runs that waited in a lane, or in none, and carries out what is decided. It returns those that it did
// not get to. Deliveries may go on after it.
func (w *worker) ring(ctx context.Context, home *lane, refs []scenarios.RunRef, deliveries *sync.WaitGroup) undecided {
	waiting, cancel := context.WithTimeout(ctx, roomWithin)
	defer cancel()
	defer context.AfterFunc(w.phases.claiming, cancel)()
	busy := map[scenarios.Channel][]scenarios.RunRef{}
	for len(refs) > 0 {
		room, err := w.makeRoom(waiting, home, min(len(refs), slice))
		if err != nil {
			return undecided{refs, busy}
		}
		if w.phases.claiming.Err() != nil {
			room.leave(nil)
			return undecided{refs, busy}
		}
		// Not the context of the task: once it is asked, the answer is needed, as it may hold claims.
		decided, err := w.due.submit(w.phases.saving, dueWorks(refs[:room.n], room.held), 0, nil)
		for channel, list := range w.carryOut(refs, decided, room, deliveries) {
			busy[channel] = append(busy[channel], list...)
		}
		if err != nil {
			w.log.Warn("due runs were not decided", "runs", room.n, "error", err)
			return undecided{refs, busy}
		}
		refs = refs[room.n:]
	}
	return undecided{nil, busy}
}

func dueWorks(refs []scenarios.RunRef, held scenarios.ByChannel[scenarios.Hold]) []scenarios.Work {
	works := make([]scenarios.Work, len(refs))
	for i := range refs {
		works[i].Due, works[i].Held = &refs[i], held
	}
	return works
}

// carryOut acts on what was decided about due runs, and returns those that a channel has no room for. The places of
// which no message comes are given back at once.
func (w *worker) carryOut(refs []scenarios.RunRef, decided answer, room room, deliveries *sync.WaitGroup) map[scenarios.Channel][]scenarios.RunRef {
	var claims []claim
	var again []scenarios.Alarm
	busy := map[scenarios.Channel][]scenarios.RunRef{}
	for i, result := range decided.results {
		if result.Err != nil {
			w.logFailure("due run is left to the sweep", result.Err, "run_id", string(refs[i].RunID))
			continue
		}
		if channel := result.Decision.Busy; channel != "" {
			busy[channel] = append(busy[channel], refs[i])
		}
		again = append(again, result.Decision.Alarms...)
		claims = append(claims, claimsOf(result.Decision, decided.began)...)
		w.onward(result.Decision)
	}
	room.leave(claims)
	w.alarms.putAgain(w.phases.saving, again)
	for _, c := range claims {
		leave := w.active.enter()
		deliveries.Go(func() {
			defer leave()
			defer w.lane(c.Message.Channel).pace.change(1)
			w.deliverAll(c)
		})
	}
	return busy
}

// logFailure writes one line, with the stack of a panic.
func (w *worker) logFailure(message string, err error, identity ...any) {
	if caught := (*PanicError)(nil); errors.As(err, &caught) {
		identity = append(identity, "stack", string(caught.Stack))
	}
	w.log.Error(message, append(identity, "error", err)...)
}

// inFlight counts what is under way, so that an end of it can be waited for.
type inFlight struct {
	mu   sync.Mutex
	n    int
	idle chan struct{} // closed when n comes to 0; nil when nobody waits
}

// enter counts one more; what it returns counts it off.
func (f *inFlight) enter() (leave func()) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.n++
	return f.leave
}

func (f *inFlight) leave() {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.n--; f.n == 0 && f.idle != nil {
		close(f.idle)
		f.idle = nil
	}
}

// wait returns when nothing is under way, or ctx has ended, with its error.
func (f *inFlight) wait(ctx context.Context) error {
	f.mu.Lock()
	if f.n == 0 {
		f.mu.Unlock()
		return nil
	}
	if f.idle == nil {
		f.idle = make(chan struct{})
	}
	idle := f.idle
	f.mu.Unlock()
	select {
	case <-idle:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
