package store

import (
	"context"
	"errors"
	"reflect"
	"slices"
	"testing"
	"time"

	"kagobell/scenarios"
)

// TestPlans has every method of the store do its work, over tables that are full of
// other people's rows, and asks the database how it finds what each statement is
// about: never by reading a table that grows, nor by sorting what has no bound.
func TestPlans(t *testing.T) {
	onBoth(t, func(t *testing.T, s *testStore) {
		x := spyOn(t, s)
		if s.dialect.prepares { // SQLite plans by rules, and needs no rows for it
			fillTables(t, s)
		}
		stops := tour(t, s)
		for name := range reflect.TypeFor[*Store]().Methods() {
			if !stops.has(name.Name) && !slices.Contains([]string{"Close", "Migrate", "MigrationStatus"}, name.Name) {
				t.Errorf("the tour does not visit %s", name.Name)
			}
		}
		for _, stop := range stops {
			x.during = stop.name
			if err := stop.visit(t.Context()); err != nil && !errors.Is(err, ErrNotFound) {
				t.Errorf("%s: %v", stop.name, err)
			}
		}
		if len(x.seen) < 100 {
			t.Errorf("only %d statements were seen", len(x.seen))
		}
		for _, y := range x.seen {
			explain(t, s, y)
		}
	})
}

// stop is a method of the store, and what it is asked for.
type stop struct {
	name  string
	visit func(context.Context) error
}

type stops []stop

func (l stops) has(name string) bool {
	return slices.ContainsFunc(l, func(x stop) bool { return x.name == name })
}

// asking is a stop whose answer does not matter.
func asking[T any](name string, ask func(context.Context) (T, error)) stop {
	return stop{name, func(ctx context.Context) error { _, err := ask(ctx); return err }}
}

func tour(t *testing.T, s *testStore) stops {
	shop := newShop(t, s, 1)
	lines, many := 50, 100
	if !s.dialect.prepares { // its plans are the same for few and for many
		lines, many = 30, 8
	}
	list := stops{
		{"Decide", func(context.Context) error { shop.live(lines); return nil }}, // with Arm and WalkFanOut
		{"Decide", func(context.Context) error { decideMany(t, s, shop, many); return nil }},
		asking("DecideFree", func(ctx context.Context) ([]scenarios.Result, error) {
			return s.DecideFree(ctx, []scenarios.Work{cartEvent("b-free", "free", "c-1")}, answer(scenarios.Decision{}))
		}),
		{"Armed", func(ctx context.Context) error {
			_, _, err := s.Armed(ctx, timeText(time.Now().Add(time.Hour))+"/r-1", 24*time.Hour, 2000)
			return err
		}},
		asking("Arm", func(ctx context.Context) ([]scenarios.Alarm, error) { return s.Arm(ctx, 24*time.Hour, 2000) }),
		asking("WalkFanOut", func(ctx context.Context) (Walked, error) { return s.WalkFanOut(ctx, 2000, shop) }),
		asking("Lease", func(ctx context.Context) (bool, error) { return s.Lease(ctx, "sweep", "me", time.Minute) }),
		asking("Now", s.Now),
		{"Ping", s.Ping},
		asking("Load", s.Load),
		asking("OpenRuns", s.OpenRuns),
		asking("Setting", func(ctx context.Context) (string, error) {
			return s.Setting(ctx, "x", func() string { return "1" })
		}),
		{"PutSetting", func(ctx context.Context) error { return s.PutSetting(ctx, "x", "2") }},
		{"SaveDefinitions", func(ctx context.Context) error { return s.SaveDefinitions(ctx, shop.engine.Definitions()) }},
		asking("DefinitionVersions", s.DefinitionVersions),
		{"SetPaused", func(ctx context.Context) error {
			return errors.Join(s.SetPaused(ctx, "x", true), s.SetPaused(ctx, "x", false))
		}},
		asking("Pauses", s.Pauses),
	}
	return slices.Concat(list, listStops(s), peopleStops(s), letterStops(s), leadStops(s), pruneStops(s))
}

