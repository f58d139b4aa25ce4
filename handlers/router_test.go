package handlers

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"kagobell/scenarios"
)

func TestProbes(t *testing.T) {
	var failing, stopped error
	b := serve(t, func(b *bench) {
		b.options.Checks = []Check{
			{Name: "database", Ping: func(context.Context) error { return nil }},
			{Name: "redis", Ping: func(ctx context.Context) error {
				if _, bounded := ctx.Deadline(); !bounded {
					return fmt.Errorf("no time limit")
				}
				return failing
			}},
			{Name: "line", Mild: true, Ping: func(context.Context) error { return stopped }},
		}
	})
	a := b.do(b.request(http.MethodGet, "/healthz", ""))
	wantStatus(t, a, http.StatusOK)
	a = b.do(b.request(http.MethodGet, "/readyz", ""))
	wantStatus(t, a, http.StatusOK)
	if a.body != `{"status":"ok","checks":{"database":"ok","line":"ok","redis":"ok"}}` {
		t.Errorf("answer %s", a.body)
	}
	late := serve(t, func(b *bench) { b.options.Lag = func() Lag { return Lag{3, 754321 * time.Millisecond} } })
	a = late.do(late.request(http.MethodGet, "/readyz", ""))
	wantStatus(t, a, http.StatusOK)
	if !strings.Contains(a.body, `"lag":{"late_runs":3,"oldest_due_seconds":754.3}`) {
		t.Errorf("answer %s", a.body)
	}
	stopped = fmt.Errorf("401 invalid token")
	a = b.do(b.request(http.MethodGet, "/readyz", ""))
	wantStatus(t, a, http.StatusOK)
	if !strings.Contains(a.body, `"line":"out of order"`) || !strings.Contains(b.log.String(), "invalid token") {
		t.Errorf("answer %s, log %s", a.body, b.log.String())
	}
	stopped = nil
	failing = fmt.Errorf("dial redis.local:6379: refused")
	a = b.do(b.request(http.MethodGet, "/readyz", ""))
	wantProblem(t, a, http.StatusServiceUnavailable)
	if !strings.Contains(a.body, `"redis":"unavailable"`) || strings.Contains(a.body, "redis.local") {
		t.Errorf("answer %s", a.body)
	}
	if !strings.Contains(b.log.String(), "redis.local") {
		t.Error("the cause is not in the log")
	}
	wantStatus(t, b.do(b.request(http.MethodHead, "/readyz", "")), http.StatusServiceUnavailable)
	wantStatus(t, b.do(b.request(http.MethodGet, "/healthz", "")), http.StatusOK)
}

func TestMetrics(t *testing.T) {
	b := serve(t, withMessage)
	if err := b.options.Metrics.Gauge("runs_open", "Open runs.", func() float64 { return 42 }); err != nil {
		t.Fatal(err)
	}
	b.options.Metrics.Decided(&scenarios.Decision{
		Journal:  []scenarios.Entry{{Scenario: "cart_abandonment", Action: scenarios.ActionSkip, Reason: scenarios.ReasonNoConsent}},
		Messages: []*scenarios.Message{{Channel: scenarios.ChannelEmail, Status: scenarios.MessageSent}},
	})
	b.do(b.signed("shop", array(event("ev-1"), event("ev-1"), `{}`)))
	b.do(b.signed("shop", "{"))
	b.do(b.request(http.MethodPost, "/webhooks/made-up-by-a-scanner", ""))
	b.get("/t/o/" + b.token(scenarios.TokenOpen, messageID, 0))
	b.do(b.request("BREW", "/made-up-too", ""))
	a := b.do(b.request(http.MethodGet, "/metrics", ""))
	wantStatus(t, a, http.StatusOK)
	for _, want := range []string{
		`kagobell_webhooks_total{source="shop",status="202"} 1`, `kagobell_webhooks_total{source="shop",status="400"} 1`,
		`kagobell_webhooks_total{source="unknown",status="404"} 1`,
		`kagobell_events_total{result="accepted",source="shop"} 1`, `kagobell_events_total{result="duplicate",source="shop"} 1`,
		`kagobell_events_total{result="rejected",source="shop"} 1`,
		`kagobell_actions_total{action="skip",reason="no_consent",scenario="cart_abandonment"} 1`,
		`kagobell_messages_total{channel="email",status="sent"} 1`, `kagobell_runs_open 42`,
		`kagobell_http_request_seconds_count{method="POST",route="/webhooks/:source"} 3`,
		`kagobell_http_request_seconds_count{method="GET",route="/t/o/:token"} 1`,
		`kagobell_http_request_seconds_count{method="other",route="none"} 1`, "go_goroutines ",
	} {
		if !strings.Contains(a.body, want) {
			t.Errorf("no %s", want)
		}
	}
	if strings.Contains(a.body, "made-up") {
		t.Error("what anybody may ask for is in the figures")
	}
}

// An alert can't tell that a figure has grown that was not there before, nor compare it with one that is not there.
func TestMetricsBeginAtZero(t *testing.T) {
	b := serve(t)
	a := b.do(b.request(http.MethodGet, "/metrics", ""))
	for _, want := range []string{
		`kagobell_messages_total{channel="email",status="sent"} 0`, `kagobell_messages_total{channel="line",status="retry"} 0`,
		`kagobell_messages_total{channel="dm",status="failed"} 0`, `kagobell_messages_total{channel="dm",status="batched"} 0`,
		`kagobell_events_total{result="accepted",source="shop"} 0`, `kagobell_events_total{result="rejected",source="slow"} 0`,
		`kagobell_events_total{result="duplicate",source="slow"} 0`,
	} {
		if !strings.Contains(a.body, want+"\n") {
			t.Errorf("no %s", want)
		}
	}
}

