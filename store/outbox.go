package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"kagobell/scenarios"
)

var outbox = &table{
	name:    "outbox",
	key:     columns("message_id"),
	columns: columns("message_id channel recipient sender subject html text_part flex headers at"),
}

// OutboxEntry is a message that was kept instead of being sent.
type OutboxEntry struct {
	MessageID string
	Scenario  string
	Step      string
	BuyerID   string
	Rendered  scenarios.Rendered
	At        time.Time
}

func outboxValues(x OutboxEntry, r *row) {
	m := x.Rendered
	r.text(x.MessageID, string(m.Channel), m.To, m.From, m.Subject, m.HTML, m.Text)
	r.optional(string(m.Flex))
	r.json(m.Headers, len(m.Headers) > 0)
	r.time(x.At)
}

// Keep puts a message into the outbox, over an earlier copy. What was addressed
// to somebody who has been erased meanwhile is dropped.
func (s *Store) Keep(ctx context.Context, messageID string, rendered scenarios.Rendered) error {
	err := s.inTx(ctx, func(c conn) error {
		b, err := readBuyer(c.QueryRowxContext(ctx, buyers.selectFrom()+
			" WHERE buyer_id = (SELECT buyer_id FROM messages WHERE message_id = ?)"+c.dialect.forShare, messageID))
		if err == nil && b.Erased() {
			return nil
		}
		if err != nil && !errors.Is(err, sql.ErrNoRows) {
			return err
		}
		now, err := s.now(ctx, c)
		if err != nil {
			return err
		}
		return upsert(ctx, c, outbox, []OutboxEntry{{MessageID: messageID, Rendered: rendered, At: now}}, outboxValues)
	})
	if err != nil {
		return fmt.Errorf("keep message %s: %w", messageID, err)
	}
	return nil
}

// Discard takes a message out of the outbox: a letter that left its batch.
func (s *Store) Discard(ctx context.Context, messageID string) error {
	if _, err := s.db.ExecContext(ctx, "DELETE FROM outbox WHERE message_id = ?", messageID); err != nil {
		return fmt.Errorf("discard outbox message %s: %w", messageID, err)
	}
	return nil
}

// OutboxFilter narrows the list; empty fields do not.
type OutboxFilter struct {
	Channel  scenarios.Channel
	Scenario string
	Search   string // in subject, address or the buyer's id
}

const outboxOwner = " FROM outbox AS o LEFT JOIN messages AS m ON m.message_id = o.message_id"

// Outbox lists what was kept, the newest first, without the bodies. ErrBadCursor.
func (s *Store) Outbox(ctx context.Context, f OutboxFilter, cursor string, limit int) (Page[OutboxEntry], error) {
	l := listing{at: "o.at", id: "o.message_id",
		text: "SELECT o.message_id, o.channel, o.recipient, o.sender, o.subject, o.at, m.scenario, m.step, m.buyer_id" + outboxOwner}
	l.equal("o.channel", string(f.Channel))
	l.equal("m.scenario", f.Scenario)
	if f.Search != "" {
		p := like(f.Search)
		l.filter("(LOWER(o.subject) LIKE ? ESCAPE '!' OR LOWER(o.recipient) LIKE ? ESCAPE '!' OR LOWER(m.buyer_id) LIKE ? ESCAPE '!')", p, p, p)
	}
	page, err := pageOf(ctx, s.query(), l, cursor, limit, func(from scanner) (x OutboxEntry, err error) {
		var scenario, step, buyerID sql.NullString
		err = from.Scan(&x.MessageID, (*string)(&x.Rendered.Channel), &x.Rendered.To, &x.Rendered.From, &x.Rendered.Subject,
			(*stamp)(&x.At), &scenario, &step, &buyerID)
		x.Scenario, x.Step, x.BuyerID = scenario.String, step.String, buyerID.String
		return x, err
	}, func(x OutboxEntry) place { return place{x.At, x.MessageID} })
	if err != nil {
		return page, fmt.Errorf("outbox: %w", err)
	}
	return page, nil
}

// OutboxEntry finds one, whole. ErrNotFound.
func (s *Store) OutboxEntry(ctx context.Context, messageID string) (OutboxEntry, error) {
	x := OutboxEntry{}
	m := &x.Rendered
	var flex, scenario, step, buyerID sql.NullString
	err := s.query().QueryRowxContext(ctx, `SELECT o.message_id, o.channel, o.recipient, o.sender, o.subject, o.html,
		o.text_part, o.flex, o.headers, o.at, m.scenario, m.step, m.buyer_id`+outboxOwner+" WHERE o.message_id = ?", messageID).
		Scan(&x.MessageID, (*string)(&m.Channel), &m.To, &m.From, &m.Subject, &m.HTML, &m.Text, &flex,
			jsonInto{&m.Headers}, (*stamp)(&x.At), &scenario, &step, &buyerID)
	if err != nil {
		return OutboxEntry{}, missing(err, "outbox message %s", messageID)
	}
	if flex.Valid {
		m.Flex = json.RawMessage(flex.String)
	}
	x.Scenario, x.Step, x.BuyerID = scenario.String, step.String, buyerID.String
	return x, nil
}
