package scenarios

import (
	"slices"
	"testing"
	"time"
)

// shop is a world with one run of cart_abandonment, looked at by hand: alarms
// ring and outcomes come when a test says so.
type shop struct {
	t      *testing.T
	engine *Engine
	world  *Snapshot
	now    time.Time
	last   Decision
}

var tuesday = time.Date(2026, 11, 17, 1, 0, 0, 0, time.UTC) // 10:00 in Tokyo

func newShop(t *testing.T, change ...func(*Settings)) *shop {
	t.Helper()
	settings := Settings{Zone: time.FixedZone("JST", 9*60*60), Window: AlwaysWindow(), CapPerDay: 9, Speed: 1,
		Horizon: 24 * time.Hour, DMCutOff: 17 * time.Hour}
	for _, c := range change {
		c(&settings)
	}
	return &shop{t: t, engine: NewEngine(settings, builtinForTest(t), nil), world: NewSnapshot(), now: tuesday}
}

func (s *shop) decide(w Work) Decision {
	s.t.Helper()
	s.last = s.engine.Decide(s.world, w, s.now)
	s.world.Apply(&s.last)
	return s.last
}

func (s *shop) post(raw string) Decision {
	s.t.Helper()
	ev, problems := ReadEvent([]byte(raw), "shop")
	if len(problems) > 0 {
		s.t.Fatal(problems)
	}
	return s.decide(Work{Event: ev})
}

const satoCart = `{"id":"e1","type":"cart.updated","occurred_at":"2026-11-17T10:00:00+09:00",
"buyer":{"id":"sato","account_id":"acme","email":"sato@acme.example","line_user_id":"U1","consent":{"email":true,"line":true}},
"data":{"cart_id":"c1","items":[{"sku":"A","quantity":1}]}}`

func (s *shop) run() *Run {
	s.t.Helper()
	for _, r := range everyRun(s.world) {
		return r
	}
	s.t.Fatal("no run")
	return nil
}

// ring lets the clock come to the run's due time and its alarm ring.
func (s *shop) ring() Decision {
	s.t.Helper()
	r := s.run()
	s.now = later(s.now, r.DueAt)
	return s.decide(Work{Due: &RunRef{r.ID, r.Generation}})
}

// claimed brings the run to its first claimed message.
func claimed(t *testing.T, change ...func(*Settings)) (*shop, Delivery) {
	t.Helper()
	s := newShop(t, change...)
	s.post(satoCart)
	d := s.ring()
	if len(d.Deliveries) != 1 {
		t.Fatalf("deliveries: %+v, journal %+v", d.Deliveries, d.Journal)
	}
	return s, d.Deliveries[0]
}

func (s *shop) outcome(of Delivery, o Outcome) Decision {
	s.t.Helper()
	o.MessageID, o.ClaimedAt = of.Message.ID, of.Message.ClaimedAt
	return s.decide(Work{Outcome: &o})
}

func (s *shop) wantJournal(want ...string) {
	s.t.Helper()
	var got []string
	for _, e := range s.last.Journal {
		got = append(got, string(e.Action)+" "+e.Step+" "+string(e.Channel)+" "+string(e.Reason))
	}
	if !slices.Equal(got, want) {
		s.t.Errorf("journal %q, want %q", got, want)
	}
}

func (s *shop) wantMessage(of Delivery, status MessageStatus, why Reason, attempts int) {
	s.t.Helper()
	m := s.world.messages[of.Message.ID]
	if m.Status != status || m.Reason != why || m.Attempts != attempts {
		s.t.Errorf("message is %s %q after %d tries, want %s %q after %d", m.Status, m.Reason, m.Attempts, status, why, attempts)
	}
}

