package store

import (
	"fmt"
	"sync"
	"testing"
	"time"

	"kagobell/scenarios"
)

func TestArm(t *testing.T) {
	onBoth(t, func(t *testing.T, s *testStore) {
		now, err := s.Now(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		now = now.Truncate(time.Second)
		const horizon = 24 * time.Hour
		with := func(id string, due, sweep time.Time) *scenarios.Run {
			r := run(id, "b-1", "b:b-1")
			r.DueAt, r.SweepAt, r.Generation, r.Step = due, sweep, 4, "second"
			return r
		}
		ago := func(d time.Duration) time.Time { return now.Add(-d) }
		s.put(t, "b-1", scenarios.Decision{Runs: []*scenarios.Run{
			with("overdue", ago(time.Hour), ago(time.Minute)),
			with("inside", now.Add(2*time.Hour), ago(2*time.Minute)),
			with("too-far", now.Add(48*time.Hour), ago(time.Second)),
			with("armed", now.Add(time.Hour), now.Add(time.Hour)),
			with("never", ago(time.Hour), time.Time{}),
		}})
		alarms, err := s.Arm(t.Context(), horizon, 100)
		if err != nil {
			t.Fatal(err)
		}
		want := fmt.Sprint([]scenarios.Alarm{{RunID: "overdue", Step: "second", Generation: 5, At: ago(time.Hour)},
			{RunID: "inside", Step: "second", Generation: 5, At: now.Add(2 * time.Hour)}})
		if fmt.Sprint(alarms) != want {
			t.Errorf("alarms %v, want %v", alarms, want)
		}
		for id, want := range map[scenarios.RunID]struct {
			generation     int64
			armed, sweepAt time.Time
		}{
			"overdue": {5, ago(time.Hour), now.Add(scenarios.Grace)}, // by the clock at the time, to the second
			"inside":  {5, now.Add(2 * time.Hour), now.Add(2 * time.Hour).Add(scenarios.Grace)},
			"too-far": {4, time.Time{}, now.Add(24 * time.Hour)},
			"armed":   {4, time.Time{}, now.Add(time.Hour)},
			"never":   {4, time.Time{}, time.Time{}},
		} {
			r, err := s.Run(t.Context(), id)
			late := time.Duration(0)
			if id == "overdue" {
				late = 10 * time.Second
			}
			if err != nil || r.Generation != want.generation || !r.ArmedAt.Equal(want.armed) || r.SweepAt.Sub(want.sweepAt) > late || r.SweepAt.Before(want.sweepAt) {
				t.Errorf("%s: generation %d, armed %s, sweep %s (%v); want %+v", id, r.Generation, r.ArmedAt, r.SweepAt, err, want)
			}
		}
		if again, err := s.Arm(t.Context(), horizon, 100); err != nil || len(again) != 0 {
			t.Errorf("armed at once again: %v, %v", again, err)
		}
		s.advance(time.Minute) // the alarm of the overdue run was lost
		again, err := s.Arm(t.Context(), horizon, 100)
		if err != nil || len(again) != 1 || again[0].RunID != "overdue" || again[0].Generation != 6 {
			t.Errorf("a minute later: %v, %v", again, err)
		}
	})
}

// TestArmed: all alarms that should ring yet are listed, in pieces, and nothing else.
func TestArmed(t *testing.T) {
	onBoth(t, func(t *testing.T, s *testStore) {
		now, err := s.Now(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		now = now.Truncate(time.Second)
		const horizon = 24 * time.Hour
		with := func(id string, armed, sweep time.Time) *scenarios.Run {
			r := run(id, "b-1", "b:b-1")
			r.DueAt, r.ArmedAt, r.SweepAt, r.Generation, r.Step = now.Add(3*time.Hour), armed, sweep, 4, "second"
			return r
		}
		soon, later := now.Add(time.Hour), now.Add(2*time.Hour)
		s.put(t, "b-1", scenarios.Decision{Runs: []*scenarios.Run{
			with("later", later, later.Add(scenarios.Grace)),
			with("soon-2", soon, soon.Add(scenarios.Grace)),
			with("soon-1", soon, soon.Add(scenarios.Grace)),
			with("soon-3", soon, soon.Add(scenarios.Grace)),
			with("ringing", now, now.Add(scenarios.Grace)),
			with("lost", now.Add(-time.Hour), now.Add(-time.Minute)), // the sweep's
			with("claimed", time.Time{}, now.Add(20*time.Second)),
			with("too-far", time.Time{}, now.Add(12*time.Hour)),
			with("beyond", now.Add(25*time.Hour), now.Add(25*time.Hour)),
		}})
		var got []scenarios.Alarm
		calls := 0
		for after := ""; calls == 0 || after != ""; calls++ {
			list, next, err := s.Armed(t.Context(), after, horizon, 2)
			if err != nil {
				t.Fatal(err)
			}
			got, after = append(got, list...), next
		}
		var want []scenarios.Alarm
		for _, x := range []struct {
			id scenarios.RunID
			at time.Time
		}{{"ringing", now}, {"soon-1", soon}, {"soon-2", soon}, {"soon-3", soon}, {"later", later}} {
			want = append(want, scenarios.Alarm{RunID: x.id, Step: "second", Generation: 4, At: x.at})
		}
		if fmt.Sprint(got) != fmt.Sprint(want) || calls != 3 {
			t.Errorf("in %d calls %v, want %v", calls, got, want)
		}
	})
}

// TestArmTakesItsShare: sweeps side by side arm each run once, and no more than
// the limit at a time.
func TestArmTakesItsShare(t *testing.T) {
	onBoth(t, func(t *testing.T, s *testStore) {
		const people = 60
		for i := range people {
			id := fmt.Sprintf("b-%d", i)
			r := run("r-"+id, id, scenarios.KeyOfBuyer(id))
			r.DueAt, r.SweepAt = base.Add(-time.Hour), base.Add(-time.Hour)
			s.put(t, id, scenarios.Decision{Runs: []*scenarios.Run{r}})
		}
		var all sync.WaitGroup
		var mu sync.Mutex
		armed := map[scenarios.RunID]int{}
		for range 3 {
			all.Go(func() {
				for {
					alarms, err := s.Arm(t.Context(), time.Hour, 7)
					if err != nil || len(alarms) > 7 {
						t.Errorf("%d alarms, %v", len(alarms), err)
						return
					}
					mu.Lock()
					for _, a := range alarms {
						armed[a.RunID]++
					}
					done := len(armed) == people
					mu.Unlock()
					if done {
						return
					}
				}
			})
		}
		all.Wait()
		for id, n := range armed {
			if n != 1 {
				t.Errorf("run %s was armed %d times", id, n)
			}
		}
	})
}

// TestArmLeavesBusyAccounts: a run whose account is being decided keeps what the
// decision writes; nobody waits.
func TestArmLeavesBusyAccounts(t *testing.T) {
	s := openStore(t, mysqlURL(t))
	for _, id := range []string{"b-1", "b-2"} {
		r := run("r-"+id, id, scenarios.KeyOfBuyer(id))
		r.DueAt, r.SweepAt = base.Add(-time.Hour), base.Add(-time.Hour)
		s.put(t, id, scenarios.Decision{Buyers: []*scenarios.Buyer{buyer(id, "")}, Runs: []*scenarios.Run{r}})
	}
	s.mustDecide(t, fake{decide: func(snapshot *scenarios.Snapshot, _ scenarios.Work, _ time.Time) scenarios.Decision {
		alarms, err := s.Arm(t.Context(), time.Hour, 10)
		if err != nil || len(alarms) != 1 || alarms[0].RunID != "r-b-2" {
			t.Errorf("alarms %v, %v", alarms, err)
		}
		return scenarios.Decision{}
	}}, scenarios.Work{Due: &scenarios.RunRef{RunID: "r-b-1"}})
}

func TestLease(t *testing.T) {
	onBoth(t, func(t *testing.T, s *testStore) {
		expect := func(holder string, ttl time.Duration, want bool) {
			t.Helper()
			if got, err := s.Lease(t.Context(), "sweep", holder, ttl); err != nil || got != want {
				t.Errorf("%s: %t, %v; want %t", holder, got, err, want)
			}
		}
		expect("a", time.Minute, true)
		expect("b", time.Minute, false)
		expect("a", time.Minute, true)
		s.advance(59 * time.Second)
		expect("b", time.Minute, false)
		s.advance(2 * time.Second)
		expect("b", time.Minute, true)
		expect("a", 0, false) // another's lease is not given back
		expect("b", 0, true)
		expect("a", time.Minute, true)

		var all sync.WaitGroup
		var mu sync.Mutex
		held := 0
		for i := range 8 {
			all.Go(func() {
				got, err := s.Lease(t.Context(), "new", fmt.Sprint(i), time.Minute)
				if err != nil {
					t.Error(err)
				}
				if got {
					mu.Lock()
					held++
					mu.Unlock()
				}
			})
		}
		all.Wait()
		if held != 1 {
			t.Errorf("%d hold the lease", held)
		}
	})
}
