package store

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"kagobell/scenarios"
)

func TestOutbox(t *testing.T) {
	onBoth(t, func(t *testing.T, s *testStore) {
		r := run("r-1", "b-1", "b:b-1")
		s.put(t, "b-1", scenarios.Decision{Buyers: []*scenarios.Buyer{buyer("b-1", "")}, Runs: []*scenarios.Run{r},
			Messages: []*scenarios.Message{message("m-1", r), message("m-2", r)}})
		mail := scenarios.Rendered{Channel: "email", To: "sato@acme.example", From: "shop@example.jp", Subject: "お忘れ物 100%",
			HTML: "<p>あ</p>", Text: "あ", Headers: [][2]string{{"Message-ID", "<m-1@shop>"}, {"X-A", "1"}}}
		line := scenarios.Rendered{Channel: "line", To: "U1", Subject: "入荷", Flex: []byte(`{"type":"bubble"}`)}
		for _, x := range []struct {
			id string
			r  scenarios.Rendered
		}{{"m-1", line}, {"m-2", line}, {"unknown", mail}, {"m-1", mail}} {
			if err := s.Keep(t.Context(), x.id, x.r); err != nil {
				t.Fatal(err)
			}
			s.advance(time.Minute)
		}
		got, err := s.OutboxEntry(t.Context(), "m-1")
		if err != nil || fmt.Sprint(got.Rendered) != fmt.Sprint(mail) || got.Scenario != r.Scenario || got.Step != "first" || got.BuyerID != "b-1" {
			t.Errorf("%+v, %v", got, err)
		}
		if got, err := s.OutboxEntry(t.Context(), "m-2"); err != nil || fmt.Sprint(got.Rendered) != fmt.Sprint(line) {
			t.Errorf("%+v, %v", got, err)
		}
		for _, test := range []struct {
			filter OutboxFilter
			want   string
		}{
			{OutboxFilter{}, "m-1 unknown m-2"},
			{OutboxFilter{Channel: "email"}, "m-1 unknown"},
			{OutboxFilter{Scenario: "cart_abandonment"}, "m-1 m-2"},
			{OutboxFilter{Search: "SATO@"}, "m-1 unknown"},
			{OutboxFilter{Search: "%"}, "m-1 unknown"},
			{OutboxFilter{Search: "入荷"}, "m-2"},
			{OutboxFilter{Search: "b-1"}, "m-1 m-2"},
		} {
			ids := pages(t, 1, func(c string) (Page[OutboxEntry], error) { return s.Outbox(t.Context(), test.filter, c, 1) },
				func(x OutboxEntry) string { return x.MessageID })
			if strings.Join(ids, " ") != test.want {
				t.Errorf("%+v: %v, want %s", test.filter, ids, test.want)
			}
		}
		if _, err := s.OutboxEntry(t.Context(), "gone"); !isNotFound(err) {
			t.Error(err)
		}
	})
}

