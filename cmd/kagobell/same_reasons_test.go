package main

import (
	"bufio"
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"kagobell/queue"
	"kagobell/scenarios"
	"kagobell/store"
)

// TestSimulatorAndWorkerGiveTheSameReasons replays a shop's history twice: through the simulator, whose snapshot holds
// the whole world, and through queue and store, which loads for each decision what it must. KAGOBELL_HISTORY names a JSON
// Lines file to be replayed instead of the shop of this test.
func TestSimulatorAndWorkerGiveTheSameReasons(t *testing.T) {
	events := madeUpHistory(t)
	if file := os.Getenv("KAGOBELL_HISTORY"); file != "" {
		events = readHistoryFile(t, file)
	}
	engine := testEngine(t)
	want := simulatedReasons(engine, events)
	if os.Getenv("KAGOBELL_HISTORY") == "" && !slices.ContainsFunc(want, func(line string) bool {
		return strings.Contains(line, " hot ") && strings.Contains(line, " start ")
	}) {
		t.Error("no score began a run: the history shows nothing of scores")
	}
	for _, databaseURL := range testDatabases(t) {
		name, _, _ := strings.Cut(databaseURL, ":")
		t.Run(name, func(t *testing.T) {
			t.Parallel() // the one waits for a server, the other for the disk
			events, want := events, slices.Clone(want)
			if name == "sqlite" && os.Getenv("KAGOBELL_HISTORY") == "" { // SQLite is Go, which the race detector makes slow
				events = events[:len(events)/2]
				want = simulatedReasons(engine, events)
			}
			slices.Sort(want) // within a second, what concerns different buyers has no order
			got := newReplay(t, engine, databaseURL).reasons(events)
			t.Logf("%d events, %d lines", len(events), len(got))
			if len(got) < len(events)/4 {
				t.Errorf("the history says little: %d lines of %d events", len(got), len(events))
			}
			slices.Sort(got)
			if only := without(got, want); len(only) > 0 {
				t.Errorf("the worker alone says\n%s", strings.Join(only[:min(len(only), 10)], "\n"))
			}
			if only := without(want, got); len(only) > 0 {
				t.Errorf("the simulator alone says\n%s", strings.Join(only[:min(len(only), 10)], "\n"))
			}
		})
	}
}

// without is what sorted lines say, less what others say as often.
func without(lines, others []string) []string {
	count := map[string]int{}
	for _, line := range others {
		count[line]++
	}
	var left []string
	for _, line := range lines {
		if count[line]--; count[line] < 0 {
			left = append(left, line)
		}
	}
	return left
}

func testEngine(t *testing.T) *scenarios.Engine {
	t.Helper()
	cfg := defaultConfig()
	cfg.Horizon = 100 * 365 * day // every alarm is set at once: the replay has no sweep
	engine, _, err := simulated(cfg, withScores(t, wholeLanguage(t)))
	if err != nil {
		t.Fatal(err)
	}
	return engine
}

