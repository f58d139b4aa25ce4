package store

import (
	"context"
	"database/sql"
	"fmt"
	"time"
)

// Load is how much waits, for metrics.
type Load struct {
	OpenRuns    int       // that wait for their next step
	LateRuns    int       // due for over half a minute, with no alarm that can be trusted
	OldestDue   time.Time // of the late ones; zero: none
	OpenFanOuts int
	DeadLetters int // not replayed
}

// Load counts what waits. It reads indexes only, but all of the open runs: ask
// every some seconds, not for every request.
func (s *Store) Load(ctx context.Context) (Load, error) {
	c := s.query()
	now, err := s.now(ctx, c)
	if err != nil {
		return Load{}, err
	}
	var x Load
	counts := []struct {
		target *int
		query  string
		args   []any
	}{
		{&x.OpenRuns, "SELECT COUNT(*) FROM runs WHERE sweep_at IS NOT NULL", nil},
		{&x.LateRuns, "SELECT COUNT(*) FROM runs WHERE sweep_at <= ?", []any{timeText(now)}},
		{&x.OpenFanOuts, "SELECT COUNT(*) FROM fan_outs WHERE status = 'open'", nil},
		{&x.DeadLetters, "SELECT COUNT(*) FROM dead_letters WHERE replayed_at IS NULL", nil},
	}
	for _, n := range counts {
		if err := c.QueryRowxContext(ctx, n.query, n.args...).Scan(n.target); err != nil {
			return Load{}, fmt.Errorf("load: %w", err)
		}
	}
	err = c.QueryRowxContext(ctx, "SELECT due_at FROM runs WHERE sweep_at <= ? ORDER BY sweep_at LIMIT 1", timeText(now)).
		Scan((*stamp)(&x.OldestDue))
	if err != nil && err != sql.ErrNoRows {
		return Load{}, fmt.Errorf("load: %w", err)
	}
	return x, nil
}
