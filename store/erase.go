package store

import (
	"context"
	"fmt"

	"kagobell/scenarios"
)

// erase takes away what is left of a person once his row is blank: what he
// did stays countable (runs, messages, journal, orders, interactions), what he
// said and was shown goes.
func erase(ctx context.Context, c conn, buyerID string, key scenarios.AccountKey) error {
	statements := []struct {
		text string
		args []any
	}{
		{"UPDATE events SET body = NULL WHERE buyer_id = ?", []any{buyerID}},
		{"DELETE FROM outbox WHERE message_id IN (SELECT message_id FROM messages WHERE buyer_id = ?)", []any{buyerID}},
		{"UPDATE messages SET title = '' WHERE buyer_id = ?", []any{buyerID}},
		{"UPDATE runs SET data = NULL WHERE account_key = ? AND buyer_id = ?", []any{string(key), buyerID}},
		{"UPDATE consent_ledger SET proof = '' WHERE buyer_id = ?", []any{buyerID}},
		{"DELETE FROM carts WHERE buyer_id = ?", []any{buyerID}},
		{"DELETE FROM favorites WHERE buyer_id = ?", []any{buyerID}},
	}
	for _, s := range statements {
		if _, err := c.ExecContext(ctx, s.text, s.args...); err != nil {
			return fmt.Errorf("erase buyer: %w", err)
		}
	}
	return nil
}
