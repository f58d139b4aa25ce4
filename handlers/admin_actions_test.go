package handlers

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/alicebob/miniredis/v2"
	"github.com/hibiken/asynq"
	"github.com/hibiken/asynqmon"

	"kagobell/scenarios"
)

// noBatches is a shop that writes no letters.
type noBatches struct{ *batches }

func (noBatches) DMBatches(context.Context, string, int) (Page[DMBatch], error) {
	return Page[DMBatch]{}, nil
}

func TestScenariosArePausedAndResumed(t *testing.T) {
	o := openOffice(t, func(o *office) { o.furnish() })
	w := o.insider()
	page := w.get("/admin/scenarios")
	wantText(t, page, `action="/admin/scenarios/cart_abandonment/pause"`, "稼働中", "オフ", "1時間後にメールを送る", "1日12時間後にLINE、届かなければ郵送 DMを送る",
		"起点から7日後にメールとLINEを送る", "件名 ひとこと &lt;script&gt;", "カートが変わったとき、その後3時間動きがなければ（最長でも3日まで）", "カートが空", "在庫が1分30秒続いたら", "会員登録されたとき",
		"すぐに注文されたときまで待つ（最長2日）", "次のとき <code>clicked(&#34;first&#34;)</code>", "次の日付の30日前に <code>event.until</code>", "それ以外のとき", "何もせず先へ")
	wantNoText(t, page, `action="/admin/scenarios/course/`)

	a := w.press("/admin/scenarios", "/admin/scenarios/cart_abandonment/pause")
	wantRedirect(t, a, "/admin/scenarios?done=paused#cart_abandonment")
	if !o.paused.paused["cart_abandonment"] {
		t.Error("it goes on")
	}
	wantText(t, w.get("/admin/scenarios?done=paused"), "シナリオを一時停止しました。", "一時停止中", `action="/admin/scenarios/cart_abandonment/resume"`)
	wantRedirect(t, w.press("/admin/scenarios", "/admin/scenarios/cart_abandonment/resume"), "/admin/scenarios?done=resumed#cart_abandonment")
	if o.paused.paused["cart_abandonment"] {
		t.Error("it is still paused")
	}
	wantStatus(t, w.press("/admin/scenarios", "/admin/scenarios/nothing/pause"), http.StatusNotFound)
	o.paused.err = errAway
	wantStatus(t, w.press("/admin/scenarios", "/admin/scenarios/cart_abandonment/pause"), http.StatusServiceUnavailable)
	wantNoText(t, w.get("/admin/scenarios?done=nothing"), `role="status"`)
}

func TestScenariosThatAreOffStandBelow(t *testing.T) {
	o := openOffice(t, func(o *office) { o.furnish() })
	link, err := scenarios.CompileLink("event.survey_url")
	if err != nil {
		t.Fatal(err)
	}
	o.catalogue.definitions = []*scenarios.Definition{{Name: "apart"}, {Name: "below"},
		{Name: "running", Enabled: true, Steps: []scenarios.Step{{ID: "survey", Send: []scenarios.Channel{"email"}, Link: link}}}}
	page := o.insider().get("/admin/scenarios")
	wantText(t, page, "ボタンの先 <code>event.survey_url</code>")
	at := func(name string) int { return strings.Index(page.body, `id="`+name+`"`) }
	if running, apart, below := at("running"), at("apart"), at("below"); running < 0 || running > apart || apart > below {
		t.Errorf("running at %d, those that are off at %d and %d", running, apart, below)
	}
}

func TestTheGlobalStopIsShown(t *testing.T) {
	o := openOffice(t, func(o *office) { o.options.Admin.AllPaused = true })
	wantText(t, o.insider().get("/admin/scenarios"), "すべての配信が止まっています。")
}

