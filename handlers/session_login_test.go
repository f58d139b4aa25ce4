package handlers

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"
)

func sessionCookieOf(t *testing.T, a answer) *http.Cookie {
	t.Helper()
	for _, cookie := range a.Cookies() {
		if cookie.Name == sessionCookie {
			return cookie
		}
	}
	t.Fatalf("no session cookie in the answer with status %d", a.StatusCode)
	return nil
}

func TestLogInLeadsToThePageThatWasWanted(t *testing.T) {
	o := openOffice(t)
	w := o.browser()
	wantRedirect(t, w.get("/admin/outbox?channel=line&q=%E6%9C%A8"), "/admin/login?next=%2Fadmin%2Foutbox%3Fchannel%3Dline%26q%3D%25E6%259C%25A8")
	wantRedirect(t, w.get("/admin"), "/admin/login")
	form := w.get("/admin/login?next=%2Fadmin%2Foutbox%3Fchannel%3Dline")
	wantStatus(t, form, http.StatusOK)
	wantText(t, form, `name="next" value="/admin/outbox?channel=line"`, "ログイン")

	in := w.logIn("admin", adminPassword, "/admin/outbox?channel=line")
	wantRedirect(t, in, "/admin/outbox?channel=line")
	cookie := sessionCookieOf(t, in)
	if !cookie.HttpOnly || cookie.SameSite != http.SameSiteLaxMode || cookie.Path != "/admin" || cookie.Secure || cookie.MaxAge != 12*3600 {
		t.Errorf("cookie %v", cookie)
	}
	wantStatus(t, w.get("/admin"), http.StatusOK)
	wantRedirect(t, w.get("/admin/login?next=/admin/runs"), "/admin/runs")
	wantRedirect(t, w.get("/admin/login?next=//evil.example"), "/admin")
}

func TestSessionCookieIsSecureBehindTLS(t *testing.T) {
	o := openOffice(t)
	w := o.browser("X-Forwarded-Proto", "https")
	var nonce *http.Cookie
	page := w.get("/admin/login")
	for _, cookie := range page.Cookies() {
		nonce = cookie
		if !cookie.Secure {
			t.Errorf("cookie %v", cookie)
		}
	}
	token := tokenField.FindStringSubmatch(page.body)[1]
	// The jar keeps secure cookies from plain http, as it should.
	in := w.ask(http.MethodPost, "/admin/login", url.Values{"token": {token}, "user": {"admin"}, "password": {adminPassword}},
		"Cookie", nonce.Name+"="+nonce.Value)
	if !sessionCookieOf(t, in).Secure {
		t.Error("the session travels in the clear")
	}
}

func TestLogInWithBothKindsOfHash(t *testing.T) {
	o := openOffice(t, func(o *office) { o.options.Admin.PasswordHash = argon(t, "パスワード") })
	wantStatus(t, o.browser().logIn("admin", "パスワー", ""), http.StatusUnauthorized)
	wantRedirect(t, o.browser().logIn("admin", "パスワード", ""), "/admin")
}

func TestLogInHashesNothingHuge(t *testing.T) {
	long := strings.Repeat("x", longestPassword+1)
	check := newPasswordCheck("admin", argon(t, long))
	if admitted, err := check.admits(t.Context(), "admin", long); admitted || err != nil {
		t.Errorf("admitted %v, %v", admitted, err)
	}
}

func TestLogInChecksAFewPasswordsAtATime(t *testing.T) {
	check := newPasswordCheck("admin", argon(t, "p"))
	for range hashesAtOnce {
		check.turns <- struct{}{}
	}
	gone, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := check.admits(gone, "admin", "p"); !errors.Is(err, context.Canceled) {
		t.Errorf("with all turns taken: %v", err)
	}
	<-check.turns
	if admitted, err := check.admits(t.Context(), "admin", "p"); !admitted || err != nil {
		t.Errorf("with a turn: %v, %v", admitted, err)
	}
}

