package store

import (
	"context"
	"fmt"
	"slices"

	"kagobell/scenarios"
)

// recordLimit bounds each list of a record: the newest are shown.
const recordLimit = 1000

// Recipient is a buyer with what bars his addresses.
type Recipient struct {
	Buyer        scenarios.Buyer
	Account      scenarios.Account
	Suppressions []scenarios.Suppression
}

// Record is all that is kept of one buyer, each list oldest first and at most
// the newest thousand.
type Record struct {
	Recipient
	Ledger   []scenarios.ConsentEntry
	Runs     []*scenarios.Run
	Messages []*scenarios.Message
	Journal  []scenarios.Entry
}

// Recipient finds a buyer, an erased one too. ErrNotFound.
func (s *Store) Recipient(ctx context.Context, buyerID string) (Recipient, error) {
	c := s.query()
	b, err := readBuyer(c.QueryRowxContext(ctx, buyers.selectFrom()+" WHERE buyer_id = ?", buyerID))
	if err != nil {
		return Recipient{}, missing(err, "buyer")
	}
	out := Recipient{Buyer: *b.Buyer}
	a, err := readAccount(c.QueryRowxContext(ctx, accounts.selectFrom()+" WHERE account_key = ?", string(b.account)))
	if err != nil {
		return Recipient{}, missing(err, "account of the buyer")
	}
	out.Account = *a
	var hashes []string
	for _, channel := range scenarios.Channels {
		if hash := b.AddressHash(channel); hash != "" {
			hashes = append(hashes, hash)
		}
	}
	found, err := readSuppressions(ctx, c, hashes)
	if err != nil {
		return Recipient{}, fmt.Errorf("suppressions of the buyer: %w", err)
	}
	for _, x := range found {
		out.Suppressions = append(out.Suppressions, *x)
	}
	return out, nil
}

// BuyerRecord reads all that is kept of a buyer. ErrNotFound.
func (s *Store) BuyerRecord(ctx context.Context, buyerID string) (Record, error) {
	var r Record
	var err error
	if r.Recipient, err = s.Recipient(ctx, buyerID); err != nil {
		return Record{}, err
	}
	runs, err := s.Runs(ctx, RunFilter{BuyerID: buyerID}, "", recordLimit)
	if err != nil {
		return Record{}, err
	}
	messages, err := s.Messages(ctx, MessageFilter{BuyerID: buyerID}, "", recordLimit)
	if err != nil {
		return Record{}, err
	}
	entries, err := s.Journal(ctx, buyerID, 0, recordLimit)
	if err != nil {
		return Record{}, err
	}
	r.Ledger, err = collect(ctx, s.query(), readConsent,
		consentLedger.selectFrom()+" WHERE buyer_id = ? ORDER BY seq DESC LIMIT ?", buyerID, recordLimit)
	if err != nil {
		return Record{}, fmt.Errorf("consent ledger: %w", err)
	}
	r.Runs, r.Messages = runs.Items, messages.Items
	for _, x := range entries {
		r.Journal = append(r.Journal, x.Entry)
	}
	slices.Reverse(r.Ledger)
	slices.Reverse(r.Runs)
	slices.Reverse(r.Messages)
	slices.Reverse(r.Journal)
	return r, nil
}

// Journal reads a buyer's lines of the journal, the newest first, those before a
// line of the page before; 0: from the newest.
func (s *Store) Journal(ctx context.Context, buyerID string, before int64, limit int) ([]JournalEntry, error) {
	query, args := "SELECT seq, "+journal.list()+" FROM journal WHERE buyer_id = ?", []any{buyerID}
	if before > 0 {
		query, args = query+" AND seq < ?", append(args, before)
	}
	list, err := collect(ctx, s.query(), readEntry, query+" ORDER BY seq DESC LIMIT ?", append(args, limit)...)
	if err != nil {
		return nil, fmt.Errorf("journal: %w", err)
	}
	return list, nil
}
