package store

import (
	"context"
	"errors"
	"fmt"
	"time"

	"kagobell/scenarios"
)

// Decider decides works; *scenarios.Engine is one. It must be safe for
// concurrent use.
type Decider interface {
	Decide(s *scenarios.Snapshot, w scenarios.Work, now time.Time) scenarios.Decision
	// DedupKeys are the keys that messages of a run's next step may hold.
	DedupKeys(s *scenarios.Snapshot, run scenarios.RunID) []string
	// ByDate tells whether a run goes by a date: what its buyer says is asked, whoever of the account a work is about.
	ByDate(r *scenarios.Run) bool
	// ConcernsColleagues tells whether a work may be about runs of others of the account than its buyer.
	ConcernsColleagues(w scenarios.Work) bool
	// RemembersPrices tells whether a run's favourites are changed by what its messages told.
	RemembersPrices(r *scenarios.Run) bool
	// CoolingFor is how long after its last message an ended run is still asked for.
	CoolingFor() time.Duration
	// BatchID names the DM batch that closes next; later ones sort after it.
	BatchID(now time.Time) string
	// BatchClosesAt is when a DM batch closes.
	BatchClosesAt(id string) time.Time
}

// batch is a number of works that are decided in one transaction.
type batch struct {
	conn
	decider  Decider
	works    []scenarios.Work
	subjects []subject // of the works
	results  []scenarios.Result
	snapshot *scenarios.Snapshot
	now      time.Time

	keys    []scenarios.AccountKey // locked, in order
	locked  map[scenarios.AccountKey]bool
	letters letters
	trusted bool // no event is taken for known: should one be, its key says so when it is saved
	hopeful bool // buyers are taken to belong where works say: should one not, load says so
	patient bool // waits for accounts that other transactions have locked; else their works are left

	left   []int // works that were left, by their places in the call
	places []int // of the works that were not; nil: all

	// What was stored before: it says how rows are written.
	buyers   map[string]buyerRow
	products map[string]bool
	orders   map[orderKey]*scenarios.Order
	messages map[string]bool
	batched  map[string]string // message id -> DM batch that it is in
	runs     []*scenarios.Run

	namedRuns map[scenarios.RunID]bool
}

func newBatch(c conn, decider Decider, works []scenarios.Work) *batch {
	return &batch{
		conn: c, decider: decider, works: works,
		results: make([]scenarios.Result, len(works)), snapshot: scenarios.NewSnapshot(),
		buyers: map[string]buyerRow{}, products: map[string]bool{}, orders: map[orderKey]*scenarios.Order{},
		messages: map[string]bool{}, batched: map[string]string{},
	}
}

// Decide decides works in their order and saves what follows, in one
// transaction for all of them. A result stands at the place of its work. When
// one work can't be saved, or panics, it alone fails and its Result says why.
//
// An error is for the whole: ErrUnavailable, also when ctx is done. Works that
// were saved before that have their results, all others its Err.
func (s *Store) Decide(ctx context.Context, works []scenarios.Work, d Decider) ([]scenarios.Result, error) {
	results, err := s.DecideFree(ctx, works, d)
	var left []int
	var rest []scenarios.Work
	for i := range results {
		if results[i].Left {
			left, rest = append(left, i), append(rest, works[i])
		}
	}
	decided := make([]scenarios.Result, len(rest))
	err = errors.Join(err, s.decide(ctx, rest, d, decided, true))
	for i, place := range left {
		results[place] = decided[i]
	}
	return results, err
}

// DecideFree is Decide for whoever has other things to do: it waits for no account
// that another transaction has locked, and leaves its works, of which each Result
// says so.
func (s *Store) DecideFree(ctx context.Context, works []scenarios.Work, d Decider) ([]scenarios.Result, error) {
	results := make([]scenarios.Result, len(works))
	err := s.decide(ctx, works, d, results, false)
	return results, err
}

// decide halves a batch that fails until the work that is to blame is alone.
func (s *Store) decide(ctx context.Context, works []scenarios.Work, d Decider, results []scenarios.Result, patient bool) error {
	if len(works) == 0 {
		return nil
	}
	err := s.decideTogether(ctx, works, d, results, patient)
	if err == nil {
		return nil
	}
	// One that loses against others over and over is as good as any: it may be tried again.
	away := s.failure(err) == failsForAll || len(works) == 1 && errors.Is(err, ErrBusy)
	if away || len(works) == 1 {
		for i := range results {
			results[i] = scenarios.Result{Err: err}
		}
		if away {
			return fmt.Errorf("decide: %w: %w", ErrUnavailable, err)
		}
		return nil
	}
	half := len(works) / 2
	first := s.decide(ctx, works[:half], d, results[:half], true) // else the second might overtake what the first leaves
	return errors.Join(first, s.decide(ctx, works[half:], d, results[half:], true))
}

// decideTogether decides works in one transaction.
func (s *Store) decideTogether(ctx context.Context, works []scenarios.Work, d Decider, results []scenarios.Result, patient bool) error {
	var posted letters
	trusted, hopeful := s.trustsEvents(), true
	err := s.inTx(ctx, func(c conn) error {
		b := newBatch(c, d, works)
		b.letters.locked, b.trusted, b.hopeful, b.patient = posted.locked, trusted, hopeful, patient
		trusted, hopeful = false, false
		if err := b.prepare(ctx, s); err != nil {
			return err
		}
		for i := range b.works {
			b.decideOne(i)
		}
		if err := b.save(ctx); err != nil {
			posted = b.letters
			return err
		}
		b.answer(results)
		return nil
	})
	s.noteDuplicates(results)
	return err
}

// answer puts the results where their works stood.
func (b *batch) answer(results []scenarios.Result) {
	if b.places == nil && b.left == nil {
		copy(results, b.results)
		return
	}
	for i, place := range b.places {
		results[place] = b.results[i]
	}
	for _, place := range b.left {
		results[place] = scenarios.Result{Left: true}
	}
}

// prepare locks what the works concern and loads the snapshot.
func (b *batch) prepare(ctx context.Context, s *Store) (err error) {
	if err := b.resolve(ctx); err != nil {
		return fmt.Errorf("resolve: %w", err)
	}
	if err := b.lock(ctx); err != nil {
		return err
	}
	if b.now, err = s.now(ctx, b.conn); err != nil {
		return err
	}
	if err := b.load(ctx); err != nil {
		return fmt.Errorf("load: %w", err)
	}
	return nil
}

// decideOne decides one work on top of those before it.
func (b *batch) decideOne(i int) {
	work, result := b.works[i], &b.results[i]
	if result.Duplicate {
		return
	}
	catalogue := work.Event != nil && work.Event.Catalogue()
	if len(b.subjects[i].keys) == 0 && !catalogue {
		return // the run, the message or the buyer is gone
	}
	result.Decision = b.decider.Decide(b.snapshot, work, b.now)
	b.snapshot.Apply(&result.Decision)
}
