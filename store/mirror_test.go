package store

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/shopspring/decimal"

	"kagobell/scenarios"
)

// TestStoreShowsTheEngineAllItNeeds lives through a random history in a small shop
// with the engine and the definitions that ship. Every decision is taken twice:
// on what the store loaded, and on the whole world in memory. They must be the
// same, whatever was loaded, saved and forgotten in between.
func TestStoreShowsTheEngineAllItNeeds(t *testing.T) {
	onBoth(t, func(t *testing.T, s *testStore) {
		lines := 160
		if !s.dialect.prepares { // SQLite is Go, and the race detector looks at every step of it
			lines = 80
		}
		var sent, ended, letters, walked int
		for seed := range uint64(2) {
			shop := newShop(t, openStore(t, s.url), seed)
			shop.live(lines)
			sent, ended, letters, walked = sent+shop.sent, ended+shop.ended, letters+shop.letters, walked+shop.walked
		}
		if sent == 0 || ended == 0 || letters == 0 || walked == 0 {
			t.Errorf("nothing much happened: %d sent, %d ended, %d letters, %d walked", sent, ended, letters, walked)
		}
	})
}

// shop is a history in the making, and the worker that lives through it.
type shop struct {
	*rand.Rand
	t      *testing.T
	s      *testStore
	engine *scenarios.Engine
	world  *scenarios.Snapshot
	alarms []scenarios.Alarm
	events int

	sent, ended, letters, walked int
}

func newShop(t *testing.T, s *testStore, seed uint64) *shop {
	t.Helper()
	files, err := scenarios.BuiltinFiles()
	if err != nil {
		t.Fatal(err)
	}
	definitions, mistakes := scenarios.LoadDefinitions(files, scenarios.Checks{})
	if len(mistakes) > 0 {
		t.Fatal(mistakes)
	}
	engine := scenarios.NewEngine(scenarios.Settings{Zone: time.UTC, Window: scenarios.AlwaysWindow(), CapPerDay: 3, Horizon: 24 * time.Hour,
		DMCutOff: 15 * time.Hour, DMDailyCap: 2}, definitions, nil)
	return &shop{Rand: rand.New(rand.NewPCG(seed, 1)), t: t, s: s, engine: engine, world: scenarios.NewSnapshot()}
}

// Decide decides on both and compares; it makes the shop a FanOutDecider.
func (x *shop) Decide(s *scenarios.Snapshot, w scenarios.Work, now time.Time) scenarios.Decision {
	got, want := x.engine.Decide(s, w, now), x.engine.Decide(x.world, w, now)
	g, m := linesOf(&got), linesOf(&want)
	if !slices.Equal(g, m) {
		both := func(line string) bool { return slices.Contains(g, line) && slices.Contains(m, line) }
		x.t.Errorf("about %s\non what the store loaded:\n%s\non the whole world:\n%s", describe(w),
			strings.Join(slices.DeleteFunc(slices.Clone(g), both), "\n"), strings.Join(slices.DeleteFunc(slices.Clone(m), both), "\n"))
	}
	x.world.Apply(&want)
	for _, m := range got.Messages {
		if m.Status == scenarios.MessageBatched {
			x.letters++
		}
	}
	for _, r := range got.Runs {
		if !r.Open() {
			x.ended++
		}
	}
	return got
}

func (x *shop) ByDate(r *scenarios.Run) bool { return x.engine.ByDate(r) }

func (x *shop) RemembersPrices(r *scenarios.Run) bool { return x.engine.RemembersPrices(r) }

func (x *shop) ConcernsColleagues(w scenarios.Work) bool { return x.engine.ConcernsColleagues(w) }

func (x *shop) CoolingFor() time.Duration { return x.engine.CoolingFor() }

func (x *shop) DedupKeys(s *scenarios.Snapshot, id scenarios.RunID) []string {
	return x.engine.DedupKeys(s, id)
}
func (x *shop) BatchID(now time.Time) string      { return x.engine.BatchID(now) }
func (x *shop) BatchClosesAt(id string) time.Time { return x.engine.BatchClosesAt(id) }
func (x *shop) Wave(f *scenarios.FanOut, p *scenarios.Product, now time.Time) scenarios.Wave {
	return x.engine.Wave(f, p, now)
}

