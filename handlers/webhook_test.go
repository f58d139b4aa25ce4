package handlers

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"kagobell/scenarios"
)

func array(events ...string) string { return "[" + strings.Join(events, ",") + "]" }

func TestWebhookIsCommittedBeforeTheAnswer(t *testing.T) {
	b := serve(t)
	a := b.do(b.signed("shop", event("ev-1")))
	wantStatus(t, a, http.StatusAccepted)
	if a.body != `{"accepted":1,"duplicates":0,"rejected":[]}` {
		t.Errorf("answer %s", a.body)
	}
	if b.ingest.count() != 1 || b.ingest.events[0].Source != "shop" || b.ingest.events[0].Cart.Items[0].Name != "コピー用紙 A4" {
		t.Errorf("ingested %+v", b.ingest.events)
	}
	again := b.do(b.signed("shop", event("ev-1")))
	wantStatus(t, again, http.StatusAccepted)
	if again.body != `{"accepted":0,"duplicates":1,"rejected":[]}` || b.ingest.count() != 1 {
		t.Errorf("the same event again: %s", again.body)
	}
}

func TestWebhookArray(t *testing.T) {
	b := serve(t)
	body := array(event("ev-1"), `{"id":"ev-2"}`, event("ev-1"), `7`, event("ev-3"))
	a := b.do(b.signed("shop", body))
	wantStatus(t, a, http.StatusAccepted)
	var out outcome
	a.decode(t, &out)
	if out.Accepted != 2 || out.Duplicates != 1 || len(out.Rejected) != 2 || out.Rejected[0].Index != 1 ||
		out.Rejected[0].ID != "ev-2" || out.Rejected[1].Index != 3 || len(out.Rejected[0].Errors) == 0 {
		t.Errorf("answer %s", a.body)
	}
	letters := b.letters.all()
	if len(letters) != 2 || letters[0].Source != "shop" || letters[0].Subject != "ev-2" || string(letters[0].Body) != `{"id":"ev-2"}` ||
		letters[0].Kind != DeadLetterEvent || !letters[0].CreatedAt.Equal(b.clock.now()) {
		t.Errorf("dead letters %+v", letters)
	}
	empty := b.do(b.signed("shop", `[]`))
	wantStatus(t, empty, http.StatusAccepted)
	if empty.body != `{"accepted":0,"duplicates":0,"rejected":[]}` {
		t.Errorf("an empty array: %s", empty.body)
	}
}

// What one event may be at most holds in an array too.
func TestWebhookLargeEventInAnArray(t *testing.T) {
	b := serve(t)
	large := event("ev-2", "佐藤 花子", strings.Repeat("x", maxObjectBody))
	a := b.do(b.signed("shop", array(event("ev-1"), large)))
	wantStatus(t, a, http.StatusAccepted)
	var out outcome
	a.decode(t, &out)
	if out.Accepted != 1 || len(out.Rejected) != 1 || out.Rejected[0].ID != "ev-2" ||
		!strings.Contains(out.Rejected[0].Errors[0].Message, "expected an event of at most 1048576 bytes, got 10") {
		t.Errorf("answer %s", a.body)
	}
	if letters := b.letters.all(); len(letters) != 1 || string(letters[0].Body) != large {
		t.Errorf("%d dead letters", len(letters))
	}
}

