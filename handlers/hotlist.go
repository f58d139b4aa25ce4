package handlers

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"time"

	"kagobell/scenarios"
)

// DeadLetterLead is a mark that the sales system never took.
const DeadLetterLead DeadLetterKind = "lead"

// HotList is the list for sales: the accounts that reached a mark, until they cool or sales say what became of them.
type HotList interface {
	// HotLines lists at most limit accounts, the highest score at this moment first.
	HotLines(ctx context.Context, limit int) ([]HotLine, error)
	// WriteHotList writes the whole list as CSV in UTF-8 with a byte order mark.
	WriteHotList(ctx context.Context, w io.Writer) error
	// RetryLead lets a lead that was given up be told again. ErrNotFound.
	RetryLead(ctx context.Context, id string) error
}

// HotLine is an account on the list.
type HotLine struct {
	Key     scenarios.AccountKey
	Name    string           // of the account
	Buyer   *scenarios.Buyer // whose event did it; nil where only the account is known
	Mark    string
	Score   float64 // whole points, now
	Since   time.Time
	Reasons []scenarios.ScoreEntry // the last ones, the newest first
}

// AccountID is empty for a buyer without an account.
func (h HotLine) AccountID() string { return h.Key.AccountID() }

// notALead is what sales say of an account by a button. Pressed twice it is one event: the account is on the list
// since one moment.
func notALead(key scenarios.AccountKey, since int64, now time.Time) (*scenarios.Event, error) {
	id := fmt.Sprintf("not-a-lead:%s:%d", key, since)
	accountID := key.AccountID()
	if accountID == "" {
		buyerID, _ := strings.CutPrefix(string(key), string(scenarios.KeyOfBuyer("")))
		return ownEvent(scenarios.EventLeadRejected, id, buyerID, now, nil)
	}
	raw, err := json.Marshal(struct {
		ID         string    `json:"id"`
		Type       string    `json:"type"`
		OccurredAt time.Time `json:"occurred_at"`
		AccountID  string    `json:"account_id"`
	}{id, scenarios.EventLeadRejected, now.UTC(), accountID})
	if err != nil {
		return nil, fmt.Errorf("event %s: %w", id, err)
	}
	return &scenarios.Event{Source: scenarios.SourceKagobell, ID: id, Type: scenarios.EventLeadRejected, OccurredAt: now.UTC(),
		AccountID: accountID, Raw: raw}, nil
}