func TestFormsCannotBeForged(t *testing.T) {
	o := openOffice(t, func(o *office) { o.furnish() })
	w, other := o.insider(), o.insider()
	token, path := w.token("/admin/scenarios"), "/admin/scenarios/cart_abandonment/pause"
	for name, a := range map[string]answer{
		"no token":          w.ask(http.MethodPost, path, url.Values{}),
		"another session's": w.ask(http.MethodPost, path, url.Values{"token": {other.token("/admin/scenarios")}}),
		"the log-in's":      w.ask(http.MethodPost, path, url.Values{"token": {o.browser().token("/admin/login")}}),
		"in the address":    w.ask(http.MethodPost, path+"?token="+url.QueryEscape(token), url.Values{}),
		"another site":      w.ask(http.MethodPost, path, url.Values{"token": {token}}, "Sec-Fetch-Site", "cross-site"),
		"another origin":    w.ask(http.MethodPost, path, url.Values{"token": {token}}, "Origin", "https://evil.example"),
	} {
		if a.StatusCode != http.StatusForbidden {
			t.Errorf("%s: status %d", name, a.StatusCode)
		}
		wantText(t, a, "操作を確認できませんでした")
	}
	if len(o.paused.paused) != 0 {
		t.Error("it is paused")
	}
	if a := w.ask(http.MethodPost, path, url.Values{"token": {token}, "x": {strings.Repeat("x", maxFormBody)}}); a.StatusCode != http.StatusForbidden {
		t.Errorf("a huge form is answered %d", a.StatusCode)
	}
	if a := w.get(path); a.StatusCode != http.StatusMethodNotAllowed || len(o.paused.paused) != 0 {
		t.Errorf("a GET is answered %d", a.StatusCode)
	}
	wantStatus(t, w.ask(http.MethodPost, path, url.Values{"token": {token}}, "Sec-Fetch-Site", "same-origin"), http.StatusSeeOther)
}

func TestReplay(t *testing.T) {
	o := openOffice(t, func(o *office) { o.furnish() })
	w := o.insider()
	page := w.get("/admin/dead-letters/d1")
	wantText(t, page, "再処理する", "<code>/data</code>", "expected &lt;script&gt;", "&#34;cart.updated&#34;")
	wantRedirect(t, w.press("/admin/dead-letters/d1", "/admin/dead-letters/d1/replay"), "/admin/dead-letters/d1?done=replayed")
	if o.ingest.count() != 1 || o.letters.all()[0].ReplayedAt.IsZero() {
		t.Errorf("%d events, letter %+v", o.ingest.count(), o.letters.all()[0])
	}
	after := w.get("/admin/dead-letters/d1?done=replayed")
	wantText(t, after, "再処理しました。", "対応済みです。")
	wantNoText(t, after, `action="/admin/dead-letters/d1/replay"`)

	wantNoText(t, w.get("/admin/dead-letters/d2"), `action="/admin/dead-letters/d2/replay"`)
	wantText(t, w.get("/admin/dead-letters/d2"), "この種類は再処理できません。", "\ufffd")
	wantRedirect(t, w.press("/admin", "/admin/dead-letters/d2/replay"), "/admin/dead-letters/d2?done=refused")
	wantRedirect(t, w.press("/admin", "/admin/dead-letters/d3/replay"), "/admin/dead-letters/d3?done=refused") // still not an event
	wantText(t, w.get("/admin/dead-letters/d3?done=refused"), "まだ受け付けられません。")
	o.letters.letters[2].Body = []byte("no JSON")
	wantRedirect(t, w.press("/admin", "/admin/dead-letters/d3/replay"), "/admin/dead-letters/d3?done=refused")
	wantStatus(t, w.press("/admin", "/admin/dead-letters/nothing/replay"), http.StatusNotFound)

	wantRedirect(t, w.press("/admin/dead-letters/d2", "/admin/dead-letters/d2/dismiss"), "/admin/dead-letters/d2?done=dismissed")
	wantText(t, w.get("/admin/dead-letters/d2?done=dismissed"), "対応済みにしました。", "対応済みです。")
	wantNoText(t, w.get("/admin/dead-letters/d2"), `action="/admin/dead-letters/d2/dismiss"`)
	wantStatus(t, w.press("/admin", "/admin/dead-letters/nothing/dismiss"), http.StatusNotFound)

	o.ingest.away = errAway
	wantStatus(t, w.press("/admin", "/admin/dead-letters/d1/replay"), http.StatusServiceUnavailable)
}

