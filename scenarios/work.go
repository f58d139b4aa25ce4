package scenarios

import "time"

// Work is one thing to decide: exactly one of the pointers is set.
type Work struct {
	Event    *Event
	Due      *RunRef
	Outcome  *Outcome
	Favorite *FavoriteRef
	Dates    *DatesRef

	Held ByChannel[Hold] // channels on which a due run may claim nothing for now
}

// WorksOf makes a work of each event, in their order.
func WorksOf(events []*Event) []Work {
	works := make([]Work, len(events))
	for i, event := range events {
		works[i].Event = event
	}
	return works
}

// RunRef names a run as an alarm knows it.
type RunRef struct {
	RunID      RunID
	Generation int64
}

// FavoriteRef names one buyer that a fan-out reaches.
type FavoriteRef struct {
	FanOut  FanOut
	BuyerID string
}

// DatesRef names a buyer known already when a scenario that goes by dates was
// switched on.
type DatesRef struct{ BuyerID string }

// Decision is what to save and, once that is on disk, what to do. Every row in
// it is whole: the store writes it over the one it has.
type Decision struct {
	Accounts     []*Account
	Buyers       []*Buyer
	Carts        []*Cart
	Orders       []*Order // new, or cancelled
	Products     []*Product
	Favorites    []*Favorite
	FanOuts      []*FanOut
	Runs         []*Run
	Messages     []*Message
	Suppressions []*Suppression
	Ledger       []ConsentEntry
	Interactions []Interaction // by people
	Scores       []ScoreEntry
	Leads        []*Lead
	Journal      []Entry

	EventNote  Reason     // stale, future or ignored: why the event changed less than it says
	Deliveries []Delivery // to transmit once saved
	Alarms     []Alarm    // to set once saved

	// Busy is the channel on which a due run would have claimed a message, had it not been held with HoldBusy. Nothing
	// else is decided then: the run is as due as it was.
	Busy Channel
}

// Alarm asks for a run to be looked at again.
type Alarm struct {
	RunID      RunID
	Step       string
	Generation int64
	At         time.Time // whole seconds
	Channel    Channel   // on which the run will likely send then; empty: on none, or not known
}

// Entry is one line of the journal: what happened to a run, and why.
type Entry struct {
	At         time.Time
	AccountKey AccountKey
	BuyerID    string
	Scenario   string
	Subject    string
	RunID      RunID // empty where no run came to be
	Step       string
	Action     Action
	Channel    Channel
	Reason     Reason
	MessageID  string
}

// InteractionKind is what somebody did with a message.
type InteractionKind string

// The kinds of interaction.
const (
	InteractionOpen  InteractionKind = "open"
	InteractionClick InteractionKind = "click"
)

// Interaction is one open or click.
type Interaction struct {
	MessageID string
	BuyerID   string
	Kind      InteractionKind
	Machine   bool // a scanner or a proxy: kept, not counted
	URL       string
	At        time.Time
}

// Result is what became of one Work: its decision, saved; or why it was not.
type Result struct {
	Decision  Decision
	Duplicate bool  // an event that was known already: nothing changed
	Left      bool  // not decided: somebody else is deciding about its account; only where that was asked for
	Err       error // this one alone failed; nothing of it is saved
}
