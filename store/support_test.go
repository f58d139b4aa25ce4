package store

import (
	"context"
	"crypto/rand"
	"database/sql"
	"encoding/hex"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/shopspring/decimal"

	"kagobell/scenarios"
)

// The MySQL tests share a database, made by the first that needs it and dropped
// at the end; each test begins with empty tables.
var shared struct {
	once sync.Once
	url  string
	drop func() error
	err  error
}

func TestMain(m *testing.M) {
	code := m.Run()
	if shared.drop != nil {
		if err := shared.drop(); err != nil {
			fmt.Fprintln(os.Stderr, "drop the test database:", err)
			code = 1
		}
	}
	os.Exit(code)
}

func makeSharedDatabase() {
	base := os.Getenv("TEST_MYSQL_DSN")
	if base == "" {
		shared.err = fmt.Errorf("TEST_MYSQL_DSN is not set: `make test` starts a MariaDB and sets it")
		return
	}
	u, err := url.Parse(base)
	if err != nil {
		shared.err = fmt.Errorf("TEST_MYSQL_DSN: expected mysql://user:pass@host:port/database")
		return
	}
	var random [6]byte
	rand.Read(random[:])
	name := "kagobell_store_" + hex.EncodeToString(random[:])
	config, err := mysqlConfig(base)
	if err != nil {
		shared.err = err
		return
	}
	run := func(statement string) error {
		db, err := sql.Open("mysql", config.FormatDSN())
		if err != nil {
			return err
		}
		defer db.Close()
		_, err = db.Exec(statement)
		return err
	}
	// latin1 by default: the tables must say themselves what they are.
	if shared.err = run("CREATE DATABASE " + name + " CHARACTER SET latin1"); shared.err != nil {
		return
	}
	shared.drop = func() error { return run("DROP DATABASE " + name) }
	u.Path = "/" + name
	shared.url = u.String()
}

func mysqlURL(t testing.TB) string {
	t.Helper()
	shared.once.Do(makeSharedDatabase)
	if shared.err != nil {
		t.Fatal(shared.err)
	}
	return shared.url
}

func sqliteURL(t testing.TB) string {
	return "sqlite:" + filepath.Join(t.TempDir(), "kagobell.db")
}

// testStore is a migrated and empty store with a clock that tests move.
type testStore struct {
	*Store
	url   string
	ahead atomic.Int64 // nanoseconds
}

func (s *testStore) advance(d time.Duration) { s.ahead.Add(int64(d)) }