func TestDeadLetters(t *testing.T) {
	onBoth(t, func(t *testing.T, s *testStore) {
		letter := DeadLetter{ID: "d-1", Kind: "event", Source: "shop", Subject: "e-1", Body: []byte("{\"a\":\x00\xff"), CreatedAt: base,
			Errors: []scenarios.FieldError{{Pointer: "/data", Message: "expected an object"}}}
		render := DeadLetter{ID: "d-2", Kind: "render", Subject: "m-1"}
		again := letter
		again.Body = []byte("other")
		for _, list := range [][]DeadLetter{{letter, render}, {again}, nil} {
			if err := s.KeepDeadLetters(t.Context(), list); err != nil {
				t.Fatal(err)
			}
		}
		got, err := s.DeadLetter(t.Context(), "d-1")
		if err != nil || string(got.Body) != "{\"a\":\x00\uFFFD" || fmt.Sprint(got.Errors) != fmt.Sprint(letter.Errors) || !got.CreatedAt.Equal(base) {
			t.Errorf("%+v, %v", got, err)
		}
		ids := func(f DeadLetterFilter) string {
			return strings.Join(pages(t, 1, func(c string) (Page[DeadLetter], error) { return s.DeadLetters(t.Context(), f, c, 1) },
				func(x DeadLetter) string { return x.ID }), " ")
		}
		if all := ids(DeadLetterFilter{}); all != "d-2 d-1" {
			t.Errorf("all: %s", all)
		}
		if err := s.MarkReplayed(t.Context(), "d-2", base); err != nil {
			t.Error(err)
		}
		if waiting, of, kind := ids(DeadLetterFilter{Waiting: true}), ids(DeadLetterFilter{Source: "shop"}), ids(DeadLetterFilter{Kind: "render"}); waiting != "d-1" || of != "d-1" || kind != "d-2" {
			t.Errorf("waiting %s, of the shop %s, of rendering %s", waiting, of, kind)
		}
		if err := s.MarkReplayed(t.Context(), "gone", base); !isNotFound(err) {
			t.Error(err)
		}
	})
}

// TestSettingIsShared: replicas that start at once agree on one value.
func TestSettingIsShared(t *testing.T) {
	onBoth(t, func(t *testing.T, s *testStore) {
		var all sync.WaitGroup
		got := make([]string, 8)
		for i := range got {
			all.Go(func() {
				var err error
				if got[i], err = s.Setting(t.Context(), "signing_key", func() string { return fmt.Sprint("value ", i) }); err != nil {
					t.Error(err)
				}
			})
		}
		all.Wait()
		slices.Sort(got)
		if got[0] == "" || got[0] != got[len(got)-1] {
			t.Errorf("values %q", got)
		}
		later, err := s.Setting(t.Context(), "signing_key", func() string { t.Error("asked for a value though there is one"); return "" })
		if err != nil || later != got[0] {
			t.Errorf("later %q, %v", later, err)
		}
	})
}

func TestPauses(t *testing.T) {
	onBoth(t, func(t *testing.T, s *testStore) {
		set := func(name string, paused bool) {
			t.Helper()
			if err := s.SetPaused(t.Context(), name, paused); err != nil {
				t.Error(err)
			}
		}
		set("cart", true)
		set("browse", true)
		set("cart", true)
		set("browse", false)
		set("never", false)
		list, err := s.Pauses(t.Context())
		if err != nil || len(list) != 1 || list[0].Scenario != "cart" || list[0].PausedAt.IsZero() {
			t.Errorf("%+v, %v", list, err)
		}
		r := run("r-1", "b-1", "b:b-1")
		s.put(t, "b-1", scenarios.Decision{Buyers: []*scenarios.Buyer{buyer("b-1", "")}, Runs: []*scenarios.Run{r}})
		want := scenarios.NewSnapshot()
		want.PutAccount(&scenarios.Account{Key: "b:b-1"})
		want.PutBuyer(buyer("b-1", ""))
		want.PutRun(r)
		want.PutPaused("cart", true)
		expectSnapshot(t, "a due step", s.snapshotFor(t, scenarios.Work{Due: &scenarios.RunRef{RunID: "r-1"}}), want)
	})
}

func TestDefinitions(t *testing.T) {
	onBoth(t, func(t *testing.T, s *testStore) {
		save := func(list ...*scenarios.Definition) {
			t.Helper()
			if err := s.SaveDefinitions(t.Context(), list); err != nil {
				t.Error(err)
			}
			s.advance(time.Minute)
		}
		first := &scenarios.Definition{Name: "cart", Version: "1", Source: []byte("name: cart\n# カゴ")}
		save(first, &scenarios.Definition{Name: "browse", Version: "1", Source: []byte("x")})
		save(first, &scenarios.Definition{Name: "cart", Version: "2", Source: []byte("y")})
		list, err := s.DefinitionVersions(t.Context())
		var got []string
		for _, d := range list {
			got = append(got, d.Name+d.Version)
		}
		if err != nil || strings.Join(got, " ") != "cart2 browse1 cart1" || string(list[2].YAML) != "name: cart\n# カゴ" {
			t.Errorf("%v, %v", got, err)
		}
	})
}

