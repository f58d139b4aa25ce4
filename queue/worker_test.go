package queue

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"kagobell/scenarios"
)

// bench is a worker on its own: nothing rings but what the test rings.
type bench struct {
	*shop
	*worker
	service *Service
	redis   *Redis
	log     lockedBuffer
}

func newBench(t *testing.T, senders int) *bench {
	t.Helper()
	b := &bench{shop: newShop(), redis: embeddedRedis(t)}
	service, err := New(Options{Redis: b.redis, Decider: b.shop, Clock: b.shop, Sweeper: b.shop, Sender: b.shop,
		Log: slog.New(slog.NewTextHandler(&b.log, nil)), Worker: true, Senders: senders})
	if err != nil {
		t.Fatal(err)
	}
	b.service, b.worker = service, service.worker
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), patience)
		defer cancel()
		if err := errors.Join(b.active.wait(ctx), service.intake.Close(ctx), b.due.Close(ctx), b.finish.Close(ctx)); err != nil {
			t.Error(err)
		}
	})
	return b
}

type lockedBuffer struct {
	mu sync.Mutex
	bytes.Buffer
}

func (b *lockedBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.Buffer.Write(p)
}

func (b *lockedBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.Buffer.String()
}

// dueRun starts a run that is due now.
func (b *bench) dueRun(name string) scenarios.RunRef {
	b.mu.Lock()
	defer b.mu.Unlock()
	alarm := b.start(runID(name), b.time().Add(-time.Second))
	return scenarios.RunRef{RunID: alarm.RunID, Generation: alarm.Generation}
}

func (b *bench) ringAll(t *testing.T, refs ...scenarios.RunRef) {
	t.Helper()
	if left := b.ringMail(t.Context(), refs); len(left.rest) > 0 {
		t.Errorf("%d of %d runs are left", len(left.rest), len(refs))
	}
}

// ringMail rings runs that wait to send mail, and waits for what comes of it.
func (b *bench) ringMail(ctx context.Context, refs []scenarios.RunRef) undecided {
	var deliveries sync.WaitGroup
	defer deliveries.Wait()
	return b.ring(ctx, b.mail(), refs, &deliveries)
}

func (b *bench) mail() *lane { return b.lane(scenarios.ChannelEmail) }

// nextAlarm is one that was handed over to be set.
func (b *bench) nextAlarm(t *testing.T) scenarios.Alarm {
	t.Helper()
	select {
	case list := <-b.alarms.waiting:
		if len(list) != 1 {
			t.Errorf("got %d alarms, want one", len(list))
		}
		return list[0]
	case <-time.After(patience):
		t.Fatal("no alarm was set")
		return scenarios.Alarm{}
	}
}

func (b *bench) noAlarm(t *testing.T) {
	t.Helper()
	select {
	case list := <-b.alarms.waiting:
		t.Errorf("alarms were set: %+v", list)
	default:
	}
}

func TestRingSendsAndFinishes(t *testing.T) {
	b := newBench(t, 1)
	b.ringAll(t, b.dueRun("a"))
	b.allSentOnce(t, 1)
	b.noAlarm(t)
}

func TestRingDeliversADuplicateOnce(t *testing.T) {
	b := newBench(t, 2)
	ref := b.dueRun("a")
	started, goOn := make(chan struct{}), make(chan struct{})
	b.send = func(context.Context, scenarios.Delivery) scenarios.Outcome {
		close(started)
		<-goOn
		return scenarios.Outcome{Kind: scenarios.OutcomeSent}
	}
	first := make(chan struct{})
	go func() {
		defer close(first)
		b.ringAll(t, ref)
	}()
	<-started
	b.ringAll(t, ref, ref) // while the first is being sent
	close(goOn)
	<-first
	b.ringAll(t, ref) // and after it
	b.allSentOnce(t, 1)
}

func TestRingIgnoresAStaleGeneration(t *testing.T) {
	b := newBench(t, 1)
	ref := b.dueRun("a")
	b.change(func() { b.shop.alarm(ref.RunID) })
	b.ringAll(t, ref)
	if n := len(b.shop.sent); n != 0 {
		t.Errorf("%d messages were sent", n)
	}
	b.noAlarm(t)
}

func TestRingSetsAnEarlyAlarmAgain(t *testing.T) {
	b := newBench(t, 1)
	ref := b.dueRun("a")
	due := time.Now().Add(time.Hour).Truncate(time.Second)
	b.change(func() { b.runs[ref.RunID].due = due })
	b.ringAll(t, ref)
	if alarm := b.nextAlarm(t); !alarm.At.Equal(due) || alarm.Generation != ref.Generation+1 {
		t.Errorf("got %+v, want %s and generation %d", alarm, due, ref.Generation+1)
	}
	if n := len(b.shop.sent); n != 0 {
		t.Errorf("%d messages were sent", n)
	}
}

