package handlers

import (
	"bytes"
	"mime/multipart"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"kagobell/scenarios"
)

const formType = "application/x-www-form-urlencoded"

// withBuyer lets the shop tell of a buyer who gets e-mail and could get post.
func withBuyer(b *bench) {
	withMessage(b)
	consent := func(granted bool) scenarios.ConsentUpdate {
		return scenarios.ConsentUpdate{Consent: scenarios.Consent{Granted: granted, Basis: scenarios.BasisOptIn, At: b.clock.now().Add(-24 * time.Hour)}}
	}
	field := func(value string) scenarios.Field[string] {
		return scenarios.Field[string]{Present: true, Value: value}
	}
	b.tell(&scenarios.Event{Source: "shop", ID: "profile", Type: scenarios.EventBuyerUpdated, OccurredAt: b.clock.now().Add(-24 * time.Hour),
		Buyer: &scenarios.BuyerUpdate{ID: "b-1", Email: field("sato@acme.example"), Name: field("<b>佐藤</b>"),
			Postal: scenarios.Field[*scenarios.Postal]{Present: true, Value: &scenarios.Postal{
				Code: "100-0005", Prefecture: "東京都", City: "千代田区", Street: "丸の内1-1-1"}},
			Consent: scenarios.ByChannel[scenarios.ConsentUpdate]{{Channel: scenarios.ChannelEmail, Value: consent(true)}}}})
}

func (b *bench) tell(event *scenarios.Event) {
	b.t.Helper()
	results, err := b.ingest.Ingest(b.t.Context(), []*scenarios.Event{event})
	if err != nil || results[0].Err != nil {
		b.t.Fatal(err, results)
	}
}

func (b *bench) state(channel scenarios.Channel) channelState {
	b.t.Helper()
	to, err := b.ingest.recipient("b-1")
	if err != nil {
		b.t.Fatal(err)
	}
	return stateOf(to, channel)
}

func (b *bench) preferencesPath() string {
	b.t.Helper()
	return "/u/" + b.token(scenarios.TokenUnsubscribe, messageID, 0)
}

// oneClick is the post of a mail program (RFC 8058).
func (b *bench) oneClick() answer {
	b.t.Helper()
	return b.do(b.request(http.MethodPost, b.preferencesPath(), "List-Unsubscribe=One-Click", "Content-Type", formType))
}

func TestOneClick(t *testing.T) {
	var multi bytes.Buffer
	form := multipart.NewWriter(&multi)
	form.WriteField("List-Unsubscribe", "One-Click")
	form.Close()
	for name, post := range map[string][2]string{
		"form":                {formType, "List-Unsubscribe=One-Click"},
		"form with a charset": {formType + "; charset=utf-8", "List-Unsubscribe=One-Click"},
		"multipart":           {form.FormDataContentType(), multi.String()},
		"nothing said":        {"", "List-Unsubscribe=One-Click"},
	} {
		t.Run(name, func(t *testing.T) {
			b := serve(t, withBuyer)
			r := b.request(http.MethodPost, b.preferencesPath()+"?utm=%zz", post[1])
			r.Header["Content-Type"] = []string{post[0]}
			a := b.do(r)
			wantStatus(t, a, http.StatusOK) // no redirect, RFC 8058 section 3.1
			if len(a.Cookies()) != 0 || !strings.HasPrefix(a.Header.Get("Content-Type"), "text/plain") {
				t.Errorf("headers %v", a.Header)
			}
			if b.state(scenarios.ChannelEmail) != stateOff {
				t.Error("e-mail goes on")
			}
			last := b.ingest.events[len(b.ingest.events)-1]
			if last.Source != scenarios.SourceKagobell || last.Type != scenarios.EventBuyerOptedOut || last.BuyerID() != "b-1" ||
				last.Data["channel"] != "email" || last.Data["message_id"] != messageID || !last.OccurredAt.Equal(b.clock.now()) || len(last.ID) > 128 {
				t.Errorf("event %+v", last)
			}
			if read, wrong := scenarios.ReadEvent(last.Raw, last.Source); len(wrong) > 0 || read.ID != last.ID || read.BuyerID() != "b-1" {
				t.Errorf("kept as %s: %v", last.Raw, wrong)
			}
		})
	}
}

