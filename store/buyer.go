package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"

	"kagobell/scenarios"
)

var buyers = &table{
	name: "buyers",
	key:  columns("buyer_id"),
	columns: columns(`buyer_id account_key account_id name department email line_user_id locale price_group
		buyer_rank rank_key postal attributes consents blocks dated viewed profile_at erased_at`),
}

func buyerValues(b *scenarios.Buyer, r *row) {
	r.text(b.ID, string(b.AccountKey()), b.AccountID, b.Name, b.Department, b.Email, b.LineUserID, b.Locale,
		b.PriceGroup, b.Rank, scenarios.RankKey(b))
	r.json(b.Postal, b.Postal != nil)
	r.optional(string(b.Attributes))
	r.json(b.Consents, len(b.Consents) > 0)
	r.json(b.Blocks, len(b.Blocks) > 0)
	r.json(b.Dated, len(b.Dated) > 0)
	r.json(b.Viewed, len(b.Viewed) > 0)
	r.time(b.ProfileAt, b.ErasedAt)
}

// buyerRow is a buyer as stored, with what is derived from him.
type buyerRow struct {
	*scenarios.Buyer
	account scenarios.AccountKey
	rankKey string
}

func readBuyer(from scanner) (buyerRow, error) {
	b := &scenarios.Buyer{}
	out := buyerRow{Buyer: b}
	var attributes sql.NullString
	err := from.Scan(&b.ID, (*string)(&out.account), &b.AccountID, &b.Name, &b.Department, &b.Email, &b.LineUserID,
		&b.Locale, &b.PriceGroup, &b.Rank, &out.rankKey, jsonInto{&b.Postal}, &attributes,
		jsonInto{&b.Consents}, jsonInto{&b.Blocks}, jsonInto{&b.Dated}, jsonInto{&b.Viewed}, (*stamp)(&b.ProfileAt), (*stamp)(&b.ErasedAt))
	if attributes.Valid {
		b.Attributes = json.RawMessage(attributes.String)
	}
	return out, err
}

func readBuyers(ctx context.Context, c conn, ids []string) ([]buyerRow, error) {
	var list []buyerRow
	err := inChunks(ids, func(part []string) error {
		found, err := collect(ctx, c, readBuyer, buyers.selectFrom()+" WHERE buyer_id IN "+in(len(part)), texts(part)...)
		list = append(list, found...)
		return err
	})
	return list, err
}

// accountsOfBuyers says which accounts buyers belong to; unknown ones are left out.
func accountsOfBuyers(ctx context.Context, c conn, ids []string) (map[string]scenarios.AccountKey, error) {
	of := make(map[string]scenarios.AccountKey, len(ids))
	err := inChunks(ids, func(part []string) error {
		return c.each(ctx, func(rows *sql.Rows) error {
			var id, key string
			err := rows.Scan(&id, &key)
			of[id] = scenarios.AccountKey(key)
			return err
		}, "SELECT buyer_id, account_key FROM buyers WHERE buyer_id IN "+in(len(part)), texts(part)...)
	})
	return of, err
}

// BuyerIDs lists buyers by their ids, at most `limit` after one; erased ones are
// left out.
func (s *Store) BuyerIDs(ctx context.Context, after string, limit int) ([]string, error) {
	list, err := collect(ctx, s.query(), func(from scanner) (id string, err error) {
		return id, from.Scan(&id)
	}, "SELECT buyer_id FROM buyers WHERE buyer_id > ? AND erased_at IS NULL ORDER BY buyer_id LIMIT ?", after, limit)
	if err != nil {
		return nil, fmt.Errorf("buyers after %q: %w", after, err)
	}
	return list, nil
}

// saveBuyers writes buyers. Those not known yet are inserted plainly: a duplicate
// key tells that another transaction was quicker.
func (b *batch) saveBuyers(ctx context.Context, list []*scenarios.Buyer) error {
	var fresh, known []*scenarios.Buyer
	for _, x := range list {
		if _, ok := b.buyers[x.ID]; ok {
			known = append(known, x)
		} else {
			fresh = append(fresh, x)
		}
	}
	if err := insert(ctx, b.conn, buyers, fresh, buyerValues); err != nil {
		return err
	}
	return upsert(ctx, b.conn, buyers, known, buyerValues)
}

// settleBuyers does, when all rows are written, what follows from a changed
// rank, a move to another account or an erasure.
func (b *batch) settleBuyers(ctx context.Context, list []*scenarios.Buyer) error {
	for _, x := range list {
		was, known := b.buyers[x.ID]
		if !known {
			continue
		}
		if key := scenarios.RankKey(x); key != was.rankKey {
			if _, err := b.ExecContext(ctx, "UPDATE favorites SET rank_key = ? WHERE buyer_id = ?", key, x.ID); err != nil {
				return err
			}
		}
		if x.AccountKey() != was.account {
			if err := moveBuyer(ctx, b.conn, x, was.account); err != nil {
				return err
			}
		}
	}
	for _, x := range list {
		if x.Erased() {
			if err := erase(ctx, b.conn, x.ID, x.AccountKey()); err != nil {
				return err
			}
		}
	}
	return nil
}

// moveBuyer takes along what the engine did not have in hand: ended runs, which
// still cool down, and messages.
func moveBuyer(ctx context.Context, c conn, b *scenarios.Buyer, from scenarios.AccountKey) error {
	to := string(b.AccountKey())
	if _, err := c.ExecContext(ctx, "UPDATE runs SET account_key = ? WHERE account_key = ? AND buyer_id = ?",
		to, string(from), b.ID); err != nil {
		return err
	}
	_, err := c.ExecContext(ctx, "UPDATE messages SET account_key = ? WHERE buyer_id = ? AND account_key = ?",
		to, b.ID, string(from))
	return err
}