func TestClaimHoldsUntilItsOutcome(t *testing.T) {
	s, first := claimed(t)
	m := first.Message
	if m.Status != MessageClaimed || !m.ClaimUntil.Equal(s.now.Add(ClaimTTL)) || m.Attempts != 1 {
		t.Fatalf("claim: %+v", m)
	}
	r := s.run()
	if !r.ArmedAt.IsZero() || !r.SweepAt.Equal(m.ClaimUntil) {
		t.Errorf("armed %v, sweep %v; want no alarm, and the sweep at the claim's end", r.ArmedAt, r.SweepAt)
	}
	if d := s.decide(Work{Due: &RunRef{r.ID, r.Generation}}); len(d.Deliveries)+len(d.Journal) != 0 {
		t.Errorf("a second alarm within the claim did something: %+v", d)
	}
	s.outcome(first, Outcome{Kind: OutcomeSent, Title: "題名", ProviderID: "p-1"})
	s.wantMessage(first, MessageSent, "", 1)
	s.wantJournal("send first email ")
	if r := s.run(); r.Step != "second" || len(s.last.Alarms) != 1 || !s.last.Alarms[0].At.Equal(r.DueAt) {
		t.Errorf("after the outcome: step %s, alarms %+v", r.Step, s.last.Alarms)
	}
	if d := s.outcome(first, Outcome{Kind: OutcomeSent}); len(d.Journal)+len(d.Messages) != 0 {
		t.Errorf("the same outcome again changed something: %+v", d)
	}
}

func TestExpiredClaimIsDecidedAgain(t *testing.T) {
	s, first := claimed(t)
	again := s.ring()
	if len(again.Deliveries) != 1 || again.Deliveries[0].Message.ID != first.Message.ID {
		t.Fatalf("deliveries after the claim expired: %+v", again.Deliveries)
	}
	s.outcome(first, Outcome{Kind: OutcomePermanent, Reason: ReasonRejected}) // of the claim that expired
	s.wantMessage(first, MessageClaimed, "", 2)
	s.outcome(again.Deliveries[0], Outcome{Kind: OutcomeSent})
	s.wantMessage(first, MessageSent, "", 2)
}

func TestExitWinsOverAnExpiredClaim(t *testing.T) {
	s, first := claimed(t)
	s.now = s.now.Add(10 * time.Second)
	s.post(`{"id":"e2","type":"order.placed","occurred_at":"2026-11-17T14:00:05+09:00","account_id":"acme",
"data":{"order_id":"o1","items":[{"sku":"A","quantity":1}]}}`)
	s.wantJournal("exit first  ordered")
	s.ring()
	s.wantMessage(first, MessageFailed, ReasonUnknownOutcome, 1)
	if r := s.run(); !r.SweepAt.IsZero() || len(s.last.Deliveries) != 0 {
		t.Errorf("an ended run is still looked at: %+v", r)
	}
	s.outcome(first, Outcome{Kind: OutcomeSent}) // it had left after all
	s.wantMessage(first, MessageSent, "", 1)
}

func TestTemporaryFailureBacksOffAndIsDecidedAgain(t *testing.T) {
	s, first := claimed(t)
	waits := []time.Duration{time.Minute, 5 * time.Minute, 15 * time.Minute, time.Hour, 2 * time.Hour, 2 * time.Hour}
	delivery := first
	for i, wait := range waits {
		s.outcome(delivery, Outcome{Kind: OutcomeTemporary, Reason: ReasonTemporary})
		s.wantJournal("defer first email temporary_failure")
		if got := s.run().DueAt.Sub(s.now); got != wait {
			t.Errorf("after try %d it waits %v, want %v", i+1, got, wait)
		}
		d := s.ring()
		if len(d.Deliveries) != 1 {
			t.Fatalf("try %d: %+v", i+2, d.Journal)
		}
		delivery = d.Deliveries[0]
	}
	s.outcome(delivery, Outcome{Kind: OutcomeTemporary, Reason: ReasonTemporary, RetryAfter: 30 * time.Hour})
	s.ring()
	s.wantJournal("expire first  late")
	s.wantMessage(first, MessageFailed, ReasonLate, len(waits)+1)
}

func TestReleasedClaimCostsNoTry(t *testing.T) {
	s, first := claimed(t)
	s.outcome(first, Outcome{Kind: OutcomeReleased})
	s.wantMessage(first, MessageRetry, "", 0)
	s.wantJournal()
	if d := s.ring(); len(d.Deliveries) != 1 || d.Deliveries[0].Message.Attempts != 1 {
		t.Errorf("after the release: %+v", d.Deliveries)
	}
}