func openStore(t testing.TB, databaseURL string) *testStore {
	t.Helper()
	s := &testStore{url: databaseURL}
	opened, err := Open(t.Context(), databaseURL, WithClockOffset(func() time.Duration { return time.Duration(s.ahead.Load()) }))
	if err != nil {
		t.Fatal(err)
	}
	s.Store = opened
	t.Cleanup(func() {
		if err := opened.Close(); err != nil {
			t.Error(err)
		}
	})
	if opened.dialect.name == "sqlite" { // its one connection; no test outlives a power cut
		if _, err := s.db.Exec("PRAGMA synchronous = OFF"); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"accounts", "buyers", "consent_ledger", "suppressions", "products", "carts", "orders",
		"order_items", "favorites", "fan_outs", "runs", "messages", "journal", "events", "interactions", "dead_letters",
		"outbox", "dm_batches", "score_entries", "leads", "scenario_pauses", "definitions", "settings"} {
		if _, err := s.db.Exec("DELETE FROM " + name); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := s.db.Exec("DELETE FROM leases WHERE name <> ?", letterLock); err != nil {
		t.Fatal(err)
	}
	return s
}

// onBoth runs a test on SQLite and on MySQL.
func onBoth(t *testing.T, test func(t *testing.T, s *testStore)) {
	t.Run("sqlite", func(t *testing.T) { test(t, openStore(t, sqliteURL(t))) })
	t.Run("mysql", func(t *testing.T) { test(t, openStore(t, mysqlURL(t))) })
}

// fake decides as the test says.
type fake struct {
	decide    func(s *scenarios.Snapshot, w scenarios.Work, now time.Time) scenarios.Decision
	dedupKeys func(run scenarios.RunID) []string
	wave      func(f *scenarios.FanOut, p *scenarios.Product, now time.Time) scenarios.Wave
}

func (f fake) Decide(s *scenarios.Snapshot, w scenarios.Work, now time.Time) scenarios.Decision {
	return f.decide(s, w, now)
}

func (f fake) ByDate(*scenarios.Run) bool { return false }

func (f fake) RemembersPrices(*scenarios.Run) bool { return true }

func (f fake) ConcernsColleagues(scenarios.Work) bool { return true }

func (f fake) CoolingFor() time.Duration { return 60 * 24 * time.Hour }

func (f fake) DedupKeys(_ *scenarios.Snapshot, run scenarios.RunID) []string {
	if f.dedupKeys == nil {
		return nil
	}
	return f.dedupKeys(run)
}

func (f fake) Wave(x *scenarios.FanOut, p *scenarios.Product, now time.Time) scenarios.Wave {
	if f.wave == nil {
		return scenarios.Wave{Status: scenarios.FanOutOpen}
	}
	return f.wave(x, p, now)
}

func (fake) BatchID(now time.Time) string { return "dm-" + now.Format(time.DateOnly) }

func (fake) BatchClosesAt(id string) time.Time {
	day, _ := time.Parse("dm-"+time.DateOnly, id)
	return day.AddDate(0, 0, 1)
}

// answer decides everything as one decision.
func answer(d scenarios.Decision) fake {
	return fake{decide: func(*scenarios.Snapshot, scenarios.Work, time.Time) scenarios.Decision { return d }}
}

// mustDecide decides works and expects that each is saved. It may be called
// beside the test's own goroutine.
func (s *testStore) mustDecide(t testing.TB, d Decider, works ...scenarios.Work) []scenarios.Result {
	t.Helper()
	results, err := s.Decide(t.Context(), works, d)
	if err != nil {
		t.Error(err)
	}
	for i, r := range results {
		if r.Err != nil {
			t.Errorf("work %d: %v", i, r.Err)
		}
	}
	return results
}

// put saves rows as they are, under the lock of a buyer's account.
func (s *testStore) put(t testing.TB, buyerID string, d scenarios.Decision) {
	t.Helper()
	event := eventOf(buyerID, "")
	event.ID = "" // leaves no row
	s.mustDecide(t, answer(d), scenarios.Work{Event: event})
}

// saveFor saves rows as the decision of an event.
func (s *testStore) saveFor(t testing.TB, d scenarios.Decision, event *scenarios.Event) {
	t.Helper()
	s.mustDecide(t, answer(d), scenarios.Work{Event: event})
}

// snapshotFor is what a decision about a work gets to see.
func (s *testStore) snapshotFor(t testing.TB, w scenarios.Work) *scenarios.Snapshot {
	t.Helper()
	var seen *scenarios.Snapshot
	s.mustDecide(t, fake{decide: func(s *scenarios.Snapshot, _ scenarios.Work, _ time.Time) scenarios.Decision {
		seen = s
		return scenarios.Decision{}
	}}, w)
	return seen
}

// eventOf is a cart event of a buyer.
func eventOf(buyerID, id string) *scenarios.Event {
	return &scenarios.Event{Source: "shop", ID: id, Type: scenarios.EventCartUpdated, OccurredAt: base,
		Buyer: &scenarios.BuyerUpdate{ID: buyerID}, Raw: []byte(`{"id":"` + id + `"}`)}
}

func cartEvent(buyerID, id, cartID string, skus ...string) scenarios.Work {
	e := eventOf(buyerID, id)
	e.Cart = &scenarios.Cart{BuyerID: buyerID, ID: cartID, Currency: "JPY", State: scenarios.CartOpen, OccurredAt: base,
		URL: "https://shop.example/cart"}
	for _, sku := range skus {
		e.Cart.Items = append(e.Cart.Items, scenarios.Item{SKU: sku, Name: "コピー用紙 " + sku, Quantity: 10})
	}
	return scenarios.Work{Event: e}
}

// base is a moment that all tests can speak of; the stores' clock is the real one.
var base = time.Now().UTC().Truncate(time.Minute)

func buyer(id, accountID string) *scenarios.Buyer {
	return &scenarios.Buyer{ID: id, AccountID: accountID, Name: "佐藤 花子", Email: id + "@acme.example", ProfileAt: base}
}

func run(id, buyerID string, key scenarios.AccountKey) *scenarios.Run {
	return &scenarios.Run{ID: scenarios.RunID(id), Scenario: "cart_abandonment", Version: "1", AccountKey: key, BuyerID: buyerID,
		Subject: "c-1", Status: scenarios.RunOpen, StartedAt: base, FirstTriggerAt: base, LastTriggerAt: base, Anchor: base,
		Step: "first", PlannedAt: base, DueAt: base, SweepAt: base.Add(time.Hour)}
}

func message(id string, r *scenarios.Run) *scenarios.Message {
	return &scenarios.Message{ID: id, RunID: r.ID, Scenario: r.Scenario, Version: r.Version, Step: r.Step,
		Channel: scenarios.ChannelEmail, AccountKey: r.AccountKey, BuyerID: r.BuyerID, Subject: r.Subject,
		Status: scenarios.MessageClaimed, DedupKey: "dedup-" + id, PlannedAt: base, ClaimedAt: base}
}

func money(text string) *scenarios.Money {
	m, err := decimal.NewFromString(text)
	if err != nil {
		panic(err)
	}
	return &m
}

func count(t testing.TB, s *testStore, query string, args ...any) int {
	t.Helper()
	var n int
	if err := s.db.QueryRowContext(context.WithoutCancel(t.Context()), query, args...).Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}
