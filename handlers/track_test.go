package handlers

import (
	"bytes"
	"image/gif"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"kagobell/scenarios"
)

const messageID = "0a1b2c3d4e5f60718293a4b5c6d7e8f9"

// withMessage adds a message with some links, sent an hour ago.
func withMessage(b *bench) {
	b.tracker.messages[messageID] = &scenarios.Message{
		ID: messageID, BuyerID: "b-1", Channel: scenarios.ChannelEmail, Status: scenarios.MessageSent,
		SentAt: b.clock.now().Add(-time.Hour), URL: "https://shop.example/cart?id=c-9&lang=ja",
		Items: []scenarios.MessageItem{
			{SKU: "A4", URL: "https://shop.example/p/A4-500"},
			{SKU: "JS", URL: "javascript:alert(1)"},
			{SKU: "NONE"},
			{SKU: "SLASHES", URL: "//evil.example/"},
			{SKU: "JA", URL: "https://shop.example/商品?q=紙"},
			{SKU: "NO HOST", URL: "https:///evil.example"},
			{SKU: "OPAQUE", URL: "https:evil.example"},
			{SKU: "CRLF", URL: "https://shop.example/\r\nSet-Cookie: a=b"},
		},
	}
}

func TestOpen(t *testing.T) {
	b := serve(t, withMessage)
	a := b.get("/t/o/" + b.token(scenarios.TokenOpen, messageID, 0))
	wantStatus(t, a, http.StatusOK)
	picture, err := gif.Decode(bytes.NewReader([]byte(a.body)))
	if err != nil || picture.Bounds().Dx() != 1 || picture.Bounds().Dy() != 1 {
		t.Errorf("picture: %v", err)
	}
	if _, _, _, alpha := picture.At(0, 0).RGBA(); alpha != 0 {
		t.Error("the picture can be seen")
	}
	if a.Header.Get("Content-Type") != "image/gif" || a.Header.Get("Cache-Control") != "no-store" {
		t.Errorf("headers %v", a.Header)
	}
	got := b.tracker.recorded()
	want := scenarios.Interaction{MessageID: messageID, BuyerID: "b-1", Kind: scenarios.InteractionOpen, At: b.clock.now().UTC()}
	if len(got) != 1 || got[0] != want {
		t.Errorf("recorded %+v", got)
	}
	b.get("/t/o/"+b.token(scenarios.TokenOpen, messageID, 0), "User-Agent", "Mozilla/5.0")
	b.do(b.request(http.MethodHead, "/t/o/"+b.token(scenarios.TokenOpen, messageID, 0), "", "User-Agent", firefox))
	if got = b.tracker.recorded(); len(got) != 3 || !got[1].Machine || !got[2].Machine {
		t.Errorf("recorded %+v", got)
	}
}

func TestClickLeadsToTheStoredAddress(t *testing.T) {
	b := serve(t, withMessage)
	for link, want := range map[int]string{
		0:                  "https://shop.example/p/A4-500",
		scenarios.LinkMain: "https://shop.example/cart?id=c-9&lang=ja",
		4:                  "https://shop.example/%E5%95%86%E5%93%81?q=%E7%B4%99",
	} {
		// What is added to the link by whoever forwards it changes nothing.
		a := b.get("/t/c/" + b.token(scenarios.TokenClick, messageID, link) + "?url=https://evil.example/&next=//evil.example")
		wantStatus(t, a, http.StatusFound)
		if got := a.Header.Get("Location"); !strings.EqualFold(got, want) {
			t.Errorf("link %d leads to %s, want %s", link, got, want)
		}
	}
	for _, x := range b.tracker.recorded() {
		if x.Kind != scenarios.InteractionClick || x.Machine || !strings.HasPrefix(x.URL, "https://shop.example/") || x.BuyerID != "b-1" {
			t.Errorf("recorded %+v", x)
		}
	}
	wantStatus(t, b.do(b.request(http.MethodHead, "/t/c/"+b.token(scenarios.TokenClick, messageID, 0), "")), http.StatusFound)
	if got := b.tracker.recorded(); len(got) != 4 || !got[3].Machine {
		t.Errorf("recorded %+v", got)
	}
}

func TestClickNowhere(t *testing.T) {
	b := serve(t, withMessage)
	good := b.token(scenarios.TokenClick, messageID, 0)
	other, err := scenarios.NewTokenSigner([]byte("the key of somebody else"))
	if err != nil {
		t.Fatal(err)
	}
	foreign, err := other.Sign(scenarios.Token{Kind: scenarios.TokenClick, MessageID: messageID})
	if err != nil {
		t.Fatal(err)
	}
	for name, token := range map[string]string{
		"forged":             "A" + good[1:],
		"cut":                good[:len(good)-1],
		"another key":        foreign,
		"an open token":      b.token(scenarios.TokenOpen, messageID, 0),
		"an address":         "https:%2F%2Fevil.example",
		"a path":             "..%2F..%2Fadmin",
		"unknown message":    b.token(scenarios.TokenClick, strings.Repeat("f", 32), 0),
		"javascript":         b.token(scenarios.TokenClick, messageID, 1),
		"no address":         b.token(scenarios.TokenClick, messageID, 2),
		"without a scheme":   b.token(scenarios.TokenClick, messageID, 3),
		"no host":            b.token(scenarios.TokenClick, messageID, 5),
		"opaque":             b.token(scenarios.TokenClick, messageID, 6),
		"a header in it":     b.token(scenarios.TokenClick, messageID, 7),
		"a link not in it":   b.token(scenarios.TokenClick, messageID, 77),
		"an open's for page": b.token(scenarios.TokenUnsubscribe, messageID, 0),
	} {
		a := b.get("/t/c/" + token)
		if a.StatusCode != http.StatusNotFound || a.Header.Get("Location") != "" || !strings.Contains(a.body, "ページが見つかりません") {
			t.Errorf("%s: %d to %q", name, a.StatusCode, a.Header.Get("Location"))
		}
	}
	wantStatus(t, b.get("/t/o/"+good), http.StatusNotFound)
	wantStatus(t, b.get("/t/o/"+b.token(scenarios.TokenOpen, strings.Repeat("f", 32), 0)), http.StatusNotFound)
	if got := b.tracker.recorded(); len(got) != 0 {
		t.Errorf("recorded %+v", got)
	}
}

