package handlers

import (
	"context"
	"encoding/base64"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/gin-gonic/gin"

	"kagobell/scenarios"
)

// hung is a database that takes every question and answers none.
type hung struct{ t *testing.T }

func (h hung) wait(ctx context.Context) error {
	if _, bounded := ctx.Deadline(); !bounded {
		h.t.Error("the database was asked without a deadline")
		return errAway
	}
	<-ctx.Done()
	return fmt.Errorf("query: %w", ctx.Err())
}

func (h hung) Ingest(ctx context.Context, _ []*scenarios.Event) ([]scenarios.Result, error) {
	return nil, h.wait(ctx)
}
func (h hung) KeepDeadLetters(ctx context.Context, _ []DeadLetter) error { return h.wait(ctx) }
func (h hung) DeadLetters(ctx context.Context, _ DeadLetterFilter) (Page[DeadLetter], error) {
	return Page[DeadLetter]{}, h.wait(ctx)
}
func (h hung) DeadLetter(ctx context.Context, _ string) (DeadLetter, error) {
	return DeadLetter{}, h.wait(ctx)
}
func (h hung) MarkReplayed(ctx context.Context, _ string, _ time.Time) error { return h.wait(ctx) }
func (h hung) Message(ctx context.Context, _ string) (*scenarios.Message, error) {
	return nil, h.wait(ctx)
}
func (h hung) RecordInteraction(ctx context.Context, _ scenarios.Interaction) error {
	return h.wait(ctx)
}
func (h hung) Recipient(ctx context.Context, _ string) (Recipient, error) {
	return Recipient{}, h.wait(ctx)
}
func (h hung) BuyerRecord(ctx context.Context, _ string) (BuyerRecord, error) {
	return BuyerRecord{}, h.wait(ctx)
}
func (h hung) Runs(ctx context.Context, _ RunFilter) (Page[scenarios.Run], error) {
	return Page[scenarios.Run]{}, h.wait(ctx)
}
func (h hung) Messages(ctx context.Context, _ MessageFilter) (Page[scenarios.Message], error) {
	return Page[scenarios.Message]{}, h.wait(ctx)
}
func (h hung) Stats(ctx context.Context, _ StatsFilter) ([]Stat, error) { return nil, h.wait(ctx) }
func (h hung) DMBatches(ctx context.Context, _ string, _ int) (Page[DMBatch], error) {
	return Page[DMBatch]{}, h.wait(ctx)
}
func (h hung) WriteDM(ctx context.Context, _ string, _ io.Writer) (string, error) {
	return "", h.wait(ctx)
}
func (h hung) HotLines(ctx context.Context, _ int) ([]HotLine, error) { return nil, h.wait(ctx) }
func (h hung) WriteHotList(ctx context.Context, _ io.Writer) error    { return h.wait(ctx) }
func (h hung) RetryLead(ctx context.Context, _ string) error          { return h.wait(ctx) }
func (hung) HasScenario(string) bool                                  { return true }
func (h hung) SetPaused(ctx context.Context, _ string, _ bool) error  { return h.wait(ctx) }
func (hung) Definitions() []*scenarios.Definition                     { return nil }
func (h hung) Paused(ctx context.Context) (map[string]bool, error)    { return nil, h.wait(ctx) }
func (h hung) OutboxEntry(ctx context.Context, _ string) (OutboxEntry, error) {
	return OutboxEntry{}, h.wait(ctx)
}
func (h hung) OutboxEntries(ctx context.Context, _ OutboxFilter) (Page[OutboxEntry], error) {
	return Page[OutboxEntry]{}, h.wait(ctx)
}
func (h hung) FindBuyers(ctx context.Context, _ BuyerFilter) (Page[BuyerLine], error) {
	return Page[BuyerLine]{}, h.wait(ctx)
}

// behind puts this database behind everything.
func (h hung) behind(o Options) Options {
	o.Ingest, o.DeadLetters, o.Tracker, o.Buyers, o.Reports, o.DM, o.Scenarios, o.HotList = h, h, h, h, h, h, h, h
	o.Admin.Catalogue, o.Admin.Outbox, o.Admin.Directory = h, h, h
	return o
}

