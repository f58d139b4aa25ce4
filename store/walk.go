package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"kagobell/scenarios"
)

// FanOutDecider decides favourites, and how far a fan-out may go;
// *scenarios.Engine is one.
type FanOutDecider interface {
	Decider
	Wave(f *scenarios.FanOut, p *scenarios.Product, now time.Time) scenarios.Wave
}

// Walked is what one stretch of a fan-out came to.
type Walked struct {
	FanOut     scenarios.FanOut // as it is now; an empty ID: no fan-out was due
	Decided    int              // favourites looked at
	Told       int              // of them, runs begun or joined
	Alarms     []scenarios.Alarm
	Deliveries []scenarios.Delivery
	Failed     []error // favourites that could not be decided; the walk went on
	More       bool    // something is left to walk now, here or in another fan-out
}

// WalkFanOut walks the next `limit` favourites of the oldest fan-out that is due,
// in one transaction. Fan-outs of one SKU and kind go one after the other; a
// fan-out that another replica walks at the moment is left to it. Call it again
// while More is true.
func (s *Store) WalkFanOut(ctx context.Context, limit int, d FanOutDecider) (Walked, error) {
	open, err := s.dueFanOuts(ctx)
	if err != nil {
		return Walked{}, fmt.Errorf("due fan-outs: %w", err)
	}
	for i, f := range open {
		walked, err := s.walkOne(ctx, f.ID, limit, d)
		if errors.Is(err, errTaken) {
			continue
		}
		if err != nil {
			return Walked{}, fmt.Errorf("fan-out %s: %w", f.ID, err)
		}
		walked.More = walked.More || i < len(open)-1
		return walked, nil
	}
	return Walked{}, nil
}

// errTaken is returned for a fan-out that is not to be walked after all.
var errTaken = &unfit{errors.New("walked by somebody else")}

// dueFanOuts lists those that may be walked, oldest first. The bound is on how
// many replicas can find one for themselves.
func (s *Store) dueFanOuts(ctx context.Context) ([]*scenarios.FanOut, error) {
	now, err := s.Now(ctx)
	if err != nil {
		return nil, err
	}
	return collect(ctx, s.query(), readFanOut, fanOuts.selectFrom()+` AS f
		WHERE status = 'open' AND due_at <= ? AND NOT EXISTS (
			SELECT 1 FROM fan_outs AS older
			WHERE older.sku = f.sku AND older.kind = f.kind AND older.status = 'open'
				AND (older.edge_at < f.edge_at OR older.edge_at = f.edge_at AND older.fan_out_id < f.fan_out_id))
		ORDER BY edge_at, fan_out_id LIMIT 16`, timeText(now))
}

// walkOne walks a stretch in one transaction. When a favourite in it can't be
// decided, the stretch is walked again in halves until that one is alone, and
// the cursor goes past it.
func (s *Store) walkOne(ctx context.Context, id string, limit int, d FanOutDecider) (Walked, error) {
	walked, err := s.walkStretch(ctx, id, limit, d, false)
	if err == nil || errors.Is(err, errTaken) || s.failure(err) == failsForAll {
		return walked, err
	}
	if limit == 1 {
		skipped, skipErr := s.walkStretch(ctx, id, 1, d, true)
		skipped.Failed = append(skipped.Failed, err)
		return skipped, skipErr
	}
	half := limit / 2
	first, err := s.walkOne(ctx, id, half, d)
	if err != nil || first.FanOut.Status != scenarios.FanOutOpen || !first.More {
		return first, err
	}
	second, err := s.walkOne(ctx, id, limit-half, d)
	if err != nil {
		return first, nil // what is saved is saved; the rest comes with the next call
	}
	return first.and(second), nil
}

func (w Walked) and(next Walked) Walked {
	w.FanOut, w.More = next.FanOut, next.More
	w.Decided += next.Decided
	w.Told += next.Told
	w.Alarms = append(w.Alarms, next.Alarms...)
	w.Deliveries = append(w.Deliveries, next.Deliveries...)
	w.Failed = append(w.Failed, next.Failed...)
	return w
}

func (s *Store) walkStretch(ctx context.Context, id string, limit int, d FanOutDecider, skip bool) (Walked, error) {
	var walked Walked
	var posted letters
	err := s.inTx(ctx, func(c conn) error {
		st := &stretch{store: s, conn: c, decider: d, skip: skip}
		st.letters.locked = posted.locked
		err := st.walk(ctx, id, limit)
		posted, walked = st.letters, st.walked
		return err
	})
	return walked, err
}

