package store

import (
	"cmp"
	"context"
	"fmt"
	"time"

	"kagobell/scenarios"
)

// DMBatch is what goes to the printer on one day.
type DMBatch struct {
	ID         string
	Letters    int // that are in it now
	CutOffAt   time.Time
	Closed     bool      // nothing enters or leaves any more
	ExportedAt time.Time // zero: never
}

// DMBatches lists the newest first. ErrBadCursor.
func (s *Store) DMBatches(ctx context.Context, cursor string, limit int) (Page[DMBatch], error) {
	now, err := s.Now(ctx)
	if err != nil {
		return Page[DMBatch]{}, err
	}
	l := listing{at: "b.cut_off_at", id: "b.batch_id", text: `SELECT b.batch_id, b.cut_off_at, b.exported_at,
		(SELECT COUNT(*) FROM messages AS m WHERE m.letter_batch = b.batch_id) FROM dm_batches AS b`}
	page, err := pageOf(ctx, s.query(), l, cursor, limit, func(from scanner) (b DMBatch, err error) {
		err = from.Scan(&b.ID, (*stamp)(&b.CutOffAt), (*stamp)(&b.ExportedAt), &b.Letters)
		b.Closed = !b.CutOffAt.After(now)
		return b, err
	}, func(b DMBatch) place { return place{b.CutOffAt, b.ID} })
	if err != nil {
		return page, fmt.Errorf("DM batches: %w", err)
	}
	return page, nil
}

// DMLetters reads the letters of a batch, in the order of their ids, each with
// its buyer, account and the data of the event that started its run. ErrNotFound.
func (s *Store) DMLetters(ctx context.Context, batchID string) ([]scenarios.Delivery, error) {
	c := s.query()
	var id string
	if err := c.QueryRowxContext(ctx, "SELECT batch_id FROM dm_batches WHERE batch_id = ?", batchID).Scan(&id); err != nil {
		return nil, missing(err, "DM batch %s", batchID)
	}
	list, err := collect(ctx, c, readMessage, messages.selectFrom()+" WHERE letter_batch = ? ORDER BY message_id", batchID)
	if err != nil {
		return nil, fmt.Errorf("DM batch %s: %w", batchID, err)
	}
	letters := make([]scenarios.Delivery, len(list))
	for i, m := range list {
		letters[i].Message = m
	}
	if err := addressLetters(ctx, c, letters); err != nil {
		return nil, fmt.Errorf("DM batch %s: %w", batchID, err)
	}
	return letters, nil
}

// addressLetters fills in whom the letters go to.
func addressLetters(ctx context.Context, c conn, letters []scenarios.Delivery) error {
	var buyerIDs set[string]
	var keys set[scenarios.AccountKey]
	var runIDs set[scenarios.RunID]
	for i := range letters {
		buyerIDs.add(letters[i].Message.BuyerID)
		keys.add(letters[i].Message.AccountKey)
		runIDs.add(letters[i].Message.RunID)
	}
	people, err := readBuyers(ctx, c, buyerIDs.list)
	if err != nil {
		return err
	}
	companies, err := readAccounts(ctx, c, keys.list, "")
	if err != nil {
		return err
	}
	begun, err := readRuns(ctx, c, runIDs.list)
	if err != nil {
		return err
	}
	buyerOf, accountOf, dataOf := map[string]*scenarios.Buyer{}, map[scenarios.AccountKey]*scenarios.Account{}, map[scenarios.RunID]map[string]any{}
	for _, b := range people {
		buyerOf[b.ID] = b.Buyer
	}
	for _, a := range companies {
		accountOf[a.Key] = a
	}
	for _, r := range begun {
		dataOf[r.ID] = r.Data
	}
	for i := range letters {
		x := &letters[i]
		x.Data = dataOf[x.Message.RunID]
		x.Buyer = cmp.Or(buyerOf[x.Message.BuyerID], &scenarios.Buyer{})
		x.Account = cmp.Or(accountOf[x.Message.AccountKey], &scenarios.Account{})
	}
	return nil
}

// MarkExported records that the rows of a batch were fetched.
func (s *Store) MarkExported(ctx context.Context, batchID string) error {
	now, err := s.Now(ctx)
	if err != nil {
		return err
	}
	if _, err := s.db.ExecContext(ctx, "UPDATE dm_batches SET exported_at = ? WHERE batch_id = ?", timeText(now), batchID); err != nil {
		return fmt.Errorf("DM batch %s: %w", batchID, err)
	}
	return nil
}
