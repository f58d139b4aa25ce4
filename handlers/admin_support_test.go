package handlers

import (
	"context"
	"encoding/json"
	"html"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/alexedwards/argon2id"
	"github.com/shopspring/decimal"
	"golang.org/x/crypto/bcrypt"

	"kagobell/scenarios"
)

const (
	adminPassword = "correct horse"
	nasty         = `<script>alert("x")</script>`
	mailID        = "000000000000000000000000000000a1"
	lineID        = "000000000000000000000000000000a2"
	letterID      = "000000000000000000000000000000a3"
	unkeptID      = "000000000000000000000000000000a4"
)

// office is a bench with the admin pages, and what they read.
type office struct {
	*bench
	catalogue *catalogue
	outbox    *outbox
	directory *directory
	people    people
}

// openOffice starts a server with admin pages; change alters it beforehand.
func openOffice(t *testing.T, change ...func(*office)) *office {
	t.Helper()
	hash, err := bcrypt.GenerateFromPassword([]byte(adminPassword), bcrypt.MinCost)
	if err != nil {
		t.Fatal(err)
	}
	o := &office{outbox: &outbox{}, directory: &directory{}, people: people{}}
	o.bench = serve(t, func(b *bench) {
		o.bench = b
		o.catalogue = &catalogue{pauses: b.paused}
		b.options.Buyers = o.people
		b.options.Admin = AdminOptions{
			User: "admin", PasswordHash: string(hash), SigningKey: []byte("a key that all replicas share"),
			Catalogue: o.catalogue, Outbox: o.outbox, Directory: o.directory,
		}
		for _, c := range change {
			c(o)
		}
	})
	return o
}

func argon(t *testing.T, password string) string {
	t.Helper()
	hash, err := argon2id.CreateHash(password, &argon2id.Params{Memory: 64, Iterations: 1, Parallelism: 1, SaltLength: 16, KeyLength: 32})
	if err != nil {
		t.Fatal(err)
	}
	return hash
}

// catalogue has some definitions.
type catalogue struct {
	definitions []*scenarios.Definition
	pauses      *pauses
	err         error
}

func (c *catalogue) Definitions() []*scenarios.Definition { return c.definitions }

func (c *catalogue) Paused(context.Context) (map[string]bool, error) { return c.pauses.paused, c.err }

// outbox has some messages, and notes what it was asked.
type outbox struct {
	entries []OutboxEntry
	next    string
	asked   OutboxFilter
	err     error
}

func (x *outbox) OutboxEntries(_ context.Context, f OutboxFilter) (Page[OutboxEntry], error) {
	x.asked = f
	return Page[OutboxEntry]{Items: x.entries, Next: x.next}, x.err
}

func (x *outbox) OutboxEntry(_ context.Context, id string) (OutboxEntry, error) {
	for _, entry := range x.entries {
		if entry.MessageID == id {
			return entry, x.err
		}
	}
	return OutboxEntry{}, ErrNotFound
}

// directory has some buyers, and notes what it was asked.
type directory struct {
	lines []BuyerLine
	next  string
	asked BuyerFilter
	err   error
}

func (d *directory) FindBuyers(_ context.Context, f BuyerFilter) (Page[BuyerLine], error) {
	d.asked = f
	return Page[BuyerLine]{Items: d.lines, Next: d.next}, d.err
}

// people are buyers by their ids.
type people map[string]BuyerRecord

func (p people) BuyerRecord(_ context.Context, id string) (BuyerRecord, error) {
	record, known := p[id]
	if !known {
		return BuyerRecord{}, ErrNotFound
	}
	return record, nil
}

// tab is a browser that keeps cookies and follows no redirect.
type tab struct {
	t      *testing.T
	base   string
	client *http.Client
	header http.Header // sent with everything
}

