package queue

import (
	"context"
	"slices"
	"sync"
	"time"

	"kagobell/scenarios"
)

// stoppedFor is how long a channel that is out of order is left alone before one message tries it again.
const stoppedFor = time.Minute

// lane is what one channel has to send with. Each has places, connections, a rate and queues of its own, so that a
// channel that is slow, limited or out of order holds up no other.
type lane struct {
	channel scenarios.Channel
	pace    *pace
	slots   chan struct{} // one for each connection
	limit   *Limit        // nil: none
	now     func() time.Time

	mu      sync.Mutex
	stopped bool
	tryAt   time.Time // of a stopped channel
	why     string
}

func newLane(c scenarios.Channel, senders int, limit *Limit) *lane {
	l := &lane{channel: c, pace: newPace(senders), slots: make(chan struct{}, senders), limit: limit, now: time.Now}
	l.pace.share = limit.share
	return l
}

// admits is how many of the runs that wait for the channel may be decided: all, none while it is out of order, or one,
// every minute, to see whether it still is.
func (l *lane) admits(want int) int {
	l.mu.Lock()
	defer l.mu.Unlock()
	now := l.now()
	switch {
	case !l.stopped:
		return want
	case now.Before(l.tryAt):
		return 0
	}
	l.tryAt = now.Add(stoppedFor)
	return 1
}

// learn takes from an outcome how the channel is.
func (l *lane) learn(o *scenarios.Outcome) (turned bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	was := l.stopped
	switch {
	case o.Kind == scenarios.OutcomeReleased && o.Hold == scenarios.HoldStopped:
		l.stopped, l.tryAt, l.why = true, l.now().Add(stoppedFor), o.Detail
	case o.Kind == scenarios.OutcomeReleased && o.Hold == scenarios.HoldBusy:
		l.pace.rest(min(o.RetryAfter, stoppedFor))
	case o.Kind == scenarios.OutcomeSent:
		l.stopped, l.why = false, ""
	}
	return was != l.stopped
}

// outOfOrder is the answer for which the channel was stopped; empty while it is in order.
func (l *lane) outOfOrder() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.why
}

func (l *lane) isStopped() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.stopped
}

// lane is that of a channel.
func (w *worker) lane(c scenarios.Channel) *lane {
	for _, l := range w.lanes {
		if l.channel == c {
			return l
		}
	}
	panic("no lane for the channel " + string(c))
}

// room lets n runs be decided: on every channel that is not held there is a place for each.
type room struct {
	n     int
	lanes []*lane
	held  scenarios.ByChannel[scenarios.Hold]
}

// makeRoom waits for places on the lane where the runs were queued, because they will likely send there, and takes what
// others have free. Runs that wait at none are decided at once: those that turn out to need a busy channel go to its
// lane.
func (w *worker) makeRoom(ctx context.Context, home *lane, want int) (r room, err error) {
	r.n = want
	if home != nil {
		if some := home.admits(want); some > 0 {
			if r.n, err = home.pace.take(ctx, some); err != nil {
				return room{}, err
			}
			r.lanes = append(r.lanes, home)
		}
	}
	for _, l := range w.lanes {
		switch {
		case slices.Contains(r.lanes, l):
		case l.isStopped():
			r.held = r.held.With(l.channel, scenarios.HoldStopped)
		case l.pace.try(r.n):
			r.lanes = append(r.lanes, l)
		default:
			r.held = r.held.With(l.channel, scenarios.HoldBusy)
		}
	}
	return r, nil
}

// leave gives back all places but those of claims.
func (r room) leave(claims []claim) {
	for _, l := range r.lanes {
		left := r.n
		for _, c := range claims {
			if c.Message.Channel == l.channel {
				left--
			}
		}
		l.pace.change(left)
	}
}