func TestPermanentFailureSuppressesAndGoesOn(t *testing.T) {
	s, first := claimed(t)
	s.outcome(first, Outcome{Kind: OutcomePermanent, Reason: ReasonHardBounce, Suppress: true, Detail: "550 5.1.1"})
	s.wantMessage(first, MessageFailed, ReasonHardBounce, 1)
	s.wantJournal("skip first email hard_bounce")
	s.ring()
	s.wantJournal("skip second email suppressed")
}

func TestPermanentFailureTriesTheNextChannel(t *testing.T) {
	s := newShop(t)
	s.post(`{"id":"v1","type":"product.viewed","occurred_at":"2026-11-17T10:00:00+09:00",
"buyer":{"id":"sato","account_id":"acme","email":"sato@acme.example","line_user_id":"U1","consent":{"email":true,"line":true}},
"data":{"sku":"A"}}`)
	s.outcome(s.ring().Deliveries[0], Outcome{Kind: OutcomeSent})
	line := s.ring().Deliveries[0]
	if line.Message.Channel != ChannelLine {
		t.Fatalf("second step goes by %s", line.Message.Channel)
	}
	s.outcome(line, Outcome{Kind: OutcomePermanent, Reason: ReasonRejected})
	mail := s.ring()
	if len(mail.Deliveries) != 1 || mail.Deliveries[0].Message.Channel != ChannelEmail {
		t.Fatalf("after LINE refused: %+v", mail)
	}
	s.wantJournal()
	s.outcome(mail.Deliveries[0], Outcome{Kind: OutcomeSent})
	s.wantJournal("send second email ", "complete   ")
}

func TestLineRetryKeyEnds(t *testing.T) {
	s := newShop(t)
	s.post(`{"id":"v1","type":"product.viewed","occurred_at":"2026-11-17T10:00:00+09:00",
"buyer":{"id":"sato","account_id":"acme","line_user_id":"U1","consent":{"line":true}},"data":{"sku":"A"}}`)
	s.ring() // first: e-mail, no consent
	line := s.ring().Deliveries[0]
	s.outcome(line, Outcome{Kind: OutcomeTemporary, Reason: ReasonTemporary, RetryAfter: 24*time.Hour + time.Second})
	r := s.world.Run(s.run().ID)
	r.PlannedAt = r.PlannedAt.Add(23 * time.Hour) // moved by the window meanwhile: not late
	s.ring()
	s.wantMessage(line, MessageFailed, ReasonRetryKeyExpired, 1)
}

func TestAlarmsEarlyStaleAndBeyondTheHorizon(t *testing.T) {
	s := newShop(t, func(set *Settings) { set.Horizon = time.Hour })
	s.post(satoCart)
	r := s.run()
	if len(s.last.Alarms) != 0 || !r.ArmedAt.IsZero() || !r.SweepAt.Equal(r.DueAt.Add(-time.Hour)) {
		t.Errorf("beyond the horizon: alarms %+v, sweep %v, due %v", s.last.Alarms, r.SweepAt, r.DueAt)
	}
	s = newShop(t)
	s.post(satoCart)
	r = s.run()
	if len(s.last.Alarms) != 1 || s.last.Alarms[0].Generation != 1 || !r.SweepAt.Equal(r.DueAt.Add(Grace)) {
		t.Errorf("alarms %+v, run %+v", s.last.Alarms, r)
	}
	if d := s.decide(Work{Due: &RunRef{r.ID, 0}}); len(d.Runs) != 0 {
		t.Errorf("a stale alarm did something: %+v", d)
	}
	s.now = s.now.Add(time.Hour)
	d := s.decide(Work{Due: &RunRef{r.ID, r.Generation}})
	if len(d.Alarms) != 1 || d.Alarms[0].Generation != 2 || !d.Alarms[0].At.Equal(r.DueAt) || len(d.Journal) != 0 {
		t.Errorf("an early alarm: %+v", d)
	}
	later := `{"id":"e2","type":"cart.updated","occurred_at":"2026-11-17T11:00:00+09:00","buyer":{"id":"sato"},
"data":{"cart_id":"c1","items":[{"sku":"A","quantity":2}]}}`
	if d := s.post(later); len(d.Alarms) != 0 || !s.run().DueAt.After(r.DueAt) {
		t.Errorf("a moved anchor cost an alarm: %+v", d.Alarms)
	}
}

