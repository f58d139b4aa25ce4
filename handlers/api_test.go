package handlers

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/shopspring/decimal"

	"kagobell/scenarios"
)

func money(text string) *scenarios.Money {
	m := decimal.RequireFromString(text)
	return &m
}

var (
	morning = time.Date(2026, 11, 20, 1, 0, 0, 0, time.UTC) // 10:00 in the shop

	someRun = scenarios.Run{
		ID: "5f2b6c0e9d1a4b7c8e3f6a5d4c3b2a10", Scenario: "cart_abandonment", Version: "1f0e9d8c7b6a", AccountKey: scenarios.KeyOfAccount("acme"),
		BuyerID: "b-1", Subject: "c-9", Status: scenarios.RunOpen, Items: []scenarios.RunItem{{Item: scenarios.Item{SKU: "A4", Name: "紙", Quantity: 2, UnitPrice: money("480.50")}}},
		Currency: "JPY", StartedAt: morning, Anchor: morning.Add(3 * time.Hour), Step: "first", PlannedAt: morning.Add(4 * time.Hour), DueAt: morning.Add(4 * time.Hour),
	}
	someMessage = scenarios.Message{
		ID: messageID, RunID: someRun.ID, Scenario: "cart_abandonment", Version: "1f0e9d8c7b6a", Step: "first", Channel: scenarios.ChannelEmail,
		AccountKey: scenarios.KeyOfBuyer("b-1"), BuyerID: "b-1", Subject: "c-9", Status: scenarios.MessageRetry, Reason: scenarios.ReasonTemporary, AddressHash: "secret-hash",
		Detail: "451 4.3.0", Title: "カートに商品が残っています", Items: []scenarios.MessageItem{{SKU: "A4", Name: "紙", Price: money("480"), Was: money("500"), PercentOff: 4}},
		Attempts: 1, PlannedAt: morning, ClaimedAt: morning, NextAt: morning.Add(time.Minute),
	}
)

func TestAPIWantsAToken(t *testing.T) {
	b := serve(t)
	for _, route := range newEngine(b.options).Routes() {
		if !strings.HasPrefix(route.Path, "/api/") || route.Path == "/api/openapi.yaml" {
			continue
		}
		path := strings.NewReplacer(":id", "x", ":name", "x", ":file", "x.csv").Replace(route.Path)
		for header, challenge := range map[string]string{"": authenticate, "Basic eDp5": authenticate, "Bearer wrong": authenticate + `, error="invalid_token"`, "Bearer": authenticate + `, error="invalid_token"`} {
			a := b.do(b.request(route.Method, path, "", "Authorization", header))
			wantProblem(t, a, http.StatusUnauthorized)
			if got := a.Header.Get("WWW-Authenticate"); got != challenge {
				t.Errorf("%s %s with %q: %s", route.Method, path, header, got)
			}
		}
	}
}

