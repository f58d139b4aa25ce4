package store

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"kagobell/scenarios"
)

// pages walks a listing to its end and returns the ids in order.
func pages[T any](t *testing.T, limit int, read func(cursor string) (Page[T], error), id func(T) string) []string {
	t.Helper()
	var ids []string
	cursor := ""
	for range 50 {
		page, err := read(cursor)
		if err != nil {
			t.Fatal(err)
		}
		if len(page.Items) > limit {
			t.Fatalf("%d rows on a page of %d", len(page.Items), limit)
		}
		for _, x := range page.Items {
			ids = append(ids, id(x))
		}
		if cursor = page.Next; cursor == "" {
			return ids
		}
	}
	t.Fatal("the pages do not end")
	return nil
}

func TestListsOfRunsAndMessages(t *testing.T) {
	onBoth(t, func(t *testing.T, s *testStore) {
		for i := range 9 { // r-8 started last; three each start at the same moment
			buyerID := fmt.Sprintf("b-%d", i%2)
			r := run(fmt.Sprintf("r-%d", i), buyerID, scenarios.KeyOfBuyer(buyerID))
			r.StartedAt = base.Add(time.Duration(i/3) * time.Minute)
			if i%4 == 0 {
				r.Scenario, r.Status = "browse_dropoff", scenarios.RunExited
			}
			m := message(fmt.Sprintf("m-%d", i), r)
			if i == 3 {
				m.Status = scenarios.MessageSent
			}
			s.put(t, buyerID, scenarios.Decision{Buyers: []*scenarios.Buyer{buyer(buyerID, "")}, Runs: []*scenarios.Run{r}, Messages: []*scenarios.Message{m}})
		}
		runID := func(r *scenarios.Run) string { return string(r.ID) }
		messageID := func(m *scenarios.Message) string { return m.ID }
		for _, limit := range []int{1, 2, 100} {
			for _, test := range []struct {
				filter RunFilter
				want   string
			}{
				{RunFilter{}, "r-8 r-7 r-6 r-5 r-4 r-3 r-2 r-1 r-0"},
				{RunFilter{BuyerID: "b-1"}, "r-7 r-5 r-3 r-1"},
				{RunFilter{BuyerID: "nobody"}, ""},
				{RunFilter{Scenario: "browse_dropoff"}, "r-8 r-4 r-0"},
				{RunFilter{Status: scenarios.RunOpen, BuyerID: "b-0"}, "r-6 r-2"},
				{RunFilter{Since: base.Add(time.Minute)}, "r-8 r-7 r-6 r-5 r-4 r-3"},
			} {
				got := pages(t, limit, func(c string) (Page[*scenarios.Run], error) { return s.Runs(t.Context(), test.filter, c, limit) }, runID)
				if strings.Join(got, " ") != test.want {
					t.Errorf("runs %+v by %d: %v, want %s", test.filter, limit, got, test.want)
				}
			}
			for _, test := range []struct {
				filter MessageFilter
				want   string
			}{
				{MessageFilter{}, "m-8 m-7 m-6 m-5 m-4 m-3 m-2 m-1 m-0"},
				{MessageFilter{BuyerID: "b-1"}, "m-7 m-5 m-3 m-1"},
				{MessageFilter{Scenario: "browse_dropoff"}, "m-8 m-4 m-0"},
				{MessageFilter{Status: scenarios.MessageSent}, "m-3"},
				{MessageFilter{Since: base.Add(100 * time.Hour)}, ""},
			} {
				got := pages(t, limit, func(c string) (Page[*scenarios.Message], error) {
					return s.Messages(t.Context(), test.filter, c, limit)
				}, messageID)
				if strings.Join(got, " ") != test.want {
					t.Errorf("messages %+v by %d: %v, want %s", test.filter, limit, got, test.want)
				}
			}
		}
		for _, cursor := range []string{"x", "!!", "AAAA", place{base, ""}.cursor()[:20]} {
			if _, err := s.Runs(t.Context(), RunFilter{}, cursor, 5); !errors.Is(err, ErrBadCursor) {
				t.Errorf("cursor %q: %v", cursor, err)
			}
		}
		if _, err := s.Run(t.Context(), "gone"); !isNotFound(err) {
			t.Errorf("run: %v", err)
		}
	})
}

func TestBuyersList(t *testing.T) {
	onBoth(t, func(t *testing.T, s *testStore) {
		for id, name := range map[string]string{"b-1": "Sato 100%", "b-2": "鈴木_一郎", "c-3": "Tanaka"} {
			b := buyer(id, "")
			b.Name = name
			s.put(t, id, scenarios.Decision{Buyers: []*scenarios.Buyer{b}})
		}
		for search, want := range map[string]string{"": "b-1 b-2 c-3", "SATO": "b-1", "100%": "b-1", "%": "b-1", "_": "b-2", "鈴木": "b-2", "c-3@": "c-3", "!": ""} {
			var ids []string
			for after := ""; ; {
				list, err := s.Buyers(t.Context(), search, after, 2)
				if err != nil {
					t.Fatal(err)
				}
				for _, b := range list {
					ids = append(ids, b.Buyer.ID)
					after = b.Buyer.ID
				}
				if len(list) < 2 {
					break
				}
			}
			if strings.Join(ids, " ") != want {
				t.Errorf("search %q: %v, want %s", search, ids, want)
			}
		}
	})
}