func TestTrackingWhileTheDatabaseIsAway(t *testing.T) {
	b := serve(t, withMessage)
	click, open := b.token(scenarios.TokenClick, messageID, 0), b.token(scenarios.TokenOpen, messageID, 0)
	b.tracker.awayWrite = errAway
	wantStatus(t, b.get("/t/c/"+click), http.StatusFound)
	wantStatus(t, b.get("/t/o/"+open), http.StatusOK)
	b.tracker.awayRead = errAway
	wantStatus(t, b.get("/t/o/"+open), http.StatusOK)
	a := b.get("/t/c/"+click, "Accept-Language", "en-US,en;q=0.9")
	wantStatus(t, a, http.StatusServiceUnavailable)
	if a.Header.Get("Retry-After") == "" || !strings.Contains(a.body, "try again") || !strings.Contains(a.body, `href="../../static/kagobell.css"`) {
		t.Errorf("page %s", a.body)
	}
	if log := b.log.String(); !strings.Contains(log, messageID) || strings.Contains(log, click) || strings.Contains(log, open) {
		t.Error("the log names the message and no token")
	}
}

// known puts the message of withMessage where the engine finds it.
func known(b *bench) {
	b.ingest.snapshot.PutBuyer(&scenarios.Buyer{ID: "b-1"})
	b.ingest.snapshot.PutMessage(b.tracker.messages[messageID])
}

// TestReactionsAreEvents: the first open and the first click of each link are events that the engine decides and that
// keep the interaction; repetitions and machines make none, and are kept beside them.
func TestReactionsAreEvents(t *testing.T) {
	b := serve(t, withMessage, known)
	open := "/t/o/" + b.token(scenarios.TokenOpen, messageID, 0)
	click := func(link int) string { return "/t/c/" + b.token(scenarios.TokenClick, messageID, link) }
	b.get(open, "User-Agent", "Mozilla/5.0")
	b.get(click(0), "User-Agent", "python-requests/2")
	if n := b.ingest.count(); n != 0 {
		t.Fatalf("machines made %d events", n)
	}
	for _, path := range []string{click(0), open, open, click(0), click(scenarios.LinkMain)} {
		b.get(path)
	}
	var got []string
	for _, ev := range b.ingest.events {
		got = append(got, ev.ID)
		if ev.Source != scenarios.SourceKagobell || ev.BuyerID() != "b-1" || ev.Data["message_id"] != messageID || !ev.OccurredAt.Equal(b.clock.now()) {
			t.Errorf("event %+v", ev)
		}
	}
	want := []string{"click:" + messageID + ":0", "open:" + messageID, "click:" + messageID + ":254"}
	if !slices.Equal(got, want) {
		t.Errorf("events %q, want %q", got, want)
	}
	if first := b.ingest.events[0]; first.Type != scenarios.EventMessageClicked || first.Data["url"] != "https://shop.example/p/A4-500" {
		t.Errorf("click %+v", first)
	}
	if n := len(b.tracker.recorded()); n != 4 { // two of machines, an open and a click once more
		t.Errorf("%d interactions beside the events: %+v", n, b.tracker.recorded())
	}
}

// TestOldMessagesMakeNoEvents: their events are forgotten, so nobody could tell a repetition.
func TestOldMessagesMakeNoEvents(t *testing.T) {
	b := serve(t, withMessage, known)
	b.clock.move(90 * 24 * time.Hour)
	b.get("/t/c/" + b.token(scenarios.TokenClick, messageID, 0))
	if n, kept := b.ingest.count(), len(b.tracker.recorded()); n != 0 || kept != 1 {
		t.Errorf("%d events, %d interactions", n, kept)
	}
}

// TestReactionThatCannotBeDecided: too much is waiting, or the event fails by itself. It is recorded all the same.
func TestReactionThatCannotBeDecided(t *testing.T) {
	for name, spoil := range map[string]func(*bench){
		"overloaded": func(b *bench) { b.ingest.away = errAway },
		"poisonous":  func(b *bench) { b.ingest.refuse = errAway },
	} {
		b := serve(t, withMessage, known, spoil)
		wantStatus(t, b.get("/t/c/"+b.token(scenarios.TokenClick, messageID, 0)), http.StatusFound)
		if kept := b.tracker.recorded(); len(kept) != 1 || kept[0].Machine || kept[0].Kind != scenarios.InteractionClick {
			t.Errorf("%s: recorded %+v", name, kept)
		}
	}
}
