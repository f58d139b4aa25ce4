package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"kagobell/scenarios"
)

// LeadStatus is how far a lead has come on its way to the sales system.
type LeadStatus string

// The states of a lead.
const (
	LeadWaiting LeadStatus = "waiting"
	LeadTold    LeadStatus = "told"
	LeadDead    LeadStatus = "dead" // given up; a dead letter tells of it
)

// Lead is a mark that the sales system is to hear of.
type Lead struct {
	scenarios.Lead
	Attempts   int       // since it was made: names the claim
	Tries      int       // since it was made or replayed
	TriesSince time.Time // when it was made or replayed
}

var leads = &table{
	name:    "leads",
	key:     columns("lead_id"),
	columns: columns("lead_id account_key buyer_id mark score at status attempts tries tries_since next_at"),
}

func (b *batch) leadRows(list []*scenarios.Lead) []Lead {
	rows := make([]Lead, len(list))
	for i, x := range list {
		rows[i] = Lead{Lead: *x, TriesSince: b.now}
	}
	return rows
}

// leadValues are those of a new row.
func leadValues(x Lead, r *row) {
	r.text(x.ID, string(x.AccountKey), x.BuyerID, x.Mark)
	r.float(x.Score)
	r.time(x.At)
	r.text(string(LeadWaiting))
	r.number(int64(x.Attempts), int64(x.Tries))
	r.time(x.TriesSince, x.TriesSince)
}

func readLead(from scanner) (x Lead, err error) {
	var status string
	var nextAt time.Time
	err = from.Scan(&x.ID, (*string)(&x.AccountKey), &x.BuyerID, &x.Mark, &x.Score, (*stamp)(&x.At), &status, &x.Attempts,
		&x.Tries, (*stamp)(&x.TriesSince), (*stamp)(&nextAt))
	return x, err
}

// ClaimLead takes the lead that has been due for longest and counts the attempt; no
// other process gets it for `hold`, after which it is due again unless it was finished.
// ErrNotFound when none is due.
func (s *Store) ClaimLead(ctx context.Context, hold time.Duration) (Lead, error) {
	var claimed Lead
	err := s.inTx(ctx, func(c conn) error {
		now, err := s.now(ctx, c)
		if err != nil {
			return err
		}
		row := c.QueryRowxContext(ctx, leads.selectFrom()+" WHERE status = ? AND next_at <= ? ORDER BY next_at, lead_id LIMIT 1"+
			c.dialect.forUpdateSkipLocked, string(LeadWaiting), timeText(now))
		claimed, err = readLead(row)
		if errors.Is(err, sql.ErrNoRows) {
			return &unfit{ErrNotFound}
		}
		if err != nil {
			return err
		}
		claimed.Attempts++
		claimed.Tries++
		_, err = c.ExecContext(ctx, "UPDATE leads SET attempts = ?, tries = ?, next_at = ? WHERE lead_id = ?",
			claimed.Attempts, claimed.Tries, timeText(now.Add(hold)), claimed.ID)
		return err
	})
	if err != nil {
		return Lead{}, fmt.Errorf("claim a lead: %w", err)
	}
	return claimed, nil
}

// FinishLead ends a claim: the lead was told, is dead, or waits until next. A claim that
// ran out and was taken by another attempt is left to that one.
func (s *Store) FinishLead(ctx context.Context, claim Lead, status LeadStatus, next time.Time) error {
	err := s.inTx(ctx, func(c conn) error {
		_, err := c.ExecContext(ctx, "UPDATE leads SET status = ?, next_at = ? WHERE lead_id = ? AND attempts = ?",
			string(status), timeText(next), claim.ID, claim.Attempts)
		return err
	})
	if err != nil {
		return fmt.Errorf("finish lead %s: %w", claim.ID, err)
	}
	return nil
}

// RetryLead lets a dead lead be told again, as if it were new. ErrNotFound when there is
// no such lead, or it is not dead.
func (s *Store) RetryLead(ctx context.Context, id string) error {
	err := s.inTx(ctx, func(c conn) error {
		now, err := s.now(ctx, c)
		if err != nil {
			return err
		}
		done, err := c.ExecContext(ctx, "UPDATE leads SET status = ?, tries = 0, tries_since = ?, next_at = ? WHERE lead_id = ? AND status = ?",
			string(LeadWaiting), timeText(now), timeText(now), id, string(LeadDead))
		if err != nil {
			return err
		}
		n, err := done.RowsAffected()
		if err == nil && n == 0 {
			err = &unfit{ErrNotFound}
		}
		return err
	})
	if err != nil {
		return fmt.Errorf("retry lead %s: %w", id, err)
	}
	return nil
}