func TestStats(t *testing.T) {
	onBoth(t, func(t *testing.T, s *testStore) {
		now, _ := s.Now(t.Context())
		entry := func(scenario, step string, c scenarios.Channel, a scenarios.Action, why scenarios.Reason) scenarios.Entry {
			return scenarios.Entry{At: now, BuyerID: "b-1", Scenario: scenario, Step: step, Channel: c, Action: a, Reason: why}
		}
		sent := func(id, scenario, step string, c scenarios.Channel, buyerID string, clicked time.Time) *scenarios.Message {
			r := run("r-"+id, buyerID, "a:acme")
			r.Scenario, r.Step = scenario, step
			m := message(id, r)
			m.Channel, m.Status = c, scenarios.MessageSent
			m.OpenedAt, m.ClickedAt = clicked, clicked
			return m
		}
		order := func(id, buyerID string, after time.Duration, total string) *scenarios.Order {
			o := &scenarios.Order{Source: "shop", ID: id, AccountKey: "a:acme", BuyerID: buyerID, PlacedAt: now.Add(after), Currency: "JPY"}
			if total != "" {
				o.Total = money(total)
			}
			return o
		}
		cancelled := order("cancelled", "b-1", time.Hour, "1")
		cancelled.CancelledAt = now
		dollars := order("dollars", "b-1", time.Hour, "9.99")
		dollars.Currency = "USD"
		unsent := sent("m-9", "cart", "first", "email", "b-1", now)
		unsent.Status = scenarios.MessageFailed
		opened := sent("m-8", "cart", "first", "line", "b-2", time.Time{})
		opened.OpenedAt = now
		batched := sent("m-7", "cart", "unopened", "dm", "b-2", time.Time{})
		batched.Status = scenarios.MessageBatched
		event := eventOf("b-1", "")
		event.Buyer.AccountID = scenarios.Field[string]{Present: true, Value: "acme"}
		s.mustDecide(t, answer(scenarios.Decision{
			Journal: []scenarios.Entry{
				entry("cart", "first", "", scenarios.ActionStart, ""), entry("cart", "first", "", scenarios.ActionStart, ""),
				entry("browse", "only", "", scenarios.ActionStart, ""),
				entry("cart", "first", "email", scenarios.ActionSkip, scenarios.ReasonNoConsent),
				entry("cart", "first", "line", scenarios.ActionSkip, scenarios.ReasonNoConsent),
				entry("cart", "second", "", scenarios.ActionExpire, scenarios.ReasonLate),
				entry("cart", "second", "", scenarios.ActionExit, scenarios.ReasonOrdered), // is not skipped: it ended
			},
			Messages: []*scenarios.Message{
				sent("m-1", "cart", "first", "email", "b-1", now), sent("m-2", "cart", "second", "email", "b-1", now.Add(time.Minute)),
				sent("m-3", "browse", "only", "email", "b-1", now), sent("m-4", "browse", "only", "email", "b-2", now),
				sent("m-5", "cart", "first", "email", "b-3", time.Time{}), unsent, opened, batched,
			},
			Orders: []*scenarios.Order{
				order("bought", "b-1", time.Hour, "1000.5"), order("by phone", "", 2*time.Hour, "200"), dollars, cancelled,
				order("too late", "b-1", 8*24*time.Hour, "1"), order("too early", "b-1", -time.Hour, "1"),
				order("a colleague's", "b-7", time.Hour, "1"), order("no total", "b-1", time.Hour, ""),
			},
		}), scenarios.Work{Event: event})

		check := func(by StatsBy, from, to time.Time, want ...string) {
			t.Helper()
			list, err := s.Stats(t.Context(), by, from, to)
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, x := range list {
				got = append(got, strings.TrimSpace(fmt.Sprintf("%s %s %s: %d %d %v %d %d %d %v", x.Scenario, x.Step, x.Channel, x.Started, x.Sent,
					x.Skipped, x.Opened, x.Clicked, x.Ordered, x.Revenue)))
			}
			if !slices.Equal(got, want) {
				t.Errorf("by %s:\n%s\nwant\n%s", by, strings.Join(got, "\n"), strings.Join(want, "\n"))
			}
		}
		none := time.Time{}
		check(ByScenario, none, none,
			"browse  : 1 2 map[] 2 2 4 map[JPY:1200.5 USD:9.99]",
			"cart  : 2 5 map[late:1 no_consent:2] 3 2 4 map[JPY:1200.5 USD:9.99]")
		check(ByStep, now.Add(-time.Hour), now.Add(time.Hour),
			"browse only : 1 2 map[] 2 2 4 map[JPY:1200.5 USD:9.99]",
			"cart first : 2 3 map[no_consent:2] 2 1 4 map[JPY:1200.5 USD:9.99]",
			"cart second : 0 1 map[late:1] 1 1 4 map[JPY:1200.5 USD:9.99]",
			"cart unopened : 0 1 map[] 0 0 0 map[]")
		check(ByChannel, none, now.Add(time.Hour),
			"browse only : 1 0 map[] 0 0 0 map[]",
			"browse only email: 0 2 map[] 2 2 4 map[JPY:1200.5 USD:9.99]",
			"cart first : 2 0 map[] 0 0 0 map[]",
			"cart first email: 0 2 map[no_consent:1] 1 1 4 map[JPY:1200.5 USD:9.99]",
			"cart first line: 0 1 map[no_consent:1] 1 0 0 map[]",
			"cart second : 0 0 map[late:1] 0 0 0 map[]",
			"cart second email: 0 1 map[] 1 1 4 map[JPY:1200.5 USD:9.99]",
			"cart unopened dm: 0 1 map[] 0 0 0 map[]")
		check(ByScenario, now.Add(time.Hour), none)
		check(ByScenario, none, now.Add(-time.Hour))
	})
}