// An alarm that rings a moment too early, by a clock that is ahead, is not to ring again and again until it is due.
func TestRingLeavesTimeBeforeItRingsAgain(t *testing.T) {
	b := newBench(t, 1)
	ref := b.dueRun("a")
	b.change(func() { b.runs[ref.RunID].due = time.Now().Add(50 * time.Millisecond) })
	before := time.Now()
	b.ringAll(t, ref)
	if alarm := b.nextAlarm(t); alarm.At.Before(before.Add(400 * time.Millisecond)) {
		t.Errorf("rings again after %s", alarm.At.Sub(before))
	}
}

// oneSendsOneWaits has two messages claimed where one connection is: the first is being sent, the second waits. finish
// lets the sending end and waits for both.
func (b *bench) oneSendsOneWaits(t *testing.T) (first, second scenarios.RunRef, finish func()) {
	t.Helper()
	sending, goOn := make(chan struct{}, 2), make(chan struct{})
	b.send = func(context.Context, scenarios.Delivery) scenarios.Outcome {
		sending <- struct{}{}
		<-goOn
		return scenarios.Outcome{Kind: scenarios.OutcomeSent}
	}
	first, second = b.dueRun("a"), b.dueRun("b")
	var rings sync.WaitGroup
	rings.Go(func() { b.ringAll(t, first) })
	<-sending
	rings.Go(func() { b.ringAll(t, second) })
	b.await(t, "the second claim", func() bool { return !b.runs[second.RunID].claimed.IsZero() })
	return first, second, func() {
		close(goOn)
		rings.Wait()
	}
}

func TestRingGivesBackWhatIsTooLateToBegin(t *testing.T) {
	b := newBench(t, 1)
	var passed atomic.Int64
	clock := func() time.Time { return time.Now().Add(time.Duration(passed.Load())) }
	b.now, b.due.now, b.finish.now = clock, clock, clock
	first, second, finish := b.oneSendsOneWaits(t)
	eventually(t, "the second to have its answer", func() bool {
		b.due.mu.Lock()
		defer b.due.mu.Unlock()
		return b.due.inFlight == 0
	})
	passed.Store(int64(scenarios.SendWithin))
	finish()
	b.mu.Lock()
	defer b.mu.Unlock()
	if !b.runs[first.RunID].done || b.runs[second.RunID].releases != 1 || b.shop.sent[second.RunID] != 0 {
		t.Errorf("first %+v, second %+v, sent %v", b.runs[first.RunID], b.runs[second.RunID], b.shop.sent)
	}
	if alarm := b.nextAlarm(t); alarm.RunID != second.RunID {
		t.Errorf("alarm %+v, want one for the run that was given back", alarm)
	}
}

// The rule that bounds what one crash can double.
func TestSenderKeepsItsConnectionUntilTheOutcomeIsSaved(t *testing.T) {
	b := newBench(t, 1)
	slot := b.mail().slots
	b.send = func(context.Context, scenarios.Delivery) scenarios.Outcome {
		if len(slot) != 1 {
			t.Error("sent without a connection")
		}
		return scenarios.Outcome{Kind: scenarios.OutcomeSent}
	}
	b.outcome = func(*scenarios.Outcome) error {
		if len(slot) != 1 {
			t.Error("the connection is free before the outcome is saved")
		}
		return nil
	}
	b.ringAll(t, b.dueRun("a"))
	b.allSentOnce(t, 1)
	if len(slot) != 0 {
		t.Error("the connection is not given back")
	}
}

func TestRingGoesOnToTheNextChannel(t *testing.T) {
	b := newBench(t, 1)
	var channels []scenarios.Channel
	b.send = func(_ context.Context, d scenarios.Delivery) scenarios.Outcome {
		channels = append(channels, d.Message.Channel)
		if d.Message.Channel == scenarios.ChannelEmail {
			return scenarios.Outcome{Kind: scenarios.OutcomePermanent, Reason: scenarios.ReasonRejected}
		}
		return scenarios.Outcome{Kind: scenarios.OutcomeSent}
	}
	ref := b.dueRun("a")
	b.ringAll(t, ref)
	if len(channels) != 2 || channels[1] != scenarios.ChannelLine || !b.runs[ref.RunID].done {
		t.Errorf("channels %v, run %+v", channels, b.runs[ref.RunID])
	}
}

