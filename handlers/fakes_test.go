package handlers

import (
	"context"
	"errors"
	"io"
	"slices"
	"sync"
	"time"

	"golang.org/x/time/rate"

	"kagobell/scenarios"
)

var errAway = errors.New("the database is away")

// ingester decides with the real engine, on a snapshot in memory.
type ingester struct {
	mu           sync.Mutex
	clock        *clock
	engine       *scenarios.Engine
	snapshot     *scenarios.Snapshot
	known        map[string]bool
	events       []*scenarios.Event
	suppressions []scenarios.Suppression
	away         error            // fails everything
	refuse       error            // fails every event by itself
	poison       map[string]error // by event id
	calls        int
}

func newIngester(c *clock) *ingester {
	return &ingester{clock: c, known: map[string]bool{}, poison: map[string]error{}, snapshot: scenarios.NewSnapshot(),
		engine: scenarios.NewEngine(scenarios.Settings{}, nil, nil)}
}

func (i *ingester) Ingest(ctx context.Context, events []*scenarios.Event) ([]scenarios.Result, error) {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.calls++
	if i.away != nil {
		return nil, i.away
	}
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	results := make([]scenarios.Result, len(events))
	for n, event := range events {
		key := event.Source + "/" + event.ID
		switch {
		case i.refuse != nil:
			results[n].Err = i.refuse
		case i.poison[event.ID] != nil:
			results[n].Err = i.poison[event.ID]
		case i.known[key]:
			results[n].Duplicate = true
		default:
			i.known[key] = true
			i.events = append(i.events, event)
			results[n].Decision = i.engine.OnEvent(i.snapshot, event, i.clock.now())
			i.snapshot.Apply(&results[n].Decision)
			for _, x := range results[n].Decision.Suppressions {
				i.suppressions = slices.DeleteFunc(i.suppressions, func(y scenarios.Suppression) bool {
					return y.Channel == x.Channel && y.AddressHash == x.AddressHash
				})
				i.suppressions = append(i.suppressions, *x)
			}
		}
	}
	return results, nil
}

func (i *ingester) count() int {
	i.mu.Lock()
	defer i.mu.Unlock()
	return len(i.events)
}

func (i *ingester) recipient(id string) (Recipient, error) {
	i.mu.Lock()
	defer i.mu.Unlock()
	buyer := i.snapshot.Buyer(id)
	if buyer == nil {
		return Recipient{}, ErrNotFound
	}
	return Recipient{Buyer: *buyer, Suppressions: slices.Clone(i.suppressions)}, nil
}

// letterbox keeps dead letters.
type letterbox struct {
	mu      sync.Mutex
	letters []DeadLetter
	away    error
}

func (l *letterbox) KeepDeadLetters(_ context.Context, letters []DeadLetter) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.away != nil {
		return l.away
	}
	for _, letter := range letters {
		if !slices.ContainsFunc(l.letters, func(k DeadLetter) bool { return k.ID == letter.ID }) {
			l.letters = append(l.letters, letter)
		}
	}
	return nil
}

func (l *letterbox) DeadLetters(_ context.Context, f DeadLetterFilter) (Page[DeadLetter], error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if f.Cursor == "broken" {
		return Page[DeadLetter]{}, ErrBadCursor
	}
	var page Page[DeadLetter]
	for _, letter := range l.letters {
		if (f.Source == "" || f.Source == letter.Source) && (f.Kind == "" || f.Kind == letter.Kind) &&
			(!f.Waiting || letter.ReplayedAt.IsZero()) {
			page.Items = append(page.Items, letter)
		}
	}
	return page, l.away
}

func (l *letterbox) DeadLetter(_ context.Context, id string) (DeadLetter, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, letter := range l.letters {
		if letter.ID == id {
			return letter, nil
		}
	}
	return DeadLetter{}, ErrNotFound
}

func (l *letterbox) MarkReplayed(_ context.Context, id string, at time.Time) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	for n := range l.letters {
		if l.letters[n].ID == id {
			l.letters[n].ReplayedAt = at
			return nil
		}
	}
	return ErrNotFound
}

func (l *letterbox) all() []DeadLetter {
	l.mu.Lock()
	defer l.mu.Unlock()
	return slices.Clone(l.letters)
}

