package queue

import (
	"context"
	"errors"
	"log/slog"
	"runtime/debug"
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
	intake *Batcher // runs that are due
	finish *Batcher // outcomes; apart, since a sender waits for each
	sender Sender   // nil: this process sends nothing
	alarms *alarms
	onward func(scenarios.Decision) // fan-outs
	pace   *pace
	slots  map[scenarios.Channel]chan struct{}
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

// ProcessTask implements asynq.Handler for alarms. It returns an error only to have the task back soon; a failure is
// in the database, or left to the sweep.
func (w *worker) ProcessTask(ctx context.Context, task *asynq.Task) error {
	defer w.active.enter()()
	refs, err := readRefs(task.Payload())
	if err != nil {
		w.log.Error("alarm cannot be read", "error", err)
		return nil
	}
	defer w.survive("run_id", string(refs[0].RunID), "runs", len(refs))
	rest := w.ring(ctx, refs)
	switch {
	case len(rest) == 0:
		return nil
	case len(rest) == len(refs):
		return errLater
	}
	if err := w.alarms.later(w.phases.saving, rest); err != nil {
		w.log.Warn("runs are left to the sweep", "runs", len(rest), "error", err)
	}
	return nil
}

// survive logs a panic and goes on. What was claimed is decided again when its claim has expired.
func (w *worker) survive(identity ...any) {
	if cause := recover(); cause != nil {
		w.log.Error("panic", append(identity, "cause", cause, "stack", string(debug.Stack()))...)
	}
}

// ring decides runs and carries out what is decided. It returns the runs that it did not get to; they are untouched.
func (w *worker) ring(ctx context.Context, refs []scenarios.RunRef) (rest []scenarios.RunRef) {
	waiting, cancel := context.WithTimeout(ctx, roomWithin)
	defer cancel()
	defer context.AfterFunc(w.phases.claiming, cancel)()
	var deliveries sync.WaitGroup
	defer deliveries.Wait()
	for len(refs) > 0 {
		places, err := w.pace.take(waiting, min(len(refs), slice))
		if err != nil {
			return refs
		}
		if w.phases.claiming.Err() != nil {
			w.pace.change(places)
			return refs
		}
		// Not the context of the task: once it is asked, the answer is needed, as it may hold claims.
		decided, err := w.intake.submit(w.phases.saving, dueWorks(refs[:places]), 0, nil)
		w.carryOut(refs, decided, places, &deliveries)
		if err != nil {
			w.log.Warn("due runs were not decided", "runs", places, "error", err)
			return refs
		}
		refs = refs[places:]
	}
	return nil
}

func dueWorks(refs []scenarios.RunRef) []scenarios.Work {
	works := make([]scenarios.Work, len(refs))
	for i := range refs {
		works[i].Due = &refs[i]
	}
	return works
}

// carryOut acts on what was decided about due runs. Each holds one of the places; those of which no message comes are
// given back at once.
func (w *worker) carryOut(refs []scenarios.RunRef, decided answer, places int, deliveries *sync.WaitGroup) {
	var claims []claim
	var again []scenarios.Alarm
	for i, result := range decided.results {
		if result.Err != nil {
			w.logFailure("due run is left to the sweep", result.Err, "run_id", string(refs[i].RunID))
			continue
		}
		again = append(again, result.Decision.Alarms...)
		claims = append(claims, claimsOf(result.Decision, decided.began)...)
		w.onward(result.Decision)
	}
	w.pace.change(places - len(claims))
	w.alarms.putAgain(w.phases.saving, again)
	for _, c := range claims {
		deliveries.Go(func() {
			defer w.pace.change(1)
			w.deliverAll(c)
		})
	}
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
