package scenarios

import (
	"testing"
	"time"
)

// ringHeld lets the run's alarm ring while e-mail is held.
func (s *shop) ringHeld(hold Hold) Decision {
	s.t.Helper()
	r := s.run()
	s.now = later(s.now, r.DueAt)
	return s.decide(Work{Due: &RunRef{r.ID, r.Generation}, Held: ByChannel[Hold]{}.With(ChannelEmail, hold)})
}

func TestABusyChannelLeavesTheRunAsItIs(t *testing.T) {
	s := newShop(t)
	if d := s.post(satoCart); len(d.Alarms) != 1 || d.Alarms[0].Channel != ChannelEmail {
		t.Fatalf("alarms %+v, want one that says e-mail", d.Alarms)
	}
	before := *s.run()
	if d := s.ringHeld(HoldBusy); d.Busy != ChannelEmail || len(d.Runs)+len(d.Messages)+len(d.Alarms)+len(d.Journal) != 0 {
		t.Fatalf("decided %+v, want nothing but the channel", d)
	}
	if r := s.run(); r.Generation != before.Generation || !r.DueAt.Equal(before.DueAt) {
		t.Errorf("the run has changed: %+v", r)
	}
	if d := s.ring(); len(d.Deliveries) != 1 {
		t.Errorf("with room again it decides %+v", d)
	}
}

func TestAnotherChannelIsNotHeld(t *testing.T) {
	s := newShop(t)
	s.post(satoCart)
	r := s.run()
	s.now = later(s.now, r.DueAt)
	d := s.decide(Work{Due: &RunRef{r.ID, r.Generation}, Held: ByChannel[Hold]{}.With(ChannelLine, HoldBusy)})
	if len(d.Deliveries) != 1 {
		t.Errorf("decided %+v, want a mail", d)
	}
}

// A stopped channel keeps its messages: the run looks again and again, says so once, and an order still ends it.
func TestARunWaitsForAStoppedChannel(t *testing.T) {
	s := newShop(t)
	s.post(satoCart)
	planned := s.run().PlannedAt
	for turn := range 3 {
		d := s.ringHeld(HoldStopped)
		if len(d.Deliveries) != 0 || len(d.Alarms) != 1 || !s.run().DueAt.Equal(s.now.Add(pauseCheck)) {
			t.Fatalf("turn %d: decided %+v, due %s", turn, d, s.run().DueAt)
		}
		if turn == 0 {
			s.wantJournal("defer first email temporary_failure")
		} else {
			s.wantJournal()
		}
	}
	if r := s.run(); !r.PlannedAt.Equal(planned) {
		t.Errorf("planned for %s, want %s: lateness counts on", r.PlannedAt, planned)
	}
	if d := s.ring(); len(d.Deliveries) != 1 {
		t.Errorf("with the channel back it decides %+v", d)
	}
}

// LINE's 429: the message comes again, not before it may, and no attempt is spent.
func TestAReleasedMessageMayHaveToWait(t *testing.T) {
	s, first := claimed(t)
	s.outcome(first, Outcome{Kind: OutcomeReleased, Reason: ReasonTemporary, RetryAfter: 7 * time.Second})
	s.wantMessage(first, MessageRetry, ReasonTemporary, 0)
	s.wantJournal("defer first email temporary_failure")
	if due := s.run().DueAt; !due.Equal(s.now.Add(7 * time.Second)) {
		t.Errorf("due %s after the answer, want 7s", due.Sub(s.now))
	}
	if d := s.ring(); len(d.Deliveries) != 1 || d.Deliveries[0].Message.Attempts != 1 {
		t.Errorf("then it decides %+v", d.Deliveries)
	}
}