// A client that writes its whole body before it reads would not see the answer, were the connection closed over it.
func TestWebhookTooLargeIsHeard(t *testing.T) {
	b := serve(t)
	conn, err := net.Dial("tcp", b.server.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	const size = 12 << 20
	fmt.Fprintf(conn, "POST /webhooks/shop HTTP/1.1\r\nHost: shop\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n", size)
	if _, err := conn.Write(make([]byte, size)); err != nil {
		t.Fatalf("while it writes: %v", err)
	}
	a, err := http.ReadResponse(bufio.NewReader(conn), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer a.Body.Close()
	if a.StatusCode != http.StatusRequestEntityTooLarge || !a.Close {
		t.Errorf("status %d, close %v", a.StatusCode, a.Close)
	}
}

// TestWebhookRefusals goes through the contract's table: what is not taken as a whole leaves no trace.
func TestWebhookRefusals(t *testing.T) {
	large := strings.Repeat("x", 2<<20)
	tests := []struct {
		name   string
		source string
		body   string
		change func(*http.Request)
		status int
		detail string
	}{
		{"unknown source", "nobody", event("ev"), nil, 404, "no such source"},
		{"no signature", "shop", event("ev"), func(r *http.Request) { r.Header.Del("webhook-signature") }, 401, "webhook-signature"},
		{"tampered body", "shop", event("ev"), func(r *http.Request) { r.Header.Set("webhook-id", "msg_2") }, 401, "none of the secrets"},
		{"wrong token", "shop", event("ev"), func(r *http.Request) {
			r.Header = http.Header{"Content-Type": {"application/json"}, "Authorization": {"Bearer nonsense"}}
		}, 401, "Bearer"},
		{"truncated", "shop", event("ev")[:80], nil, 400, "not JSON"},
		{"empty", "shop", "", nil, 400, "not JSON"},
		{"two values", "shop", event("ev") + event("ev-2"), nil, 400, "not JSON"},
		{"NUL byte", "shop", event("ev", "佐藤", "佐\x00藤"), nil, 400, "not JSON"},
		{"broken UTF-8", "shop", event("ev", "佐藤", "\xe4\xbd"), nil, 400, "not UTF-8"},
		{"Shift_JIS", "shop", event("ev", "佐藤", "\x8d\xb2\x93\xa1"), nil, 400, "not UTF-8"},
		{"2 MiB object", "shop", event("ev", "佐藤 花子", large), nil, 413, "1 MiB"},
		{"9 MiB array", "shop", array(event("ev", "佐藤 花子", strings.Repeat("x", 9<<20))), nil, 413, "8 MiB"},
		{"1,001 events", "shop", array(slices.Repeat([]string{event("ev")}, 1001)...), nil, 413, "1,000"},
		{"form", "shop", event("ev"), func(r *http.Request) { r.Header.Set("Content-Type", "application/x-www-form-urlencoded") }, 415, "Content-Type"},
		{"no content type", "shop", event("ev"), func(r *http.Request) { r.Header.Del("Content-Type") }, 415, "Content-Type"},
		{"other charset", "shop", event("ev"), func(r *http.Request) { r.Header.Set("Content-Type", "application/json; charset=Shift_JIS") }, 415, "UTF-8"},
		{"compressed", "shop", event("ev"), func(r *http.Request) { r.Header.Set("Content-Encoding", "gzip") }, 415, "Content-Encoding"},
		// The order of the checks.
		{"unknown before large", "nobody", large, nil, 404, ""},
		{"large before content type", "shop", large, func(r *http.Request) { r.Header.Del("Content-Type") }, 413, ""},
		{"content type before signature", "shop", event("ev"), func(r *http.Request) { r.Header = http.Header{} }, 415, ""},
		{"signature before JSON", "shop", "{", func(r *http.Request) { r.Header.Del("webhook-id") }, 401, ""},
	}
	b := serve(t)
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			r := b.signed(test.source, test.body)
			if test.change != nil {
				test.change(r)
			}
			a := b.do(r)
			p := wantProblem(t, a, test.status)
			if !strings.Contains(p.Detail, test.detail) || p.Instance != "/webhooks/"+test.source {
				t.Errorf("problem %s", a.body)
			}
			if test.status == 401 && a.Header.Get("WWW-Authenticate") == "" {
				t.Error("no WWW-Authenticate")
			}
		})
	}
	if b.ingest.calls != 0 || len(b.letters.all()) != 0 {
		t.Errorf("%d ingested, %d dead letters", b.ingest.calls, len(b.letters.all()))
	}
	if strings.Contains(b.log.String(), "花子") {
		t.Error("a name is in the log")
	}
}

func TestWebhookBodyWithoutLength(t *testing.T) {
	b := serve(t)
	for body, status := range map[string]int{
		event("chunked"): 202,
		event("chunked-large", "佐藤", strings.Repeat("x", 1<<20)):                                         413,
		array(event("chunked-array", `"unit_price":480`, strings.Repeat(" ", 2<<20)+`"unit_price":480`)): 202,
	} {
		r := b.signed("shop", body)
		r.ContentLength = -1
		wantStatus(t, b.do(r), status)
	}
}