// ask sends a request that lacks nothing it needs to be believed, and tells how long the answer took on the clock of
// the test's bubble.
func (o *office) ask(handler http.Handler, method, path string) (*httptest.ResponseRecorder, time.Duration) {
	nonce := newNonce()
	sessions := newSessions(o.options.Admin, o.options.Now)
	form := url.Values{"token": {sessions.formToken(nonce)}, "action": {"stop"}, "channel": {"all"}, "since": {"1"}}
	var body io.Reader
	if !strings.HasPrefix(path, "/api/") {
		body = strings.NewReader(form.Encode())
	}
	r := httptest.NewRequest(method, path, body)
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Authorization", "Bearer "+apiToken)
	r.Header.Set("User-Agent", firefox)
	r.AddCookie(&http.Cookie{Name: loginCookie, Value: base64.RawURLEncoding.EncodeToString(nonce)})
	if !strings.HasPrefix(path, "/admin/login") {
		r.AddCookie(&http.Cookie{Name: sessionCookie, Value: sessions.value(session{nonce, o.clock.now().Add(time.Hour)})})
	}
	answer := httptest.NewRecorder()
	began := time.Now()
	handler.ServeHTTP(answer, r)
	return answer, time.Since(began)
}

// pathOf fills the parameters of a route.
func (o *office) pathOf(route string) string {
	path := strings.NewReplacer(":id", "x", ":key", "a:x", ":name", "cart_abandonment", ":file", "dm-2026-11-20.csv", ":source", "shop").Replace(route)
	for prefix, kind := range map[string]scenarios.TokenKind{
		"/t/o/": scenarios.TokenOpen, "/t/c/": scenarios.TokenClick, "/u/": scenarios.TokenUnsubscribe,
	} {
		if strings.HasPrefix(path, prefix) {
			return prefix + o.token(kind, mailID, scenarios.LinkMain)
		}
	}
	return path
}

// answeredWithoutDatabase are the routes whose answers need none, with their status.
var answeredWithoutDatabase = map[string]int{
	"GET /t/o/:token": http.StatusOK, "HEAD /t/o/:token": http.StatusOK,
	"GET /healthz": http.StatusOK, "HEAD /healthz": http.StatusOK, "GET /readyz": http.StatusOK, "HEAD /readyz": http.StatusOK,
	"GET /metrics": http.StatusOK, "GET /api/openapi.yaml": http.StatusOK, "POST /webhooks/:source": http.StatusUnsupportedMediaType,
	"GET /static/kagobell.css": http.StatusOK, "HEAD /static/kagobell.css": http.StatusOK,
	"GET /admin/login": http.StatusOK, "HEAD /admin/login": http.StatusOK, "POST /admin/login": http.StatusUnauthorized,
	"GET /admin/": http.StatusPermanentRedirect, "HEAD /admin/": http.StatusPermanentRedirect, "POST /admin/logout": http.StatusSeeOther,
}

func TestNoRouteWaitsForAHungDatabase(t *testing.T) {
	o := openOffice(t)
	for _, route := range newEngine(o.options).Routes() {
		t.Run(strings.ReplaceAll(route.Method+" "+route.Path, "/", "_"), func(t *testing.T) {
			path := o.pathOf(route.Path)
			synctest.Test(t, func(t *testing.T) {
				a, took := o.ask(New(hung{t}.behind(o.options)), route.Method, path)
				o.wantPatience(t, route, a, took)
			})
		})
	}
}

func (o *office) wantPatience(t *testing.T, route gin.RouteInfo, a *httptest.ResponseRecorder, took time.Duration) {
	t.Helper()
	limit, status := answerWithin, http.StatusServiceUnavailable
	if strings.HasSuffix(route.Path, "/:file") || strings.HasSuffix(route.Path, ".csv") {
		limit = downloadWithin
	}
	if known, ok := answeredWithoutDatabase[route.Method+" "+route.Path]; ok {
		limit, status = recordWithin, known
	}
	if a.Code != status || took > limit {
		t.Fatalf("status %d after %s, want %d within %s: %s", a.Code, took, status, limit, a.Body)
	}
	if status != http.StatusServiceUnavailable {
		return
	}
	if a.Header().Get("Retry-After") == "" {
		t.Error("no Retry-After")
	}
	want := "text/html; charset=utf-8"
	if strings.HasPrefix(route.Path, "/api/") {
		want = "application/problem+json"
	}
	if got := a.Header().Get("Content-Type"); got != want {
		t.Errorf("Content-Type %q", got)
	}
}