// tracker knows some messages; their buyers are the ingester's.
type tracker struct {
	mu           sync.Mutex
	clock        *clock
	ingest       *ingester
	messages     map[string]*scenarios.Message
	interactions []scenarios.Interaction
	awayRead     error
	awayWrite    error
}

func (k *tracker) Message(_ context.Context, id string) (*scenarios.Message, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.awayRead != nil {
		return nil, k.awayRead
	}
	if m := k.messages[id]; m != nil {
		return m, nil
	}
	return nil, ErrNotFound
}

func (k *tracker) RecordInteraction(_ context.Context, x scenarios.Interaction) error {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.awayWrite == nil {
		k.interactions = append(k.interactions, x)
	}
	return k.awayWrite
}

func (k *tracker) Recipient(_ context.Context, buyerID string) (Recipient, error) {
	return k.ingest.recipient(buyerID)
}

func (k *tracker) recorded() []scenarios.Interaction {
	k.mu.Lock()
	defer k.mu.Unlock()
	return slices.Clone(k.interactions)
}

// buyers answers with the ingester's buyers and lists of its own.
type buyers struct {
	ingest *ingester
	record BuyerRecord
	away   error
}

func (b *buyers) BuyerRecord(_ context.Context, id string) (BuyerRecord, error) {
	record := b.record
	if b.away != nil {
		return record, b.away
	}
	recipient, err := b.ingest.recipient(id)
	record.Recipient = recipient
	return record, err
}

// reports notes what it was asked.
type reports struct {
	runs     Page[scenarios.Run]
	messages Page[scenarios.Message]
	stats    []Stat
	err      error

	askedRuns     RunFilter
	askedMessages MessageFilter
	askedStats    StatsFilter
}

func (r *reports) Runs(_ context.Context, f RunFilter) (Page[scenarios.Run], error) {
	r.askedRuns = f
	return r.runs, r.err
}

func (r *reports) Messages(_ context.Context, f MessageFilter) (Page[scenarios.Message], error) {
	r.askedMessages = f
	return r.messages, r.err
}

func (r *reports) Stats(_ context.Context, f StatsFilter) ([]Stat, error) {
	r.askedStats = f
	return r.stats, r.err
}

// batches has one batch.
type batches struct{ err error }

func (*batches) DMBatches(context.Context, string, int) (Page[DMBatch], error) {
	return Page[DMBatch]{Items: []DMBatch{{ID: "dm-2026-11-20", Letters: 2, Closed: true,
		CutOffAt: time.Date(2026, 11, 20, 6, 0, 0, 0, time.UTC)}}, Next: "next"}, nil
}

func (b *batches) WriteDM(_ context.Context, id string, w io.Writer) (string, error) {
	if b.err != nil {
		io.WriteString(w, "half a ")
		return "", b.err
	}
	if id != "dm-2026-11-20" {
		return "", ErrNotFound
	}
	_, err := io.WriteString(w, "\ufeff郵便番号,宛名\r\n")
	return "utf-8", err
}

// hotList has some lines, and notes what is told again.
type hotList struct {
	lines   []HotLine
	err     error
	retried []string
}

func (h *hotList) HotLines(_ context.Context, limit int) ([]HotLine, error) {
	return h.lines[:min(limit, len(h.lines))], h.err
}

func (h *hotList) WriteHotList(_ context.Context, w io.Writer) error {
	io.WriteString(w, "\ufeff取引先ID\r\nacme\r\n")
	return h.err
}

func (h *hotList) RetryLead(_ context.Context, id string) error {
	if id != "lead-1" {
		return ErrNotFound
	}
	h.retried = append(h.retried, id)
	return h.err
}

// pauses knows one scenario.
type pauses struct {
	paused map[string]bool
	err    error
}

func (*pauses) HasScenario(name string) bool { return name == "cart_abandonment" }

func (p *pauses) SetPaused(_ context.Context, name string, paused bool) error {
	if p.paused == nil {
		p.paused = map[string]bool{}
	}
	p.paused[name] = paused
	return p.err
}

// slowly is a limit by the clock of the tests.
type slowly struct {
	limit *rate.Limiter
	bench *bench
}

func (s slowly) Delay(_ context.Context, n int) time.Duration {
	now := s.bench.clock.now()
	reserved := s.limit.ReserveN(now, n)
	wait := reserved.DelayFrom(now)
	if wait > 0 {
		reserved.CancelAt(now)
	}
	return wait
}