func TestOutcomeIsSavedWhenTheDatabaseIsBack(t *testing.T) {
	b := newBench(t, 1)
	b.send = func(context.Context, scenarios.Delivery) scenarios.Outcome {
		b.change(func() { b.away = errors.New("connection refused") })
		time.AfterFunc(finishAgain, func() { b.change(func() { b.away = nil }) })
		return scenarios.Outcome{Kind: scenarios.OutcomeSent}
	}
	b.ringAll(t, b.dueRun("a"))
	b.allSentOnce(t, 1)
}

func TestOutcomeThatCannotBeSavedIsGivenUp(t *testing.T) {
	b := newBench(t, 1)
	tries := 0
	b.outcome = func(*scenarios.Outcome) error {
		tries++
		return errors.New("data too long")
	}
	b.ringAll(t, b.dueRun("a"))
	if tries != finishTries || b.unsaved.Load() != 1 || !strings.Contains(b.log.String(), "outcome could not be saved") {
		t.Errorf("%d tries, %d unsaved, log %s", tries, b.unsaved.Load(), b.log.String())
	}
}

func TestPanicOfASenderIsContained(t *testing.T) {
	b := newBench(t, 1)
	b.send = func(_ context.Context, d scenarios.Delivery) scenarios.Outcome {
		if d.Message.RunID == runID("bad") {
			panic("no template")
		}
		return scenarios.Outcome{Kind: scenarios.OutcomeSent}
	}
	bad, good := b.dueRun("bad"), b.dueRun("good")
	b.ringAll(t, bad, good)
	b.ringAll(t, b.dueRun("later")) // the connection is free again
	if b.runs[bad.RunID].done || !b.runs[good.RunID].done || !b.runs[runID("later")].done {
		t.Errorf("bad %+v, good %+v", b.runs[bad.RunID], b.runs[good.RunID])
	}
	if log := b.log.String(); !strings.Contains(log, "no template") || !strings.Contains(log, "worker_test.go") {
		t.Errorf("the log lacks the panic or its stack: %s", log)
	}
	if b.mail().pace.taken != 0 {
		t.Errorf("%d places are lost", b.mail().pace.taken)
	}
}

func TestRingLeavesItsRunsWhileTheDatabaseIsAway(t *testing.T) {
	b := newBench(t, 1)
	refs := []scenarios.RunRef{b.dueRun("a"), b.dueRun("b")}
	b.change(func() { b.away = errors.New("connection refused") })
	if left := b.ringMail(t.Context(), refs); len(left.rest) != 2 {
		t.Errorf("%d runs are left, want both", len(left.rest))
	}
	if b.mail().pace.taken != 0 {
		t.Errorf("%d places are lost", b.mail().pace.taken)
	}
}

func TestRingClaimsNothingMoreWhenStopped(t *testing.T) {
	b := newBench(t, 1)
	claiming, stop := context.WithCancel(b.phases.claiming)
	stop()
	b.phases.claiming = claiming
	ref := b.dueRun("a")
	if left := b.ringMail(t.Context(), []scenarios.RunRef{ref}); len(left.rest) != 1 || len(b.decided) != 0 {
		t.Errorf("%d left, %d batches decided", len(left.rest), len(b.decided))
	}
}

// What has not begun when the worker stops is given back; what is on its way is waited for.
func TestStopGivesBackClaimsThatWait(t *testing.T) {
	b := newBench(t, 1)
	claiming, stop := context.WithCancel(b.phases.claiming)
	b.phases.claiming = claiming
	first, second, finish := b.oneSendsOneWaits(t)
	stop()
	b.await(t, "the second to be given back", func() bool { return b.runs[second.RunID].releases == 1 })
	finish()
	b.mu.Lock()
	defer b.mu.Unlock()
	if !b.runs[first.RunID].done || b.shop.sent[second.RunID] != 0 {
		t.Errorf("first %+v, second %+v, sent %v", b.runs[first.RunID], b.runs[second.RunID], b.shop.sent)
	}
}

func TestRingGoesThroughACrowdPieceByPiece(t *testing.T) {
	b := newBench(t, 4)
	var refs []scenarios.RunRef
	for i := range 3*slice + 1 {
		refs = append(refs, b.dueRun("crowd"+string(rune('a'+i))))
	}
	b.ringAll(t, refs...)
	b.allSentOnce(t, len(refs))
	for _, works := range b.decided {
		if works[0].Due != nil && len(works) > slice {
			t.Errorf("%d runs were decided together, more than %d", len(works), slice)
		}
	}
}