// wholeLanguage is a folder that switches the examples on, with scenarios beside them that use what is left.
func wholeLanguage(t *testing.T) string {
	t.Helper()
	folder := t.TempDir()
	for _, name := range []string{"branches", "wait_for_order", "wait_for_click", "renewal", "order_date", "winback"} {
		text, err := os.ReadFile("../../scenarios/testdata/scenarios/" + name + ".yaml")
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(folder, name+".yaml"), text, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for _, name := range []string{"course", "first_purchase", "seminar_followup", "document_followup", "free_to_paid", "nurture", "winback"} {
		text := "name: " + name + "\nenabled: true\n"
		if err := os.WriteFile(filepath.Join(folder, "on_"+name+".yaml"), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return folder
}

func simulatedReasons(engine *scenarios.Engine, events []*scenarios.Event) []string {
	var lines []string
	sim := scenarios.NewSimulator(engine, func(scenarios.Delivery) (string, error) { return "", nil }, func(l scenarios.Line) {
		lines = append(lines, strings.Join([]string{l.At, l.BuyerID, l.Scenario, l.Subject, string(l.Run), l.Step,
			string(l.Action), string(l.Channel), string(l.Reason)}, " "))
	})
	for _, ev := range events {
		sim.Event(ev)
	}
	sim.Finish(time.Time{})
	for i := range madeUpAccounts {
		lines = append(lines, scoreText(engine, sim.World().Account(scenarios.KeyOfAccount(fmt.Sprintf("a%d", i)))))
	}
	return lines
}

// replay drives queue and store on a clock that it moves, and rings the alarms itself.
type replay struct {
	t       *testing.T
	store   *store.Store
	service *queue.Service
	engine  *scenarios.Engine
	now     time.Time
	mu      sync.Mutex
	alarms  []ringing
}

// Decide lets the store decide and takes the alarms down: it is the queue's Decider.
func (r *replay) Decide(ctx context.Context, works []scenarios.Work) ([]scenarios.Result, error) {
	results, err := r.store.Decide(ctx, works, r.engine)
	for i := range results {
		if results[i].Err != nil {
			r.t.Errorf("%+v: %v", works[i], results[i].Err)
		}
		r.take(&results[i].Decision)
	}
	return results, err
}

// Send is the queue's Sender: everything is sent.
func (r *replay) Send(_ context.Context, d scenarios.Delivery) scenarios.Outcome {
	return scenarios.Outcome{MessageID: d.Message.ID, ClaimedAt: d.Message.ClaimedAt, Kind: scenarios.OutcomeSent}
}

// ringing is an alarm, or a SKU whose fan-outs are due.
type ringing struct {
	at  time.Time
	run scenarios.RunRef
	sku string
}

func newReplay(t *testing.T, engine *scenarios.Engine, databaseURL string) *replay {
	t.Helper()
	r := &replay{t: t, engine: engine}
	var err error
	// The database's clock stands late in the replay's second, so that the time a reading takes does not bring it to
	// the one before: whole seconds are compared.
	r.store, err = store.Open(t.Context(), databaseURL, store.WithClockOffset(func() time.Duration { return time.Until(r.now.Truncate(time.Second).Add(900 * time.Millisecond)) }))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = r.store.Close() })
	if err := r.store.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	log := slog.New(slog.DiscardHandler)
	redis, err := queue.Connect(t.Context(), "embedded", log)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = redis.Close() })
	if r.service, err = queue.New(queue.Options{Redis: redis, Decider: r, Clock: r.store, Sender: r, Worker: true, Log: log,
		Sweeper: &sweeper{Store: r.store, engine: engine, cfg: defaultConfig(), log: log}}); err != nil {
		t.Fatal(err)
	}
	return r
}

func (r *replay) reasons(events []*scenarios.Event) []string {
	r.now = events[0].OccurredAt
	for _, ev := range events {
		arrival := ev.OccurredAt
		if arrival.Before(r.now) {
			arrival = r.now
		}
		r.ringUntil(arrival)
		r.now = arrival
		r.ingest(r.asTracked(ev))
	}
	r.ringUntil(time.Date(2200, 1, 1, 0, 0, 0, 0, time.UTC))
	lines := r.journal()
	for i := range madeUpAccounts {
		a, err := r.store.Account(r.t.Context(), scenarios.KeyOfAccount(fmt.Sprintf("a%d", i)))
		if err != nil && !errors.Is(err, store.ErrNotFound) {
			r.t.Fatal(err)
		}
		lines = append(lines, scoreText(r.engine, a))
	}
	return lines
}

// journal reads what was saved, as lines.
func (r *replay) journal() []string {
	r.t.Helper()
	var lines []string
	for last := int64(0); ; {
		entries, err := r.store.JournalSince(r.t.Context(), last, 1000)
		if err != nil {
			r.t.Fatal(err)
		}
		for _, e := range entries {
			at := e.At.In(defaultConfig().TimeZone).Format(time.RFC3339)
			lines = append(lines, strings.Join([]string{at, e.BuyerID, e.Scenario, e.Subject, string(e.RunID), e.Step,
				string(e.Action), string(e.Channel), string(e.Reason)}, " "))
			last = e.Seq
		}
		if len(entries) == 0 {
			return lines
		}
	}
}

