package handlers

import (
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
)

// adminPages are all pages that a furnished office can show.
func adminPages() []string {
	return []string{
		"/admin", "/admin?days=7", "/admin?from=2026-11-01&to=2026-11-20", "/admin?from=x",
		"/admin/outbox", "/admin/outbox?channel=line&scenario=gone&q=" + url.QueryEscape(nasty),
		"/admin/outbox/" + mailID, "/admin/outbox/" + lineID, "/admin/outbox/" + letterID, "/admin/outbox/" + unkeptID,
		"/admin/runs", "/admin/runs?status=open&scenario=cart_abandonment&buyer_id=" + url.QueryEscape(nasty),
		"/admin/messages", "/admin/messages?status=failed&cursor=x",
		"/admin/buyers", "/admin/buyers?q=acme&cursor=b", "/admin/buyers/" + url.PathEscape("b/1 ?"+nasty),
		"/admin/scenarios", "/admin/scenarios?done=paused", "/admin/dm",
		"/admin/dead-letters", "/admin/dead-letters?show=all", "/admin/dead-letters/d1", "/admin/dead-letters/d2", "/admin/dead-letters/d3?done=replayed",
	}
}

var (
	japaneseLetters = regexp.MustCompile(`\p{Hiragana}`)
	tags            = regexp.MustCompile(`(?s)<[^>]*>`)
	attributesOf    = regexp.MustCompile(`(?:aria-label|title|placeholder)="([^"]*)"`)
)

func TestPagesInBothLanguages(t *testing.T) {
	o := openOffice(t, func(o *office) { o.furnish() })
	titles := map[string]string{}
	for accept, l := range map[string]string{"": "ja", "en-US,en;q=0.9": "en"} {
		w := o.insider("Accept-Language", accept)
		for _, path := range adminPages() {
			a := w.get(path)
			wantStatus(t, a, http.StatusOK)
			wantText(t, a, `<html lang="`+l+`">`, "</html>")
			if got := a.Header.Get("Content-Language"); got != l {
				t.Errorf("%s: Content-Language %q", path, got)
			}
			title := a.body[strings.Index(a.body, "<title>"):strings.Index(a.body, "</title>")]
			if other, known := titles[path]; known && other == title {
				t.Errorf("%s has the title %q in both languages", path, title)
			}
			titles[path] = title
		}
	}
}

// What is Japanese on an English page of an office with nothing in it would be a text of ours.
func TestEmptyPages(t *testing.T) {
	o := openOffice(t, func(o *office) {
		o.people["b-1"] = BuyerRecord{}
		o.options.DM = noBatches{o.dm}
	})
	w := o.insider("Accept-Language", "en")
	for _, path := range []string{"/admin", "/admin/outbox", "/admin/runs", "/admin/messages", "/admin/buyers", "/admin/buyers/b-1",
		"/admin/scenarios", "/admin/dm", "/admin/dead-letters", "/admin/nothing", "/admin/runs?scenario=x"} {
		a := w.get(path)
		text := tags.ReplaceAllString(a.body, " ")
		for _, attribute := range attributesOf.FindAllStringSubmatch(a.body, -1) {
			text += " " + attribute[1]
		}
		if found := japaneseLetters.FindString(text); found != "" {
			t.Errorf("%s has %q in English: %s", path, found, text)
		}
	}
	for path, text := range map[string]string{
		"/admin": "Nothing was sent in this period.", "/admin/outbox": "The outbox is empty.", "/admin/runs": "There are no runs yet.", "/admin/buyers": "There are no buyers yet.",
		"/admin/runs?status=open": "Nothing matches.", "/admin/messages": "There are no messages yet.", "/admin/dm": "There are no letters yet.",
		"/admin/dead-letters": "There is nothing to look at.", "/admin/scenarios": "No scenarios are defined.", "/admin/buyers/b-1": "Nothing yet.",
	} {
		a := w.get(path)
		wantStatus(t, a, http.StatusOK)
		wantText(t, a, text)
	}
}

func TestWhatPeopleTypedIsEscaped(t *testing.T) {
	o := openOffice(t, func(o *office) { o.furnish() })
	for _, l := range []string{"ja", "en"} {
		w := o.insider("Accept-Language", l)
		for _, path := range append(adminPages(), "/admin/outbox/"+lineID+"/body") {
			a := w.get(path)
			wantNoText(t, a, "<script", "javascript:alert", "ZgotmplZ")
			if !strings.HasSuffix(path, "/body") {
				wantNoText(t, a, " style=", " onclick=")
			}
		}
	}
	a := o.insider().get("/admin/scenarios")
	wantText(t, a, "&lt;script&gt;alert(&#34;x&#34;)&lt;/script&gt;")
}