func TestPrune(t *testing.T) {
	onBoth(t, func(t *testing.T, s *testStore) {
		for i := range 7 {
			id := fmt.Sprintf("e-%d", i)
			r := run("r-"+id, "b-1", "b:b-1")
			s.mustDecide(t, answer(scenarios.Decision{Interactions: []scenarios.Interaction{{MessageID: "m", At: base.Add(time.Duration(i) * time.Hour)}}, Runs: []*scenarios.Run{r}}),
				cartEvent("b-1", id, "c-1"))
			if i == 4 {
				s.advance(time.Hour)
			}
		}
		now, _ := s.Now(t.Context())
		var events, interactions []int
		for range 4 {
			n, err := s.PruneEvents(t.Context(), now.Add(-30*time.Minute), 2)
			if err != nil {
				t.Fatal(err)
			}
			events = append(events, n)
			if n, err = s.PruneInteractions(t.Context(), base.Add(3*time.Hour), 2); err != nil {
				t.Fatal(err)
			}
			interactions = append(interactions, n)
		}
		if fmt.Sprint(events, interactions) != "[2 2 1 0] [2 1 0 0]" {
			t.Errorf("deleted %v events and %v interactions", events, interactions)
		}
		if e, i := count(t, s, "SELECT COUNT(*) FROM events"), count(t, s, "SELECT COUNT(*) FROM interactions"); e != 2 || i != 4 {
			t.Errorf("%d events and %d interactions are left", e, i)
		}
	})
}

// TestPruneWhatIsDoneWith: dead letters by when they were dealt with, the outbox, and carts by their last event.
func TestPruneWhatIsDoneWith(t *testing.T) {
	onBoth(t, func(t *testing.T, s *testStore) {
		old := base.Add(-time.Hour)
		var letters []DeadLetter
		for i := range 5 {
			letters = append(letters, DeadLetter{ID: fmt.Sprint("old-", i), CreatedAt: old, ReplayedAt: old})
		}
		letters = append(letters, DeadLetter{ID: "waits", CreatedAt: old}, DeadLetter{ID: "fresh", CreatedAt: old, ReplayedAt: base})
		if err := s.KeepDeadLetters(t.Context(), letters); err != nil {
			t.Fatal(err)
		}
		for i := range 3 {
			if err := s.Keep(t.Context(), fmt.Sprint("m-", i), scenarios.Rendered{Channel: "email"}); err != nil {
				t.Fatal(err)
			}
			s.advance(time.Minute)
		}
		now, _ := s.Now(t.Context())
		var got []int
		for range 3 {
			n, err := s.PruneDeadLetters(t.Context(), base, 3)
			if err != nil {
				t.Fatal(err)
			}
			kept, err := s.PruneOutbox(t.Context(), now.Add(-90*time.Second), 1)
			if err != nil {
				t.Fatal(err)
			}
			got = append(got, n, kept)
		}
		if fmt.Sprint(got) != "[3 1 2 1 0 0]" {
			t.Errorf("deleted %v", got)
		}
		if l, o := count(t, s, "SELECT COUNT(*) FROM dead_letters"), count(t, s, "SELECT COUNT(*) FROM outbox"); l != 2 || o != 1 {
			t.Errorf("%d letters and %d messages are left", l, o)
		}
	})
}