func TestLogInRefused(t *testing.T) {
	o := openOffice(t)
	for name, try := range map[string][2]string{
		"wrong password": {"admin", "incorrect"}, "wrong user": {"root", adminPassword}, "empty": {"", ""},
		"too long": {"admin", strings.Repeat("x", longestPassword+1)},
	} {
		w := o.browser()
		a := w.logIn(try[0], try[1], "/admin/runs")
		wantStatus(t, a, http.StatusUnauthorized)
		wantText(t, a, "ユーザー名またはパスワードが正しくありません。", `name="next" value="/admin/runs"`)
		wantRedirect(t, w.get("/admin"), "/admin/login")
		if len(a.Cookies()) != 0 {
			t.Errorf("%s: cookies %v", name, a.Cookies())
		}
	}
	if logged := o.log.String(); strings.Contains(logged, "incorrect") || strings.Contains(logged, "root") {
		t.Errorf("the log has what was typed: %s", logged)
	}
	wantText(t, o.browser("Accept-Language", "en-GB,en;q=0.8").logIn("admin", "no", ""), "The user name or the password is not right.")
}

func TestLogInWithABrokenHashIsLogged(t *testing.T) {
	for _, hash := range []string{"$argon2id$nonsense", "nonsense"} {
		o := openOffice(t, func(o *office) { o.options.Admin.PasswordHash = hash })
		wantStatus(t, o.browser().logIn("admin", "nonsense", ""), http.StatusServiceUnavailable)
		if !strings.Contains(o.log.String(), "check a password") {
			t.Errorf("%s: not in the log: %s", hash, o.log)
		}
	}
}

func TestLogInIsRateLimited(t *testing.T) {
	o := openOffice(t)
	w := o.browser("X-Forwarded-For", "198.51.100.1")
	for range 2 * triesAddress {
		wantStatus(t, w.logIn("admin", adminPassword, ""), http.StatusSeeOther) // who knows the password is not counted
		wantStatus(t, w.press("/admin", "/admin/logout"), http.StatusSeeOther)
	}
	for range triesAddress {
		wantStatus(t, w.logIn("admin", "guess", ""), http.StatusUnauthorized)
	}
	a := w.logIn("admin", adminPassword, "")
	wantStatus(t, a, http.StatusTooManyRequests)
	wantText(t, a, "ログインの試行が多すぎます。")
	if a.Header.Get("Retry-After") != "60" {
		t.Errorf("Retry-After %q", a.Header.Get("Retry-After"))
	}
	wantStatus(t, o.browser("X-Forwarded-For", "198.51.100.2").logIn("admin", adminPassword, ""), http.StatusSeeOther)
	o.clock.move(triesWindow)
	wantStatus(t, w.logIn("admin", adminPassword, ""), http.StatusSeeOther)
}

func TestLogInFormCannotBeForged(t *testing.T) {
	o := openOffice(t)
	right := url.Values{"user": {"admin"}, "password": {adminPassword}}
	with := func(token string) url.Values {
		form := url.Values{"token": {token}}
		for name, values := range right {
			form[name] = values
		}
		return form
	}
	w, other := o.browser(), o.browser()
	token := w.token("/admin/login")
	for name, a := range map[string]answer{
		"no token":             w.ask(http.MethodPost, "/admin/login", right),
		"token of another":     w.ask(http.MethodPost, "/admin/login", with(other.token("/admin/login"))),
		"no cookie":            o.browser().ask(http.MethodPost, "/admin/login", with(token)),
		"from another site":    w.ask(http.MethodPost, "/admin/login", with(token), "Sec-Fetch-Site", "cross-site"),
		"from a sister site":   w.ask(http.MethodPost, "/admin/login", with(token), "Sec-Fetch-Site", "same-site"),
		"another origin":       w.ask(http.MethodPost, "/admin/login", with(token), "Origin", "https://evil.example"),
		"an origin of nothing": w.ask(http.MethodPost, "/admin/login", with(token), "Origin", "null"),
		"not a form":           w.ask(http.MethodPost, "/admin/login", with(token), "Content-Type", "text/plain"),
	} {
		wantStatus(t, a, http.StatusForbidden)
		wantText(t, a, "Cookie")
		if len(a.Cookies()) > 1 {
			t.Errorf("%s: cookies %v", name, a.Cookies())
		}
	}
	wantStatus(t, w.ask(http.MethodPost, "/admin/login", with(token), "Origin", o.server.URL, "Sec-Fetch-Site", "same-origin"), http.StatusSeeOther)
}