// decideMany decides about as many buyers at once as webhooks and alarms bring.
func decideMany(t *testing.T, s *testStore, shop *shop, many int) {
	var works []scenarios.Work
	for i := range many {
		works = append(works, cartEvent(filled("buyer_id", i), filled("e", i), "c-1", filled("sku", i)))
	}
	for _, r := range s.mustDecide(t, shop.engine, works...) {
		for _, a := range r.Decision.Alarms {
			works = append(works, scenarios.Work{Due: &scenarios.RunRef{RunID: a.RunID, Generation: a.Generation}})
		}
	}
	s.advance(5 * time.Hour)
	var outcomes []scenarios.Work
	for _, r := range s.mustDecide(t, shop.engine, works[many:]...) {
		for _, d := range r.Decision.Deliveries {
			outcomes = append(outcomes, scenarios.Work{Outcome: &scenarios.Outcome{MessageID: d.Message.ID,
				ClaimedAt: d.Message.ClaimedAt, Kind: scenarios.OutcomeSent}})
		}
	}
	s.mustDecide(t, shop.engine, outcomes...)
}

// listStops are the lists and figures of pages and API, with every filter.
func listStops(s *testStore) stops {
	cursor := place{base.Add(-time.Hour), "x"}.cursor()
	var list stops
	for _, f := range []RunFilter{{}, {Scenario: filled("scenario", 7)}, {BuyerID: filled("buyer_id", 7)}, {Status: "open"}, {Since: base.Add(-24 * time.Hour)}} {
		for _, c := range []string{"", cursor} {
			m := MessageFilter{f.Scenario, f.BuyerID, scenarios.MessageStatus(f.Status), f.Since}
			list = append(list,
				asking("Runs", func(ctx context.Context) (Page[*scenarios.Run], error) { return s.Runs(ctx, f, c, 50) }),
				asking("Messages", func(ctx context.Context) (Page[*scenarios.Message], error) { return s.Messages(ctx, m, c, 50) }))
		}
	}
	for _, by := range []StatsBy{ByScenario, ByChannel} {
		list = append(list, asking("Stats", func(ctx context.Context) ([]Stat, error) { return s.Stats(ctx, by, base.Add(-time.Hour), base) }))
	}
	return append(list,
		asking("Run", func(ctx context.Context) (*scenarios.Run, error) {
			return s.Run(ctx, scenarios.RunID(filled("run_id", 7)))
		}),
		asking("Message", func(ctx context.Context) (*scenarios.Message, error) { return s.Message(ctx, filled("message_id", 7)) }),
		asking("JournalSince", func(ctx context.Context) ([]JournalEntry, error) { return s.JournalSince(ctx, 9, 50) }),
		asking("Popular", func(ctx context.Context) ([]*scenarios.Product, error) { return s.Popular(ctx, "", 5) }),
		asking("DMBatches", func(ctx context.Context) (Page[DMBatch], error) { return s.DMBatches(ctx, cursor, 50) }),
		asking("DMLetters", func(ctx context.Context) ([]scenarios.Delivery, error) {
			return s.DMLetters(ctx, "dm-"+base.Format(time.DateOnly))
		}),
		stop{"MarkExported", func(ctx context.Context) error { return s.MarkExported(ctx, filled("batch_id", 7)) }},
	)
}