func (o *office) browser(headers ...string) *tab {
	o.t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		o.t.Fatal(err)
	}
	w := &tab{t: o.t, base: o.server.URL, header: http.Header{"User-Agent": {firefox}}, client: &http.Client{
		Jar: jar, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}
	for i := 0; i+1 < len(headers); i += 2 {
		w.header.Set(headers[i], headers[i+1])
	}
	return w
}

// insider is a browser that has logged in.
func (o *office) insider(headers ...string) *tab {
	o.t.Helper()
	w := o.browser(headers...)
	wantRedirect(o.t, w.logIn("admin", adminPassword, ""), "/admin")
	return w
}

func (w *tab) ask(method, path string, form url.Values, headers ...string) answer {
	w.t.Helper()
	r, err := http.NewRequest(method, w.base+path, strings.NewReader(form.Encode()))
	if err != nil {
		w.t.Fatal(err)
	}
	r.Header = w.header.Clone()
	if form != nil {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	for i := 0; i+1 < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	response, err := w.client.Do(r)
	if err != nil {
		w.t.Fatal(err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		w.t.Fatal(err)
	}
	return answer{response, string(body)}
}

func (w *tab) get(path string, headers ...string) answer {
	w.t.Helper()
	return w.ask(http.MethodGet, path, nil, headers...)
}

func (w *tab) logIn(user, password, next string) answer {
	w.t.Helper()
	form := url.Values{"token": {w.token("/admin/login")}, "user": {user}, "password": {password}, "next": {next}}
	return w.ask(http.MethodPost, "/admin/login", form)
}

// press posts a form of a page, with what the page put into it.
func (w *tab) press(page, action string, headers ...string) answer {
	w.t.Helper()
	return w.ask(http.MethodPost, action, url.Values{"token": {w.token(page)}}, headers...)
}

var tokenField = regexp.MustCompile(`name="token" value="([^"]+)"`)

func (w *tab) token(page string) string {
	w.t.Helper()
	a := w.get(page)
	found := tokenField.FindStringSubmatch(a.body)
	if found == nil {
		w.t.Fatalf("%s (status %d) has no form token", page, a.StatusCode)
	}
	return html.UnescapeString(found[1])
}

func wantRedirect(t *testing.T, a answer, address string) {
	t.Helper()
	if a.StatusCode != http.StatusSeeOther || a.Header.Get("Location") != address {
		t.Fatalf("%s %s: status %d to %q, want 303 to %q", a.Request.Method, a.Request.URL.Path, a.StatusCode,
			a.Header.Get("Location"), address)
	}
}

func wantText(t *testing.T, a answer, texts ...string) {
	t.Helper()
	for _, text := range texts {
		if !strings.Contains(a.body, text) {
			t.Errorf("%s lacks %q", a.Request.URL.Path, text)
		}
	}
}

func wantNoText(t *testing.T, a answer, texts ...string) {
	t.Helper()
	for _, text := range texts {
		if strings.Contains(a.body, text) {
			t.Errorf("%s has %q", a.Request.URL.Path, text)
		}
	}
}

func yen(n int64) *scenarios.Money {
	amount := decimal.NewFromInt(n)
	return &amount
}

func condition(t *testing.T, text string) *scenarios.Condition {
	t.Helper()
	c, err := scenarios.CompileCondition(text)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func dateOf(t *testing.T, text string) *scenarios.DateExpression {
	t.Helper()
	d, err := scenarios.CompileDate(text)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// furnish fills everything that pages show, with what shops and buyers may have typed.
func (o *office) furnish() {
	at := o.clock.now().Add(-time.Hour)
	o.catalogue.definitions = []*scenarios.Definition{
		{
			Name: "cart_abandonment", Title: "カゴ離脱 " + nasty, Priority: 40, Enabled: true, Source: []byte("name: cart_abandonment # " + nasty),
			Start: scenarios.Start{On: scenarios.EventCartUpdated, When: condition(o.t, `len(cart.items) > 0`), QuietFor: scenarios.Duration{Clock: 3 * time.Hour},
				MaxQuiet: scenarios.Duration{Days: 3}, WaitWhile: condition(o.t, `cart.state == "awaiting_approval"`)},
			Exits: []scenarios.Exit{{On: scenarios.EventOrderPlaced, MatchingItems: true}, {When: condition(o.t, "len(items) == 0"), Reason: scenarios.ReasonEmptied}},
			Steps: []scenarios.Step{
				{ID: "first", Next: 1, After: scenarios.Duration{Clock: time.Hour}, Send: []scenarios.Channel{scenarios.ChannelEmail}, Template: "cart_first"},
				{ID: "second", Next: 2, After: scenarios.Duration{Days: 1, Clock: 12 * time.Hour}, When: condition(o.t, `not opened("first")`), Send: []scenarios.Channel{scenarios.ChannelLine, scenarios.ChannelDM}},
				{ID: "third", Next: 3, FromAnchor: true, After: scenarios.Duration{Days: 7}, Only: condition(o.t, "item.price > 0"), Send: []scenarios.Channel{scenarios.ChannelEmail, scenarios.ChannelLine}, SendAll: true,
					Message: &scenarios.InlineMessage{Subject: "ひとこと " + nasty}},
				{ID: "reply", Next: 4, WaitFor: &scenarios.WaitFor{On: scenarios.EventOrderPlaced, When: condition(o.t, `event.kind == "online"`), UpTo: scenarios.Duration{Days: 2}}},
				{ID: "fork", Arms: []scenarios.Arm{{When: condition(o.t, `clicked("first")`), First: 5}, {}}},
				{ID: "renewal", Date: &scenarios.DateAnchor{Date: dateOf(o.t, "event.until"), Before: true, Offset: scenarios.Duration{Days: 30}},
					Send: []scenarios.Channel{scenarios.ChannelDM}},
			},
		},
		{Name: "favorite_restock", Title: "お気に入り+在庫入荷", Enabled: true, Start: scenarios.Start{On: scenarios.EventFavoriteRestocked,
			Collect: scenarios.Duration{Clock: 15 * time.Minute}, Hold: scenarios.Duration{Clock: 90 * time.Second}}, Steps: []scenarios.Step{{ID: "now", Send: []scenarios.Channel{scenarios.ChannelEmail}}}},
		{Name: "course", Enabled: false, Start: scenarios.Start{On: "member.registered"}},
	}
	items := []scenarios.MessageItem{{SKU: "A4-500", Name: "コピー用紙 " + nasty, Quantity: 100, Price: yen(48000), URL: "https://shop.example/p/A4-500"},
		{SKU: "B5", URL: "javascript:alert(1)"}}
	message := func(id string, channel scenarios.Channel, status scenarios.MessageStatus, reason scenarios.Reason) scenarios.Message {
		m := scenarios.Message{ID: id, RunID: "r1", Scenario: "cart_abandonment", Step: "first", Channel: channel, BuyerID: "b/1 ?" + nasty, Subject: "c-9",
			Status: status, Reason: reason, Detail: "550 5.1.1 " + nasty, Title: "カートの商品 " + nasty, Items: items, Currency: "JPY", PlannedAt: at, SentAt: at}
		o.tracker.messages[id] = &m
		return m
	}
	o.reports.messages = Page[scenarios.Message]{Next: "more", Items: []scenarios.Message{
		message(mailID, scenarios.ChannelEmail, scenarios.MessageSent, ""), message(lineID, scenarios.ChannelLine, scenarios.MessageSent, ""),
		message(letterID, scenarios.ChannelDM, scenarios.MessageBatched, ""), message(unkeptID, scenarios.ChannelEmail, scenarios.MessageFailed, scenarios.ReasonHardBounce),
	}}
	run := func(status scenarios.RunStatus, reason scenarios.Reason) scenarios.Run {
		return scenarios.Run{ID: "r1", Scenario: "cart_abandonment", BuyerID: "b/1 ?" + nasty, Subject: nasty, Status: status, EndReason: reason, StartedAt: at,
			Step: "second", PlannedAt: at.Add(48 * time.Hour), Items: []scenarios.RunItem{{Item: scenarios.Item{SKU: "A4", Name: nasty, Quantity: 2.5}}, {}, {}, {}, {}}}
	}
	o.reports.runs = Page[scenarios.Run]{Next: "more", Items: []scenarios.Run{run(scenarios.RunOpen, ""), run(scenarios.RunExited, scenarios.ReasonOrdered)}}
	o.reports.stats = exampleStats()
	o.outbox.next, o.outbox.entries = "more", exampleOutbox(at)
	o.letters.letters = []DeadLetter{
		{ID: "d1", Kind: DeadLetterEvent, Source: "shop", Subject: "ev " + nasty, CreatedAt: at, Body: []byte(event("ev-1")),
			Errors: []scenarios.FieldError{{Pointer: "/data", Message: "expected " + nasty}, {Message: "a"}, {Message: "b"}}},
		{ID: "d2", Kind: "message", Subject: mailID, CreatedAt: at, Body: []byte("\xff" + nasty)},
		{ID: "d3", Kind: DeadLetterEvent, Source: "shop", CreatedAt: at, ReplayedAt: at, Body: []byte(`{"id":"ev-3"}`)},
	}
	o.people["b/1 ?"+nasty] = examplePerson(at)
	o.directory.next, o.directory.lines = "b/1 ?"+nasty, []BuyerLine{
		{ID: "b-1", Name: "佐藤 花子", Company: "アクメ商事", AccountID: "acme", Email: "sato@acme.example"},
		{ID: "b-2", AccountID: "acme"},
		{ID: "b-3", Erased: true},
		{ID: "b/1 ?" + nasty, Name: "名前 " + nasty, Company: nasty, AccountID: nasty, Email: nasty},
	}
}

func exampleStats() []Stat {
	return []Stat{
		{Scenario: "gone", Step: "old", Channel: scenarios.ChannelDM, Started: 3, Sent: 2},
		{Scenario: "cart_abandonment", Step: "second", Channel: scenarios.ChannelLine, Sent: 500, Clicked: 50, Ordered: 5,
			Revenue: map[string]scenarios.Money{"JPY": *yen(500), "USD": decimal.RequireFromString("12.5")}},
		{Scenario: "cart_abandonment", Step: "first", Channel: scenarios.ChannelEmail, Started: 1200, Sent: 1000, Opened: 400, Clicked: 100, Ordered: 25,
			Skipped: map[scenarios.Reason]int{scenarios.ReasonOrdered: 30, scenarios.ReasonNoConsent: 90},
			Revenue: map[string]scenarios.Money{"JPY": *yen(1234567)}},
	}
}

func exampleOutbox(at time.Time) []OutboxEntry {
	entry := func(id string, r scenarios.Rendered) OutboxEntry {
		return OutboxEntry{MessageID: id, Scenario: "cart_abandonment", Step: "first", BuyerID: "b-1", Rendered: r, At: at}
	}
	return []OutboxEntry{
		entry(mailID, scenarios.Rendered{Channel: scenarios.ChannelEmail, To: "sato@acme.example", From: `"店 ` + nasty + `" <a@b.example>`, Subject: "件名 " + nasty,
			HTML: `<!DOCTYPE html><html><body><p style="color:red">本文</p><a href="https://k.example/t/c/abc" target="_top">商品</a>` +
				`<script>evil()</script><img src="https://k.example/t/o/abc" width="1"></body></html>`,
			Text: "テキスト " + nasty, Headers: [][2]string{{"List-Unsubscribe", "<https://k.example/u/x>"}, {"X-Y", nasty}}}),
		entry(lineID, scenarios.Rendered{Channel: scenarios.ChannelLine, To: "U1", Subject: "代替 " + nasty, Flex: json.RawMessage(exampleFlex)}),
		entry(letterID, scenarios.Rendered{Channel: scenarios.ChannelDM, To: "〒100-0005\n東京都千代田区 " + nasty, Subject: "ご案内", Text: "拝啓 " + nasty + "\n敬具\n"}),
	}
}

const exampleFlex = `{"type":"bubble","hero":{"type":"image","url":"https://shop.example/i/a.jpg","size":"full","aspectRatio":"20:13","action":{"type":"uri","uri":"https://shop.example/p"}},
"body":{"type":"box","layout":"vertical","spacing":"md","backgroundColor":"#ffeedd","contents":[
{"type":"text","text":"見出し <script>alert(\"x\")</script>","weight":"bold","size":"lg","wrap":true,"color":"#1D5A8C"},{"type":"separator"},
{"type":"box","layout":"baseline","contents":[{"type":"text","text":"￥600","decoration":"line-through","flex":0},{"type":"text","text":"￥480","size":"17px"}]},
{"type":"text","text":"","contents":[{"type":"span","text":"一部だけ太字","weight":"bold"}]},{"type":"video","url":"https://shop.example/v.mp4"}]},
"footer":{"type":"box","layout":"vertical","contents":[{"type":"button","style":"primary","color":"red;position:fixed","action":{"type":"uri","label":"カートへ","uri":"https://shop.example/cart"}}]}}`

func examplePerson(at time.Time) BuyerRecord {
	id := "b/1 ?" + nasty
	entry := func(action scenarios.Action, channel scenarios.Channel, reason scenarios.Reason) scenarios.Entry {
		return scenarios.Entry{At: at, BuyerID: id, Scenario: "cart_abandonment", Subject: nasty, Step: "first", Action: action, Channel: channel, Reason: reason, MessageID: mailID}
	}
	return BuyerRecord{
		Recipient: Recipient{Buyer: scenarios.Buyer{
			ID: id, AccountID: "acme", Name: "佐藤 " + nasty, Department: nasty, Email: "sato@acme.example", LineUserID: "U1", Rank: "A", PriceGroup: "gold", Locale: "ja",
			Postal:     &scenarios.Postal{Code: "100-0005", Prefecture: "東京都", City: nasty, Company: "A", Department: "B", Recipient: "C"},
			Attributes: json.RawMessage(`{"x":"` + `\u003cscript\u003e` + `"}`), ErasedAt: at, ProfileAt: at.Add(-time.Hour),
			Consents: scenarios.ByChannel[scenarios.Consent](nil).With(scenarios.ChannelEmail, scenarios.Consent{Granted: true, Basis: scenarios.BasisOptIn, At: at}),
			Blocks:   scenarios.ByChannel[scenarios.Block](nil).With(scenarios.ChannelDM, scenarios.Block{Reason: scenarios.ReasonOptOut, At: at}),
		}},
		Account:  scenarios.Account{ID: "acme", Name: "アクメ " + nasty},
		Ledger:   []scenarios.ConsentEntry{{Channel: scenarios.ChannelEmail, Granted: true, Basis: scenarios.BasisOptIn, Proof: nasty, Origin: "shop", At: at}},
		Runs:     []scenarios.Run{{Scenario: "cart_abandonment", BuyerID: id, Status: scenarios.RunOpen}},
		Messages: []scenarios.Message{{ID: mailID, Scenario: "cart_abandonment", Channel: scenarios.ChannelEmail, Status: scenarios.MessageSent, Title: nasty}},
		Journal: []scenarios.Entry{entry(scenarios.ActionStart, "", ""), entry(scenarios.ActionSend, scenarios.ChannelEmail, ""),
			entry(scenarios.ActionSkip, scenarios.ChannelDM, scenarios.ReasonNoConsent), entry(scenarios.ActionExit, "", scenarios.ReasonOrdered)},
	}
}
