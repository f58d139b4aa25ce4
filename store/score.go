package store

import (
	"context"
	"fmt"
	"time"

	"kagobell/scenarios"
)

var scoreEntries = &table{
	name:    "score_entries",
	columns: columns("account_key buyer_id rule event_type points at recorded_at"),
}

// scoreRow is a reason of a score and when it was recorded.
type scoreRow struct {
	scenarios.ScoreEntry
	recordedAt time.Time
}

func (b *batch) scoreRows(list []scenarios.ScoreEntry) []scoreRow {
	rows := make([]scoreRow, len(list))
	for i, x := range list {
		rows[i] = scoreRow{x, b.now}
	}
	return rows
}

func scoreEntryValues(x scoreRow, r *row) {
	r.text(string(x.AccountKey), x.BuyerID, x.Rule, x.Event)
	r.float(x.Points)
	r.time(x.At, x.recordedAt)
}

func readScoreEntry(from scanner) (x scenarios.ScoreEntry, err error) {
	var recordedAt time.Time
	err = from.Scan((*string)(&x.AccountKey), &x.BuyerID, &x.Rule, &x.Event, &x.Points, (*stamp)(&x.At), (*stamp)(&recordedAt))
	return x, err
}

// HotAccounts are the accounts on the list for sales, in the order of their coming,
// and may have cooled since. At most `limit`, the newest.
func (s *Store) HotAccounts(ctx context.Context, limit int) ([]*scenarios.Account, error) {
	list, err := collect(ctx, s.query(), readAccount,
		accounts.selectFrom()+" WHERE hot_since IS NOT NULL ORDER BY hot_since DESC, account_key LIMIT ?", limit)
	if err != nil {
		return nil, fmt.Errorf("hot accounts: %w", err)
	}
	return list, nil
}

// Account finds an account by its key. ErrNotFound.
func (s *Store) Account(ctx context.Context, key scenarios.AccountKey) (*scenarios.Account, error) {
	list, err := readAccounts(ctx, s.query(), []scenarios.AccountKey{key}, "")
	switch {
	case err != nil:
		return nil, fmt.Errorf("account: %w", err)
	case len(list) == 0:
		return nil, fmt.Errorf("account: %w", ErrNotFound)
	}
	return list[0], nil
}

// ScoreReasons are the last reasons of an account's score that were recorded until a
// time, the newest first.
func (s *Store) ScoreReasons(ctx context.Context, key scenarios.AccountKey, until time.Time, limit int) ([]scenarios.ScoreEntry, error) {
	list, err := collect(ctx, s.query(), readScoreEntry, scoreEntries.selectFrom()+
		" WHERE account_key = ? AND recorded_at <= ? ORDER BY seq DESC LIMIT ?", string(key), timeText(until), limit)
	if err != nil {
		return nil, fmt.Errorf("score reasons: %w", err)
	}
	return list, nil
}

// BuyersByID reads buyers; those that are not known are left out.
func (s *Store) BuyersByID(ctx context.Context, ids []string) (map[string]*scenarios.Buyer, error) {
	rows, err := readBuyers(ctx, s.query(), ids)
	if err != nil {
		return nil, fmt.Errorf("buyers: %w", err)
	}
	found := make(map[string]*scenarios.Buyer, len(rows))
	for _, x := range rows {
		found[x.ID] = x.Buyer
	}
	return found, nil
}