func TestBuyerRecord(t *testing.T) {
	b := serve(t, withBuyer)
	b.oneClick()
	b.buyers.record = BuyerRecord{
		Account:  scenarios.Account{Name: "アクメ商事"},
		Ledger:   []scenarios.ConsentEntry{{Channel: scenarios.ChannelEmail, Granted: true, Basis: scenarios.BasisOptIn, Origin: "shop", At: morning}},
		Runs:     []scenarios.Run{someRun},
		Messages: []scenarios.Message{someMessage},
		Journal: []scenarios.Entry{{At: morning, Scenario: "cart_abandonment", Subject: "c-9", RunID: someRun.ID, Step: "first",
			Action: scenarios.ActionSkip, Channel: scenarios.ChannelEmail, Reason: scenarios.ReasonNoConsent}},
	}
	a := b.api(http.MethodGet, "/api/buyers/b-1")
	wantStatus(t, a, http.StatusOK)
	for _, want := range []string{
		`"email":"sato@acme.example"`, `"account_name":"アクメ商事"`, `"prefecture":"東京都"`,
		`"consent":{"email":{"granted":true,"basis":"opt_in","at":"2026-11-19T10:00:00+09:00"}}`,
		`"blocks":{"email":{"reason":"opt_out","at":"2026-11-20T10:00:00+09:00"}}`,
		`"suppressions":[{"channel":"email","reason":"opt_out","at":"2026-11-20T10:00:00+09:00"}]`,
		`"consent_ledger":[{"at":"2026-11-20T10:00:00+09:00","channel":"email","granted":true,"basis":"opt_in","origin":"shop"}]`,
		`"journal":[{"at":"2026-11-20T10:00:00+09:00","scenario":"cart_abandonment","subject":"c-9","run":"` + string(someRun.ID) + `","step":"first","action":"skip","channel":"email","reason":"no_consent"}]`,
		`"unit_price":"480.5"`, `"next_at":"2026-11-20T10:01:00+09:00"`, `"name":"\u003cb\u003e佐藤\u003c/b\u003e"`,
	} {
		if !strings.Contains(a.body, want) {
			t.Errorf("no %s in %s", want, a.body)
		}
	}
	if strings.Contains(a.body, "secret-hash") {
		t.Error("an address hash is in the answer")
	}
	if a.Header.Get("Cache-Control") != "no-store" {
		t.Error("an answer about a person may be cached")
	}
	wantProblem(t, b.api(http.MethodGet, "/api/buyers/nobody"), http.StatusNotFound)
}

// TestBuyerIDs: ids are the shop's, with whatever characters it likes.
func TestBuyerIDs(t *testing.T) {
	b := serve(t)
	for _, id := range []string{"a/b", "a b", "a+b", "a%2Fb", "100%", "佐藤", "..", "?x=1", "a;b"} {
		b.tell(&scenarios.Event{Source: "shop", ID: id, Type: scenarios.EventBuyerUpdated, OccurredAt: b.clock.now(), Buyer: &scenarios.BuyerUpdate{ID: id}})
		a := b.api(http.MethodGet, "/api/buyers/"+strings.ReplaceAll(url.PathEscape(id), "..", "%2E%2E"))
		if a.StatusCode != http.StatusOK {
			t.Errorf("%q: %d %s", id, a.StatusCode, a.body)
			continue
		}
		var got buyerView
		a.decode(t, &got)
		if got.Profile.ID != id {
			t.Errorf("%q came out as %q", id, got.Profile.ID)
		}
	}
}

func TestErase(t *testing.T) {
	b := serve(t, withBuyer)
	a := b.api(http.MethodDelete, "/api/buyers/b-1")
	wantStatus(t, a, http.StatusNoContent)
	last := b.ingest.events[len(b.ingest.events)-1]
	if last.Type != scenarios.EventBuyerDeleted || last.BuyerID() != "b-1" || last.Source != scenarios.SourceKagobell || len(last.ID) > 128 {
		t.Errorf("event %+v", last)
	}
	a = b.api(http.MethodGet, "/api/buyers/b-1")
	if !strings.Contains(a.body, `"erased_at":"2026-11-20T10:00:00+09:00"`) || strings.Contains(a.body, "sato@") {
		t.Errorf("after: %s", a.body)
	}
	b.clock.move(time.Minute)
	wantStatus(t, b.api(http.MethodDelete, "/api/buyers/b-1"), http.StatusNoContent)
	if b.ingest.count() != 2 {
		t.Errorf("%d events", b.ingest.count())
	}
	wantProblem(t, b.api(http.MethodDelete, "/api/buyers/nobody"), http.StatusNotFound)
	// Back, and erased once more.
	b.clock.move(time.Hour)
	b.tell(&scenarios.Event{Source: "shop", ID: "back", Type: scenarios.EventBuyerUpdated, OccurredAt: b.clock.now(), Buyer: &scenarios.BuyerUpdate{ID: "b-1"}})
	b.ingest.away = errAway
	wantProblem(t, b.api(http.MethodDelete, "/api/buyers/b-1"), http.StatusServiceUnavailable)
	b.ingest.away = nil
	b.ingest.refuse = errAway
	wantProblem(t, b.api(http.MethodDelete, "/api/buyers/b-1"), http.StatusServiceUnavailable)
	b.ingest.refuse = nil
	wantStatus(t, b.api(http.MethodDelete, "/api/buyers/b-1"), http.StatusNoContent)
	if to, _ := b.ingest.recipient("b-1"); !to.Buyer.Erased() {
		t.Error("not erased the second time")
	}
}

