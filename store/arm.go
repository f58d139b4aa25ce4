package store

import (
	"context"
	"fmt"
	"slices"
	"time"

	"kagobell/scenarios"
)

// sweepCandidate is a run that the sweep must look at.
type sweepCandidate struct {
	alarm   scenarios.Alarm
	account scenarios.AccountKey
}

func readCandidate(from scanner) (x sweepCandidate, err error) {
	err = from.Scan((*string)(&x.alarm.RunID), (*string)(&x.account), &x.alarm.Step, &x.alarm.Generation, (*stamp)(&x.alarm.At))
	return x, err
}

const candidates = "SELECT run_id, account_key, step, generation, due_at FROM runs"

// Arm is the sweep: it takes up to `limit` runs whose alarm is missing or
// overdue, gives each a new generation and returns the alarms to set. What is due
// later than the horizon is looked at again when it comes inside. Accounts that
// are being decided right now are left to the next sweep.
func (s *Store) Arm(ctx context.Context, horizon time.Duration, limit int) ([]scenarios.Alarm, error) {
	var alarms []scenarios.Alarm
	err := s.inTx(ctx, func(c conn) error {
		now, err := s.now(ctx, c)
		if err != nil {
			return err
		}
		found, err := collect(ctx, c, readCandidate, candidates+" WHERE sweep_at <= ? ORDER BY sweep_at LIMIT ?", timeText(now), limit)
		if err != nil {
			return err
		}
		if found, err = lockedCandidates(ctx, c, found, now); err != nil {
			return err
		}
		alarms, err = arm(ctx, c, found, now, horizon)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("arm: %w", err)
	}
	return alarms, nil
}

// lockedCandidates locks the accounts of runs as far as they are free, and reads
// those runs again.
func lockedCandidates(ctx context.Context, c conn, found []sweepCandidate, now time.Time) ([]sweepCandidate, error) {
	var keys set[scenarios.AccountKey]
	for _, x := range found {
		keys.add(x.account)
	}
	slices.Sort(keys.list)
	free, err := readAccounts(ctx, c, keys.list, c.dialect.forUpdateSkipLocked)
	if err != nil {
		return nil, err
	}
	locked := map[scenarios.AccountKey]bool{}
	for _, a := range free {
		locked[a.Key] = true
	}
	var ids []scenarios.RunID
	for _, x := range found {
		if locked[x.account] {
			ids = append(ids, x.alarm.RunID)
		}
	}
	var list []sweepCandidate
	err = inChunks(ids, func(part []scenarios.RunID) error {
		again, err := collect(ctx, c, readCandidate,
			candidates+" WHERE run_id IN "+in(len(part))+" AND sweep_at <= ?", texts(part, timeText(now))...)
		for _, x := range again {
			if locked[x.account] {
				list = append(list, x)
			}
		}
		return err
	})
	return list, err
}

// arm raises the generation of runs and says when to look at them next.
func arm(ctx context.Context, c conn, list []sweepCandidate, now time.Time, horizon time.Duration) ([]scenarios.Alarm, error) {
	var alarms []scenarios.Alarm
	var overdue, ahead, far []scenarios.RunID
	for _, x := range list {
		switch id := x.alarm.RunID; {
		case x.alarm.At.After(now.Add(horizon)):
			far = append(far, id)
			continue
		case x.alarm.At.After(now):
			ahead = append(ahead, id)
		default:
			overdue = append(overdue, id)
		}
		x.alarm.Generation++
		alarms = append(alarms, x.alarm)
	}
	const armed = "generation = generation + 1, armed_at = due_at, sweep_at = "
	updates := []struct {
		set  string
		args []any
		ids  []scenarios.RunID
	}{
		{armed + "?", []any{timeText(now.Add(scenarios.Grace))}, overdue},
		{armed + c.dialect.shift("due_at", scenarios.Grace), nil, ahead},
		{"armed_at = NULL, sweep_at = " + c.dialect.shift("due_at", -horizon), nil, far},
	}
	for _, u := range updates {
		err := inChunks(u.ids, func(part []scenarios.RunID) error {
			_, err := c.ExecContext(ctx, "UPDATE runs SET "+u.set+" WHERE run_id IN "+in(len(part)), append(u.args, texts(part)...)...)
			return err
		})
		if err != nil {
			return nil, err
		}
	}
	slices.SortFunc(alarms, func(x, y scenarios.Alarm) int { return x.At.Compare(y.At) })
	return alarms, nil
}