func TestWebhookContentTypes(t *testing.T) {
	b := serve(t)
	for i, text := range []string{"application/json", "application/json; charset=utf-8", "application/json;charset=\"UTF-8\"", "Application/JSON"} {
		r := b.signed("shop", event("ev-"+strconv.Itoa(i)))
		r.Header.Set("Content-Type", text)
		wantStatus(t, b.do(r), http.StatusAccepted)
	}
}

// TestWebhookInvalidEvents: an event that is JSON and no event is answered with where and what, and kept.
func TestWebhookInvalidEvents(t *testing.T) {
	tests := []struct{ name, body, pointer string }{
		{"number as id", event("ev", `{"id":"ID"`, `{"id":5`), "/id"},
		{"items null", event("ev", `[{"sku":"A4-500","name":"コピー用紙 A4","quantity":10,"unit_price":480}]`, `null`), "/data/items"},
		{"items missing", event("ev", `,"items":[{"sku":"A4-500","name":"コピー用紙 A4","quantity":10,"unit_price":480}]`, ``), "/data/items"},
		{"negative quantity", event("ev", `"quantity":10`, `"quantity":-10`), "/data/items/0/quantity"},
		{"a text for a quantity", event("ev", `"quantity":10`, `"quantity":"plenty"`), "/data/items/0/quantity"},
		{"the year 1900", event("ev", "2026-11-20", "1900-01-01"), "/occurred_at"},
		{"the year 9999", event("ev", "2026-11-20", "9999-12-31"), "/occurred_at"},
		{"no time", event("ev", "2026-11-20T09:59:00+09:00", "yesterday"), "/occurred_at"},
		{"a line break in an id", event("ev", `{"id":"ID"`, `{"id":"ev\r\nev"`), "/id"},
		{"a line break in an address", event("ev", `"name"`, `"email":"a@b.example\r\nBcc: c@d.example","name"`), "/buyer/email"},
		{"NUL in a name", event("ev", "花子", `\u0000`), "/buyer/name"},
		{"a number", "7", ""},
		{"null", "null", ""},
		{"a text", `"cart.updated"`, ""},
	}
	b := serve(t)
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			before := len(b.letters.all())
			a := b.do(b.signed("shop", test.body))
			wantProblem(t, a, http.StatusUnprocessableEntity)
			var out outcome
			a.decode(t, &out)
			if out.Accepted != 0 || out.Duplicates != 0 || len(out.Rejected) != 1 || len(out.Rejected[0].Errors) == 0 {
				t.Fatalf("answer %s", a.body)
			}
			if got := out.Rejected[0].Errors[0]; got.Pointer != test.pointer || got.Message == "" {
				t.Errorf("error %+v, want one at %q", got, test.pointer)
			}
			if len(b.letters.all()) != before+1 {
				t.Error("no dead letter")
			}
		})
	}
	if b.ingest.calls != 0 {
		t.Errorf("%d calls of the ingester", b.ingest.calls)
	}
	before := len(b.letters.all())
	b.do(b.signed("shop", "7"))
	if len(b.letters.all()) != before {
		t.Error("the same refused event again is a second dead letter")
	}
}

// TestWebhookOddButValid: what is odd and harmless is taken as it is.
func TestWebhookOddButValid(t *testing.T) {
	b := serve(t)
	for i, body := range []string{
		event("odd-0", `"unit_price":480`, `"unit_price":"480.00"`),
		event("odd-1", "佐藤 花子", `<script>alert(1)</script>`),
		event("odd-2", "cart.updated", "seminar.attended"),
		event("odd-3", "佐藤 花子", `佐藤\r\nBcc: x@evil.example`), // rendering puts it out of action
	} {
		if a := b.do(b.signed("shop", body)); a.StatusCode != http.StatusAccepted {
			t.Errorf("%d: %d %s", i, a.StatusCode, a.body)
		}
	}
}

