package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"kagobell/scenarios"
)

var interactions = &table{
	name:    "interactions",
	columns: columns("message_id buyer_id kind machine url at"),
}

func interactionValues(x scenarios.Interaction, r *row) {
	r.text(x.MessageID, x.BuyerID, string(x.Kind))
	r.flag(x.Machine)
	r.text(x.URL)
	r.time(x.At)
}

// RecordInteraction keeps an open or a click. The first by a person marks its
// message; whoever clicked has opened. Nothing is locked: the marks of a message
// are written once and survive every decision. At is set to the database's time
// when it is zero, BuyerID to the message's buyer when it is empty; ErrNotFound when there is no such message.
func (s *Store) RecordInteraction(ctx context.Context, x scenarios.Interaction) error {
	err := s.inTx(ctx, func(c conn) error {
		var buyerID string
		err := c.QueryRowxContext(ctx, "SELECT buyer_id FROM messages WHERE message_id = ?", x.MessageID).Scan(&buyerID)
		if errors.Is(err, sql.ErrNoRows) {
			return &unfit{ErrNotFound}
		}
		if err != nil {
			return err
		}
		kept := x
		kept.BuyerID = buyerID
		if kept.At.IsZero() {
			if kept.At, err = s.now(ctx, c); err != nil {
				return err
			}
		}
		if err := insert(ctx, c, interactions, []scenarios.Interaction{kept}, interactionValues); err != nil || kept.Machine {
			return err
		}
		return mark(ctx, c, kept)
	})
	if err != nil {
		return fmt.Errorf("interaction of message %s: %w", x.MessageID, err)
	}
	return nil
}

func mark(ctx context.Context, c conn, x scenarios.Interaction) error {
	at := timeText(x.At)
	if x.Kind == scenarios.InteractionOpen {
		_, err := c.ExecContext(ctx, "UPDATE messages SET opened_at = ? WHERE message_id = ? AND opened_at IS NULL", at, x.MessageID)
		return err
	}
	_, err := c.ExecContext(ctx, `UPDATE messages SET opened_at = COALESCE(opened_at, ?), clicked_at = ?, credit_until = ?
		WHERE message_id = ? AND clicked_at IS NULL`, at, at, timeText(x.At.Add(credit)), x.MessageID)
	return err
}