// stretch is one transaction of a walk.
type stretch struct {
	conn
	store   *Store
	decider FanOutDecider
	letters letters
	skip    bool // go past the favourites without deciding them
	fanOut  *scenarios.FanOut
	wave    scenarios.Wave
	now     time.Time
	walked  Walked
}

func (st *stretch) walk(ctx context.Context, id string, limit int) error {
	product, err := st.open(ctx, id)
	if err != nil {
		return err
	}
	st.wave = st.decider.Wave(st.fanOut, product, st.now)
	f := st.fanOut
	if f.Status = st.wave.Status; f.Status == scenarios.FanOutOpen && st.wave.DueAt.After(st.now) {
		f.DueAt = st.wave.DueAt
	} else if f.Status == scenarios.FanOutOpen {
		if err := st.walkFavorites(ctx, limit); err != nil {
			return err
		}
	}
	st.walked.FanOut = *f
	return upsert(ctx, st.conn, fanOuts, []*scenarios.FanOut{f}, fanOutValues)
}

// open locks the product, so that no catalogue change comes between, then the
// fan-out.
func (st *stretch) open(ctx context.Context, id string) (*scenarios.Product, error) {
	var sku string
	err := st.QueryRowxContext(ctx, "SELECT sku FROM fan_outs WHERE fan_out_id = ?", id).Scan(&sku)
	if err != nil {
		return nil, err
	}
	if err := lockProducts(ctx, st.conn, []string{sku}, st.dialect.forShare); err != nil {
		return nil, err
	}
	st.fanOut, err = readFanOut(st.QueryRowxContext(ctx,
		fanOuts.selectFrom()+" WHERE fan_out_id = ? AND status = 'open'"+st.dialect.forUpdateSkipLocked, id))
	if errors.Is(err, sql.ErrNoRows) {
		return nil, errTaken
	}
	if err != nil {
		return nil, err
	}
	if st.now, err = st.store.now(ctx, st.conn); err != nil {
		return nil, err
	}
	found, err := readProducts(ctx, st.conn, []string{sku})
	if err != nil || len(found) == 0 {
		return nil, err
	}
	return found[0], nil
}

// walkFavorites decides the next favourites and moves the cursor behind the last
// of them.
func (st *stretch) walkFavorites(ctx context.Context, limit int) error {
	list, err := favoritesInTurn(ctx, st.conn, st.fanOut, limit)
	if err != nil {
		return err
	}
	decided := len(list)
	if !st.skip && decided > 0 {
		if decided, err = st.decide(ctx, list); err != nil {
			return err
		}
	}
	f := st.fanOut
	if decided > 0 {
		f.Cursor = list[decided-1]
	}
	st.walked.Decided = decided
	switch {
	case st.full():
		f.Told, f.DueAt = 0, st.now.Add(st.wave.Every)
	case decided == len(list) && len(list) < limit:
		f.Status = scenarios.FanOutDone
	default:
		st.walked.More = true
	}
	return nil
}

// full tells whether the wave has told as many buyers as it may.
func (st *stretch) full() bool { return st.wave.Limit > 0 && st.fanOut.Told >= st.wave.Limit }

// decide decides favourites until the wave is full, and says how many it looked at.
func (st *stretch) decide(ctx context.Context, list []scenarios.FavoriteCursor) (int, error) {
	works := make([]scenarios.Work, len(list))
	for i, x := range list {
		works[i].Favorite = &scenarios.FavoriteRef{FanOut: *st.fanOut, BuyerID: x.BuyerID}
	}
	b := newBatch(st.conn, st.decider, works)
	b.letters.locked, b.patient = st.letters.locked, true // they have a turn
	if err := b.prepare(ctx, st.store); err != nil {
		return 0, err
	}
	decided := 0
	for i := range works {
		if st.full() {
			break
		}
		b.decideOne(i)
		decided++
		decision := &b.results[i].Decision
		if decision.Reached() {
			st.fanOut.Told++
			st.walked.Told++
		}
		st.walked.Alarms = append(st.walked.Alarms, decision.Alarms...)
		st.walked.Deliveries = append(st.walked.Deliveries, decision.Deliveries...)
	}
	err := b.save(ctx)
	st.letters = b.letters
	return decided, err
}
