package store

import (
	"context"
	"time"

	"kagobell/scenarios"
)

var accounts = &table{
	name: "accounts",
	key:  columns("account_key"),
	columns: columns(`account_key account_id name orders ordered_at dated score_points score_at score_state hot_since
		hot_mark hot_buyer_id`),
}

func accountValues(a *scenarios.Account, r *row) {
	r.text(string(a.Key), a.ID, a.Name)
	r.number(int64(a.Orders))
	r.json(a.OrderedAt, len(a.OrderedAt) > 0)
	r.json(a.Dated, len(a.Dated) > 0)
	r.float(a.Score.Points)
	r.time(a.Score.At)
	state := scoreState{a.Score.SetAt, a.Score.Marks, a.Score.Days}
	r.json(state, !state.SetAt.IsZero() || len(state.Marks) > 0 || len(state.Days) > 0)
	r.time(a.Hot.Since)
	r.text(a.Hot.Mark, a.Hot.BuyerID)
}

// scoreState is what only the next decision asks of a score.
type scoreState struct {
	SetAt time.Time             `json:"set_at,omitzero"`
	Marks []string              `json:"marks,omitempty"`
	Days  []scenarios.DayPoints `json:"days,omitempty"`
}

func readAccount(from scanner) (*scenarios.Account, error) {
	var a scenarios.Account
	var state scoreState
	err := from.Scan((*string)(&a.Key), &a.ID, &a.Name, &a.Orders, jsonInto{&a.OrderedAt}, jsonInto{&a.Dated},
		&a.Score.Points, (*stamp)(&a.Score.At), jsonInto{&state}, (*stamp)(&a.Hot.Since), &a.Hot.Mark, &a.Hot.BuyerID)
	a.Score.SetAt, a.Score.Marks, a.Score.Days = state.SetAt, state.Marks, state.Days
	return &a, err
}

// accountOf makes the account that a key stands for, as it is before anybody
// said more about it.
func accountOf(key scenarios.AccountKey) *scenarios.Account {
	return &scenarios.Account{Key: key, ID: key.AccountID()}
}

// lockAccounts locks the rows of accounts, in the order of the sorted keys, and
// makes those that are missing. Existing rows come first and missing ones
// after, again in order: two transactions can't wait for each other.
func lockAccounts(ctx context.Context, c conn, keys []scenarios.AccountKey) ([]*scenarios.Account, error) {
	found, err := readAccounts(ctx, c, keys, c.dialect.forUpdate)
	if err != nil || len(found) == len(keys) {
		return found, err
	}
	made, err := makeAccounts(ctx, c, without(keys, found))
	return append(found, made...), err
}

// lockFreeAccounts locks those that no other transaction has locked, likewise. It
// waits for none.
func lockFreeAccounts(ctx context.Context, c conn, keys []scenarios.AccountKey) ([]*scenarios.Account, error) {
	found, err := readAccounts(ctx, c, keys, c.dialect.forUpdateSkipLocked)
	if err != nil || len(found) == len(keys) {
		return found, err
	}
	skipped := without(keys, found)
	there, err := readAccounts(ctx, c, skipped, "")
	if err != nil {
		return nil, err
	}
	made, err := makeAccounts(ctx, c, without(skipped, there))
	return append(found, made...), err
}

// makeAccounts makes the rows of accounts that nobody has heard of yet.
func makeAccounts(ctx context.Context, c conn, keys []scenarios.AccountKey) ([]*scenarios.Account, error) {
	var made []*scenarios.Account
	for _, key := range keys {
		made = append(made, accountOf(key))
	}
	// Where another transaction made the row first, this waits for it and locks it.
	if err := write(ctx, c, accounts, c.dialect.keeping("account_key"), made, accountValues); err != nil {
		return nil, err
	}
	return readAccounts(ctx, c, keys, "")
}

// without lists the keys of which no account is among those found.
func without(keys []scenarios.AccountKey, found []*scenarios.Account) []scenarios.AccountKey {
	known := make(map[scenarios.AccountKey]bool, len(found))
	for _, a := range found {
		known[a.Key] = true
	}
	var missing []scenarios.AccountKey
	for _, key := range keys {
		if !known[key] {
			missing = append(missing, key)
		}
	}
	return missing
}

func readAccounts(ctx context.Context, c conn, keys []scenarios.AccountKey, lock string) ([]*scenarios.Account, error) {
	var list []*scenarios.Account
	err := inChunks(keys, func(part []scenarios.AccountKey) error {
		found, err := collect(ctx, c, readAccount,
			accounts.selectFrom()+" WHERE account_key IN "+in(len(part))+" ORDER BY account_key"+lock, texts(part)...)
		list = append(list, found...)
		return err
	})
	return list, err
}
