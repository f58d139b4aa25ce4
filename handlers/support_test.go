package handlers

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"
	"golang.org/x/time/rate"

	"kagobell/scenarios"
)

const (
	secretOne = "whsec_c2VjcmV0LW9mLXRoZS1zaG9wLW51bWJlci0x"
	secretTwo = "whsec_c2VjcmV0LW9mLXRoZS1zaG9wLW51bWJlci0y"
	apiToken  = "api-token-of-the-tests"
)

// clock stands still until it is moved.
type clock struct {
	mu sync.Mutex
	at time.Time
}

func (c *clock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.at
}

func (c *clock) move(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at = c.at.Add(d)
}

// bench is a whole server with everything behind it made up.
type bench struct {
	t       *testing.T
	server  *httptest.Server
	clock   *clock
	ingest  *ingester
	letters *letterbox
	tracker *tracker
	buyers  *buyers
	reports *reports
	dm      *batches
	hot     *hotList
	paused  *pauses
	signer  *scenarios.TokenSigner
	options Options
	log     *logText
}

// serve starts a server; change alters its options beforehand.
func serve(t *testing.T, change ...func(*bench)) *bench {
	t.Helper()
	tokyo, err := time.LoadLocation("Asia/Tokyo")
	if err != nil {
		t.Fatal(err)
	}
	b := &bench{t: t, clock: &clock{at: time.Date(2026, 11, 20, 10, 0, 0, 0, tokyo)}, log: &logText{}}
	b.tracker = &tracker{messages: map[string]*scenarios.Message{}, clock: b.clock}
	b.ingest = newIngester(b.clock)
	b.letters = &letterbox{}
	b.buyers = &buyers{ingest: b.ingest}
	b.tracker.ingest = b.ingest
	b.reports, b.dm, b.hot, b.paused = &reports{}, &batches{}, &hotList{}, &pauses{}
	if b.signer, err = scenarios.NewTokenSigner([]byte("a key that all replicas share")); err != nil {
		t.Fatal(err)
	}
	tokens := NewTokens([]string{apiToken, "another-token-of-them"})
	native, err := NewNative([]string{secretOne, secretTwo}, tokens)
	if err != nil {
		t.Fatal(err)
	}
	b.options = Options{
		Probes:  Probes{Metrics: NewMetrics(), Now: b.clock.now, Log: slog.New(slog.NewTextHandler(b.log, nil))},
		Sources: []Source{{Name: "shop", Adapter: native}, {Name: "slow", Adapter: native, Limit: slowly{rate.NewLimiter(10, scenarios.MaxEvents), b}}},
		Tokens:  tokens, Ingest: b.ingest, DeadLetters: b.letters, Tracker: b.tracker, Buyers: b.buyers,
		Reports: b.reports, DM: b.dm, HotList: b.hot, Scenarios: b.paused, Signer: b.signer, Zone: tokyo, EventsKept: 90 * 24 * time.Hour,
		Shop: Shop{Name: "オフィス百貨", Company: "オフィス百貨株式会社", Address: "東京都千代田区丸の内1-1-1", ContactURL: "https://shop.example/contact"},
	}
	for _, c := range change {
		c(b)
	}
	b.server = httptest.NewServer(New(b.options))
	t.Cleanup(b.server.Close)
	return b
}

// answer is a response read to its end.
type answer struct {
	*http.Response
	body string
}

func (a answer) decode(t *testing.T, into any) {
	t.Helper()
	if err := json.Unmarshal([]byte(a.body), into); err != nil {
		t.Fatalf("%v in %s", err, a.body)
	}
}

// do asks without following redirects, and holds the answer to the description of the API.
func (b *bench) do(r *http.Request) answer {
	b.t.Helper()
	client := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	response, err := client.Do(r)
	if err != nil {
		b.t.Fatal(err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		b.t.Fatal(err)
	}
	a := answer{response, string(body)}
	described(b.t, r, a)
	return a
}

func (b *bench) request(method, path string, body string, headers ...string) *http.Request {
	b.t.Helper()
	r, err := http.NewRequest(method, b.server.URL+path, strings.NewReader(body))
	if err != nil {
		b.t.Fatal(err)
	}
	for i := 0; i+1 < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	return r
}

// get asks for a page or a link, as a browser does.
func (b *bench) get(path string, headers ...string) answer {
	b.t.Helper()
	return b.do(b.request(http.MethodGet, path, "", append([]string{"User-Agent", firefox}, headers...)...))
}

// api asks with a token.
func (b *bench) api(method, path string) answer {
	b.t.Helper()
	return b.do(b.request(method, path, "", "Authorization", "Bearer "+apiToken))
}

// signed is a post to a source, signed now with the first secret.
func (b *bench) signed(source, body string) *http.Request {
	b.t.Helper()
	r := b.request(http.MethodPost, "/webhooks/"+source, body, "Content-Type", "application/json")
	b.sign(r, body, b.clock.now(), secretOne)
	return r
}

func (b *bench) sign(r *http.Request, body string, at time.Time, secrets ...string) {
	b.t.Helper()
	var all []string
	for _, secret := range secrets {
		key, err := standardwebhooks.NewWebhook(secret)
		if err != nil {
			b.t.Fatal(err)
		}
		signature, err := key.Sign("msg_1", at, []byte(body))
		if err != nil {
			b.t.Fatal(err)
		}
		all = append(all, signature)
	}
	r.Header.Set("webhook-id", "msg_1")
	r.Header.Set("webhook-timestamp", fmt.Sprint(at.Unix()))
	r.Header.Set("webhook-signature", strings.Join(all, " "))
}

func (b *bench) token(kind scenarios.TokenKind, messageID string, link int) string {
	b.t.Helper()
	token, err := b.signer.Sign(scenarios.Token{Kind: kind, MessageID: messageID, Link: link})
	if err != nil {
		b.t.Fatal(err)
	}
	return token
}

// event is a valid event with this id; fields replace parts of it.
func event(id string, replace ...string) string {
	text := `{"id":"ID","type":"cart.updated","occurred_at":"2026-11-20T09:59:00+09:00","buyer":{"id":"b-1","name":"佐藤 花子"},` +
		`"data":{"cart_id":"c-1","items":[{"sku":"A4-500","name":"コピー用紙 A4","quantity":10,"unit_price":480}]}}`
	return strings.NewReplacer(append([]string{`"ID"`, `"` + id + `"`}, replace...)...).Replace(text)
}

func wantStatus(t *testing.T, a answer, status int) {
	t.Helper()
	if a.StatusCode != status {
		t.Fatalf("%s %s: status %d, want %d: %s", a.Request.Method, a.Request.URL.Path, a.StatusCode, status, a.body)
	}
}

// wantProblem reads an error and checks its form.
func wantProblem(t *testing.T, a answer, status int) Problem {
	t.Helper()
	wantStatus(t, a, status)
	var p Problem
	a.decode(t, &p)
	if got := a.Header.Get("Content-Type"); got != "application/problem+json" {
		t.Errorf("Content-Type %q", got)
	}
	if p.Type != "about:blank" || p.Status != status || p.Title != http.StatusText(status) || p.Detail == "" {
		t.Errorf("problem %s", a.body)
	}
	return p
}

// logText gathers what was logged.
type logText struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (l *logText) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(p)
}

func (l *logText) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}
