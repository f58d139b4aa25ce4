package store

import (
	"context"
	"database/sql"
	"time"

	"kagobell/scenarios"
)

// credit is how long after a click an order still counts for its message.
const credit = 7 * 24 * time.Hour

// An opening or a click is recorded beside the decisions, without the account's
// lock: a decision that did not see it must not wipe it out.
var messages = &table{
	name: "messages",
	key:  columns("message_id"),
	columns: columns(`message_id run_id scenario version step channel account_key buyer_id subject status reason detail
		address_hash dedup_key template items currency url title batch_id letter_batch provider_id attempts planned_at
		claimed_at claim_until first_try_at next_at sent_at opened_at clicked_at credit_until recorded_at`),
	once:  columns("opened_at clicked_at credit_until"),
	first: columns("recorded_at"),
}

// messageRow is a message and when its row was first written.
type messageRow struct {
	*scenarios.Message
	recordedAt time.Time
}

func messageValues(m messageRow, r *row) {
	r.text(m.ID, string(m.RunID), m.Scenario, m.Version, m.Step, string(m.Channel), string(m.AccountKey), m.BuyerID,
		m.Subject, string(m.Status), string(m.Reason), m.Detail, m.AddressHash)
	if m.Stands() {
		r.optional(m.DedupKey)
	} else {
		r.optional("")
	}
	r.text(m.Template)
	r.json(m.Items, len(m.Items) > 0)
	r.text(m.Currency, m.URL, m.Title, m.BatchID)
	if m.Status == scenarios.MessageBatched {
		r.optional(m.BatchID)
	} else {
		r.optional("")
	}
	r.text(m.ProviderID)
	r.number(int64(m.Attempts))
	r.time(m.PlannedAt, m.ClaimedAt, m.ClaimUntil, m.FirstTryAt, m.NextAt, m.SentAt, m.OpenedAt, m.ClickedAt)
	var until time.Time
	if !m.ClickedAt.IsZero() {
		until = m.ClickedAt.Add(credit)
	}
	r.time(until, m.recordedAt)
}

func readMessageRow(from scanner) (messageRow, error) {
	m := &scenarios.Message{}
	out := messageRow{Message: m}
	var dedup, letterBatch sql.NullString
	var creditUntil time.Time
	err := from.Scan(&m.ID, (*string)(&m.RunID), &m.Scenario, &m.Version, &m.Step, (*string)(&m.Channel),
		(*string)(&m.AccountKey), &m.BuyerID, &m.Subject, (*string)(&m.Status), (*string)(&m.Reason), &m.Detail,
		&m.AddressHash, &dedup, &m.Template, jsonInto{&m.Items}, &m.Currency, &m.URL, &m.Title, &m.BatchID, &letterBatch,
		&m.ProviderID, &m.Attempts, (*stamp)(&m.PlannedAt), (*stamp)(&m.ClaimedAt), (*stamp)(&m.ClaimUntil),
		(*stamp)(&m.FirstTryAt), (*stamp)(&m.NextAt), (*stamp)(&m.SentAt), (*stamp)(&m.OpenedAt),
		(*stamp)(&m.ClickedAt), (*stamp)(&creditUntil), (*stamp)(&out.recordedAt))
	m.DedupKey = dedup.String
	return out, err
}

func readMessage(from scanner) (*scenarios.Message, error) {
	m, err := readMessageRow(from)
	return m.Message, err
}

// readMessages reads the messages for which a column has one of the values.
func readMessages(ctx context.Context, c conn, column string, values []string) ([]*scenarios.Message, error) {
	var list []*scenarios.Message
	err := inChunks(values, func(part []string) error {
		found, err := collect(ctx, c, readMessage,
			messages.selectFrom()+" WHERE "+column+" IN "+in(len(part)), texts(part)...)
		list = append(list, found...)
		return err
	})
	return list, err
}

// messagesSince reads the messages of buyers that were recorded since a time.
func messagesSince(ctx context.Context, c conn, buyerIDs []string, since time.Time) ([]*scenarios.Message, error) {
	var list []*scenarios.Message
	err := inChunks(buyerIDs, func(part []string) error {
		found, err := collect(ctx, c, readMessage, messages.selectFrom()+
			" WHERE buyer_id IN "+in(len(part))+" AND recorded_at >= ?", texts(part, timeText(since))...)
		list = append(list, found...)
		return err
	})
	return list, err
}

// buyerSince is a buyer and the time from which his messages matter.
type buyerSince struct {
	buyerID string
	since   time.Time
}

// olderMessages reads for each buyer the messages from his own time up to `until`.
func olderMessages(ctx context.Context, c conn, of []buyerSince, until time.Time) ([]*scenarios.Message, error) {
	var list []*scenarios.Message
	err := inChunks(of, func(part []buyerSince) error {
		where, args := "", make([]any, 0, 3*len(part))
		for i, b := range part {
			if i > 0 {
				where += " OR "
			}
			where += "buyer_id = ? AND recorded_at >= ? AND recorded_at < ?"
			args = append(args, b.buyerID, timeText(b.since), timeText(until))
		}
		found, err := collect(ctx, c, readMessage, messages.selectFrom()+" WHERE "+where, args...)
		list = append(list, found...)
		return err
	})
	return list, err
}

// ownersOfMessages says whose messages these are, and of which runs; unknown
// ones are left out.
func ownersOfMessages(ctx context.Context, c conn, ids []string) (map[string]owner, error) {
	of := make(map[string]owner, len(ids))
	err := inChunks(ids, func(part []string) error {
		return c.each(ctx, func(rows *sql.Rows) error {
			var id string
			var x owner
			err := rows.Scan(&id, (*string)(&x.runID), &x.buyerID, (*string)(&x.account))
			of[id] = x
			return err
		}, "SELECT message_id, run_id, buyer_id, account_key FROM messages WHERE message_id IN "+in(len(part)), texts(part)...)
	})
	return of, err
}

// saveMessages writes messages: first those that give their dedup key up, then
// those that may take it. New ones are inserted plainly, so that a dedup key
// that is taken is an error and not another row written over.
func (b *batch) saveMessages(ctx context.Context, list []*scenarios.Message) error {
	var released, known, fresh []messageRow
	for _, m := range list {
		x := messageRow{m, b.now}
		switch {
		case !b.messages[m.ID]:
			fresh = append(fresh, x)
		case !m.Stands():
			released = append(released, x)
		default:
			known = append(known, x)
		}
	}
	if err := upsert(ctx, b.conn, messages, released, messageValues); err != nil {
		return err
	}
	if err := upsert(ctx, b.conn, messages, known, messageValues); err != nil {
		return err
	}
	return insert(ctx, b.conn, messages, fresh, messageValues)
}