// TestNoReactionWaitsForAHungDatabase: the message was read, and then nothing answers any more. The buyer is on the way
// to the shop all the same.
func TestNoReactionWaitsForAHungDatabase(t *testing.T) {
	o := openOffice(t, func(o *office) { withMessage(o.bench) })
	for path, want := range map[string]int{
		"/t/o/" + o.token(scenarios.TokenOpen, messageID, 0):                   http.StatusOK,
		"/t/c/" + o.token(scenarios.TokenClick, messageID, scenarios.LinkMain): http.StatusFound,
	} {
		synctest.Test(t, func(t *testing.T) {
			options := o.options
			options.Ingest = hung{t}
			options.Tracker = &afterwards{Tracker: o.options.Tracker, hung: hung{t}}
			if a, took := o.ask(New(options), http.MethodGet, path); a.Code != want || took > recordWithin {
				t.Errorf("status %d after %s, want %d within %s", a.Code, took, want, recordWithin)
			}
		})
	}
}

// afterwards answers the first question about a buyer, and hangs from then on.
type afterwards struct {
	Tracker
	hung
	asked int
}

func (x *afterwards) Message(ctx context.Context, id string) (*scenarios.Message, error) {
	return x.Tracker.Message(ctx, id)
}

func (x *afterwards) RecordInteraction(ctx context.Context, interaction scenarios.Interaction) error {
	return x.wait(ctx)
}

func (x *afterwards) Recipient(ctx context.Context, buyerID string) (Recipient, error) {
	if x.asked++; x.asked > 1 {
		return Recipient{}, x.wait(ctx)
	}
	return x.Tracker.Recipient(ctx, buyerID)
}

// What was answered before the database began to hang does not make the rest wait without end.
func TestNoOptOutWaitsForAHungDatabase(t *testing.T) {
	for part, hang := range map[string]func(*testing.T, *Options){
		"saving": func(t *testing.T, options *Options) { options.Ingest = hung{t} },
		"second read": func(t *testing.T, options *Options) {
			options.Tracker = &afterwards{Tracker: options.Tracker, hung: hung{t}}
		},
	} {
		o := openOffice(t, func(o *office) { withBuyer(o.bench) }) // of its own: whoever has opted out need not be saved
		path := o.preferencesPath()
		synctest.Test(t, func(t *testing.T) {
			options := o.options
			hang(t, &options)
			a, took := o.ask(New(options), http.MethodPost, path)
			if a.Code != http.StatusServiceUnavailable || a.Header().Get("Retry-After") == "" || took > answerWithin {
				t.Errorf("%s: status %d after %s", part, a.Code, took)
			}
		})
	}
}

// TestFailuresFillNoLog: a database that hangs fails every post, and that is worth a warning a second.
func TestFailuresFillNoLog(t *testing.T) {
	b := serve(t)
	synctest.Test(t, func(t *testing.T) {
		handler := New(hung{t}.behind(b.options))
		post := func() { handler.ServeHTTP(httptest.NewRecorder(), b.signed("shop", event("ev-1"))) }
		for range 2 {
			for range 3 {
				go post()
			}
			time.Sleep(ingestWithin + time.Second) // of the test's bubble
			synctest.Wait()
		}
		post()
	})
	log := b.log.String()
	if n := strings.Count(log, "level=WARN msg=\"request failed\""); n != 3 || strings.Contains(log, "ERROR") {
		t.Errorf("%d warnings:\n%s", n, log)
	}
	if strings.Count(log, "not_logged=2") != 2 {
		t.Errorf("how often, nobody is told:\n%s", log)
	}
}