func TestDeadLettersThatWait(t *testing.T) {
	o := openOffice(t, func(o *office) { o.furnish() })
	w := o.insider()
	wantText(t, w.get("/admin/dead-letters"), "/admin/dead-letters/d1", "/admin/dead-letters/d2")
	wantNoText(t, w.get("/admin/dead-letters"), "/admin/dead-letters/d3")
	wantText(t, w.get("/admin/dead-letters?show=all"), "/admin/dead-letters/d3")
}

func TestLists(t *testing.T) {
	o := openOffice(t, func(o *office) { o.furnish() })
	w := o.insider()
	a := w.get("/admin/runs?scenario=cart_abandonment&status=exited&buyer_id=+b-1+&cursor=c")
	wantText(t, a, "途中終了", "注文済み", "× 2.5", "<span>…</span>", `href="/admin/buyers/b%2F1%20%3F%3Cscript%3E`, `<option value="exited" selected>`, `value="b-1"`)
	want := RunFilter{Scenario: "cart_abandonment", BuyerID: "b-1", Status: scenarios.RunExited, Cursor: "c", Limit: adminLimit}
	if o.reports.askedRuns != want {
		t.Errorf("asked %+v", o.reports.askedRuns)
	}
	wantText(t, w.get("/admin/messages?status=failed"), "失敗", "宛先不明", `href="/admin/outbox/`+unkeptID+`"`, `href="/admin/messages?cursor=more&amp;status=failed"`)
	if o.reports.askedMessages.Status != scenarios.MessageFailed {
		t.Errorf("asked %+v", o.reports.askedMessages)
	}
	wantText(t, w.get("/admin/runs?scenario=gone"), `<option value="gone" selected>`)
}

func TestBuyer(t *testing.T) {
	o := openOffice(t, func(o *office) { o.furnish() })
	w := o.insider()
	wantRedirect(t, w.get("/admin/buyers?q="+url.QueryEscape(" b/1 ?"+nasty+" ")), "/admin/buyers/"+url.PathEscape("b/1 ?"+nasty))
	a := w.get("/admin/buyers/" + url.PathEscape("b/1 ?"+nasty))
	wantText(t, a, "佐藤 &lt;script&gt;", "アクメ &lt;script&gt;", "個人情報は消去されています。", "本人が停止", "同意 · 本人の申し込み",
		"送りませんでした", "この配信手段への同意がないか、撤回されています。", "取引先がすでに注文しました。", "連携元", `href="/admin/outbox/`+mailID+`"`)
	newest, oldest := strings.Index(a.body, "途中で終わりました"), strings.Index(a.body, "シナリオを開始しました")
	if newest < 0 || oldest < newest {
		t.Error("the timeline does not begin with the newest")
	}
	record := o.people["b/1 ?"+nasty]
	if record.Journal[0].Action != scenarios.ActionStart {
		t.Error("the page turned the record around")
	}
	record.Journal = slices.Repeat(record.Journal, longestTimeline)
	o.people["long"] = record
	if n := strings.Count(w.get("/admin/buyers/long").body, `<li class="action-`); n != longestTimeline {
		t.Errorf("a timeline of %d lines", n)
	}
}

func TestBuyersAreFound(t *testing.T) {
	o := openOffice(t, func(o *office) { o.furnish() })
	w := o.insider()
	a := w.get("/admin/buyers")
	wantText(t, a, `<a href="/admin/buyers/b-1">佐藤 花子</a>`, "アクメ商事", "acme", "sato@acme.example", "（名前なし）", "消去済み",
		`href="/admin/buyers/b%2F1%20%3F%3Cscript%3E`, `rel="next"`)
	if want := (BuyerFilter{Limit: adminLimit}); o.directory.asked != want {
		t.Errorf("asked %+v", o.directory.asked)
	}
	wantText(t, w.get("/admin/buyers?q=+%E4%BD%90%E8%97%A4+&cursor=b-0"), `value="佐藤"`, "条件をクリア", "最初のページ", "cursor=b%2F1")
	if want := (BuyerFilter{Search: "佐藤", Cursor: "b-0", Limit: adminLimit}); o.directory.asked != want {
		t.Errorf("asked %+v", o.directory.asked)
	}
	id := "b/1 ?" + nasty
	wantStatus(t, w.get("/admin/buyers?cursor=b-0&q="+url.QueryEscape(id)), http.StatusOK) // the next page of the same search
	o.directory.lines, o.directory.next = nil, ""
	wantText(t, w.get("/admin/buyers?q=nobody"), "条件に合うものはありません。")
	o.directory.err = errAway
	wantStatus(t, w.get("/admin/buyers?q=nobody"), http.StatusServiceUnavailable)
}

