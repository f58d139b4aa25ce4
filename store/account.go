package store

import (
	"context"
	"strings"

	"kagobell/scenarios"
)

var accounts = &table{
	name:    "accounts",
	key:     columns("account_key"),
	columns: columns("account_key account_id name orders ordered_at dated"),
}

func accountValues(a *scenarios.Account, r *row) {
	r.text(string(a.Key), a.ID, a.Name)
	r.number(int64(a.Orders))
	r.json(a.OrderedAt, len(a.OrderedAt) > 0)
	r.json(a.Dated, len(a.Dated) > 0)
}

func readAccount(from scanner) (*scenarios.Account, error) {
	var a scenarios.Account
	return &a, from.Scan((*string)(&a.Key), &a.ID, &a.Name, &a.Orders, jsonInto{&a.OrderedAt}, jsonInto{&a.Dated})
}

// accountOf makes the account that a key stands for, as it is before anybody
// said more about it.
func accountOf(key scenarios.AccountKey) *scenarios.Account {
	a := &scenarios.Account{Key: key}
	if id, ok := strings.CutPrefix(string(key), string(scenarios.KeyOfAccount(""))); ok {
		a.ID = id
	}
	return a
}

// lockAccounts locks the rows of accounts, in the order of the sorted keys, and
// makes those that are missing. Existing rows come first and missing ones
// after, again in order: two transactions can't wait for each other.
func lockAccounts(ctx context.Context, c conn, keys []scenarios.AccountKey) ([]*scenarios.Account, error) {
	found, err := readAccounts(ctx, c, keys, c.dialect.forUpdate)
	if err != nil || len(found) == len(keys) {
		return found, err
	}
	known := make(map[scenarios.AccountKey]bool, len(found))
	for _, a := range found {
		known[a.Key] = true
	}
	var missing []scenarios.AccountKey
	var made []*scenarios.Account
	for _, key := range keys {
		if !known[key] {
			missing = append(missing, key)
			made = append(made, accountOf(key))
		}
	}
	// Where another transaction made the row first, this waits for it and locks it.
	if err := write(ctx, c, accounts, c.dialect.keeping("account_key"), made, accountValues); err != nil {
		return nil, err
	}
	made, err = readAccounts(ctx, c, missing, "")
	return append(found, made...), err
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
