package store

import (
	"context"
	"database/sql"
	"fmt"
	"maps"

	"kagobell/scenarios"
)

// letters keeps the daily cap of DM batches exact. Whether a decision posts a
// letter is known only afterwards, and hardly any does: so the batches are
// counted without a lock at first. A transaction that posts one locks then and
// counts again; if somebody else was quicker, it begins anew with the lock.
type letters struct {
	locked bool
	sizes  map[string]int // of the batches that are open
}

// load counts the open batches and reads the letters in them that belong to the
// accounts.
func (b *batch) loadLetters(ctx context.Context) error {
	if len(b.buyerIDs(b.asks)) == 0 {
		return nil // an outcome neither posts nor takes back
	}
	sizes, err := b.countLetters(ctx)
	if err != nil {
		return err
	}
	b.letters.sizes = sizes
	for id, size := range sizes {
		b.snapshot.PutBatch(id, size)
	}
	if len(sizes) == 0 {
		return nil
	}
	return inChunks(b.keys, func(part []scenarios.AccountKey) error {
		found, err := collect(ctx, b.conn, readMessage,
			messages.selectFrom()+" WHERE letter_batch >= ? AND account_key IN "+in(len(part)),
			append([]any{b.decider.BatchID(b.now)}, texts(part)...)...)
		b.putMessages(found)
		return err
	})
}

func (b *batch) countLetters(ctx context.Context) (map[string]int, error) {
	sizes := map[string]int{}
	err := b.each(ctx, func(rows *sql.Rows) error {
		var id string
		var size int
		err := rows.Scan(&id, &size)
		sizes[id] = size
		return err
	}, "SELECT letter_batch, COUNT(*) FROM messages WHERE letter_batch >= ? GROUP BY letter_batch", b.decider.BatchID(b.now))
	if err != nil {
		return nil, fmt.Errorf("count DM batches: %w", err)
	}
	return sizes, nil
}

// settleLetters makes sure that the letters to be saved were counted rightly,
// and writes their batches down.
func (b *batch) settleLetters(ctx context.Context, list []*scenarios.Message) error {
	var posted set[string]
	for _, m := range list {
		if m.Status == scenarios.MessageBatched && b.batched[m.ID] != m.BatchID {
			posted.add(m.BatchID)
		}
	}
	if len(posted.list) == 0 {
		return nil
	}
	if !b.letters.locked {
		b.letters.locked = true
		if err := b.lockLetters(ctx); err != nil {
			return err
		}
		sizes, err := b.countLetters(ctx)
		if err != nil {
			return err
		}
		if !maps.Equal(sizes, b.letters.sizes) {
			return fmt.Errorf("DM batches: %w", errAgain)
		}
	}
	return write(ctx, b.conn, dmBatches, b.dialect.keeping("batch_id"), posted.list, func(id string, r *row) {
		r.text(id)
		r.time(b.decider.BatchClosesAt(id))
	})
}

var dmBatches = &table{
	name:    "dm_batches",
	key:     columns("batch_id"),
	columns: columns("batch_id cut_off_at"),
}
