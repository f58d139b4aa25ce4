package store

import (
	"context"
	"database/sql"
	"time"

	"kagobell/scenarios"
)

var runs = &table{
	name: "runs",
	key:  columns("run_id"),
	columns: columns(`run_id scenario version account_key buyer_id subject ordinal status end_reason items currency url
		data started_at first_trigger_at last_trigger_at anchor_at step planned_at due_at armed_at sweep_at generation
		held_since cap_deferred pause_noted happened last_sent_at ended_at live_at`),
}

func runValues(x *scenarios.Run, r *row) {
	r.text(string(x.ID), x.Scenario, x.Version, string(x.AccountKey), x.BuyerID, x.Subject)
	r.number(x.Ordinal)
	r.text(string(x.Status), string(x.EndReason))
	r.json(x.Items, len(x.Items) > 0)
	r.text(x.Currency, x.URL)
	r.json(x.Data, len(x.Data) > 0)
	r.time(x.StartedAt, x.FirstTriggerAt, x.LastTriggerAt, x.Anchor)
	r.text(x.Step)
	r.time(x.PlannedAt, x.DueAt, x.ArmedAt, x.SweepAt)
	r.number(x.Generation)
	r.time(x.HeldSince)
	r.flag(x.CapDeferred, x.PauseNoted)
	r.json(x.Happened, len(x.Happened) > 0)
	r.time(x.LastSentAt, x.EndedAt, liveAt(x))
}

// liveAt is until when decisions look at a run: for ever while it is open, then
// for a while after its last message.
func liveAt(x *scenarios.Run) time.Time {
	if x.Open() {
		return lastTime
	}
	return x.LastSentAt
}

func readRun(from scanner) (*scenarios.Run, error) {
	var x scenarios.Run
	var live time.Time
	return &x, from.Scan((*string)(&x.ID), &x.Scenario, &x.Version, (*string)(&x.AccountKey), &x.BuyerID, &x.Subject,
		&x.Ordinal, (*string)(&x.Status), (*string)(&x.EndReason), jsonInto{&x.Items}, &x.Currency, &x.URL,
		jsonInto{&x.Data}, (*stamp)(&x.StartedAt), (*stamp)(&x.FirstTriggerAt), (*stamp)(&x.LastTriggerAt),
		(*stamp)(&x.Anchor), &x.Step, (*stamp)(&x.PlannedAt), (*stamp)(&x.DueAt), (*stamp)(&x.ArmedAt),
		(*stamp)(&x.SweepAt), &x.Generation, (*stamp)(&x.HeldSince), &x.CapDeferred, &x.PauseNoted,
		jsonInto{&x.Happened}, (*stamp)(&x.LastSentAt), (*stamp)(&x.EndedAt), (*stamp)(&live))
}

// liveRuns reads the open runs of buyers, and the ended ones whose last message
// is younger than `since`.
func liveRuns(ctx context.Context, c conn, buyerIDs []string, since time.Time) ([]*scenarios.Run, error) {
	return runsLiving(ctx, c, "buyer_id", buyerIDs, since)
}

// openRunsOf reads the open runs of whole accounts.
func openRunsOf(ctx context.Context, c conn, keys []scenarios.AccountKey) ([]*scenarios.Run, error) {
	return runsLiving(ctx, c, "account_key", keys, lastTime)
}

func runsLiving[T ~string](ctx context.Context, c conn, column string, of []T, since time.Time) ([]*scenarios.Run, error) {
	var list []*scenarios.Run
	err := inChunks(of, func(part []T) error {
		found, err := collect(ctx, c, readRun, runs.selectFrom()+" WHERE "+column+" IN "+in(len(part))+" AND live_at >= ?",
			texts(part, timeText(since))...)
		list = append(list, found...)
		return err
	})
	return list, err
}

func readRuns(ctx context.Context, c conn, ids []scenarios.RunID) ([]*scenarios.Run, error) {
	var list []*scenarios.Run
	err := inChunks(ids, func(part []scenarios.RunID) error {
		found, err := collect(ctx, c, readRun, runs.selectFrom()+" WHERE run_id IN "+in(len(part)), texts(part)...)
		list = append(list, found...)
		return err
	})
	return list, err
}

// ownersOfRuns says whose runs these are; unknown ones are left out.
func ownersOfRuns(ctx context.Context, c conn, ids []scenarios.RunID) (map[scenarios.RunID]owner, error) {
	of := make(map[scenarios.RunID]owner, len(ids))
	err := inChunks(ids, func(part []scenarios.RunID) error {
		return c.each(ctx, func(rows *sql.Rows) error {
			var x owner
			err := rows.Scan((*string)(&x.runID), &x.buyerID, (*string)(&x.account))
			of[x.runID] = x
			return err
		}, "SELECT run_id, buyer_id, account_key FROM runs WHERE run_id IN "+in(len(part)), texts(part)...)
	})
	return of, err
}
