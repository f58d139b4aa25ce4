package handlers

import (
	"net/http"
	"testing"
	"time"

	"kagobell/scenarios"
)

const (
	firefox  = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0"
	safari   = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.0 Mobile/15E148 Safari/604.1"
	lineApp  = "Mozilla/5.0 (Linux; Android 14; Pixel 8 Build/AP1A; wv) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 Chrome/131.0 Mobile Safari/537.36 Line/14.20.0"
	outlook  = "Microsoft Office/16.0 (Windows NT 10.0; Microsoft Outlook 16.0.17928; Pro)"
	bird     = "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Thunderbird/128.5.0"
	gmail    = "Mozilla/5.0 (Windows NT 5.1; rv:11.0) Gecko Firefox/11.0 (via ggpht.com GoogleImageProxy)"
	prefetch = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/42.0.2311.135 Safari/537.36 Edge/12.246 Mozilla/5.0"
)

func TestByMachine(t *testing.T) {
	const open, click = scenarios.InteractionOpen, scenarios.InteractionClick
	tests := []struct {
		agent string
		kind  scenarios.InteractionKind
		want  bool
	}{
		{firefox, open, false}, {firefox, click, false},
		{safari, open, false}, {safari, click, false},
		{lineApp, click, false},
		{bird, open, false},
		{outlook, open, false},
		{"Mozilla/5.0 (Linux; Android 9; CUBOT_X19) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0 Mobile Safari/537.36", click, false},
		// Proxies fetch when a person opens, and follow no links.
		{gmail, open, false}, {gmail, click, true},
		{"YahooMailProxy; https://help.yahoo.com/kb/yahoo-mail-proxy-SLN28749.html", open, false},
		// Apple's fetches at delivery.
		{"Mozilla/5.0", open, true}, {"Mozilla/5.0", click, true},
		{prefetch, open, true},
		{"Barracuda Sentinel (EE)", open, true}, {"Barracuda Sentinel (EE)", click, true},
		{"facebookexternalhit/1.1;line-poker/1.0", click, true},
		{"Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)", click, true},
		{"Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) HeadlessChrome/120.0 Safari/537.36", click, true},
		{"curl/8.5.0", click, true}, {"Go-http-client/1.1", open, true}, {"python-requests/2.31", open, true},
		{"SomethingUnknown/1.0", click, true}, {"SomethingUnknown/1.0", open, false},
		{"", open, true}, {"", click, true},
	}
	now := time.Date(2026, 11, 20, 1, 0, 0, 0, time.UTC)
	for _, test := range tests {
		r := &http.Request{Method: http.MethodGet, Header: http.Header{"User-Agent": {test.agent}}}
		if got := byMachine(r, test.kind, now.Add(-time.Hour), now); got != test.want {
			t.Errorf("%s by %q: machine %t", test.kind, test.agent, got)
		}
	}
}

func TestByMachineWhatTheRequestSays(t *testing.T) {
	now := time.Date(2026, 11, 20, 1, 0, 0, 0, time.UTC)
	ask := func(method string, since time.Duration, kind scenarios.InteractionKind, header ...string) bool {
		r := &http.Request{Method: method, Header: http.Header{"User-Agent": {firefox}}}
		for i := 0; i+1 < len(header); i += 2 {
			r.Header.Set(header[i], header[i+1])
		}
		return byMachine(r, kind, now.Add(-since), now)
	}
	const open, click = scenarios.InteractionOpen, scenarios.InteractionClick
	if !ask(http.MethodHead, time.Hour, open) || !ask(http.MethodHead, time.Hour, click) {
		t.Error("a HEAD is a person's")
	}
	if !ask(http.MethodGet, 1900*time.Millisecond, click) || ask(http.MethodGet, 2*time.Second, click) {
		t.Error("the first 2 s after sending")
	}
	if !ask(http.MethodGet, time.Hour, open, "Sec-Purpose", "prefetch;prerender") || !ask(http.MethodGet, time.Hour, click, "X-Purpose", "preview") {
		t.Error("a prefetch is a person's")
	}
	r := &http.Request{Method: http.MethodGet, Header: http.Header{"User-Agent": {firefox}}}
	if byMachine(r, click, time.Time{}, now) {
		t.Error("a message of which nobody knows when it left")
	}
}
