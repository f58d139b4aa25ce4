package store

import (
	"context"
	"fmt"
	"strings"
	"time"

	"kagobell/scenarios"
)

// armedRun is a run of which an alarm is set, and its place in the order of the sweep.
type armedRun struct {
	alarm   scenarios.Alarm
	sweepAt time.Time
}

func readArmed(from scanner) (x armedRun, err error) {
	err = from.Scan((*string)(&x.alarm.RunID), &x.alarm.Step, &x.alarm.Generation, (*stamp)(&x.alarm.At), (*stamp)(&x.sweepAt))
	return x, err
}

// Armed lists up to `limit` alarms that the database takes for set and that the sweep does not look at yet, so that
// they can be set again where the alarm clock has forgotten them. It changes nothing. `after` is where the last call
// ended, empty at first; `next` is empty when none is left.
func (s *Store) Armed(ctx context.Context, after string, horizon time.Duration, limit int) (alarms []scenarios.Alarm, next string, err error) {
	c := s.query()
	now, err := s.now(ctx, c)
	if err != nil {
		return nil, "", fmt.Errorf("armed: %w", err)
	}
	from, run, _ := strings.Cut(after, "/")
	if after == "" {
		from = timeText(now)
	}
	// What is not armed though inside the horizon has no armed_at: it is the sweep's.
	found, err := collect(ctx, c, readArmed, `SELECT run_id, step, generation, armed_at, sweep_at FROM runs
		WHERE sweep_at >= ? AND sweep_at <= ? AND (sweep_at > ? OR run_id > ?) AND armed_at IS NOT NULL
		ORDER BY sweep_at, run_id LIMIT ?`, from, timeText(now.Add(horizon+scenarios.Grace)), from, run, limit)
	if err != nil {
		return nil, "", fmt.Errorf("armed: %w", err)
	}
	for _, x := range found {
		alarms = append(alarms, x.alarm)
	}
	if len(found) == limit {
		last := found[limit-1]
		next = timeText(last.sweepAt) + "/" + string(last.alarm.RunID)
	}
	return alarms, next, nil
}
