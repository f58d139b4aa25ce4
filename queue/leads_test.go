package queue

import (
	"context"
	"errors"
	"slices"
	"testing"
	"time"
)

// salesDesk has leads to be told.
type salesDesk struct {
	left  int
	made  []int
	err   error
	heard chan struct{}
}

func (d *salesDesk) TellLeads(_ context.Context, limit int) (int, error) {
	n := min(limit, d.left)
	d.left -= n
	d.made = append(d.made, n)
	if d.heard != nil {
		d.heard <- struct{}{}
	}
	return n, d.err
}

func TestLeadsAreToldUntilNoneIsDue(t *testing.T) {
	b := newBench(t, 1)
	desk := &salesDesk{left: leadsAtOnce + 3}
	l := &leads{teller: desk, log: b.worker.log, phases: b.phases}
	if err := l.ProcessTask(t.Context(), nil); err != nil || !slices.Equal(desk.made, []int{leadsAtOnce, 3}) {
		t.Errorf("made %v, %v", desk.made, err)
	}
	desk.err = errors.New("the database is away")
	if err := l.ProcessTask(t.Context(), nil); err != nil {
		t.Errorf("a failure belongs into the log, not into Asynq's archive: %v", err)
	}
}

// TestLeadsAreAskedForPeriodically: nobody has to say that one is due.
func TestLeadsAreAskedForPeriodically(t *testing.T) {
	t.Parallel()
	desk := &salesDesk{heard: make(chan struct{}, 100)}
	start(t, embeddedRedis(t), newShop(), func(o *Options) { o.Leads = desk })
	select {
	case <-desk.heard:
	case <-time.After(patience):
		t.Fatal("nobody asked for leads")
	}
}