func TestMetricsAreEachServersOwn(t *testing.T) {
	first, second := NewMetrics(), NewMetrics()
	for _, m := range []*Metrics{first, second} {
		if err := m.Gauge("late_seconds", "Age of the latest due step.", func() float64 { return 0 }); err != nil {
			t.Error(err)
		}
	}
	if err := first.Gauge("late_seconds", "Age of the latest due step.", func() float64 { return 0 }); err == nil {
		t.Error("one name twice")
	}
}

func TestNothingHere(t *testing.T) {
	b := serve(t)
	for _, path := range []string{"/", "/nothing", "/webhooks", "/webhooks/", "/webhooks/shop/", "/t/o/", "/api", "/api/runs/", "/healthz/", "/u/x/", "/HEALTHZ", "/static/../router.go", "/static/other.css", "//u/x"} {
		a := b.get(path)
		wantProblem(t, a, http.StatusNotFound)
		if a.Header.Get("X-Content-Type-Options") != "nosniff" {
			t.Errorf("%s: %v", path, a.Header)
		}
	}
}

func TestMethodNotAllowed(t *testing.T) {
	b := serve(t)
	for _, test := range [][3]string{
		{http.MethodGet, "/webhooks/shop", "POST"}, {http.MethodPut, "/api/buyers/b-1", "DELETE, GET"}, {http.MethodOptions, "/api/runs", "GET"},
		{http.MethodPost, "/t/c/token", "GET, HEAD"}, {http.MethodDelete, "/u/token", "GET, HEAD, POST"},
	} {
		a := b.do(b.request(test[0], test[1], ""))
		wantProblem(t, a, http.StatusMethodNotAllowed)
		allowed := strings.Split(a.Header.Get("Allow"), ", ")
		for _, method := range strings.Split(test[2], ", ") {
			if !strings.Contains(a.Header.Get("Allow"), method) || len(allowed) != strings.Count(test[2], ",")+1 {
				t.Errorf("%s %s: Allow %q", test[0], test[1], a.Header.Get("Allow"))
			}
		}
	}
}

func TestPanicIsAnAnswer(t *testing.T) {
	b := serve(t, func(b *bench) { b.options.Ingest = clumsy{} })
	a := b.do(b.signed("shop", event("ev-1")))
	wantStatusAnd500(t, a)
	if strings.Contains(a.body, "out of range") || !strings.Contains(b.log.String(), "out of range") || !strings.Contains(b.log.String(), "goroutine") {
		t.Error("the cause belongs into the log and not into the answer")
	}
	wantStatus(t, b.do(b.request(http.MethodGet, "/healthz", "")), http.StatusOK)
}

func wantStatusAnd500(t *testing.T, a answer) {
	t.Helper()
	p := wantProblem(t, a, http.StatusInternalServerError)
	if p.Instance != "/webhooks/shop" {
		t.Errorf("problem %s", a.body)
	}
}

type clumsy struct{}

func (clumsy) Ingest(_ context.Context, events []*scenarios.Event) ([]scenarios.Result, error) {
	return make([]scenarios.Result, 0)[:len(events)-2], nil
}

func TestWorkerServesProbesAlone(t *testing.T) {
	b := serve(t)
	server := httptest.NewServer(NewProbes(b.options.Probes))
	defer server.Close()
	for path, status := range map[string]int{"/healthz": 200, "/readyz": 200, "/metrics": 200, "/api/runs": 404, "/webhooks/shop": 404, "/u/x": 404} {
		response, err := server.Client().Get(server.URL + path)
		if err != nil {
			t.Fatal(err)
		}
		response.Body.Close()
		if response.StatusCode != status {
			t.Errorf("%s: %d", path, response.StatusCode)
		}
	}
}

func TestStylesheet(t *testing.T) {
	b := serve(t)
	a := b.get("/static/kagobell.css")
	wantStatus(t, a, http.StatusOK)
	if !strings.Contains(a.body, "prefers-color-scheme: dark") || a.Header.Get("Content-Type") != "text/css; charset=utf-8" {
		t.Errorf("headers %v", a.Header)
	}
	wantStatus(t, b.get("/static/kagobell.css", "If-None-Match", a.Header.Get("ETag")), http.StatusNotModified)
}

// TestClientThatGoesAway is no failure of ours.
func TestClientThatGoesAway(t *testing.T) {
	waiting := make(chan struct{})
	b := serve(t, func(b *bench) { b.options.Ingest = patient{waiting} })
	ctx, cancel := context.WithCancel(t.Context())
	r := b.signed("shop", event("ev-1")).WithContext(ctx)
	done := make(chan error, 1)
	go func() {
		response, err := http.DefaultClient.Do(r)
		if err == nil {
			response.Body.Close()
		}
		done <- err
	}()
	select {
	case <-waiting:
	case err := <-done:
		t.Fatalf("answered at once: %v, %s", err, b.log)
	}
	cancel()
	if err := <-done; err == nil {
		t.Error("answered")
	}
	b.server.Close() // waits for the handler
	if log := b.log.String(); log != "" {
		t.Errorf("logged %s", log)
	}
}

// patient answers when the request is given up.
type patient struct{ waiting chan struct{} }

func (p patient) Ingest(ctx context.Context, _ []*scenarios.Event) ([]scenarios.Result, error) {
	if deadline, bounded := ctx.Deadline(); !bounded || time.Until(deadline) > ingestWithin {
		return nil, fmt.Errorf("no time limit")
	}
	close(p.waiting)
	<-ctx.Done()
	return nil, ctx.Err()
}
