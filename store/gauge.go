package store

import (
	"context"
	"fmt"
	"time"

	"kagobell/scenarios"
)

// Load is how much waits, for metrics.
type Load struct {
	LateRuns    int       // due for over half a minute and not done; 50,000 stands for that many or more
	OldestDue   time.Time // of all that is due and not done; zero: nothing is
	OpenFanOuts int
	DeadLetters int // not replayed
}

// lateCounted bounds how many due runs are looked at. Above that many the sweep sets no
// alarm anew, so that the first in the order of sweep_at are those due for longest.
const lateCounted = 50_000

// Load tells what is late or waits for a person. It costs the database as much as
// there is to tell of, however many runs wait for their time.
//
// Whatever is due and not done is looked at by the sweep within Grace: the index of the
// sweep leads to it, whether or not its alarm was set anew meanwhile.
func (s *Store) Load(ctx context.Context) (Load, error) {
	c := s.query()
	now, err := s.now(ctx, c)
	if err != nil {
		return Load{}, err
	}
	var x Load
	counts := []struct {
		targets []any
		query   string
		args    []any
	}{
		{[]any{&x.LateRuns, (*stamp)(&x.OldestDue)}, `SELECT COUNT(CASE WHEN due_at <= ? THEN 1 END), MIN(due_at) FROM (
			SELECT due_at FROM runs WHERE sweep_at <= ? AND due_at <= ? ORDER BY sweep_at LIMIT ?) AS due`,
			[]any{timeText(now.Add(-scenarios.Grace)), timeText(now.Add(scenarios.Grace)), timeText(now), lateCounted}},
		{[]any{&x.OpenFanOuts}, "SELECT COUNT(*) FROM fan_outs WHERE status = 'open'", nil},
		{[]any{&x.DeadLetters}, "SELECT COUNT(*) FROM dead_letters WHERE replayed_at IS NULL", nil},
	}
	for _, n := range counts {
		if err := c.QueryRowxContext(ctx, n.query, n.args...).Scan(n.targets...); err != nil {
			return Load{}, fmt.Errorf("load: %w", err)
		}
	}
	return x, nil
}

// OpenRuns counts the runs that wait for their next step. It reads an entry of an index
// for each: ask once a minute, not for every request.
func (s *Store) OpenRuns(ctx context.Context) (int, error) {
	var n int
	if err := s.query().QueryRowxContext(ctx, "SELECT COUNT(*) FROM runs WHERE sweep_at IS NOT NULL").Scan(&n); err != nil {
		return 0, fmt.Errorf("open runs: %w", err)
	}
	return n, nil
}
