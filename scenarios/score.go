package scenarios

import (
	"math"
	"slices"
	"strings"
	"time"
)

// Scores say what events are worth, and from which score on a company is hot. A
// shop writes them in scores.yaml. A nil *Scores is one that is switched off.
type Scores struct {
	Enabled  bool
	HalfLife Duration // in which half of the points fade; the global speed divides it
	Rules    []ScoreRule
	Marks    []Mark // the lowest first
}

// defaultHalfLife is that of scores which say nothing of it.
var defaultHalfLife = Duration{Days: 14}

// ScoreRule says what one kind of event is worth.
type ScoreRule struct {
	Title  string // for people: why an account has its points
	On     string // event type
	When   *Condition
	Add    float64  // points; may be negative
	AtMost float64  // points that the rule gives an account in a calendar day; 0: no limit
	Set    *float64 // puts the score to this instead of adding
}

// key tells a rule apart from the others, also once the file was changed.
func (r *ScoreRule) key() string {
	when := ""
	if r.When != nil {
		when = r.When.Text
	}
	return identifier("score", r.On, when)[:16]
}

// Mark is a score that is worth telling.
type Mark struct {
	Name string
	At   float64 // reached from here up
	Cool float64 // and to be reached again once the score was under this
}

// Score is what an account did, in points that fade. It is judged and shown in
// whole points, so that five times ten within an hour are fifty.
type Score struct {
	Points float64   // as of At, never below 0
	At     time.Time // zero: nothing scored yet
	SetAt  time.Time // occurred_at of the newest event that set it: what happened before does not count any more
	Marks  []string  // reached, and not cool since
	Days   []DayPoints
}

// DayPoints are what a rule with a limit gave on one day of the shop's zone.
type DayPoints struct {
	Rule   string  `json:"rule"`
	Day    string  `json:"day"` // YYYY-MM-DD
	Points float64 `json:"points"`
}

// keepDays is how many days back limits are remembered; an older event gets nothing
// from a rule with a limit.
const keepDays = 8

// Hot is the place of an account on the list for sales; the zero value: it is not on it.
type Hot struct {
	Since   time.Time
	Mark    string
	BuyerID string // whose event did it; empty where only the account is known
}

// ScoreEntry is one reason for a score.
type ScoreEntry struct {
	AccountKey AccountKey
	BuyerID    string // empty where only the account is known
	Rule       string // its title, or the rule itself
	Event      string // type
	Points     float64
	At         time.Time // occurred_at of the event, at most now
}

// Lead is a mark that was reached, to be told to the sales system.
type Lead struct {
	ID         string // 32 hexadecimal digits derived from account, mark and event
	AccountKey AccountKey
	BuyerID    string
	Mark       string
	Score      float64 // whole points
	At         time.Time
}

// ScoreNow is the score of an account in whole points: what was given, faded until now.
func (e *Engine) ScoreNow(s Score, now time.Time) float64 {
	return math.Round(e.faded(s.Points, now.Sub(s.At)))
}

// StillHot tells whether an account on the list has not cooled since its last event.
func (e *Engine) StillHot(a *Account, now time.Time) bool {
	if a.Hot.Since.IsZero() {
		return false
	}
	marks := e.settings.Scores.marks()
	i := slices.IndexFunc(marks, func(m Mark) bool { return m.Name == a.Hot.Mark })
	return i < 0 || e.ScoreNow(a.Score, now) >= marks[i].Cool
}

// HotList are the accounts of the list that are hot still, the highest score first.
func (e *Engine) HotList(listed []*Account, now time.Time) []*Account {
	hot := slices.DeleteFunc(slices.Clone(listed), func(a *Account) bool { return !e.StillHot(a, now) })
	slices.SortFunc(hot, func(a, b *Account) int {
		x, y := e.faded(a.Score.Points, now.Sub(a.Score.At)), e.faded(b.Score.Points, now.Sub(b.Score.At))
		switch {
		case x > y:
			return -1
		case x < y:
			return 1
		}
		return strings.Compare(string(a.Key), string(b.Key))
	})
	return hot
}

// faded is what is left of points after some time.
func (e *Engine) faded(points float64, age time.Duration) float64 {
	half := defaultHalfLife
	if s := e.settings.Scores; s != nil {
		half = s.HalfLife
	}
	if age <= 0 || points == 0 {
		return points
	}
	return points * math.Exp2(-float64(age)/float64(e.scaled(half).Approx()))
}

// rules are those in force.
func (s *Scores) rules() []ScoreRule {
	if s == nil || !s.Enabled {
		return nil
	}
	return s.Rules
}

func (s *Scores) marks() []Mark {
	if s == nil || !s.Enabled {
		return nil
	}
	return s.Marks
}
