package queue

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"time"

	"kagobell/scenarios"
)

// dueOn starts a run that is due now and sends on a channel.
func (b *bench) dueOn(channel scenarios.Channel, name string) scenarios.RunRef {
	ref := b.dueRun(name)
	b.change(func() { b.runs[ref.RunID].channel = channel })
	return ref
}

// hang keeps everything that is sent on a channel until the test ends, and tells how much it has.
func (s *shop) hang(t *testing.T, channel scenarios.Channel) (hanging chan struct{}) {
	t.Helper()
	hanging = make(chan struct{}, 10_000)
	end := make(chan struct{})
	s.send = func(ctx context.Context, d scenarios.Delivery) scenarios.Outcome {
		if d.Message.Channel == channel {
			hanging <- struct{}{}
			select {
			case <-end:
			case <-ctx.Done():
			}
		}
		return scenarios.Outcome{Kind: scenarios.OutcomeSent}
	}
	t.Cleanup(func() { close(end) })
	return hanging
}

// However many wait for a channel that hangs, what goes out on another and the sweep take no notice.
func TestAChannelThatHangsHoldsUpNoOther(t *testing.T) {
	t.Run("SMTP", func(t *testing.T) { oneHangs(t, realRedis(t), scenarios.ChannelEmail, scenarios.ChannelLine) })
	t.Run("LINE", func(t *testing.T) {
		t.Parallel()
		oneHangs(t, embeddedRedis(t), scenarios.ChannelLine, scenarios.ChannelEmail)
	})
}

func oneHangs(t *testing.T, r *Redis, hung, other scenarios.Channel) {
	s := newShop()
	hanging := s.hang(t, hung)
	run := start(t, r, s, func(o *Options) {
		o.Senders, o.Concurrency, o.CrowdFrom, o.DrainWithin = 3, 8, 1000, 400*time.Millisecond
	})
	post := func(n int, channel scenarios.Channel) {
		var list []*scenarios.Event
		for i := range n {
			e := event(fmt.Sprint(channel, i), 0)
			e.Data["channel"] = channel
			list = append(list, e)
		}
		if _, err := run.Ingest(t.Context(), list); err != nil {
			t.Fatal(err)
		}
	}
	post(40, hung) // more than there are connections, places and handlers
	for range 3 {
		<-hanging
	}
	post(20, other)
	s.await(t, "all on the other channel to be sent", func() bool { return s.done == 20 })
	run.awaitSweep(t)
}

// Due runs are decided apart: a crowd of them, and a database that takes its time over it, stand before no webhook.
func TestACrowdStandsBeforeNoWebhook(t *testing.T) {
	b := newBench(t, 1)
	b.due.mu.Lock()
	b.due.options.Most = 1 // so that all that can be under way is
	b.due.mu.Unlock()
	deciding, goOn := make(chan struct{}, 100), make(chan struct{})
	b.shop.beforeDue = func() {
		deciding <- struct{}{}
		<-goOn
	}
	var rings sync.WaitGroup
	for i := range 4 * b.due.options.InFlight {
		ref := b.dueRun(fmt.Sprint(i))
		rings.Go(func() { b.ringAll(t, ref) })
	}
	for range b.due.options.InFlight {
		<-deciding
	}
	if _, err := b.service.Ingest(t.Context(), []*scenarios.Event{event("posted", time.Hour)}); err != nil {
		t.Error(err)
	}
	close(goOn)
	rings.Wait()
}

// Runs of which nobody knew on what they would send, as the sweep arms them, take no place of a channel that has none
// left: they go to its lane.
func TestRunsGoToTheLaneThatTheyNeed(t *testing.T) {
	b := newBench(t, 1)
	b.hang(t, scenarios.ChannelEmail)
	b.mail().pace.each = time.Hour // one place
	var deliveries sync.WaitGroup
	taken := b.ring(t.Context(), nil, []scenarios.RunRef{b.dueRun("a")}, &deliveries)
	mail, line := b.dueRun("b"), b.dueOn(scenarios.ChannelLine, "c")
	open := b.ring(t.Context(), nil, []scenarios.RunRef{mail, line}, &deliveries)
	b.await(t, "the one by LINE", func() bool { return b.runs[line.RunID].done })
	if len(taken.rest)+len(taken.busy)+len(open.rest) > 0 || len(open.busy) != 1 || open.busy[scenarios.ChannelEmail][0] != mail {
		t.Fatalf("left %+v, then %+v", taken, open)
	}
	b.putBack(nil, open)
	tasks, err := newInspect(b.redis.client, nil).inspector.ListPendingTasks(b.alarms.queueFor(
		dueTask{channel: scenarios.ChannelEmail, payload: payloadOf(t, mail)}))
	if err != nil || len(tasks) != 1 {
		t.Errorf("the lane of e-mail holds %d tasks, %v", len(tasks), err)
	}
}

