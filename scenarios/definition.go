package scenarios

import "time"

// Definition is one scenario as a shop writes it in YAML, read and checked.
type Definition struct {
	Name     string
	Title    string
	Version  string // derived from the content: 12 hexadecimal digits
	Priority int    // the higher goes first when the cap bites and when two scenarios want one SKU
	Enabled  bool
	Start    Start
	Exits    []Exit
	Window   *Window  // nil: the configured business hours
	Expires  Duration // a step later than this is never sent; 24 h by default
	CoolDown Duration // before the same subject starts again, counted from the last message
	Floor    int      // SKUs under which a run ends; 1 by default
	Steps    []Step   // in the order of the file, those of branches behind the branch; Next says the way
	Source   []byte   // the YAML text

	OrderBy time.Duration // order cut-off since midnight, which narrows whichever window holds; 0: none
}

// SubjectKind is what a run is one of.
type SubjectKind string

// The kinds of subject.
const (
	PerBuyer SubjectKind = "buyer" // one run a buyer
	PerCart  SubjectKind = "cart"  // one run for a buyer and a cart
	PerItems SubjectKind = "items" // one run for the SKUs that came together within Collect
	PerEvent SubjectKind = "event" // one run an event
	// PerAccount is one run an account, to the buyer who began it.
	PerAccount SubjectKind = "account"
)

// SubjectKinds lists all kinds of subject.
var SubjectKinds = []SubjectKind{PerBuyer, PerCart, PerItems, PerEvent, PerAccount}

// Start says what begins a run, and how its anchor is found.
type Start struct {
	On        string      // event type; empty where Date begins runs
	Date      *DateAnchor // the anchor is a date, not an event
	When      *Condition
	Per       SubjectKind
	QuietFor  Duration   // the anchor is this long after the last trigger
	MaxQuiet  Duration   // and at most this long after the first; zero: no limit
	WaitWhile *Condition // the run waits while this holds (a cart under approval)
	WaitUpTo  Duration   // and ends after this; 30 days by default

	MaxItems        int      // at most so many SKUs in a message; 0: no limit
	NotBoughtWithin Duration // leaves out what the account bought in this time
	Collect         Duration // further SKUs within this of the anchor join the run
	Hold            Duration // restock: the stock must hold so long
	MinPercent      float64  // price drop: the smallest cut that counts, in per cent
	MinAmount       float64  // and in money
	PerUnit         float64  // restock: a wave tells at most stock / PerUnit buyers; 0: all at once
	WaveEvery       Duration // restock: time between waves
}

// Exit says what ends a run. On is empty for a rule that is asked whenever a
// step is due.
type Exit struct {
	On            string
	When          *Condition
	MatchingItems bool   // only the SKUs of the event leave; the run ends under the floor
	Reason        Reason // empty: the usual one for the event
}

// DateAnchor finds a moment by a date that is known of a buyer, an account or
// the run's event, so long before or after it.
type DateAnchor struct {
	Date   *DateExpression
	Before bool // Offset lies before the date
	Offset Duration
}

// Step is a point on the way: a wait, then a message, a branch or a wait for an
// event. Exactly one of Send, Arms and WaitFor is set.
type Step struct {
	ID         string
	After      Duration    // from the step before; the first from the anchor
	FromAnchor bool        // After counts from the anchor
	Date       *DateAnchor // instead of After
	When       *Condition
	Next       int // the place in Steps of the step that follows; 0: none, the run completes

	Arms    []Arm    // of a branch: the first whose condition holds is taken, none is fine
	WaitFor *WaitFor // goes on at the event or at the deadline

	Only      *Condition // asked for each item; those for which it fails leave this message
	Otherwise Reason     // why the step is skipped when Only leaves nothing
	Send      []Channel
	SendAll   bool // on each of Send, not on the first that can be reached
	Template  string
	Message   *InlineMessage  // instead of Template
	Link      *LinkExpression // where the button leads; nil: back to what the run is about
	Expires   Duration        // zero: the definition's
	Window    *Window         // nil: the definition's
}

// Arm is one way on from a branch.
type Arm struct {
	When  *Condition // nil always holds
	First int        // the place in Steps of its first step; where it has none, of the step after the branch, or 0
}

// WaitFor holds a run at a step until an event of its buyer (an order: of its
// account) comes, at most for UpTo.
type WaitFor struct {
	On   string
	When *Condition
	UpTo Duration
}

// InlineMessage is a short message written in the definition itself.
type InlineMessage struct {
	Subject string
	Text    string
}

// step finds a step and its place; nil, -1 when there is none.
func (d *Definition) step(id string) (*Step, int) {
	for i := range d.Steps {
		if d.Steps[i].ID == id {
			return &d.Steps[i], i
		}
	}
	return nil, -1
}

// Step finds a step by its id, wherever it stands; nil when there is none.
func (d *Definition) Step(id string) *Step {
	step, _ := d.step(id)
	return step
}

// byDate tells whether the scenario begins by a date, or a step of it is due by one.
func (d *Definition) byDate() bool {
	if d.Start.Date != nil {
		return true
	}
	for i := range d.Steps {
		if d.Steps[i].Date != nil {
			return true
		}
	}
	return false
}

// WayStep is a step as the file nests it.
type WayStep struct {
	*Step
	Ways []BranchWay // of a branch
}

// BranchWay is one way on from a branch, with the steps on it.
type BranchWay struct {
	When  *Condition
	Steps []WayStep
}

// Way is the steps as the file nests them.
func (d *Definition) Way() []WayStep {
	if len(d.Steps) == 0 {
		return nil
	}
	return d.way(0, 0)
}

// way lists the steps from one place on until another.
func (d *Definition) way(from, until int) []WayStep {
	var list []WayStep
	for at := from; ; {
		w := WayStep{Step: &d.Steps[at]}
		for _, arm := range w.Arms {
			branch := BranchWay{When: arm.When}
			if arm.First != w.Next {
				branch.Steps = d.way(arm.First, w.Next)
			}
			w.Ways = append(w.Ways, branch)
		}
		list = append(list, w)
		if at = w.Next; at == until || at == 0 {
			return list
		}
	}
}

// Settings are what the shop configures for all scenarios.
type Settings struct {
	Zone       *time.Location
	Window     Window
	CapPerDay  int           // marketing messages a buyer and calendar day; 0: no cap
	Speed      float64       // divides the waits of definitions; 1 in production
	Horizon    time.Duration // alarms are set for what is due within it
	Paused     bool          // a global stop
	DMCutOff   time.Duration // since midnight in Zone: when a day's DM batch closes
	DMDailyCap int           // letters a batch; 0: no cap
	Scores     *Scores       // nil: none
	TellLeads  bool          // marks that are reached are told to a sales system
}