func TestPopular(t *testing.T) {
	onBoth(t, func(t *testing.T, s *testStore) {
		now, _ := s.Now(t.Context())
		zero := 0.0
		d := scenarios.Decision{Products: []*scenarios.Product{
			{SKU: "A", Active: true, Category: "paper"}, {SKU: "B", Active: true, Category: "pens"}, {SKU: "C", Active: true, Category: "pens"},
			{SKU: "gone", Active: true, Deleted: true}, {SKU: "off"}, {SKU: "out", Active: true, Offer: scenarios.Offer{Stock: &zero}},
		}}
		order := func(id string, ago time.Duration, skus ...string) {
			o := &scenarios.Order{Source: "shop", ID: id, AccountKey: "a:acme", PlacedAt: now.Add(-ago)}
			for _, sku := range skus {
				o.Items = append(o.Items, scenarios.Item{SKU: sku})
			}
			d.Orders = append(d.Orders, o)
		}
		order("1", time.Hour, "A", "B", "gone", "off", "out", "unknown")
		order("2", 29*24*time.Hour, "B", "B", "gone")
		order("3", 31*24*time.Hour, "A", "A", "A", "C")
		order("4", time.Hour, "C")
		s.put(t, "somebody", d)
		for category, want := range map[string]string{"": "B A C", "pens": "B C", "none": ""} {
			list, err := s.Popular(t.Context(), category, 10)
			var got []string
			for _, p := range list {
				got = append(got, p.SKU)
			}
			if err != nil || strings.Join(got, " ") != want {
				t.Errorf("category %q: %v, %v; want %s", category, got, err, want)
			}
		}
		if list, err := s.Popular(t.Context(), "", 1); err != nil || len(list) != 1 {
			t.Errorf("the most popular: %v, %v", list, err)
		}
	})
}

// TestOrdersAndTheirLines: the lines of an order are what purchases are read
// from; they follow the order when it is placed again or cancelled.
func TestOrdersAndTheirLines(t *testing.T) {
	onBoth(t, func(t *testing.T, s *testStore) {
		lines := func() string {
			list, err := readPurchases(t.Context(), s.query(), []scenarios.AccountKey{"a:acme", "a:umbrella"}, firstTime, firstTime, nil)
			if err != nil {
				t.Fatal(err)
			}
			var skus []string
			for _, p := range list {
				skus = append(skus, string(p.AccountKey[2:])+"/"+p.SKU)
			}
			slices.Sort(skus)
			return strings.Join(skus, " ")
		}
		save := func(o scenarios.Order) {
			o.Source, o.ID = "shop", "o-1"
			s.saveFor(t, scenarios.Decision{Orders: []*scenarios.Order{&o}}, &scenarios.Event{Source: "shop", Type: scenarios.EventOrderPlaced,
				OccurredAt: base, AccountID: "acme", Order: &scenarios.Order{Source: "shop", ID: "o-1"}})
		}
		item := func(skus ...string) (list []scenarios.Item) {
			for _, sku := range skus {
				list = append(list, scenarios.Item{SKU: sku})
			}
			return list
		}
		save(scenarios.Order{AccountKey: "a:acme", PlacedAt: base, Items: item("A", "B")})
		if got := lines(); got != "acme/A acme/B" {
			t.Errorf("placed: %s", got)
		}
		save(scenarios.Order{AccountKey: "a:acme", PlacedAt: base.Add(time.Minute), Items: item("B", "C")})
		if got := lines(); got != "acme/B acme/C" {
			t.Errorf("placed again: %s", got)
		}
		save(scenarios.Order{AccountKey: "a:umbrella", PlacedAt: base, Items: item("B")})
		if got := lines(); got != "umbrella/B" {
			t.Errorf("of another account: %s", got)
		}
		save(scenarios.Order{AccountKey: "a:umbrella", PlacedAt: base, CancelledAt: base, Items: item("B")})
		if got := lines(); got != "" {
			t.Errorf("cancelled: %s", got)
		}
		if n := count(t, s, "SELECT COUNT(*) FROM orders WHERE cancelled_at IS NOT NULL"); n != 1 {
			t.Error("the cancelled order is gone")
		}
	})
}