// LINE says 429: it rests, its runs are not even decided, and others go on.
func TestAChannelRestsWhenItIsToldTo(t *testing.T) {
	b := newBench(t, 4)
	rests := true
	b.send = func(_ context.Context, d scenarios.Delivery) scenarios.Outcome {
		if d.Message.Channel == scenarios.ChannelLine && rests {
			return scenarios.Outcome{Kind: scenarios.OutcomeReleased, Hold: scenarios.HoldBusy, RetryAfter: time.Hour}
		}
		return scenarios.Outcome{Kind: scenarios.OutcomeSent}
	}
	line := b.lane(scenarios.ChannelLine)
	b.ringIn(t, line, b.dueOn(scenarios.ChannelLine, "a"))
	if n := line.pace.limit(); n != 0 {
		t.Errorf("there are %d places while it rests", n)
	}
	b.ringAll(t, b.dueRun("mail"))
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if left := b.ring(ctx, line, []scenarios.RunRef{b.dueOn(scenarios.ChannelLine, "b")}, new(sync.WaitGroup)); len(left.rest) != 1 {
		t.Error("a run was decided while the channel rests")
	}
	rests = false
	line.pace.mu.Lock()
	line.pace.resting = false
	line.pace.mu.Unlock()
	b.ringIn(t, line, b.dueOn(scenarios.ChannelLine, "c"))
	b.await(t, "mail and the last", func() bool { return b.done == 2 })
}

// A refused token stops the channel: its runs wait in the database, one a minute is sent to see, and the first that
// goes through opens it again.
func TestAChannelOutOfOrderIsTriedByOne(t *testing.T) {
	b := newBench(t, 4)
	refused := scenarios.Outcome{Kind: scenarios.OutcomeReleased, Hold: scenarios.HoldStopped, RetryAfter: time.Second, Detail: "401"}
	answer := refused
	sent := 0
	b.send = func(context.Context, scenarios.Delivery) scenarios.Outcome {
		sent++
		return answer
	}
	line := b.lane(scenarios.ChannelLine)
	now := time.Now()
	line.now = func() time.Time { return now }
	ring := func(wantSent int) {
		t.Helper()
		sent = 0
		var refs []scenarios.RunRef
		for i := range 5 {
			refs = append(refs, b.dueOn(scenarios.ChannelLine, fmt.Sprint(now, i)))
		}
		for _, ref := range refs {
			b.ringIn(t, line, ref)
		}
		if sent != wantSent {
			t.Errorf("%d of 5 were sent, want %d", sent, wantSent)
		}
	}
	ring(1)
	if why := line.outOfOrder(); why != "401" {
		t.Errorf("out of order: %q", why)
	}
	now = now.Add(stoppedFor / 2)
	ring(0)
	now = now.Add(stoppedFor)
	ring(1)
	now, answer = now.Add(stoppedFor), scenarios.Outcome{Kind: scenarios.OutcomeSent}
	ring(5)
	if why := line.outOfOrder(); why != "" || b.mail().outOfOrder() != "" {
		t.Errorf("still out of order: %q", why)
	}
}

// A rate that leaves one message in two seconds has no more than one claimed at a time: no claim expires in the queue.
func TestARateBoundsWhatIsClaimed(t *testing.T) {
	limit := sendLimit("email", 2).through(embeddedRedis(t), func() int { return 4 })
	l := newLane(scenarios.ChannelEmail, 20, limit)
	if n := l.pace.limit(); n != 1 {
		t.Errorf("%d messages may be claimed, want 1", n)
	}
	limit.replicas = func() int { return 1 }
	if n := l.pace.limit(); n != 4 {
		t.Errorf("%d messages may be claimed, want those of two seconds", n)
	}
}

// ringIn rings runs of a lane and waits for what comes of it.
func (b *bench) ringIn(t *testing.T, home *lane, refs ...scenarios.RunRef) {
	t.Helper()
	var deliveries sync.WaitGroup
	defer deliveries.Wait()
	if left := b.ring(t.Context(), home, refs, &deliveries); len(left.rest)+len(left.busy) > 0 {
		t.Errorf("left %+v", left)
	}
}

func payloadOf(t *testing.T, ref scenarios.RunRef) []byte {
	t.Helper()
	payload, err := appendRef(nil, ref.RunID, ref.Generation)
	if err != nil {
		t.Fatal(err)
	}
	return payload
}