// linesOf writes a decision down, in a fixed order. Three things are no difference:
// the row of an account is made when it is locked, what a buyer who moves has behind
// him moves along, and on which channel an alarm expects its run is not known where
// the buyer is a colleague of those whom the work is about.
func linesOf(decided *scenarios.Decision) []string {
	d := *decided
	d.Runs, d.Messages, d.Alarms = slices.Clone(d.Runs), slices.Clone(d.Messages), slices.Clone(d.Alarms)
	for i := range d.Alarms {
		d.Alarms[i].Channel = ""
	}
	for i, r := range d.Runs {
		if !r.Open() {
			ended := *r
			ended.AccountKey = ""
			d.Runs[i] = &ended
		}
	}
	for i, m := range d.Messages {
		moved := *m
		moved.AccountKey = ""
		d.Messages[i] = &moved
	}
	lines := []string{"note " + string(d.EventNote)}
	v := reflect.ValueOf(d)
	for i := range v.NumField() {
		if v.Field(i).Kind() != reflect.Slice || v.Type().Field(i).Name == "Accounts" {
			continue
		}
		for j := range v.Field(i).Len() {
			text, err := json.Marshal(v.Field(i).Index(j).Interface())
			if err != nil {
				text = []byte(err.Error())
			}
			line := strings.NewReplacer("{}", "null", "[]", "null").Replace(string(text)) // an empty map is stored as none
			lines = append(lines, v.Type().Field(i).Name+" "+line)
		}
	}
	slices.Sort(lines)
	return lines
}

func describe(w scenarios.Work) string {
	text, _ := json.Marshal(w)
	return string(text)
}

func (x *shop) live(steps int) {
	for step := range steps {
		if x.t.Failed() {
			x.t.Fatalf("at step %d", step)
		}
		x.s.advance(time.Duration(x.IntN(5*3600)) * time.Second)
		now, err := x.s.Now(x.t.Context())
		if err != nil {
			x.t.Fatal(err)
		}
		var works []scenarios.Work
		for range 1 + x.IntN(4) {
			w := scenarios.Work{Event: x.event(now)}
			if w.Event.Type == scenarios.EventBuyerDeleted {
				x.decide([]scenarios.Work{w}) // what is decided again in halves would meet a world that knows it
				continue
			}
			works = append(works, w)
		}
		x.decide(works)
		x.ring(now)
		if x.IntN(3) == 0 {
			x.sweep()
		}
		x.walk()
	}
}

// decide decides works and what follows at once: transmissions, some of which fail.
func (x *shop) decide(works []scenarios.Work) {
	for len(works) > 0 {
		var next []scenarios.Work
		for _, r := range x.s.mustDecide(x.t, x, works...) {
			x.alarms = append(x.alarms, r.Decision.Alarms...)
			for _, d := range r.Decision.Deliveries {
				o := scenarios.Outcome{MessageID: d.Message.ID, ClaimedAt: d.Message.ClaimedAt, Kind: scenarios.OutcomeSent, Title: "題"}
				if x.IntN(4) > 0 { // what was claimed long ago is known by its message alone
					o.Answers(d.Message)
				}
				switch x.IntN(6) {
				case 0:
					o.Kind, o.Reason = scenarios.OutcomeTemporary, scenarios.ReasonTemporary
				case 1:
					o.Kind, o.Reason, o.Suppress = scenarios.OutcomePermanent, scenarios.ReasonHardBounce, x.IntN(2) == 0
				case 2:
					continue // never heard of again
				}
				x.sent++
				next = append(next, scenarios.Work{Outcome: &o})
			}
		}
		works = next
	}
}

// ring rings the alarms whose time has come, and loses some.
func (x *shop) ring(now time.Time) {
	var due []scenarios.Work
	var later []scenarios.Alarm
	for _, a := range x.alarms {
		switch {
		case a.At.After(now):
			later = append(later, a)
		case x.IntN(5) > 0:
			due = append(due, scenarios.Work{Due: &scenarios.RunRef{RunID: a.RunID, Generation: a.Generation}})
		}
	}
	x.alarms = later
	x.decide(due)
}

// sweep arms what has no alarm, and tells the world.
func (x *shop) sweep() {
	alarms, err := x.s.Arm(x.t.Context(), 24*time.Hour, 100)
	if err != nil {
		x.t.Fatal(err)
	}
	x.alarms = append(x.alarms, alarms...)
	swept, err := collect(x.t.Context(), x.s.query(), readRun, runs.selectFrom()+" WHERE status = 'open'")
	if err != nil {
		x.t.Fatal(err)
	}
	for _, r := range swept {
		known := *x.world.Run(r.ID)
		known.Generation, known.ArmedAt, known.SweepAt = r.Generation, r.ArmedAt, r.SweepAt
		x.world.PutRun(&known)
	}
}

func (x *shop) walk() {
	for more := true; more; {
		w, err := x.s.WalkFanOut(x.t.Context(), 3, x)
		if err != nil || len(w.Failed) > 0 {
			x.t.Fatal(err, w.Failed)
		}
		x.alarms = append(x.alarms, w.Alarms...)
		x.walked += w.Decided
		if more = w.More; w.FanOut.ID != "" {
			f := w.FanOut
			x.world.PutFanOut(&f)
		}
	}
}

