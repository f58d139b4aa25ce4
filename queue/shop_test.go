package queue

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"strconv"
	"sync"
	"testing"
	"time"

	"kagobell/scenarios"
)

// shop stands in for database, engine and channel: it decides by the rules that the real ones keep. Each event starts
// a run that sends one message when it is due.
type shop struct {
	mu       sync.Mutex
	ahead    time.Duration // of this machine's clock
	away     error         // what the database answers when it is not there
	runs     map[scenarios.RunID]*shopRun
	order    []scenarios.RunID // as they were started
	messages map[string]scenarios.RunID
	sent     map[scenarios.RunID]int
	done     int
	fanOuts  []int         // favourites left to walk
	pieces   []int         // of the walks
	lost     time.Duration // after which an alarm of a due run counts as lost
	decided  [][]scenarios.Work
	leases   map[string]string

	send    func(ctx context.Context, delivery scenarios.Delivery) scenarios.Outcome // nil: sent
	outcome func(o *scenarios.Outcome) error                                         // nil: no error
	changed chan struct{}

	beforeDue func() // called before due runs are decided; nil: nothing
}

type shopRun struct {
	due, armed, claimed time.Time // claimed is zero unless a claim stands
	generation          int64
	done                bool
	releases, waits     int
	channel             scenarios.Channel
}

func newShop() *shop {
	return &shop{runs: map[scenarios.RunID]*shopRun{}, sent: map[scenarios.RunID]int{},
		messages: map[string]scenarios.RunID{}, leases: map[string]string{},
		lost: time.Second, changed: make(chan struct{}, 1)}
}

func (s *shop) time() time.Time { return time.Now().Add(s.ahead) }

func (s *shop) Now(context.Context) (time.Time, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.time(), s.away
}