func TestPruneCarts(t *testing.T) {
	onBoth(t, func(t *testing.T, s *testStore) {
		var d scenarios.Decision
		for i := range 9 { // every third is young; b-1 has one of each
			d.Carts = append(d.Carts, &scenarios.Cart{BuyerID: fmt.Sprint("b-", i/2), ID: fmt.Sprint("c-", i), State: scenarios.CartOpen,
				OccurredAt: base.Add(time.Duration(i%3-2) * time.Hour)})
		}
		d.Carts = append(d.Carts, &scenarios.Cart{BuyerID: "b-9", ID: "c-timeless", State: scenarios.CartOpen})
		s.put(t, "b-1", d)
		var at scenarios.CartKey
		var deleted []int
		for first := true; first || at != (scenarios.CartKey{}); first = false {
			n, next, err := s.PruneCarts(t.Context(), base.Add(-time.Minute), at, 4)
			if err != nil {
				t.Fatal(err)
			}
			deleted, at = append(deleted, n), next
		}
		left, err := collect(t.Context(), s.query(), readText, "SELECT cart_id FROM carts ORDER BY cart_id")
		if err != nil || fmt.Sprint(left) != "[c-2 c-5 c-8 c-timeless]" || len(deleted) != 3 {
			t.Errorf("left %v, deleted %v, %v", left, deleted, err)
		}
	})
}

func TestLoad(t *testing.T) {
	onBoth(t, func(t *testing.T, s *testStore) {
		now, _ := s.Now(t.Context())
		of := func(id string, due, sweep time.Time) *scenarios.Run {
			r := run(id, "b-1", "b:b-1")
			r.DueAt, r.SweepAt = due, sweep
			return r
		}
		ended := of("r-ended", now.Add(-time.Hour), time.Time{})
		ended.Status = scenarios.RunCompleted
		s.put(t, "b-1", scenarios.Decision{Runs: []*scenarios.Run{ended,
			of("r-lost", base.Add(-time.Hour), now.Add(-time.Second)),
			of("r-set-anew", base.Add(-2*time.Hour), now.Add(scenarios.Grace)), // the sweep has just set its alarm again
			of("r-rings", now.Add(-time.Second), now.Add(scenarios.Grace-time.Second)),
			of("r-waits", now.Add(time.Hour), now.Add(time.Hour+scenarios.Grace)),
			of("r-far", now.Add(24*time.Hour), now)}}) // comes inside the horizon
		openFanOut(t, s, "f-1", "A4", base)
		if err := s.KeepDeadLetters(t.Context(), []DeadLetter{{ID: "d-1"}, {ID: "d-2", ReplayedAt: base}}); err != nil {
			t.Fatal(err)
		}
		got, err := s.Load(t.Context())
		if want := (Load{LateRuns: 2, OldestDue: base.Add(-2 * time.Hour), OpenFanOuts: 1, DeadLetters: 1}); err != nil || got != want {
			t.Errorf("%+v, %v; want %+v", got, err, want)
		}
		if n, err := s.OpenRuns(t.Context()); err != nil || n != 5 {
			t.Errorf("%d open runs, %v", n, err)
		}
	})
}

// TestTablesNameTheirCollation: the test database is latin1; ids are compared
// exactly all the same, and no sign of any language is lost.
func TestTablesNameTheirCollation(t *testing.T) {
	onBoth(t, func(t *testing.T, s *testStore) {
		for _, id := range []string{"b-ä", "b-a", "b-Ä", "B-A", "b-😀", "b-が", "b-か\u3099"} {
			s.put(t, id, scenarios.Decision{Buyers: []*scenarios.Buyer{buyer(id, "")}})
		}
		if n := count(t, s, "SELECT COUNT(*) FROM buyers"); n != 7 {
			t.Errorf("%d buyers, want 7", n)
		}
		if s.dialect.name == "mysql" {
			if n := count(t, s, `SELECT COUNT(*) FROM information_schema.TABLES WHERE TABLE_SCHEMA = DATABASE()
				AND TABLE_COLLATION <> 'utf8mb4_bin' AND TABLE_NAME <> 'goose_db_version'`); n != 0 {
				t.Errorf("%d tables have another collation", n)
			}
		}
	})
}