func TestRuns(t *testing.T) {
	b := serve(t)
	ended := someRun
	ended.Status, ended.EndReason, ended.EndedAt = scenarios.RunExited, scenarios.ReasonOrdered, morning.Add(time.Hour)
	b.reports.runs = Page[scenarios.Run]{Items: []scenarios.Run{someRun, ended}, Next: "more"}
	a := b.api(http.MethodGet, "/api/runs?scenario=cart_abandonment&buyer_id=b-1&status=open&since=2026-11-20T09:00:00%2B09:00&cursor=abc&limit=7")
	wantStatus(t, a, http.StatusOK)
	want := RunFilter{Scenario: "cart_abandonment", BuyerID: "b-1", Status: scenarios.RunOpen, Since: morning.Add(-time.Hour), Cursor: "abc", Limit: 7}
	got := b.reports.askedRuns
	if !got.Since.Equal(want.Since) {
		t.Errorf("since %s", got.Since)
	}
	if got.Since = want.Since; got != want {
		t.Errorf("asked for %+v", got)
	}
	var page pageView[map[string]any]
	a.decode(t, &page)
	if len(page.Items) != 2 || page.NextCursor != "more" || page.Items[0]["account_id"] != "acme" || page.Items[0]["due_at"] != "2026-11-20T14:00:00+09:00" {
		t.Errorf("answer %s", a.body)
	}
	if _, planned := page.Items[1]["due_at"]; planned || page.Items[1]["reason"] != "ordered" {
		t.Errorf("an ended run has no step to come: %v", page.Items[1])
	}
	b.api(http.MethodGet, "/api/runs")
	if b.reports.askedRuns != (RunFilter{Limit: defaultLimit}) {
		t.Errorf("asked for %+v", b.reports.askedRuns)
	}
	b.reports.runs = Page[scenarios.Run]{}
	if a = b.api(http.MethodGet, "/api/runs"); a.body != `{"items":[]}` {
		t.Errorf("none: %s", a.body)
	}
}

func TestMessages(t *testing.T) {
	b := serve(t)
	b.reports.messages = Page[scenarios.Message]{Items: []scenarios.Message{someMessage}}
	a := b.api(http.MethodGet, "/api/messages?status=retry&since=2026-11-20")
	wantStatus(t, a, http.StatusOK)
	sent := someMessage
	sent.Status, sent.SentAt = scenarios.MessageSent, morning
	b.reports.messages.Items[0] = sent
	if answer := b.api(http.MethodGet, "/api/messages"); strings.Contains(answer.body, "next_at") {
		t.Errorf("what is sent has no next time: %s", answer.body)
	}
	b.api(http.MethodGet, "/api/messages?status=retry&since=2026-11-20")
	if got := b.reports.askedMessages; got.Status != scenarios.MessageRetry || got.Since.Format(time.RFC3339) != "2026-11-20T00:00:00+09:00" {
		t.Errorf("asked for %+v", got)
	}
	if strings.Contains(a.body, "secret-hash") || !strings.Contains(a.body, `"was":"500"`) {
		t.Errorf("answer %s", a.body)
	}
}