// ringUntil rings what is due before a moment, in the simulator's order.
func (r *replay) ringUntil(until time.Time) {
	for len(r.alarms) > 0 {
		slices.SortStableFunc(r.alarms, func(a, b ringing) int {
			return cmp.Or(a.at.Compare(b.at), cmp.Compare(a.run.RunID, b.run.RunID), cmp.Compare(a.sku, b.sku))
		})
		next := r.alarms[0]
		if !next.at.Before(until) {
			return
		}
		r.alarms = r.alarms[1:]
		if next.at.After(r.now) {
			r.now = next.at
		}
		if next.sku != "" {
			r.walk()
			continue
		}
		if err := r.service.Ring(r.t.Context(), []scenarios.RunRef{next.run}); err != nil {
			r.t.Fatal(err)
		}
	}
}

func (r *replay) ingest(ev *scenarios.Event) {
	r.t.Helper()
	if _, err := r.service.Ingest(r.t.Context(), []*scenarios.Event{ev}); err != nil {
		r.t.Fatal(err)
	}
}

// walk goes on with all fan-outs that are due.
func (r *replay) walk() {
	r.t.Helper()
	for more := true; more; {
		walked, err := r.store.WalkFanOut(context.Background(), 1000, r.engine)
		if err != nil || len(walked.Failed) > 0 {
			r.t.Fatal(err, walked.Failed)
		}
		r.take(&scenarios.Decision{Alarms: walked.Alarms, FanOuts: []*scenarios.FanOut{&walked.FanOut}})
		more = walked.More
	}
}

// take sets the alarms of a decision.
func (r *replay) take(d *scenarios.Decision) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, a := range d.Alarms {
		r.alarms = append(r.alarms, ringing{at: a.At, run: scenarios.RunRef{RunID: a.RunID, Generation: a.Generation}})
	}
	for _, f := range d.FanOuts {
		if f.Status == scenarios.FanOutOpen {
			at := f.DueAt.Add(time.Second - 1).Truncate(time.Second)
			if at.Before(r.now) {
				at = r.now
			}
			r.alarms = append(r.alarms, ringing{at: at, sku: f.SKU})
		}
	}
}

func readHistoryFile(t *testing.T, name string) []*scenarios.Event {
	t.Helper()
	file, err := os.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = file.Close() }()
	var events []*scenarios.Event
	for lines := bufio.NewScanner(file); lines.Scan(); {
		ev, wrong := scenarios.ReadEvent(lines.Bytes(), "shop")
		if len(wrong) > 0 {
			t.Fatal(wrong)
		}
		events = append(events, ev)
	}
	return events
}

// madeUpHistory is ten days of a small shop, the same each time: 24 buyers of 8 accounts and 12 SKUs.
func madeUpHistory(t *testing.T) []*scenarios.Event {
	t.Helper()
	random := rand.New(rand.NewPCG(20261120, 7))
	at := time.Date(2026, 11, 2, 9, 0, 0, 0, defaultConfig().TimeZone)
	var events []*scenarios.Event
	for i := range 320 {
		at = at.Add(time.Duration(random.IntN(84*60)) * time.Second) // seconds: no event falls on the end of a cool-down
		occurred := at
		if random.IntN(12) == 0 { // late
			occurred = at.Add(-time.Duration(random.IntN(20)) * time.Hour)
		}
		raw := madeUpEvent(random, i, occurred)
		ev, wrong := scenarios.ReadEvent([]byte(raw), "shop")
		if len(wrong) > 0 {
			t.Fatalf("%s: %v", raw, wrong)
		}
		events = append(events, ev)
	}
	return events
}