func (s *shop) Decide(_ context.Context, works []scenarios.Work) ([]scenarios.Result, error) {
	if works[0].Due != nil && s.beforeDue != nil {
		s.beforeDue()
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	defer s.stir()
	if s.away != nil {
		return nil, s.away
	}
	s.decided = append(s.decided, works)
	results := make([]scenarios.Result, len(works))
	for i, work := range works {
		switch {
		case work.Event != nil:
			results[i] = s.onEvent(work.Event)
		case work.Due != nil:
			results[i] = s.onDue(*work.Due, work.Held)
		case work.Outcome != nil:
			results[i] = s.onOutcome(work.Outcome)
		}
	}
	return results, nil
}

func (s *shop) stir() {
	select {
	case s.changed <- struct{}{}:
	default:
	}
}

func (s *shop) onEvent(event *scenarios.Event) scenarios.Result {
	if event.Type == scenarios.EventProductUpdated {
		s.fanOuts = append(s.fanOuts, event.Data["favourites"].(int))
		fanOut := &scenarios.FanOut{Status: scenarios.FanOutOpen, DueAt: s.time()}
		return scenarios.Result{Decision: scenarios.Decision{FanOuts: []*scenarios.FanOut{fanOut}}}
	}
	id := runID(event.ID)
	if s.runs[id] != nil {
		return scenarios.Result{Duplicate: true}
	}
	wait, _ := event.Data["wait"].(time.Duration)
	alarm := s.start(id, s.time().Add(wait))
	if channel, ok := event.Data["channel"].(scenarios.Channel); ok {
		alarm.Channel, s.runs[id].channel = channel, channel
	}
	return scenarios.Result{Decision: scenarios.Decision{Alarms: []scenarios.Alarm{alarm}}}
}

func (s *shop) start(id scenarios.RunID, due time.Time) scenarios.Alarm {
	if whole := due.Truncate(time.Second); !whole.Equal(due) {
		due = whole.Add(time.Second)
	}
	s.runs[id] = &shopRun{due: due, channel: scenarios.ChannelEmail}
	s.order = append(s.order, id)
	return s.alarm(id)
}

// alarm arms a run anew.
func (s *shop) alarm(id scenarios.RunID) scenarios.Alarm {
	run := s.runs[id]
	run.generation++
	run.armed = s.time()
	return scenarios.Alarm{RunID: id, Step: "first", Generation: run.generation, At: run.due, Channel: run.channel}
}

func (s *shop) onDue(ref scenarios.RunRef, held scenarios.ByChannel[scenarios.Hold]) scenarios.Result {
	run := s.runs[ref.RunID]
	var d scenarios.Decision
	switch now := s.time(); {
	case run == nil:
		return scenarios.Result{Err: errors.New("no such run")}
	case run.done, run.generation != ref.Generation, now.Before(run.claimed.Add(scenarios.ClaimTTL)):
	case now.Before(run.due):
		d.Alarms = []scenarios.Alarm{s.alarm(ref.RunID)}
	default:
		switch hold, _ := held.Of(run.channel); hold {
		case scenarios.HoldBusy:
			d.Busy = run.channel
		case scenarios.HoldStopped:
			run.waits++
		default:
			run.claimed = now
			d.Deliveries = []scenarios.Delivery{s.deliver(ref.RunID, run.channel)}
		}
	}
	return scenarios.Result{Decision: d}
}

func (s *shop) deliver(id scenarios.RunID, channel scenarios.Channel) scenarios.Delivery {
	message := scenarios.MessageIDFor(id, "first", channel)
	s.messages[message] = id
	return scenarios.Delivery{Message: &scenarios.Message{ID: message, RunID: id, Channel: channel, ClaimedAt: s.runs[id].claimed}}
}

func (s *shop) onOutcome(o *scenarios.Outcome) scenarios.Result {
	if s.outcome != nil {
		if err := s.outcome(o); err != nil {
			return scenarios.Result{Err: err}
		}
	}
	id := s.messages[o.MessageID]
	run := s.runs[id]
	var d scenarios.Decision
	switch {
	case !run.claimed.Equal(o.ClaimedAt): // of an earlier claim
	case o.Kind == scenarios.OutcomeSent:
		run.done = true
		s.done++
	case o.Kind == scenarios.OutcomeReleased:
		run.claimed = time.Time{}
		run.releases++
		d.Alarms = []scenarios.Alarm{s.alarm(id)}
	case o.Kind == scenarios.OutcomePermanent: // the next channel
		run.claimed = s.time()
		d.Deliveries = []scenarios.Delivery{s.deliver(id, scenarios.ChannelLine)}
	}
	return scenarios.Result{Decision: d}
}

func (s *shop) Send(ctx context.Context, delivery scenarios.Delivery) scenarios.Outcome {
	s.mu.Lock()
	s.sent[delivery.Message.RunID]++
	send := s.send
	s.mu.Unlock()
	defer s.stir()
	if send != nil {
		return send(ctx, delivery)
	}
	return scenarios.Outcome{Kind: scenarios.OutcomeSent}
}

func (s *shop) Arm(_ context.Context, limit int) ([]scenarios.Alarm, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.away != nil {
		return nil, s.away
	}
	now := s.time()
	var list []scenarios.Alarm
	for _, id := range s.order {
		run := s.runs[id]
		claimed := now.Before(run.claimed.Add(scenarios.ClaimTTL))
		lost := now.After(run.due.Add(s.lost)) && now.After(run.armed.Add(s.lost))
		if lost && !run.done && !claimed && len(list) < limit {
			list = append(list, s.alarm(id))
		}
	}
	return list, nil
}

// Armed lists, two at a time, the runs whose alarm should ring yet.
func (s *shop) Armed(_ context.Context, after string, _ int) (list []scenarios.Alarm, next string, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	from, _ := strconv.Atoi(after)
	for i, id := range s.order[from:] {
		if run := s.runs[id]; !run.done && run.claimed.IsZero() {
			list = append(list, scenarios.Alarm{RunID: id, Step: "first", Generation: run.generation, At: run.due})
		}
		if len(list) == 2 {
			return list, strconv.Itoa(from + i + 1), s.away
		}
	}
	return list, "", s.away
}

func (s *shop) Lease(_ context.Context, name, holder string, ttl time.Duration) (bool, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if had := s.leases[name]; had != "" && had != holder {
		return false, s.away
	}
	s.leases[name] = holder
	if ttl == 0 {
		delete(s.leases, name)
	}
	return true, s.away
}

func (s *shop) WalkFanOut(_ context.Context, limit int) (FanOutProgress, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	defer s.stir()
	if len(s.fanOuts) == 0 {
		return FanOutProgress{}, s.away
	}
	p := FanOutProgress{Walked: min(limit, s.fanOuts[0])}
	s.pieces = append(s.pieces, p.Walked)
	due := s.time()
	for range p.Walked {
		p.Alarms = append(p.Alarms, s.start(runID(fmt.Sprint("favourite ", len(s.order))), due))
	}
	if s.fanOuts[0] -= p.Walked; s.fanOuts[0] == 0 {
		s.fanOuts, p.Ended = s.fanOuts[1:], true
	}
	p.More = len(s.fanOuts) > 0
	return p, s.away
}

func (s *shop) Prune(context.Context) (int, bool, error) { return 0, false, nil }

func (s *shop) FollowDates(context.Context, int) ([]scenarios.Alarm, int, error) { return nil, 0, nil }

// runID has the form of the real ones.
func runID(name string) scenarios.RunID {
	hash := sha256.Sum256([]byte(name))
	return scenarios.RunID(hex.EncodeToString(hash[:runIDBytes]))
}

// event is one that starts a run which is due after a while.
func event(id string, wait time.Duration) *scenarios.Event {
	return &scenarios.Event{ID: id, Type: "test.started", Data: map[string]any{"wait": wait}}
}

// await waits until something holds, asked whenever the shop has changed, with its lock held.
func (s *shop) await(t *testing.T, what string, holds func() bool) {
	t.Helper()
	deadline := time.After(patience)
	for {
		s.mu.Lock()
		held := holds()
		s.mu.Unlock()
		if held {
			return
		}
		select {
		case <-s.changed:
		case <-deadline:
			t.Fatalf("waited in vain for %s", what)
		}
	}
}

// allSentOnce waits until each of n runs is done, and checks that none was sent twice.
func (s *shop) allSentOnce(t *testing.T, n int) {
	t.Helper()
	s.await(t, "all runs to be done", func() bool { return s.done == n })
	s.mu.Lock()
	defer s.mu.Unlock()
	for id, times := range s.sent {
		if times != 1 {
			t.Errorf("run %s was sent %d times", id, times)
		}
	}
}

func (s *shop) change(f func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	f()
}