func TestPausedRunsWaitAndExpire(t *testing.T) {
	s := newShop(t)
	s.post(satoCart)
	s.world.PutPaused("cart_abandonment", true)
	s.ring()
	s.wantJournal("defer first  paused")
	s.ring()
	s.wantJournal()
	s.world.PutPaused("cart_abandonment", false)
	s.now = s.now.Add(25 * time.Hour)
	s.ring()
	s.wantJournal("expire first  late")
}

func TestRemovedScenarioEndsItsRuns(t *testing.T) {
	s := newShop(t)
	s.post(satoCart)
	s.engine = NewEngine(s.engine.settings, nil, builtinForTest(t))
	s.ring()
	s.wantJournal("exit first  removed")
}

func TestUnknownScenarioWaitsForANewerProcess(t *testing.T) {
	s := newShop(t)
	s.post(satoCart)
	s.engine = NewEngine(s.engine.settings, nil, nil)
	s.ring()
	s.wantJournal()
	if r := s.run(); !r.Open() || len(s.last.Alarms) != 1 || !r.DueAt.Equal(s.now.Add(pauseCheck)) {
		t.Errorf("a run of an unknown scenario: %+v", r)
	}
	s.now = s.now.Add(unknownFor + time.Minute)
	s.ring()
	s.wantJournal("exit first  removed")
}

func TestFutureEventCountsAsNow(t *testing.T) {
	s := newShop(t)
	s.now = tuesday.Add(-time.Hour)
	if d := s.post(satoCart); d.EventNote != ReasonFuture || !s.run().LastTriggerAt.Equal(s.now) {
		t.Errorf("note %q, run %+v", d.EventNote, s.run())
	}
}

func TestPostedReactionsAreIgnored(t *testing.T) {
	s := newShop(t)
	s.post(satoCart)
	for _, raw := range []string{
		`{"id":"x1","type":"message.opened","occurred_at":"2026-11-17T10:00:00+09:00","buyer":{"id":"sato"},"data":{"scenario":"cart_abandonment","step":"first"}}`,
		`{"id":"x2","type":"buyer.opted_out","occurred_at":"2026-11-17T10:00:00+09:00","buyer":{"id":"sato"},"data":{"channel":"email"}}`,
		`{"id":"x3","type":"favorite.restocked","occurred_at":"2026-11-17T10:00:00+09:00","buyer":{"id":"sato"},"data":{"sku":"A"}}`,
	} {
		if d := s.post(raw); d.EventNote != ReasonIgnored || len(d.Runs)+len(d.Messages)+len(d.Buyers) != 0 {
			t.Errorf("%s: %+v", raw, d)
		}
	}
}

func TestDecidingTwiceGivesTheSameRows(t *testing.T) {
	one, two := newShop(t), newShop(t)
	one.post(satoCart)
	two.now = two.now.Add(time.Minute)
	two.post(satoCart)
	if one.run().ID != two.run().ID {
		t.Errorf("runs %s and %s", one.run().ID, two.run().ID)
	}
	a, b := one.ring().Deliveries[0].Message, two.ring().Deliveries[0].Message
	if a.ID != b.ID || a.DedupKey != b.DedupKey || a.RetryKey() != b.RetryKey() {
		t.Errorf("messages %+v and %+v", a, b)
	}
}

func TestDeliverySaysTheOrderCutOff(t *testing.T) {
	for orderBy, want := range map[time.Duration]string{0: "", 15 * time.Hour: "15:00", 14*time.Hour + 5*time.Minute: "14:05"} {
		_, d := claimed(t, func(set *Settings) { set.Window = AlwaysWindow().narrowed(orderBy) })
		if d.OrderBy != want {
			t.Errorf("order_by %s: the delivery says %q, want %q", orderBy, d.OrderBy, want)
		}
	}
}