func TestBadFilters(t *testing.T) {
	b := serve(t)
	tests := []struct {
		query string
		wrong string // the parameters, in order
	}{
		{"/api/runs?status=sent", "status"},
		{"/api/runs?since=yesterday&limit=0", "since limit"},
		{"/api/runs?since=2026-02-30", "since"},
		{"/api/runs?limit=201", "limit"},
		{"/api/runs?limit=ten&scenaro=x&buyer=y", "limit buyer scenaro"},
		{"/api/runs?status=open&status=exited", "status"},
		{"/api/messages?status=open", "status"},
		{"/api/stats?by=week", "by"},
		{"/api/stats?from=2026-11-30&to=2026-11-01", "to"},
		{"/api/stats?limit=5", "limit"},
		{"/api/dead-letters?waiting=yes", "waiting"},
		{"/api/dm/batches?status=open", "status"},
		{"/api/dead-letters?cursor=broken", "cursor"},
	}
	for _, test := range tests {
		a := b.api(http.MethodGet, test.query)
		p := wantProblem(t, a, http.StatusBadRequest)
		var wrong []string
		for _, e := range p.Errors {
			wrong = append(wrong, e.Parameter)
			if !strings.Contains(e.Message, "expected") {
				t.Errorf("%s: %s", test.query, e.Message)
			}
		}
		if strings.Join(wrong, " ") != test.wrong {
			t.Errorf("%s: %s", test.query, a.body)
		}
	}
}

func TestStats(t *testing.T) {
	b := serve(t)
	b.reports.stats = []Stat{
		{Scenario: "cart_abandonment", Step: "first", Channel: scenarios.ChannelEmail, Started: 10, Sent: 8, Skipped: map[scenarios.Reason]int{scenarios.ReasonNoConsent: 2},
			Opened: 5, Clicked: 3, Ordered: 1, Revenue: map[string]scenarios.Money{"JPY": *money("48000")}},
		{Scenario: "favorite_restock"},
	}
	a := b.api(http.MethodGet, "/api/stats?by=channel&from=2026-11-01&to=2026-11-30")
	wantStatus(t, a, http.StatusOK)
	want := `{"by":"channel","from":"2026-11-01T00:00:00+09:00","to":"2026-12-01T00:00:00+09:00","items":[` +
		`{"scenario":"cart_abandonment","step":"first","channel":"email","started":10,"sent":8,"skipped":{"no_consent":2},"opened":5,"clicked":3,"ordered":1,"revenue":{"JPY":"48000"}},` +
		`{"scenario":"favorite_restock","started":0,"sent":0,"skipped":{},"opened":0,"clicked":0,"ordered":0,"revenue":{}}]}`
	if a.body != want {
		t.Errorf("answer %s", a.body)
	}
	b.api(http.MethodGet, "/api/stats")
	if b.reports.askedStats != (StatsFilter{By: ByScenario}) {
		t.Errorf("asked for %+v", b.reports.askedStats)
	}
}

func TestDeadLettersAndReplay(t *testing.T) {
	b := serve(t)
	b.ingest.poison["ev-1"] = errAway
	b.do(b.signed("shop", array(event("ev-1"), `{"id":"ev-2"}`)))
	a := b.api(http.MethodGet, "/api/dead-letters?source=shop&kind=event&waiting=true")
	wantStatus(t, a, http.StatusOK)
	var page pageView[struct {
		ID, Subject string
		Body        json.RawMessage
	}]
	a.decode(t, &page)
	if len(page.Items) != 2 || page.Items[0].Subject != "ev-2" || string(page.Items[0].Body) != `{"id":"ev-2"}` || page.Items[1].Subject != "ev-1" {
		t.Fatalf("answer %s", a.body)
	}
	replay := func(id string) answer { return b.api(http.MethodPost, "/api/dead-letters/"+id+"/replay") }
	wantProblem(t, replay(page.Items[0].ID), http.StatusUnprocessableEntity) // as invalid as ever
	wantProblem(t, replay(page.Items[1].ID), http.StatusUnprocessableEntity) // and that one still fails
	delete(b.ingest.poison, "ev-1")
	b.clock.move(time.Hour)
	for _, want := range []string{`{"accepted":1,"duplicates":0,"rejected":[]}`, `{"accepted":0,"duplicates":1,"rejected":[]}`} {
		a = replay(page.Items[1].ID)
		wantStatus(t, a, http.StatusAccepted)
		if a.body != want {
			t.Errorf("answer %s", a.body)
		}
	}
	letters := b.letters.all()
	if len(letters) != 2 || !letters[0].ReplayedAt.IsZero() || !letters[1].ReplayedAt.Equal(b.clock.now()) {
		t.Errorf("letters %+v", letters)
	}
	if b.ingest.events[0].Source != "shop" {
		t.Errorf("replayed as of %q", b.ingest.events[0].Source)
	}
	wantProblem(t, replay("nothing"), http.StatusNotFound)
}

