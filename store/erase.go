package store

import (
	"context"
	"encoding/json"
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
		{"UPDATE messages SET title = '' WHERE buyer_id = ?", []any{buyerID}},
		{"UPDATE runs SET data = NULL WHERE account_key = ? AND buyer_id = ?", []any{string(key), buyerID}},
		{"UPDATE consent_ledger SET proof = '' WHERE buyer_id = ?", []any{buyerID}},
		{"UPDATE leads SET buyer_id = '' WHERE account_key = ? AND buyer_id = ?", []any{string(key), buyerID}},
		{"DELETE FROM carts WHERE buyer_id = ?", []any{buyerID}},
		{"DELETE FROM favorites WHERE buyer_id = ?", []any{buyerID}},
	}
	for _, s := range statements {
		if _, err := c.ExecContext(ctx, s.text, s.args...); err != nil {
			return fmt.Errorf("erase buyer: %w", err)
		}
	}
	if err := eraseOutbox(ctx, c, buyerID); err != nil {
		return fmt.Errorf("erase buyer: %w", err)
	}
	if err := eraseDeadLetters(ctx, c, buyerID); err != nil {
		return fmt.Errorf("erase buyer: %w", err)
	}
	return nil
}

// eraseOutbox deletes what a person was shown. The messages are asked for first:
// MariaDB would ask for them anew for each row of the outbox.
func eraseOutbox(ctx context.Context, c conn, buyerID string) error {
	ids, err := collect(ctx, c, readText, "SELECT message_id FROM messages WHERE buyer_id = ?", buyerID)
	if err != nil {
		return err
	}
	return inChunks(ids, func(part []string) error {
		_, err := c.ExecContext(ctx, "DELETE FROM outbox WHERE message_id IN "+in(len(part)), texts(part)...)
		return err
	})
}

// eraseDeadLetters deletes the refused events about a person: they hold what was
// posted, profile and all. They are few, and found by reading them.
func eraseDeadLetters(ctx context.Context, c conn, buyerID string) error {
	named, err := json.Marshal(buyerID)
	if err != nil {
		return err
	}
	letters, err := collect(ctx, c, readDeadLetter,
		deadLetters.selectFrom()+" WHERE LOWER(body) LIKE ? ESCAPE '!'", like(string(named)))
	if err != nil {
		return err
	}
	var ids []string
	for _, x := range letters {
		var event struct{ Buyer struct{ ID string } }
		if json.Unmarshal(x.Body, &event) == nil && event.Buyer.ID == buyerID {
			ids = append(ids, x.ID)
		}
	}
	return inChunks(ids, func(part []string) error {
		_, err := c.ExecContext(ctx, "DELETE FROM dead_letters WHERE dead_letter_id IN "+in(len(part)), texts(part)...)
		return err
	})
}
