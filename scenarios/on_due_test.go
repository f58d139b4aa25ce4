package scenarios

import (
	"testing"
	"time"
)

func TestAWindowThatNeverOpensSkipsEveryStep(t *testing.T) {
	s := newShop(t, func(set *Settings) { set.Window = Window{} })
	s.post(satoCart)
	for _, step := range []string{"first", "second"} {
		s.ring()
		s.wantJournal("skip " + step + "  window")
	}
	s.ring()
	s.wantJournal("skip unopened  window", "complete   ")
}

func TestAMachineThatWasDownOverTheWeekend(t *testing.T) {
	s := newShop(t, func(set *Settings) { set.Window = BusinessHours() })
	friday := time.Date(2026, 11, 27, 10, 0, 0, 0, s.engine.settings.Zone)
	s.now = friday
	s.post(satoCart) // of the Tuesday ten days ago: all its steps are late but the last
	s.ring()
	s.wantJournal("expire first  late")
	s.ring()
	s.wantJournal("expire second  late")
	s.now = friday.AddDate(0, 0, 3)
	s.ring()
	s.wantJournal("expire unopened  late", "complete   ")
}

func TestAfterCountsFromThePlanAndNotFromTheSending(t *testing.T) {
	s := newShop(t)
	s.post(satoCart)
	planned := s.run().PlannedAt
	s.now = planned.Add(5 * time.Hour) // the machine was down
	d := s.ring()
	s.outcome(d.Deliveries[0], Outcome{Kind: OutcomeSent})
	if r := s.run(); !r.PlannedAt.Equal(planned.AddDate(0, 0, 1)) {
		t.Errorf("the second is planned at %v, the first was at %v", r.PlannedAt, planned)
	}
}

func TestALongPauseAsksLessAndLessOften(t *testing.T) {
	s := newShop(t)
	s.post(satoCart)
	s.world.PutPaused("cart_abandonment", true)
	planned, asked := s.run().PlannedAt, 0
	for ; s.now.Before(planned.Add(10 * time.Hour)); asked++ {
		s.ring()
	}
	if wait := s.run().DueAt.Sub(s.now); asked > 100 || wait > pauseCheckMost {
		t.Errorf("asked %d times in ten hours, the next time in %v", asked, wait)
	}
	s.world.PutPaused("cart_abandonment", false)
	if d := s.ring(); len(d.Deliveries) != 1 {
		t.Errorf("after the pause: %+v", d)
	}
}