func TestLogInThroughTheNameThatIsConfigured(t *testing.T) {
	o := openOffice(t, func(o *office) { o.options.Admin.PublicURL = "https://bell.example/somewhere" })
	w := o.browser("Origin", "https://bell.example")
	wantRedirect(t, w.logIn("admin", adminPassword, ""), "/admin")
}

func TestSessionEnds(t *testing.T) {
	o := openOffice(t)
	w := o.insider()
	wantRedirect(t, w.press("/admin", "/admin/logout"), "/admin/login")
	wantRedirect(t, w.get("/admin"), "/admin/login")

	w = o.insider()
	o.clock.move(12 * time.Hour)
	wantRedirect(t, w.get("/admin"), "/admin/login")

	for _, forged := range []string{"", "forged", strings.Repeat("A", 75)} {
		wantRedirect(t, o.browser().get("/admin", "Cookie", sessionCookie+"="+forged), "/admin/login")
	}
}

func TestSessionEndsWithAChangedPassword(t *testing.T) {
	o := openOffice(t)
	cookie := sessionCookieOf(t, o.browser().logIn("admin", adminPassword, ""))
	changed := openOffice(t, func(c *office) { c.options.Admin.PasswordHash = argon(t, "new") })
	wantRedirect(t, changed.browser().get("/admin", "Cookie", sessionCookie+"="+cookie.Value), "/admin/login")
	replica := openOffice(t, func(c *office) { c.options.Admin.PasswordHash = o.options.Admin.PasswordHash })
	wantStatus(t, replica.browser().get("/admin", "Cookie", sessionCookie+"="+cookie.Value), http.StatusOK)
}

func TestLocalPage(t *testing.T) {
	for wanted, want := range map[string]string{
		"/admin":                         "/admin",
		"/admin?days=7":                  "/admin?days=7",
		"/admin/buyers/a%2Fb":            "/admin/buyers/a%2Fb",
		"/admin/outbox?q=%E6%9C%A8&x=1":  "/admin/outbox?q=%E6%9C%A8&x=1",
		"":                               "/admin",
		"https://evil.example/admin":     "/admin",
		"//evil.example/admin":           "/admin",
		"///evil.example/admin":          "/admin",
		`/\evil.example`:                 "/admin",
		`/admin\..\..\evil`:              "/admin",
		"/admin//evil.example":           "/admin",
		"/admin/../u/x":                  "/admin",
		"/admin/%2e%2e/u/x":              "/admin",
		"/admin/./login":                 "/admin",
		"/admin/login?next=/admin/login": "/admin",
		"/admin/logout":                  "/admin",
		"/administrator":                 "/admin",
		"/metrics":                       "/admin",
		"admin":                          "/admin",
		"javascript:alert(1)":            "/admin",
		"http:/admin":                    "/admin",
		"/admin\r\nSet-Cookie: a=b":      "/admin",
		"/admin/\x00":                    "/admin",
		"/admin/%zz":                     "/admin",
		"/admin/ runs":                   "/admin",
	} {
		if got := localPage(wanted); got != want {
			t.Errorf("%q leads to %q, want %q", wanted, got, want)
		}
	}
	o := openOffice(t)
	wantRedirect(t, o.browser().logIn("admin", adminPassword, "//evil.example/admin"), "/admin")
}

func TestNoAdminWithoutItsKeyOrPassword(t *testing.T) {
	for name, change := range map[string]func(*AdminOptions){
		"no user": func(o *AdminOptions) { o.User = "" }, "no hash": func(o *AdminOptions) { o.PasswordHash = "" },
		"no key": func(o *AdminOptions) { o.SigningKey = nil },
	} {
		o := openOffice(t, func(o *office) { change(&o.options.Admin) })
		for _, path := range []string{"/admin", "/admin/login", "/admin/queues"} {
			if a := o.browser().get(path); a.StatusCode != http.StatusNotFound {
				t.Errorf("%s: %s answers %d", name, path, a.StatusCode)
			}
		}
	}
}