func (x *shop) event(now time.Time) *scenarios.Event {
	x.events++
	ev := &scenarios.Event{Source: "shop", ID: fmt.Sprintf("e-%d", x.events), OccurredAt: now.Add(-time.Duration(x.IntN(600)) * time.Second), Raw: []byte("{}")}
	if x.IntN(4) == 0 {
		ev.Type, ev.Product = scenarios.EventProductUpdated, x.product()
		return ev
	}
	id := fmt.Sprintf("b-%d", x.IntN(9))
	u := &scenarios.BuyerUpdate{ID: id}
	ev.Buyer = u
	if x.IntN(3) == 0 {
		x.profile(u)
	}
	switch x.IntN(10) {
	case 0, 1, 2, 3:
		ev.Type = scenarios.EventCartUpdated
		ev.Cart = &scenarios.Cart{BuyerID: id, ID: fmt.Sprintf("c-%d", x.IntN(2)), Items: x.items(4), Currency: "JPY", State: scenarios.CartOpen, OccurredAt: ev.OccurredAt}
		if x.IntN(8) == 0 {
			ev.Cart.State = scenarios.CartAwaitingApproval
		}
		if x.IntN(6) == 0 {
			ev.PreviousCartID = "c-0"
		}
	case 4:
		ev.Type, ev.View = scenarios.EventProductViewed, &scenarios.Item{SKU: x.sku(), Name: "品"}
	case 5, 6:
		ev.Type, ev.Favorite = scenarios.EventFavoriteAdded, &scenarios.FavoriteChange{SKU: x.sku(), Quantity: float64(x.IntN(3))}
		if x.IntN(5) == 0 {
			ev.Type, ev.Favorite.Removed = scenarios.EventFavoriteRemoved, true
		}
	case 7:
		ev.Type, ev.Order = scenarios.EventOrderPlaced, &scenarios.Order{Source: "shop", ID: fmt.Sprintf("o-%d", x.events), Items: x.items(2), Currency: "JPY"}
		if x.IntN(3) == 0 {
			ev.Buyer, ev.AccountID = nil, x.account()
		}
	case 8:
		ev.Type, ev.Order = scenarios.EventOrderCancelled, &scenarios.Order{Source: "shop", ID: fmt.Sprintf("o-%d", x.IntN(x.events))}
	case 9:
		x.person(ev)
	}
	return ev
}

func (x *shop) person(ev *scenarios.Event) {
	ev.Type = scenarios.EventBuyerUpdated
	switch x.IntN(6) {
	case 0:
		ev.Type = scenarios.EventBuyerDeleted
	case 1:
		ev.Source, ev.Type, ev.Data = scenarios.SourceKagobell, scenarios.EventBuyerOptedOut, map[string]any{"channel": "email"}
	default:
		x.profile(ev.Buyer)
	}
}

func (x *shop) profile(u *scenarios.BuyerUpdate) {
	text := func(v string) scenarios.Field[string] { return scenarios.Field[string]{Present: true, Value: v} }
	u.Email = text(fmt.Sprintf("%d@acme.example", x.IntN(6))) // some share one
	u.LineUserID = text("U" + u.ID)
	u.Rank = text(fmt.Sprint(x.IntN(3)))
	u.Postal = scenarios.Field[*scenarios.Postal]{Present: true, Value: &scenarios.Postal{Code: "100-0001", City: "千代田区", Recipient: u.ID}}
	if x.IntN(3) == 0 {
		u.AccountID = text(x.account())
	}
	for _, c := range scenarios.Channels {
		u.Consent = u.Consent.With(c, scenarios.ConsentUpdate{Plain: true, Consent: scenarios.Consent{Granted: x.IntN(6) > 0}})
	}
	if x.IntN(4) == 0 {
		u.Consent = u.Consent.With("line", scenarios.ConsentUpdate{Plain: true})
	}
	if x.IntN(4) == 0 {
		u.Consent = u.Consent.With("email", scenarios.ConsentUpdate{Consent: scenarios.Consent{Granted: true, Basis: scenarios.BasisOptIn, Proof: "form"}})
	}
}

func (x *shop) product() *scenarios.ProductUpdate {
	p := &scenarios.ProductUpdate{SKU: x.sku(), Name: scenarios.Field[string]{Present: true, Value: "品"}}
	stock, price := float64(x.IntN(4)*x.IntN(3)), decimal.NewFromInt(int64(100-x.IntN(40)))
	if x.IntN(2) == 0 {
		p.Stock = scenarios.Field[*float64]{Present: true, Value: &stock}
	}
	if x.IntN(2) == 0 {
		p.Price = scenarios.Field[*scenarios.Money]{Present: true, Value: &price}
	}
	return p
}

func (x *shop) account() string { return []string{"", "acme", "umbrella"}[x.IntN(3)] }
func (x *shop) sku() string     { return fmt.Sprintf("sku-%d", x.IntN(8)) }

func (x *shop) items(most int) []scenarios.Item {
	var list []scenarios.Item
	for range x.IntN(most + 1) {
		list = append(list, scenarios.Item{SKU: x.sku(), Name: "品", Quantity: 1})
	}
	return list
}