// TestOptOutAndBack: repeating a wish changes nothing, and every change of mind counts.
func TestOptOutAndBack(t *testing.T) {
	b := serve(t, withBuyer)
	press := func(action, channel string) answer {
		t.Helper()
		b.clock.move(time.Minute)
		a := b.do(b.request(http.MethodPost, b.preferencesPath(), url.Values{"action": {action}, "channel": {channel}}.Encode(), "Content-Type", formType))
		wantStatus(t, a, http.StatusOK)
		return a
	}
	step := func(what string, events int, state channelState) {
		t.Helper()
		if b.ingest.count() != events || b.state(scenarios.ChannelEmail) != state {
			t.Fatalf("%s: %d events, state %s", what, b.ingest.count(), b.state(scenarios.ChannelEmail))
		}
	}
	step("at first", 1, stateOn)
	b.oneClick()
	step("opted out", 2, stateOff)
	b.oneClick()
	press("stop", "email")
	step("again", 2, stateOff)
	if a := press("resume", "email"); !strings.Contains(a.body, "お知らせをお届けします。") {
		t.Errorf("page %s", a.body)
	}
	step("resumed", 3, stateOn)
	press("resume", "email")
	step("resumed again", 3, stateOn)
	b.clock.move(time.Minute)
	b.oneClick()
	step("opted out by the same link", 4, stateOff)
	press("resume", "email")
	press("stop", "all")
	step("all stopped", 7, stateOff) // e-mail and post
	if b.ingest.calls != 6 {
		t.Errorf("%d calls: a change was taken for a repetition", b.ingest.calls)
	}
	if b.state(scenarios.ChannelDM) != stateOff || b.state(scenarios.ChannelLine) != stateNone {
		t.Errorf("post %s, LINE %s", b.state(scenarios.ChannelDM), b.state(scenarios.ChannelLine))
	}
}

// TestOptOutAfterTheShopTurnedBack: even where everything is as it was when the link was first used, it works.
func TestOptOutAfterTheShopTurnedBack(t *testing.T) {
	b := serve(t, withBuyer)
	b.oneClick()
	spent := b.ingest.events[len(b.ingest.events)-1].ID
	b.ingest.mu.Lock() // a restored backup knows the event and not its effect
	b.ingest.snapshot.Buyer("b-1").Blocks = nil
	b.ingest.suppressions = nil
	b.ingest.mu.Unlock()
	if b.state(scenarios.ChannelEmail) != stateOn {
		t.Fatal("not as it was")
	}
	wantStatus(t, b.oneClick(), http.StatusOK)
	if last := b.ingest.events[len(b.ingest.events)-1].ID; b.state(scenarios.ChannelEmail) != stateOff || !strings.HasPrefix(last, spent+":") {
		t.Errorf("e-mail %s after %s", b.state(scenarios.ChannelEmail), last)
	}
}

func TestPreferencesGetChangesNothing(t *testing.T) {
	b := serve(t, withBuyer)
	for _, method := range []string{http.MethodGet, http.MethodHead} {
		for _, query := range []string{"", "?List-Unsubscribe=One-Click", "?action=stop&channel=all"} {
			r := b.request(method, b.preferencesPath()+query, "List-Unsubscribe=One-Click", "Content-Type", formType)
			wantStatus(t, b.do(r), http.StatusOK)
		}
	}
	// Nor does a post whose wish stands in the address alone.
	wantStatus(t, b.do(b.request(http.MethodPost, b.preferencesPath()+"?List-Unsubscribe=One-Click", "", "Content-Type", formType)), http.StatusBadRequest)
	if b.ingest.count() != 1 || b.state(scenarios.ChannelEmail) != stateOn {
		t.Errorf("%d events", b.ingest.count())
	}
}

func TestPreferencesPage(t *testing.T) {
	b := serve(t, withBuyer)
	a := b.get(b.preferencesPath(), "Accept-Language", "ja,en-US;q=0.7,en;q=0.3")
	wantStatus(t, a, http.StatusOK)
	for _, want := range []string{`<html lang="ja">`, "配信設定", "s***@acme.example", "受け取っています", "東京都千代田区***", "受け取っていません",
		"オフィス百貨株式会社", "東京都千代田区丸の内1-1-1", `href="https://shop.example/contact"`, "すべての配信を停止する", `href="../static/kagobell.css"`} {
		if !strings.Contains(a.body, want) {
			t.Errorf("no %s in the page", want)
		}
	}
	for _, secret := range []string{"sato@", "佐藤", "100-0005", "LINE", messageID} {
		if strings.Contains(a.body, secret) {
			t.Errorf("%s in the page", secret)
		}
	}
	for name, want := range map[string]string{"Content-Security-Policy": pagePolicy, "Referrer-Policy": "no-referrer", "X-Frame-Options": "DENY",
		"Cache-Control": "no-store", "X-Robots-Tag": "noindex, nofollow", "Vary": "Accept-Language", "Content-Language": "ja"} {
		if got := a.Header.Get(name); got != want {
			t.Errorf("%s: %q", name, got)
		}
	}
	english := b.get(b.preferencesPath(), "Accept-Language", "en-GB,en;q=0.9,ja;q=0.5")
	if !strings.Contains(english.body, "Message preferences") || strings.Contains(english.body, "配信設定") {
		t.Errorf("English: %s", english.body)
	}
	b.oneClick()
	if a = b.get(b.preferencesPath()); !strings.Contains(a.body, "停止しています") || strings.Contains(a.body, "すべての配信を停止する") {
		t.Errorf("after the opt-out: %s", a.body)
	}
}

func TestLanguages(t *testing.T) {
	for accept, want := range map[string]lang{
		"": japanese, "ja": japanese, "en": english, "en-US,en;q=0.9": english, "de-DE,de;q=0.9,en;q=0.8": english, "zh-CN": japanese,
		"ja-JP,en;q=0.9": japanese, "en;q=0.4,ja;q=0.8": japanese, "*": japanese, ";;;": japanese,
	} {
		if got := languageOf(&http.Request{Header: http.Header{"Accept-Language": {accept}}}); got != want {
			t.Errorf("%q: %s", accept, got)
		}
	}
}