func TestOddDeadLetters(t *testing.T) {
	b := serve(t)
	b.letters.letters = []DeadLetter{
		{ID: "message", Kind: "message", Subject: messageID, Body: []byte("template: line 3"), CreatedAt: morning},
		{ID: "gone", Kind: DeadLetterEvent, Source: "a source that is gone", Body: []byte(event("ev-9")), CreatedAt: morning},
		{ID: "broken", Kind: DeadLetterEvent, Source: "shop", Body: []byte("{\xff"), CreatedAt: morning},
	}
	a := b.api(http.MethodGet, "/api/dead-letters")
	wantStatus(t, a, http.StatusOK)
	if !strings.Contains(a.body, `"body":"template: line 3"`) {
		t.Errorf("answer %s", a.body)
	}
	wantProblem(t, b.api(http.MethodPost, "/api/dead-letters/message/replay"), http.StatusConflict)
	wantStatus(t, b.api(http.MethodPost, "/api/dead-letters/gone/replay"), http.StatusAccepted)
	wantProblem(t, b.api(http.MethodPost, "/api/dead-letters/broken/replay"), http.StatusBadRequest)
}

func TestDMBatches(t *testing.T) {
	b := serve(t)
	a := b.api(http.MethodGet, "/api/dm/batches?limit=1")
	wantStatus(t, a, http.StatusOK)
	want := `{"items":[{"id":"dm-2026-11-20","letters":2,"cut_off_at":"2026-11-20T15:00:00+09:00","closed":true,"csv":"/api/dm/batches/dm-2026-11-20.csv"}],"next_cursor":"next"}`
	if a.body != want {
		t.Errorf("answer %s", a.body)
	}
	a = b.api(http.MethodGet, "/api/dm/batches/dm-2026-11-20.csv")
	wantStatus(t, a, http.StatusOK)
	if a.body != "\ufeff郵便番号,宛名\r\n" || a.Header.Get("Content-Type") != "text/csv; charset=utf-8; header=present" ||
		a.Header.Get("Content-Disposition") != "attachment; filename=dm-2026-11-20.csv" {
		t.Errorf("%q, %v", a.body, a.Header)
	}
	for _, path := range []string{"/api/dm/batches/dm-2026-11-21.csv", "/api/dm/batches/dm-2026-11-20", "/api/dm/batches/.csv"} {
		wantProblem(t, b.api(http.MethodGet, path), http.StatusNotFound)
	}
	b.dm.err = fmt.Errorf("row 2: %w", errAway)
	if a = b.api(http.MethodGet, "/api/dm/batches/dm-2026-11-20.csv"); strings.Contains(a.body, "half") {
		t.Error("half a file was sent")
	}
	wantProblem(t, a, http.StatusServiceUnavailable)
}

func TestPauseAndResume(t *testing.T) {
	b := serve(t)
	a := b.api(http.MethodPost, "/api/scenarios/cart_abandonment/pause")
	wantStatus(t, a, http.StatusOK)
	if a.body != `{"scenario":"cart_abandonment","paused":true}` || !b.paused.paused["cart_abandonment"] {
		t.Errorf("answer %s", a.body)
	}
	wantStatus(t, b.api(http.MethodPost, "/api/scenarios/cart_abandonment/resume"), http.StatusOK)
	if b.paused.paused["cart_abandonment"] {
		t.Error("still paused")
	}
	wantProblem(t, b.api(http.MethodPost, "/api/scenarios/cart_abandonmnt/pause"), http.StatusNotFound)
	b.paused.err = errAway
	wantProblem(t, b.api(http.MethodPost, "/api/scenarios/cart_abandonment/pause"), http.StatusServiceUnavailable)
}
