package scenarios

import (
	"math"
	"slices"
	"strconv"
	"time"
)

// scoring is one event on its way into the score of an account.
type scoring struct {
	t     *draft
	ev    *Event
	at    time.Time
	buyer *Buyer  // nil where only the account is known
	known Account // as it was before
	score Score   // as of now
}

// learnScore gives an account the points of an event, and tells which marks it
// reached by them. An event that comes late counts with what is left of its points.
func (t *draft) learnScore(ev *Event, at time.Time, key AccountKey, b *Buyer) []*Event {
	if len(t.e.settings.Scores.rules()) == 0 && !saleSpoke(ev) {
		return nil
	}
	if ev.Type == EventOrderPlaced && t.s.orders[orderKey{ev.Source, ev.Order.ID}] != nil {
		return nil // told again
	}
	x := &scoring{t: t, ev: ev, at: at.UTC().Truncate(time.Microsecond), buyer: b, known: Account{Key: key}}
	if known := t.account(key); known != nil {
		x.known = *known
	}
	x.score = x.known.Score
	x.score.Points = t.e.faded(x.score.Points, t.now.Sub(x.score.At))
	before := x.score.Points
	if !x.applyRules() && !saleSpoke(ev) {
		return nil
	}
	x.score.Points, x.score.At = math.Round(x.score.Points*1e6)/1e6, t.now
	return x.settle(before)
}

// saleSpoke tells whether sales said what became of a lead.
func saleSpoke(ev *Event) bool {
	return ev.Type == EventLeadRejected || ev.Type == EventLeadAccepted
}

// applyRules returns false when no rule gave or took anything. A lead that sales
// do not want begins anew, unless a rule says otherwise.
func (x *scoring) applyRules() bool {
	rules := x.t.e.settings.Scores.rules()
	matched, changed := false, false
	for i := range rules {
		if r := &rules[i]; r.On == x.ev.Type && x.meets(r.When) {
			matched = true
			changed = x.apply(r) || changed
		}
	}
	if x.ev.Type == EventLeadRejected && !matched {
		changed = x.apply(&ScoreRule{On: EventLeadRejected, Set: new(float64)})
	}
	return changed
}

func (x *scoring) meets(c *Condition) bool {
	if c == nil {
		return true
	}
	t := x.t
	env := t.eventEnv(c, x.ev, nil)
	env.Account = envAccount(&x.known)
	env.Score = math.Round(x.score.Points)
	env.Category, env.URL, env.SKU = text(x.ev.Data["category"]), text(x.ev.Data["url"]), text(x.ev.Data["sku"])
	if x.ev.Cart == nil && c.asks.items {
		for _, it := range appendItemsOf(nil, x.ev, x.at) {
			env.Items = append(env.Items, t.envItem(&it, x.buyer))
		}
	}
	held, err := c.Holds(env)
	return err == nil && held
}

// apply gives or takes the points of one rule; false when there are none.
func (x *scoring) apply(r *ScoreRule) bool {
	age, before := x.t.now.Sub(x.at), x.score.Points
	if r.Set != nil {
		if x.at.Before(x.score.SetAt) {
			return false
		}
		x.score.Points, x.score.SetAt = x.t.e.faded(*r.Set, age), x.at
		x.enter(r, *r.Set-before)
		return true
	}
	gained := x.withinLimit(r)
	if gained == 0 || !x.at.After(x.score.SetAt) {
		return false
	}
	if r.AtMost > 0 {
		x.countDay(r.key(), gained)
	}
	if x.score.Points += x.t.e.faded(gained, age); x.score.Points < 0 {
		gained, x.score.Points = -before, 0
	}
	x.enter(r, gained)
	return true
}

// withinLimit is what a rule may still give on the day of the event.
func (x *scoring) withinLimit(r *ScoreRule) float64 {
	if r.AtMost == 0 {
		return r.Add
	}
	day, key := x.day(x.at), r.key()
	if day < x.day(x.t.now.AddDate(0, 0, 1-keepDays)) {
		return 0
	}
	left := r.AtMost
	for _, d := range x.score.Days {
		if d.Rule == key && d.Day == day {
			left -= d.Points
		}
	}
	return max(min(r.Add, left), 0)
}