func TestWebhookDatabaseAway(t *testing.T) {
	b := serve(t)
	b.ingest.away = fmt.Errorf("batch: %w", errAway)
	a := b.do(b.signed("shop", event("ev-1")))
	wantProblem(t, a, http.StatusServiceUnavailable)
	if seconds, err := strconv.Atoi(a.Header.Get("Retry-After")); err != nil || seconds < 1 {
		t.Errorf("Retry-After %q", a.Header.Get("Retry-After"))
	}
	if strings.Contains(a.body, errAway.Error()) || !strings.Contains(b.log.String(), errAway.Error()) {
		t.Error("the cause belongs into the log and not into the answer")
	}
	b.ingest.away = nil
	wantStatus(t, b.do(b.signed("shop", event("ev-1"))), http.StatusAccepted)

	// Nothing is answered before the dead letters are kept.
	b.letters.away = errAway
	wantProblem(t, b.do(b.signed("shop", array(event("ev-2"), `{}`))), http.StatusServiceUnavailable)
	b.letters.away = nil
	a = b.do(b.signed("shop", array(event("ev-2"), `{}`)))
	wantStatus(t, a, http.StatusAccepted)
	if !strings.HasPrefix(a.body, `{"accepted":0,"duplicates":1,"rejected":[{"index":1,`) || len(b.letters.all()) != 1 {
		t.Errorf("posted again: %s", a.body)
	}
}

// TestWebhookUndecidableEvent: one event that nothing can be made of does not hold up its neighbours.
func TestWebhookUndecidableEvent(t *testing.T) {
	b := serve(t)
	b.ingest.poison["bad"] = errors.New("column of b-1 overflows")
	a := b.do(b.signed("shop", array(`{}`, event("ev-1"), event("bad"), event("ev-2"))))
	wantStatus(t, a, http.StatusAccepted)
	var out outcome
	a.decode(t, &out)
	if out.Accepted != 2 || len(out.Rejected) != 2 || out.Rejected[1].Index != 2 || out.Rejected[1].ID != "bad" ||
		out.Rejected[1].Errors[0].Pointer != "" || strings.Contains(a.body, "overflows") {
		t.Errorf("answer %s", a.body)
	}
	letters := b.letters.all()
	if len(letters) != 2 || letters[1].Subject != "bad" || !strings.Contains(letters[1].Errors[0].Message, "overflows") ||
		!strings.Contains(string(letters[1].Body), `"id":"bad"`) {
		t.Errorf("dead letters %+v", letters)
	}
	wantProblem(t, b.do(b.signed("shop", event("bad"))), http.StatusUnprocessableEntity)
}

func TestWebhookRateLimit(t *testing.T) {
	b := serve(t)
	full := make([]string, scenarios.MaxEvents)
	for i := range full {
		full[i] = event("ev-" + strconv.Itoa(i))
	}
	wantStatus(t, b.do(b.signed("slow", array(full...))), http.StatusAccepted)
	a := b.do(b.signed("slow", array(full[:20]...)))
	wantProblem(t, a, http.StatusTooManyRequests)
	if a.Header.Get("Retry-After") != "2" { // 20 events at 10 a second
		t.Errorf("Retry-After %q", a.Header.Get("Retry-After"))
	}
	wantStatus(t, b.do(b.signed("shop", event("other"))), http.StatusAccepted)
	b.clock.move(2 * time.Second)
	wantStatus(t, b.do(b.signed("slow", array(full[:20]...))), http.StatusAccepted)

	// Somebody without the secret can't use up the limit.
	b.clock.move(time.Second)
	for range 3 {
		r := b.signed("slow", array(full[:10]...))
		r.Header.Set("webhook-id", "forged")
		wantStatus(t, b.do(r), http.StatusUnauthorized)
	}
	wantStatus(t, b.do(b.signed("slow", array(full[:10]...))), http.StatusAccepted)
}

// TestIngesterThatForgets: an answer is never made up from too few results.
func TestIngesterThatForgets(t *testing.T) {
	b := serve(t, func(b *bench) { b.options.Ingest = forgetful{} })
	wantProblem(t, b.do(b.signed("shop", array(event("a"), event("b")))), http.StatusServiceUnavailable)
}

type forgetful struct{}

func (forgetful) Ingest(context.Context, []*scenarios.Event) ([]scenarios.Result, error) {
	return make([]scenarios.Result, 1), nil
}
