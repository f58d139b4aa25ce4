package handlers

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"kagobell/scenarios"
)

// withHotList puts two accounts on the list.
func withHotList(b *bench) {
	since := b.clock.now().Add(-48 * time.Hour)
	b.hot.lines = []HotLine{
		{Key: "a:acme/東京", Name: "アクメ商事" + nasty, Mark: "hot", Score: 62, Since: since,
			Buyer: &scenarios.Buyer{ID: "b-1", Name: "佐藤 花子", Email: "sato@acme.example"},
			Reasons: []scenarios.ScoreEntry{{Rule: "料金ページを閲覧", Event: "page.viewed", Points: 10, At: since},
				{Rule: nasty, Event: "lead.rejected", Points: -2.5, At: since}}},
		{Key: "b:b-2", Mark: "hot", Score: 31, Since: since, Buyer: &scenarios.Buyer{ID: "b-2"}},
		{Key: "a:beta", Mark: "warm", Score: 20, Since: since},
	}
}

func TestHotListOfTheAPI(t *testing.T) {
	b := serve(t, withHotList)
	a := b.api(http.MethodGet, "/api/hot-list?limit=2")
	wantStatus(t, a, http.StatusOK)
	var got struct {
		Items []hotView `json:"items"`
	}
	a.decode(t, &got)
	if len(got.Items) != 2 || got.Items[0].AccountID != "acme/東京" || got.Items[0].Score != 62 || got.Items[0].Buyer.Email != "sato@acme.example" ||
		got.Items[0].Since != "2026-11-18T10:00:00+09:00" || len(got.Items[0].Reasons) != 2 || got.Items[0].Reasons[0].Points != 10 {
		t.Errorf("%s", a.body)
	}
	if got.Items[1].Buyer.ID != "b-2" || strings.Count(a.body, `"account_id":`) != 2 || !strings.Contains(a.body, `"account_id":""`) {
		t.Errorf("%s", a.body)
	}
	wantProblem(t, b.api(http.MethodGet, "/api/hot-list?limit=0"), http.StatusBadRequest)
	wantProblem(t, b.api(http.MethodGet, "/api/hot-list?mark=hot"), http.StatusBadRequest)
	wantStatus(t, b.do(b.request(http.MethodGet, "/api/hot-list", "")), http.StatusUnauthorized)
	wantStatus(t, b.do(b.request(http.MethodGet, "/api/hot-list.csv", "")), http.StatusUnauthorized)
	file := b.api(http.MethodGet, "/api/hot-list.csv")
	wantStatus(t, file, http.StatusOK)
	if !strings.HasPrefix(file.body, "\ufeff取引先ID") || !strings.Contains(file.Header.Get("Content-Disposition"), "hot-list.csv") ||
		!strings.HasPrefix(file.Header.Get("Content-Type"), "text/csv; charset=utf-8") {
		t.Errorf("%v %q", file.Header, file.body)
	}
	b.hot.err = errAway
	if file = b.api(http.MethodGet, "/api/hot-list.csv"); file.StatusCode == http.StatusOK || strings.Contains(file.body, "取引先") {
		t.Errorf("half a list: %d %q", file.StatusCode, file.body)
	}
}

func TestHotListPage(t *testing.T) {
	o := openOffice(t, func(o *office) { withHotList(o.bench) })
	w := o.insider()
	a := w.get("/admin/hot-list")
	wantStatus(t, a, http.StatusOK)
	for _, want := range []string{"ホットリスト", "アクメ商事", "佐藤 花子", "sato@acme.example", `width="100.0%"`, `width="50.0%"`, "料金ページを閲覧",
		"+10", "-2.5", "対象外", "保存期間を過ぎました", `href="/admin/hot-list.csv"`} {
		if !strings.Contains(a.body, want) {
			t.Errorf("%q is not on the page", want)
		}
	}
	if strings.Contains(a.body, nasty) {
		t.Error("what somebody typed is not escaped")
	}
	if file := w.get("/admin/hot-list.csv"); file.StatusCode != http.StatusOK || !strings.HasPrefix(file.body, "\ufeff") {
		t.Errorf("%d %q", file.StatusCode, file.body)
	}
	if en := w.get("/admin/hot-list", "Accept-Language", "en"); !strings.Contains(en.body, "Not a lead") {
		t.Error("not in English")
	}
	o.hot.lines = nil
	if a = w.get("/admin/hot-list"); !strings.Contains(a.body, "いま熱い取引先はありません") {
		t.Error("nothing is said of an empty list")
	}
}

// TestNotALead: the button is a word of sales like a webhook's; pressed twice it is one event, and nobody else can press it.
func TestNotALead(t *testing.T) {
	o := openOffice(t, func(o *office) { withHotList(o.bench) })
	w := o.insider()
	path := "/admin/hot-list/" + url.PathEscape("a:acme/東京") + "/reject"
	page := w.get("/admin/hot-list").body
	if !strings.Contains(page, `action="`+path+`"`) {
		t.Errorf("no button leads to %s", path)
	}
	form := url.Values{"token": {w.token("/admin/hot-list")}, "since": {"1763600000000000"}}
	for range 2 {
		wantRedirect(t, w.ask(http.MethodPost, path, form), "/admin/hot-list?done=rejected")
	}
	alone := "/admin/hot-list/" + url.PathEscape("b:b-2") + "/reject"
	wantRedirect(t, w.ask(http.MethodPost, alone, form), "/admin/hot-list?done=rejected")
	if n := o.ingest.count(); n != 2 {
		t.Fatalf("%d events", n)
	}
	first, second := o.ingest.events[0], o.ingest.events[1]
	if first.Type != scenarios.EventLeadRejected || first.AccountID != "acme/東京" || first.Buyer != nil || first.Source != scenarios.SourceKagobell {
		t.Errorf("event %+v", first)
	}
	if second.BuyerID() != "b-2" || second.AccountID != "" {
		t.Errorf("event %+v", second)
	}
	wantStatus(t, w.ask(http.MethodPost, path, url.Values{"since": {"1"}}), http.StatusForbidden)
	wantStatus(t, w.ask(http.MethodPost, path, url.Values{"token": form["token"]}), http.StatusForbidden)
	if n := o.ingest.count(); n != 2 {
		t.Errorf("a forged form made an event: %d", n)
	}
}

// TestLeadsAreReplayed by the API and by the page.
func TestLeadsAreReplayed(t *testing.T) {
	o := openOffice(t)
	keep := func(id, lead string) {
		o.letters.letters = append(o.letters.letters, DeadLetter{ID: id, Kind: DeadLetterLead, Subject: lead, Body: []byte(`{"mark":"hot"}`)})
	}
	keep("d-1", "lead-1")
	keep("d-2", "lead-1")
	keep("d-3", "gone")
	wantStatus(t, o.api(http.MethodPost, "/api/dead-letters/d-1/replay"), http.StatusAccepted)
	wantProblem(t, o.api(http.MethodPost, "/api/dead-letters/d-3/replay"), http.StatusNotFound)
	w := o.insider()
	wantRedirect(t, w.press("/admin/dead-letters/d-2", "/admin/dead-letters/d-2/replay"), "/admin/dead-letters/d-2?done=replayed")
	if !slices.Equal(o.hot.retried, []string{"lead-1", "lead-1"}) {
		t.Errorf("told again: %v", o.hot.retried)
	}
	for _, letter := range o.letters.all() {
		if letter.ReplayedAt.IsZero() != (letter.ID == "d-3") {
			t.Errorf("%s replayed at %s", letter.ID, letter.ReplayedAt)
		}
	}
}
