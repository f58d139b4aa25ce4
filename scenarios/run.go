package scenarios

import (
	"slices"
	"strconv"
	"time"
)

// RunID names a run: 32 hexadecimal digits derived from scenario, buyer,
// subject, ordinal and event.
type RunID string

// RunStatus is whether a run is under way.
type RunStatus string

// The states of a run.
const (
	RunOpen      RunStatus = "open"
	RunCompleted RunStatus = "completed"
	RunExited    RunStatus = "exited"
)

// Run is one buyer's way through one scenario, for one subject.
type Run struct {
	ID         RunID
	Scenario   string
	Version    string // of the definition it began with and ends on
	AccountKey AccountKey
	BuyerID    string
	Subject    string // a cart id, a lead SKU, an event id; empty for one run a buyer
	Ordinal    int64  // Unix milliseconds of the first trigger (of a restock or a cut: its edge): tells a subject's runs apart
	Status     RunStatus
	EndReason  Reason

	Items    []RunItem // what it is about, and what left it after a message; empty for scenarios that are not about SKUs
	Currency string
	URL      string         // back to the cart
	Data     map[string]any // data of the event that started it

	StartedAt      time.Time // arrival of the first trigger
	FirstTriggerAt time.Time // occurred_at
	LastTriggerAt  time.Time // occurred_at
	Anchor         time.Time

	Step        string    // id of the step to come
	PlannedAt   time.Time // when that step should happen, after the window or the cap moved it
	DueAt       time.Time // when it must be looked at again, whole seconds
	ArmedAt     time.Time // the earliest alarm known to be set; zero: none
	SweepAt     time.Time // when the sweep must look at it; zero: never
	Generation  int64     // of the alarm; a stale one does nothing
	HeldSince   time.Time // waits for the outside world since then; zero: does not wait
	CapDeferred bool      // this step gave way to the frequency cap once
	PauseNoted  bool      // the pause is in the journal
	Happened    []string  // steps whose wait ended with the event
	LastSentAt  time.Time // of its last message; zero: none
	EndedAt     time.Time
}

// RunIDFor derives a run's id. The event that began it tells apart two runs of a
// subject whose triggers bear the same time, as those of clocks of whole seconds.
func RunIDFor(scenario, buyerID, subject string, ordinal int64, eventID string) RunID {
	return RunID(identifier("run", scenario, buyerID, subject, strconv.FormatInt(ordinal, 10), eventID))
}

// Open tells whether the run is under way.
func (r *Run) Open() bool { return r.Status == RunOpen }

// coolsDown tells whether the run has ended and wrote to its buyer.
func (r *Run) coolsDown() bool { return !r.Open() && !r.LastSentAt.IsZero() }

// Has tells whether the run is about the SKU.
func (r *Run) Has(sku string) bool { return r.item(sku) != nil }

func (r *Run) item(sku string) *RunItem {
	for i := range r.Items {
		if r.Items[i].SKU == sku && r.Items[i].Left == "" {
			return &r.Items[i]
		}
	}
	return nil
}

// maxRunItems is how many SKUs one run holds: as many as a cart has lines. A
// robot looks at thousands.
const maxRunItems = maxItems

// forgetOldest lets go of the SKUs that were triggered longest ago, where there
// are too many.
func (r *Run) forgetOldest() {
	for len(r.Items) > maxRunItems {
		oldest := 0
		for i := range r.Items {
			if r.Items[i].At.Before(r.Items[oldest].At) {
				oldest = i
			}
		}
		r.Items = slices.Delete(r.Items, oldest, oldest+1)
	}
}

// wroteOf tells whether the run's messages may have been about the SKU.
func (r *Run) wroteOf(sku string) bool {
	return !r.LastSentAt.IsZero() && slices.ContainsFunc(r.Items, func(it RunItem) bool { return it.SKU == sku })
}

// clone copies what the engine may change, but for the items: ownItems does that before one of them changes.
func (r *Run) clone() *Run {
	c := *r
	return &c
}

func (r *Run) ownItems() { r.Items = slices.Clone(r.Items) }
