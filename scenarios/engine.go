package scenarios

import (
	"slices"
	"sort"
	"strings"
	"time"
)

// Engine decides. It holds the definitions and the shop's settings, and no
// state: the same Snapshot, Work and time give the same Decision.
type Engine struct {
	settings Settings
	order    []*Definition                     // current and enabled, strongest first
	versions map[string]map[string]*Definition // by name and version: runs end on the one they began with
	live     map[string]bool                   // names that are current and enabled
	ends     map[string]bool                   // event types that an exit rule of any of them names
	waiting  map[string]bool                   // event types that some step waits for
	dated    bool                              // some scenario or step goes by a date
	shared   bool                              // some scenario has one run for a whole account
	watched  []string                          // what conditions ask for by viewed()
}

// NewEngine takes the current definitions and, for the runs that began on
// them, older versions.
func NewEngine(settings Settings, current, older []*Definition) *Engine {
	if settings.Zone == nil {
		settings.Zone = time.UTC
	}
	if settings.Speed <= 0 {
		settings.Speed = 1
	}
	e := &Engine{settings: settings, versions: map[string]map[string]*Definition{}, live: map[string]bool{}, ends: map[string]bool{},
		waiting: map[string]bool{}}
	for _, d := range current {
		if d.Enabled {
			e.order = append(e.order, d)
			e.live[d.Name] = true
		}
	}
	for _, d := range slices.Concat(older, current) {
		e.remember(d)
	}
	sort.SliceStable(e.order, func(i, j int) bool {
		if e.order[i].Priority != e.order[j].Priority {
			return e.order[i].Priority > e.order[j].Priority
		}
		return e.order[i].Name < e.order[j].Name
	})
	return e
}

func (e *Engine) remember(d *Definition) {
	if e.versions[d.Name] == nil {
		e.versions[d.Name] = map[string]*Definition{}
	}
	e.versions[d.Name][d.Version] = d
	if e.live[d.Name] {
		e.listen(d)
	}
}

// listen notes what the runs of a definition ask for. Nothing is kept of buyers for one that is switched off.
func (e *Engine) listen(d *Definition) {
	e.dated = e.dated || d.byDate()
	e.shared = e.shared || d.Start.Per == PerAccount
	e.watch(d.Start.When)
	for i := range d.Exits {
		e.ends[d.Exits[i].On] = true
		e.watch(d.Exits[i].When)
	}
	for i := range d.Steps {
		step := &d.Steps[i]
		if step.WaitFor != nil {
			e.waiting[step.WaitFor.On] = true
			e.watch(step.WaitFor.When)
		}
		e.watch(step.When)
		e.watch(step.Only)
		if step.Link != nil {
			e.watch(step.Link.Condition)
		}
		for k := range step.Arms {
			e.watch(step.Arms[k].When)
		}
	}
}

// watch notes what a condition asks for by viewed().
func (e *Engine) watch(c *Condition) {
	for _, what := range watchedBy(c) {
		if !slices.Contains(e.watched, what) {
			e.watched = append(e.watched, what)
		}
	}
}

// Definitions lists the current and enabled ones, strongest first.
func (e *Engine) Definitions() []*Definition { return e.order }

// Definition is a version of a scenario that is not removed; nil when the
// scenario was removed or switched off, or the version is not known.
func (e *Engine) Definition(name, version string) *Definition {
	for _, d := range e.order { // asked several times an event: over so few, quicker than hashing a version
		if d.Name == name && d.Version == version {
			return d
		}
	}
	if !e.live[name] {
		return nil
	}
	return e.versions[name][version]
}

// removed tells whether a scenario that is known was removed or switched off.
// One that is not known at all, or only in other versions, may be newer than
// this process: while replicas are being replaced, some know more than others.
func (e *Engine) removed(name string) bool {
	_, known := e.versions[name]
	return known && !e.live[name]
}

// Decide decides one work. now is the database's clock.
func (e *Engine) Decide(s *Snapshot, w Work, now time.Time) Decision {
	switch {
	case w.Event != nil:
		return e.OnEvent(s, w.Event, now)
	case w.Due != nil:
		return e.onDue(s, s.ofRun(w.Due.RunID), w.Due.Generation, w.Held, now)
	case w.Outcome != nil:
		return e.OnOutcome(s, *w.Outcome, now)
	case w.Favorite != nil:
		return e.OnFavorite(s, w.Favorite.FanOut, w.Favorite.BuyerID, now)
	case w.Dates != nil:
		return e.OnDates(s, w.Dates.BuyerID, now)
	}
	return Decision{}
}

// GoesByDates names what begins by dates: the scenarios with their versions, in
// one text; empty where there is none.
func (e *Engine) GoesByDates() string {
	var names []string
	for _, d := range e.order {
		if d.Start.Date != nil {
			names = append(names, d.Name+"@"+d.Version)
		}
	}
	slices.Sort(names)
	return strings.Join(names, " ")
}

// ByDate tells whether a run, or a step of it, goes by a date. The store then
// loads its buyer with every work of the account.
func (e *Engine) ByDate(r *Run) bool {
	d := e.Definition(r.Scenario, r.Version)
	if !e.dated || d == nil {
		return false
	}
	return d.byDate()
}

// RemembersPrices tells whether the favourites of a run keep the prices that its
// messages told.
func (e *Engine) RemembersPrices(r *Run) bool {
	d := e.Definition(r.Scenario, r.Version)
	return d != nil && d.Start.On == EventFavoritePriceDropped
}

// ConcernsColleagues tells whether a work may ask for, end or move runs of others
// than its own buyer. What people do in a shop mostly does not.
func (e *Engine) ConcernsColleagues(w Work) bool {
	switch {
	case w.Outcome != nil:
		return false
	case e.dated || e.shared:
		return true
	}
	return w.Event != nil && (w.Event.Order != nil || w.Event.Buyer == nil || saleSpoke(w.Event))
}

// scaled applies the global speed to a wait of a definition.
func (e *Engine) scaled(d Duration) Duration { return d.Scaled(e.settings.Speed) }

// after is t and a wait of a definition.
func (e *Engine) after(t time.Time, d Duration) time.Time {
	return e.scaled(d).AddTo(t, e.settings.Zone)
}

// before is t less a wait of a definition; days count 24 h here.
func (e *Engine) before(t time.Time, d Duration) time.Time {
	return t.Add(-e.scaled(d).Approx())
}

// windowOf is the send window of a step. The shop's own closing days and its
// list of holidays hold for a scenario's own window too; its order cut-off does
// not, for a window of one's own may have nothing to do with orders.
func (e *Engine) windowOf(d *Definition, step *Step) Window {
	own := d.Window
	if step.Window != nil {
		own = step.Window
	}
	if own == nil || own.Shop {
		return e.settings.Window.narrowed(d.OrderBy)
	}
	w := own.narrowed(d.OrderBy)
	w.ClosedOn = append(w.ClosedOn[:len(w.ClosedOn):len(w.ClosedOn)], e.settings.Window.ClosedOn...)
	w.Listed = e.settings.Window.Listed
	return w
}