func TestHeadersOfPages(t *testing.T) {
	o := openOffice(t, func(o *office) { o.furnish() })
	w := o.insider()
	for _, path := range append(adminPages(), "/admin/nothing", "/admin/buyers/nobody", "/admin/outbox/nothing/body") {
		for _, method := range []string{http.MethodGet, http.MethodHead} {
			a := w.ask(method, path, nil)
			for name, want := range map[string]string{
				"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff", "Referrer-Policy": "same-origin",
				"X-Frame-Options": "DENY", "Content-Security-Policy": adminPolicy, "Content-Type": "text/html; charset=utf-8",
				"Vary": "Accept-Language, Cookie",
			} {
				if got := a.Header.Get(name); got != want {
					t.Errorf("%s %s: %s is %q", method, path, name, got)
				}
			}
			if method == http.MethodHead && a.body != "" {
				t.Errorf("HEAD %s has a body", path)
			}
		}
	}
	for _, directive := range []string{"default-src 'none'", "frame-ancestors 'none'", "form-action 'self'", "base-uri 'none'", "style-src 'self'"} {
		if !strings.Contains(adminPolicy, directive) {
			t.Errorf("the policy lacks %s", directive)
		}
	}
	if strings.Contains(adminPolicy, "unsafe") || strings.Contains(adminPolicy, "script-src") {
		t.Errorf("the policy lets scripts or styles in: %s", adminPolicy)
	}
}

func TestPagesWantALogIn(t *testing.T) {
	o := openOffice(t, func(o *office) { o.furnish() })
	for _, path := range append(adminPages()[4:], "/admin/outbox/"+mailID+"/body", "/admin/dm/dm-2026-11-20.csv", "/admin/nothing", "/admin/queues") {
		a := o.browser().get(path)
		wantRedirect(t, a, "/admin/login?next="+url.QueryEscape(path))
		if strings.Contains(a.body, "<") && !strings.HasPrefix(a.body, "<a href=\"/admin/login") {
			t.Errorf("%s says something: %s", path, a.body)
		}
		if got := a.Header.Get("Cache-Control"); got != "no-store" {
			t.Errorf("%s: Cache-Control %q", path, got)
		}
	}
	for _, path := range []string{"/admin/logout", "/admin/scenarios/cart_abandonment/pause", "/admin/dead-letters/d1/replay"} {
		wantRedirect(t, o.browser().ask(http.MethodPost, path, url.Values{}), "/admin/login")
	}
	if len(o.paused.paused) != 0 || o.ingest.count() != 0 {
		t.Error("somebody changed something without a log-in")
	}
}

// Asynqmon's page has no way back to ours: it opens beside it.
func TestQueuesOpenBesideThePages(t *testing.T) {
	o := openOffice(t)
	wantText(t, o.insider().get("/admin"), `<a href="/admin/queues" target="_blank" rel="noopener" title="キューは別画面です">`)
	wantText(t, o.insider("Accept-Language", "en").get("/admin"), `title="Queues open on a page of their own"`)
	if n := strings.Count(o.insider().get("/admin").body, `target="_blank"`); n != 1 {
		t.Errorf("%d links open elsewhere", n)
	}
}

func TestUnknownPages(t *testing.T) {
	o := openOffice(t)
	w := o.insider()
	for _, path := range []string{"/admin/nothing", "/admin/outbox/nothing", "/admin/outbox/x/y", "/admin/buyers/nobody", "/admin/dead-letters/x", "/admin/dm/x", "/admin/dm/x.csv", "/admin/queues"} {
		a := w.get(path)
		wantStatus(t, a, http.StatusNotFound)
		wantText(t, a, "ページが見つかりません", `href="/admin"`)
	}
	a := w.ask(http.MethodPut, "/admin/outbox", nil)
	wantStatus(t, a, http.StatusMethodNotAllowed)
	wantText(t, a, "この操作はできません")
	if allow := a.Header.Get("Allow"); !strings.Contains(allow, "GET") {
		t.Errorf("Allow %q", allow)
	}
	if a := w.get("/admin/"); a.StatusCode != http.StatusPermanentRedirect || a.Header.Get("Location") != "/admin" {
		t.Errorf("/admin/ answers %d", a.StatusCode)
	}
	wantProblem(t, o.get("/administrator"), http.StatusNotFound) // not one of these pages
}

func TestPagesWithoutADatabase(t *testing.T) {
	o := openOffice(t, func(o *office) { o.furnish() })
	w := o.insider()
	o.reports.err, o.outbox.err, o.catalogue.err, o.letters.away = errAway, errAway, errAway, errAway
	for _, path := range []string{"/admin", "/admin/outbox", "/admin/outbox/" + mailID, "/admin/runs", "/admin/messages", "/admin/scenarios", "/admin/dead-letters"} {
		a := w.get(path)
		wantStatus(t, a, http.StatusServiceUnavailable)
		wantText(t, a, "ただいま表示できません")
		wantNoText(t, a, errAway.Error())
		if a.Header.Get("Retry-After") == "" {
			t.Errorf("%s: no Retry-After", path)
		}
	}
	if !strings.Contains(o.log.String(), errAway.Error()) {
		t.Error("the cause is not in the log")
	}
	o.reports.err = ErrBadCursor
	a := w.get("/admin/runs?cursor=broken")
	wantStatus(t, a, http.StatusBadRequest)
	wantText(t, a, "一覧の続きが見つかりません")
}

func TestNavigationShowsThatSomethingWaits(t *testing.T) {
	o := openOffice(t)
	w := o.insider()
	wantNoText(t, w.get("/admin"), `class="dot"`)
	o.letters.letters = []DeadLetter{{ID: "d1"}}
	a := w.get("/admin/runs")
	wantText(t, a, `class="dot"`, `<a href="/admin/runs" aria-current="page">`)
}