// countDay remembers what a rule gave, and forgets what is long past.
func (x *scoring) countDay(key string, points float64) {
	day, oldest := x.day(x.at), x.day(x.t.now.AddDate(0, 0, 1-keepDays))
	days := slices.DeleteFunc(slices.Clone(x.score.Days), func(d DayPoints) bool { return d.Day < oldest })
	i := slices.IndexFunc(days, func(d DayPoints) bool { return d.Rule == key && d.Day == day })
	if i < 0 {
		i, days = len(days), append(days, DayPoints{Rule: key, Day: day})
	}
	days[i].Points += points
	x.score.Days = days
}

func (x *scoring) day(at time.Time) string { return at.In(x.t.e.settings.Zone).Format(time.DateOnly) }

// enter writes down why the score changed.
func (x *scoring) enter(r *ScoreRule, points float64) {
	if points = math.Round(points*10) / 10; points == 0 {
		return
	}
	entry := ScoreEntry{AccountKey: x.known.Key, Rule: r.Title, Event: x.ev.Type, Points: points, At: x.at}
	if x.buyer != nil {
		entry.BuyerID = x.buyer.ID
	}
	x.t.d.Scores = append(x.t.d.Scores, entry)
}

// settle compares the score with the marks and saves the account. It returns an
// event for each mark that was reached by this.
func (x *scoring) settle(before float64) []*Event {
	low, now := math.Round(min(before, x.score.Points)), math.Round(x.score.Points)
	var stand, reached []Mark
	for _, m := range x.t.e.settings.Scores.marks() {
		switch held := slices.Contains(x.score.Marks, m.Name) && low >= m.Cool; {
		case held:
			stand = append(stand, m)
		case now >= m.At:
			stand, reached = append(stand, m), append(reached, m)
		}
	}
	x.score.Marks = nil
	for _, m := range stand {
		x.score.Marks = append(x.score.Marks, m.Name)
	}
	hot := x.listed(stand, reached)
	a := x.t.editAccount(x.known.Key)
	a.Score, a.Hot = x.score, hot
	var events []*Event
	for _, m := range reached {
		events = append(events, x.tell(m, now))
	}
	return events
}

// listed is the place of the account on the list for sales, once it has these marks.
func (x *scoring) listed(stand, reached []Mark) Hot {
	hot := x.known.Hot
	switch {
	case saleSpoke(x.ev) || len(stand) == 0:
		return Hot{}
	case len(reached) > 0:
		hot = Hot{Since: x.t.now, Mark: reached[len(reached)-1].Name}
		if x.buyer != nil {
			hot.BuyerID = x.buyer.ID
		}
	case !hot.Since.IsZero() && !slices.Contains(x.score.Marks, hot.Mark):
		hot.Mark = stand[len(stand)-1].Name
	}
	return hot
}

// tell leaves word for the sales system, and makes the event that scenarios can start on.
func (x *scoring) tell(m Mark, score float64) *Event {
	id := identifier("lead", string(x.known.Key), m.Name, x.ev.Source, x.ev.ID)
	lead := &Lead{ID: id, AccountKey: x.known.Key, Mark: m.Name, Score: score, At: x.t.now}
	ev := &Event{Source: SourceKagobell, ID: "score:" + id, Type: EventScoreReached, OccurredAt: x.at,
		Data: map[string]any{"mark": m.Name, "score": score}}
	if x.buyer != nil {
		lead.BuyerID = x.buyer.ID
		ev.Buyer = &BuyerUpdate{ID: x.buyer.ID}
	}
	if x.t.e.settings.TellLeads {
		x.t.d.Leads = append(x.t.d.Leads, lead)
	}
	return ev
}

// ruleText is a rule as the list for sales shows it where it has no title.
func ruleText(r *ScoreRule) string {
	text := r.On
	if r.When != nil {
		text += " (" + r.When.Text + ")"
	}
	if r.Set != nil {
		text += " = " + strconv.FormatFloat(*r.Set, 'f', -1, 64)
	}
	return text
}