func TestPreferencesRefusals(t *testing.T) {
	b := serve(t, withBuyer)
	post := func(path, body string) answer {
		return b.do(b.request(http.MethodPost, path, body, "Content-Type", formType))
	}
	for _, path := range []string{"/u/nonsense", "/u/" + b.token(scenarios.TokenClick, messageID, 0), "/u/" + b.token(scenarios.TokenUnsubscribe, strings.Repeat("f", 32), 0)} {
		wantStatus(t, b.get(path), http.StatusNotFound)
		wantStatus(t, post(path, "List-Unsubscribe=One-Click"), http.StatusNotFound)
	}
	for _, body := range []string{"", "action=stop", "action=stop&channel=fax", "action=resume&channel=all", "List-Unsubscribe=Maybe", "a=" + strings.Repeat("x", maxFormBody)} {
		wantStatus(t, post(b.preferencesPath(), body), http.StatusBadRequest)
	}
	wantStatus(t, b.do(b.request(http.MethodPost, b.preferencesPath(), "{}", "Content-Type", "application/json")), http.StatusBadRequest)
	wantStatus(t, b.do(b.request(http.MethodPost, b.preferencesPath(), "x", "Content-Type", "multipart/form-data; boundary=none")), http.StatusBadRequest)
	if b.ingest.count() != 1 {
		t.Errorf("%d events", b.ingest.count())
	}
	b.ingest.away = errAway
	a := b.oneClick()
	wantStatus(t, a, http.StatusServiceUnavailable)
	if a.Header.Get("Retry-After") == "" {
		t.Error("no Retry-After")
	}
	b.ingest.away, b.ingest.refuse = nil, errAway
	wantStatus(t, b.oneClick(), http.StatusServiceUnavailable)
	b.ingest.refuse = nil
	wantStatus(t, b.oneClick(), http.StatusOK)
	if log := b.log.String(); strings.Contains(log, b.preferencesPath()) || strings.Contains(log, "sato@") {
		t.Error("a token or an address is in the log")
	}
}

// TestErasedBuyerStaysErased: an opt-out is an event of the buyer, and any event would bring an erased one back.
func TestErasedBuyerStaysErased(t *testing.T) {
	b := serve(t, withBuyer)
	b.tell(&scenarios.Event{Source: "shop", ID: "gone", Type: scenarios.EventBuyerDeleted, OccurredAt: b.clock.now(), Buyer: &scenarios.BuyerUpdate{ID: "b-1"}})
	b.clock.move(time.Minute)
	wantStatus(t, b.oneClick(), http.StatusOK)
	to, err := b.ingest.recipient("b-1")
	if err != nil || !to.Buyer.Erased() {
		t.Errorf("%+v, %v", to.Buyer, err)
	}
	if a := b.get(b.preferencesPath()); a.StatusCode != http.StatusOK || !strings.Contains(a.body, "お届けしているお知らせはありません") {
		t.Errorf("page %s", a.body)
	}
}

func TestStatesOfAChannel(t *testing.T) {
	buyer := scenarios.Buyer{Email: "a@b.example", Consents: scenarios.ByChannel[scenarios.Consent]{{Channel: scenarios.ChannelEmail, Value: scenarios.Consent{Granted: true}}}}
	hash := buyer.AddressHash(scenarios.ChannelEmail)
	bar := func(reason scenarios.Reason, address string, lifted time.Time) []scenarios.Suppression {
		return []scenarios.Suppression{{Channel: scenarios.ChannelEmail, AddressHash: address, Reason: reason, LiftedAt: lifted}}
	}
	for name, test := range map[string]struct {
		suppressions []scenarios.Suppression
		want         channelState
	}{
		"none":             {nil, stateOn},
		"bounced":          {bar(scenarios.ReasonHardBounce, hash, time.Time{}), stateUndelivered},
		"complained":       {bar(scenarios.ReasonComplaint, hash, time.Time{}), stateOff},
		"lifted":           {bar(scenarios.ReasonHardBounce, hash, time.Unix(1, 0)), stateOn},
		"an older address": {bar(scenarios.ReasonHardBounce, "other", time.Time{}), stateOn},
	} {
		if got := stateOf(Recipient{Buyer: buyer, Suppressions: test.suppressions}, scenarios.ChannelEmail); got != test.want {
			t.Errorf("%s: %s", name, got)
		}
	}
}

func TestMasked(t *testing.T) {
	for address, want := range map[string]string{"sato@acme.example": "s***@acme.example", "a@b.example": "a***@b.example", "佐藤@例.example": "佐***@例.example", "@b.example": "****@b.example", "nonsense": ""} {
		if got := masked(&scenarios.Buyer{Email: address}, scenarios.ChannelEmail); got != want {
			t.Errorf("%s: %s", address, got)
		}
	}
}