// peopleStops are about single buyers and messages.
func peopleStops(s *testStore) stops {
	id, message := filled("buyer_id", 8), filled("message_id", 8)
	return stops{
		asking("BuyerIDs", func(ctx context.Context) ([]string, error) { return s.BuyerIDs(ctx, id, 500) }),
		asking("Buyers", func(ctx context.Context) ([]BuyerLine, error) { return s.Buyers(ctx, "", id, 50) }),
		asking("BuyersByID", func(ctx context.Context) (map[string]*scenarios.Buyer, error) { return s.BuyersByID(ctx, []string{id}) }),
		asking("Recipient", func(ctx context.Context) (Recipient, error) { return s.Recipient(ctx, id) }),
		asking("BuyerRecord", func(ctx context.Context) (Record, error) { return s.BuyerRecord(ctx, "b-1") }),
		asking("Journal", func(ctx context.Context) ([]JournalEntry, error) { return s.Journal(ctx, id, 99, 50) }),
		{"RecordInteraction", func(ctx context.Context) error {
			return errors.Join(s.RecordInteraction(ctx, scenarios.Interaction{MessageID: message, Kind: scenarios.InteractionOpen}),
				s.RecordInteraction(ctx, scenarios.Interaction{MessageID: message, Kind: scenarios.InteractionClick}))
		}},
		{"Keep", func(ctx context.Context) error { return s.Keep(ctx, message, scenarios.Rendered{Channel: "email"}) }},
		{"Discard", func(ctx context.Context) error { return s.Discard(ctx, message) }},
		asking("Outbox", func(ctx context.Context) (Page[OutboxEntry], error) {
			return s.Outbox(ctx, OutboxFilter{Channel: "email"}, place{base, "x"}.cursor(), 50)
		}),
		asking("OutboxEntry", func(ctx context.Context) (OutboxEntry, error) { return s.OutboxEntry(ctx, message) }),
	}
}

// letterStops are about dead letters.
func letterStops(s *testStore) stops {
	id := filled("dead_letter_id", 7)
	list := stops{
		{"KeepDeadLetters", func(ctx context.Context) error { return s.KeepDeadLetters(ctx, []DeadLetter{{ID: "x"}}) }},
		asking("DeadLetter", func(ctx context.Context) (DeadLetter, error) { return s.DeadLetter(ctx, id) }),
		{"MarkReplayed", func(ctx context.Context) error { return s.MarkReplayed(ctx, id, base) }},
	}
	for _, f := range []DeadLetterFilter{{}, {Kind: "event", Source: "shop"}, {Waiting: true}} {
		for _, c := range []string{"", place{base, "x"}.cursor()} {
			list = append(list, asking("DeadLetters", func(ctx context.Context) (Page[DeadLetter], error) { return s.DeadLetters(ctx, f, c, 50) }))
		}
	}
	return list
}

// leadStops are about scores and what sales hear.
func leadStops(s *testStore) stops {
	key := scenarios.AccountKey(filled("account_key", 7))
	id := filled("lead_id", 7)
	return stops{
		asking("ClaimLead", func(ctx context.Context) (Lead, error) { return s.ClaimLead(ctx, time.Minute) }),
		{"FinishLead", func(ctx context.Context) error {
			return s.FinishLead(ctx, Lead{Lead: scenarios.Lead{ID: id}}, LeadTold, base)
		}},
		{"RetryLead", func(ctx context.Context) error { return s.RetryLead(ctx, id) }},
		asking("HotAccounts", func(ctx context.Context) ([]*scenarios.Account, error) { return s.HotAccounts(ctx, 200) }),
		asking("Account", func(ctx context.Context) (*scenarios.Account, error) { return s.Account(ctx, key) }),
		asking("ScoreReasons", func(ctx context.Context) ([]scenarios.ScoreEntry, error) { return s.ScoreReasons(ctx, key, base, 5) }),
	}
}

// pruneStops come last: they delete.
func pruneStops(s *testStore) stops {
	old := base.Add(-20 * time.Hour)
	list := stops{{"PruneCarts", func(ctx context.Context) error {
		_, _, err := s.PruneCarts(ctx, old, scenarios.CartKey{BuyerID: filled("buyer_id", 7), CartID: "x"}, 100)
		return err
	}}}
	for name, prune := range map[string]func(context.Context, time.Time, int) (int, error){
		"PruneEvents": s.PruneEvents, "PruneInteractions": s.PruneInteractions, "PruneScoreEntries": s.PruneScoreEntries,
		"PruneLeads": s.PruneLeads, "PruneDeadLetters": s.PruneDeadLetters, "PruneOutbox": s.PruneOutbox,
	} {
		list = append(list, asking(name, func(ctx context.Context) (int, error) { return prune(ctx, old, 100) }))
	}
	return list
}
