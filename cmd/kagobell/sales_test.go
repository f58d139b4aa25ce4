package main

import (
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"

	"kagobell/scenarios"
	"kagobell/store"
)

const salesSecret = "whsec_c2VjcmV0LW9mLXRoZS1zYWxlcy1zeXN0ZW0tMDE="

// salesRoom is a sales system that checks signatures, the desk that tells it, and a database whose clock the test moves.
type salesRoom struct {
	*salesDesk
	t      *testing.T
	ahead  time.Duration
	status int
	ids    []string
	bodies []string
}

func openSalesRoom(t *testing.T, databaseURL string) *salesRoom {
	t.Helper()
	r := &salesRoom{t: t, status: http.StatusOK}
	key, err := standardwebhooks.NewWebhook(salesSecret)
	if err != nil {
		t.Fatal(err)
	}
	peer := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, q *http.Request) {
		body, _ := io.ReadAll(q.Body)
		if err := key.Verify(body, q.Header); err != nil {
			t.Errorf("signature: %v", err)
		}
		r.ids, r.bodies = append(r.ids, q.Header.Get("webhook-id")), append(r.bodies, string(body))
		w.WriteHeader(r.status)
	}))
	t.Cleanup(peer.Close)
	s, err := store.Open(t.Context(), databaseURL, store.WithClockOffset(func() time.Duration { return r.ahead }))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	if err := s.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	cfg := defaultConfig()
	cfg.HotList = hotListConfig{WebhookURL: peer.URL + "/hook", Secret: salesSecret}
	if r.salesDesk, err = newSalesDesk(cfg, s, slog.New(slog.DiscardHandler)); err != nil {
		t.Fatal(err)
	}
	return r
}

// reach lets a buyer of acme come to the mark.
func (r *salesRoom) reach() {
	r.t.Helper()
	scores, wrong := scenarios.LoadScores(scenarios.DefinitionFile{Text: []byte("rules: [{on: page.viewed, add: 60, title: 閲覧}]\nmarks: [{name: hot, at: 50}]")})
	if len(wrong) > 0 {
		r.t.Fatal(wrong)
	}
	engine := scenarios.NewEngine(scenarios.Settings{Scores: scores, TellLeads: true}, nil, nil)
	r.decide(engine, `{"id":"e1","type":"page.viewed","occurred_at":"2026-11-20T10:00:00+09:00","buyer":{"id":"b-1","account_id":"acme",
"account_name":"アクメ","name":"佐藤 花子","email":"sato@acme.example"},"data":{"url":"https://shop.example/price"}}`)
}

func (r *salesRoom) decide(engine *scenarios.Engine, raw string) {
	r.t.Helper()
	ev, wrong := scenarios.ReadEvent([]byte(raw), "shop")
	if len(wrong) > 0 {
		r.t.Fatal(wrong)
	}
	now, err := r.store.Now(r.t.Context())
	if err != nil {
		r.t.Fatal(err)
	}
	ev.OccurredAt = now
	if _, err := r.store.Decide(r.t.Context(), []scenarios.Work{{Event: ev}}, engine); err != nil {
		r.t.Fatal(err)
	}
}

// tell lets the desk do what is due after a wait, and wants so many attempts.
func (r *salesRoom) tell(wait time.Duration, want int) {
	r.t.Helper()
	r.ahead += wait
	before := len(r.ids)
	made, err := r.TellLeads(r.t.Context(), 20)
	if err != nil || made != want || len(r.ids)-before != want {
		r.t.Fatalf("%s on: %d attempts, %d heard, %v; want %d", wait, made, len(r.ids)-before, err, want)
	}
}

func TestSalesSystemIsToldOnce(t *testing.T) {
	for _, databaseURL := range testDatabases(t) {
		r := openSalesRoom(t, databaseURL)
		r.tell(0, 0)
		r.reach()
		r.tell(0, 1)
		r.tell(time.Hour, 0)
		var got struct {
			Type string
			Data struct {
				AccountID   string `json:"account_id"`
				AccountName string `json:"account_name"`
				Buyer       struct{ ID, Name, Email string }
				Mark        string
				Score       float64
				Reasons     []struct {
					Rule   string
					Points float64
				}
			}
		}
		if err := json.Unmarshal([]byte(r.bodies[0]), &got); err != nil || got.Type != "lead.hot" || got.Data.AccountID != "acme" ||
			got.Data.AccountName != "アクメ" || got.Data.Buyer.Email != "sato@acme.example" || got.Data.Mark != "hot" || got.Data.Score != 60 ||
			len(got.Data.Reasons) != 1 || got.Data.Reasons[0].Rule != "閲覧" || got.Data.Reasons[0].Points != 60 {
			t.Errorf("%s, %v", r.bodies[0], err)
		}
	}
}

// TestSalesSystemThatDoesNotAnswer: the waits grow, the id stays, and after three days it is a dead letter, which can be
// replayed.
func TestSalesSystemThatDoesNotAnswer(t *testing.T) {
	r := openSalesRoom(t, "sqlite:"+filepath.Join(t.TempDir(), "kagobell.db"))
	r.status = http.StatusServiceUnavailable
	r.reach()
	r.tell(0, 1)
	for _, wait := range []time.Duration{time.Minute, 5 * time.Minute, 15 * time.Minute, time.Hour, 2 * time.Hour, 2 * time.Hour} {
		r.tell(wait-5*time.Second, 0)
		r.tell(6*time.Second, 1)
	}
	letters := func() []store.DeadLetter {
		t.Helper()
		page, err := r.store.DeadLetters(t.Context(), store.DeadLetterFilter{Kind: "lead"}, "", 10)
		if err != nil {
			t.Fatal(err)
		}
		return page.Items
	}
	for len(letters()) == 0 && len(r.ids) < 100 {
		r.tell(2*time.Hour+time.Second, 1)
	}
	if r.ahead < leadGiveUp-3*time.Hour || r.ahead > leadGiveUp {
		t.Errorf("given up after %s", r.ahead)
	}
	r.tell(24*time.Hour, 0)
	if slices.ContainsFunc(r.ids, func(id string) bool { return id != r.ids[0] }) {
		t.Errorf("the ids differ: %q", r.ids)
	}
	letter := letters()[0]
	if letter.Subject != r.ids[0] || !strings.Contains(letter.Errors[0].Message, "503") || strings.Contains(string(letter.Body), "sato@") {
		t.Errorf("dead letter %+v %s", letter, letter.Body)
	}
	if err := r.store.RetryLead(t.Context(), letter.Subject); err != nil {
		t.Fatal(err)
	}
	r.status = http.StatusAccepted
	r.tell(0, 1)
	r.tell(24*time.Hour, 0)
}

// TestErasedContactIsNotTold: who was erased before the sales system answered is no more in what it is told.
func TestErasedContactIsNotTold(t *testing.T) {
	r := openSalesRoom(t, "sqlite:"+filepath.Join(t.TempDir(), "kagobell.db"))
	r.reach()
	r.ahead += time.Minute
	r.decide(scenarios.NewEngine(scenarios.Settings{}, nil, nil),
		`{"id":"e2","type":"buyer.deleted","occurred_at":"2026-11-20T11:00:00+09:00","buyer":{"id":"b-1","account_id":"acme"}}`)
	r.tell(0, 1)
	if strings.Contains(r.bodies[0], "sato") || strings.Contains(r.bodies[0], "b-1") || !strings.Contains(r.bodies[0], `"buyer":null`) {
		t.Errorf("told %s", r.bodies[0])
	}
}
