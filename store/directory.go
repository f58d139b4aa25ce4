package store

import (
	"context"
	"fmt"
	"strings"

	"kagobell/scenarios"
)

// BuyerLine is a buyer as a list shows him.
type BuyerLine struct {
	Buyer   scenarios.Buyer
	Account scenarios.AccountKey
}

// Buyers lists buyers in the order of their ids, those after `after`. `search`
// finds parts of id, name, e-mail address and account; empty finds all.
func (s *Store) Buyers(ctx context.Context, search, after string, limit int) ([]BuyerLine, error) {
	query, args := buyers.selectFrom()+" WHERE buyer_id > ?", []any{after}
	if search != "" {
		var any []string
		for _, column := range []string{"buyer_id", "name", "email", "account_id"} {
			any = append(any, "LOWER("+column+") LIKE ? ESCAPE '!'")
			args = append(args, like(search))
		}
		query += " AND (" + strings.Join(any, " OR ") + ")"
	}
	found, err := collect(ctx, s.query(), readBuyer, query+" ORDER BY buyer_id LIMIT ?", append(args, limit)...)
	if err != nil {
		return nil, fmt.Errorf("buyers: %w", err)
	}
	list := make([]BuyerLine, 0, len(found))
	for _, b := range found {
		list = append(list, BuyerLine{*b.Buyer, b.account})
	}
	return list, nil
}