func TestLettersAsCSV(t *testing.T) {
	o := openOffice(t)
	w := o.insider()
	wantText(t, w.get("/admin/dm"), `href="/admin/dm/dm-2026-11-20.csv"`, "締め切り済み", "11/20 (金) 15:00")
	a := w.get("/admin/dm/dm-2026-11-20.csv")
	wantStatus(t, a, http.StatusOK)
	if a.body != "\ufeff郵便番号,宛名\r\n" || a.Header.Get("Content-Type") != "text/csv; charset=utf-8" ||
		a.Header.Get("Content-Disposition") != "attachment; filename=dm-2026-11-20.csv" || a.Header.Get("Cache-Control") != "no-store" {
		t.Errorf("%q with %v", a.body, a.Header)
	}
	o.dm.err = errAway
	a = w.get("/admin/dm/dm-2026-11-20.csv")
	wantStatus(t, a, http.StatusServiceUnavailable)
	wantNoText(t, a, "half a")
}

func TestQueuesAreReadOnlyBehindTheLogIn(t *testing.T) {
	redis := miniredis.RunT(t)
	monitor := asynqmon.New(asynqmon.Options{RootPath: queuesPath, RedisConnOpt: asynq.RedisClientOpt{Addr: redis.Addr()}, ReadOnly: true})
	t.Cleanup(func() { monitor.Close() })
	var reached []string
	o := openOffice(t, func(o *office) {
		o.options.Admin.Queues = http.HandlerFunc(func(out http.ResponseWriter, r *http.Request) {
			reached = append(reached, r.Method+" "+r.URL.Path)
			monitor.ServeHTTP(out, r)
		})
	})
	wantRedirect(t, o.browser().get(queuesPath+"/queues/x"), "/admin/login?next=%2Fadmin%2Fqueues%2Fqueues%2Fx")
	wantStatus(t, o.browser().get(queuesPath+"/api/queues"), http.StatusUnauthorized)
	wantStatus(t, o.browser().ask(http.MethodPost, queuesPath+"/api/queues/x:pause", nil), http.StatusUnauthorized)
	if len(reached) != 0 {
		t.Fatalf("strangers reached %v", reached)
	}

	w := o.insider()
	a := w.get(queuesPath)
	wantStatus(t, a, http.StatusOK)
	wantText(t, a, `<link rel="manifest" href="/admin/queues/manifest.json"/>`)
	policy := a.Header.Get("Content-Security-Policy")
	if policy != queuesPolicy || !strings.Contains(policy, "frame-ancestors 'none'") || strings.Contains(policy, "google") || strings.Contains(policy, "https:") {
		t.Errorf("policy %q", policy)
	}
	wantText(t, w.get(queuesPath+"/api/queues"), `"queues"`)
	wantStatus(t, w.ask(http.MethodHead, queuesPath+"/api/queues", nil), http.StatusOK)
	reached = nil
	for _, method := range []string{http.MethodPost, http.MethodDelete, http.MethodPut, http.MethodPatch, http.MethodOptions} {
		a := w.ask(method, queuesPath+"/api/queues/default:pause", nil, "Accept-Language", "en")
		wantStatus(t, a, http.StatusMethodNotAllowed)
		wantText(t, a, "This page can only be looked at.")
		if a.Header.Get("Allow") != "GET, HEAD" {
			t.Errorf("Allow %q", a.Header.Get("Allow"))
		}
	}
	if len(reached) != 0 {
		t.Errorf("reached %v", reached)
	}
}

func TestPanicUnderAdminIsContained(t *testing.T) {
	o := openOffice(t, func(o *office) {
		o.options.Admin.Queues = http.HandlerFunc(func(http.ResponseWriter, *http.Request) { panic("broken") })
	})
	w := o.insider()
	wantStatus(t, w.get(queuesPath), http.StatusInternalServerError)
	wantStatus(t, w.get("/admin"), http.StatusOK)
}