func madeUpEvent(random *rand.Rand, i int, at time.Time) string {
	n := random.IntN(24)
	sku := fmt.Sprintf("SKU-%d", random.IntN(12))
	buyer := fmt.Sprintf(`"buyer":{"id":"b%d","account_id":"a%d","email":"b%d@example.jp","line_user_id":"U%d","price_group":%s,
"postal":{"code":"100-0001","city":"x"},"consent":{"email":%t,"line":%t,"dm":%t}},`, n, n%8, n/2*2, n,
		[]string{"null", `"gold"`}[n%2], n%5 != 0, n%3 == 0, n%4 == 0)
	items := fmt.Sprintf(`[{"sku":"%s","quantity":%d,"unit_price":%d},{"sku":"SKU-%d","quantity":1}]`, sku, 1+random.IntN(5),
		100+random.IntN(900), random.IntN(12))
	var kind, data string
	switch random.IntN(26) {
	case 0, 1, 2:
		state := []string{"open", "open", "open", "awaiting_approval", "quote_requested"}[random.IntN(5)]
		kind, data = "cart.updated", fmt.Sprintf(`{"cart_id":"c%d-%d","items":%s,"state":"%s"}`, n, random.IntN(2), items, state)
	case 3:
		kind, data = "cart.updated", fmt.Sprintf(`{"cart_id":"c%d-%d","items":[]}`, n, random.IntN(2))
	case 4, 5:
		kind, data = "order.placed", fmt.Sprintf(`{"order_id":"o%d","items":%s}`, i, items)
	case 6:
		kind, data = "order.cancelled", fmt.Sprintf(`{"order_id":"o%d"}`, random.IntN(i+1))
	case 7, 8, 9:
		kind, data = "product.viewed", fmt.Sprintf(`{"sku":"%s","price":500}`, sku)
	case 10, 11:
		kind, data = "favorite.added", fmt.Sprintf(`{"sku":"%s","quantity":%d}`, sku, 1+random.IntN(9))
	case 12:
		kind, data = "favorite.removed", fmt.Sprintf(`{"sku":"%s"}`, sku)
	case 13, 14:
		kind = []string{"document.downloaded", "quote.sent", "member.registered", "seminar.attended"}[random.IntN(4)]
		data = `{"title":"x"}`
	case 15:
		kind, data = "page.viewed", fmt.Sprintf(`{"url":"https://shop.example/price/%d","category":"price"}`, i)
	case 16:
		kind, data = "seminar.booked", `{"kind":"online"}`
	case 17:
		kind, data = "order.placed", fmt.Sprintf(`{"order_id":"o%d","items":%s,"until":"2026-12-%02d"}`, i, items, 1+random.IntN(31))
	case 18:
		buyer = strings.Replace(buyer, `"consent"`, fmt.Sprintf(`"attributes":{"renewal_date":"2026-12-%02d"},"consent"`, 1+random.IntN(31)), 1)
		kind, data = "buyer.updated", "{}"
	case 19:
		kind, data = "message.opened", fmt.Sprintf(`{"scenario":"%s"}`, []string{`hot","step":"call`, `cart_abandonment","step":"first`}[random.IntN(2)])
	case 20:
		kind, data = "message.clicked", fmt.Sprintf(`{"scenario":"%s"}`, []string{`hot","step":"call`, `browse_dropoff","step":"first`}[random.IntN(2)])
	case 21:
		kind, data = []string{"lead.rejected", "lead.accepted"}[random.IntN(2)], "{}"
		if random.IntN(2) == 0 {
			buyer = fmt.Sprintf(`"account_id":"a%d",`, n%madeUpAccounts)
		}
	default:
		buyer, kind = "", "product.updated"
		data = fmt.Sprintf(`{"sku":"%s","price":%d,"prices":{"gold":%d},"stock":%d,"low_stock":5,"moq":2,"active":%t}`,
			sku, 300+50*random.IntN(10), 250+50*random.IntN(10), 6*random.IntN(4), random.IntN(15) != 0)
	}
	return fmt.Sprintf(`{"id":"ev-%d","type":"%s","occurred_at":"%s",%s"data":%s}`, i, kind, at.Format(time.RFC3339), buyer, data)
}
