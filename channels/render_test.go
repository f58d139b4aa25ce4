package channels

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/shopspring/decimal"

	"kagobell/scenarios"
)

func mustRender(t *testing.T, r *Renderer, d scenarios.Delivery) scenarios.Rendered {
	t.Helper()
	rendered, err := r.Render(context.Background(), d)
	if err != nil {
		t.Fatal(err)
	}
	return rendered
}

// TestNothingTypedBecomesMarkup: names, subjects and addresses come from shops
// and buyers, and are shown as they are.
func TestNothingTypedBecomesMarkup(t *testing.T) {
	d := delivery("price_first", scenarios.ChannelEmail)
	d.Buyer.Name = "花子\r\nBcc: eve@evil.example"
	d.Account.Name = `<img src=x onerror=alert(1)>`
	d.Buyer.Email = "sato@acme.example"
	d.Message.Items[0].Name = "<script>alert('x')</script>\r\nX-Evil: 1"
	d.Message.Items[0].URL = "javascript:alert(1)"
	d.Message.Items[0].ImageURL = `https://x.example/"onerror="alert(1)`
	r := mustRender(t, renderer(t, nil), d)
	for _, bad := range []string{"<script", "<img src=x", "javascript:", `onerror="`, "\nBcc", "\nX-Evil"} {
		if strings.Contains(r.HTML, bad) {
			t.Errorf("HTML holds %q", bad)
		}
	}
	for _, good := range []string{"&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt; X-Evil: 1", "花子 Bcc: eve@evil.example 様", "&lt;img src=x onerror=alert(1)&gt;"} {
		if !strings.Contains(r.HTML, good) {
			t.Errorf("HTML lacks %q:\n%s", good, r.HTML)
		}
	}
	if strings.ContainsAny(r.Subject, "\r\n") || !strings.Contains(r.Subject, "<script>alert('x')</script> X-Evil: 1") {
		t.Errorf("subject %q", r.Subject)
	}
	if strings.Contains(r.Text, "javascript:") || strings.Contains(r.Text, "\nBcc") || strings.Contains(r.Text, "\r") {
		t.Errorf("text %q", r.Text)
	}
}

// TestInjectionOverTheWire: the same, as a server sees it.
func TestInjectionOverTheWire(t *testing.T) {
	peer := newMailPeer(t, nil)
	s := sender(t, Options{SMTP: peer.options()})
	d := delivery("restock_first", scenarios.ChannelEmail)
	d.Message.Items[0].Name = "紙\r\n.\r\nMAIL FROM:<eve@evil.example>\r\n\r\nhi"
	d.Message.Step = "first\r\nBcc: eve@evil.example"
	d.Buyer.Name = "a\r\nBcc: eve@evil.example"
	if o := s.Send(context.Background(), d); o.Kind != scenarios.OutcomeSent {
		t.Fatalf("outcome %+v", o)
	}
	header, text, _ := peer.only(t).parts(t)
	if header.Get("Bcc") != "" || len(header["Subject"]) != 1 || !strings.Contains(text, "紙 . MAIL FROM:<eve@evil.example> hi") {
		t.Errorf("header %v\n%s", header, text)
	}
}

func TestTracking(t *testing.T) {
	signer := testSigner(t)
	r := mustRender(t, renderer(t, nil), delivery("cart_first", scenarios.ChannelEmail))
	clicks := map[int]bool{}
	for _, piece := range strings.Split(r.HTML, "https://bell.bungu.example/t/c/")[1:] {
		token, err := signer.Read(scenarios.TokenClick, piece[:40])
		if err != nil {
			t.Fatal(err)
		}
		clicks[token.Link] = true
	}
	if len(clicks) != 3 || !clicks[0] || !clicks[1] || !clicks[scenarios.LinkMain] {
		t.Errorf("clicks %v", clicks)
	}
	if strings.Count(r.HTML, "/t/o/") != 1 || strings.Index(r.HTML, "/t/o/") < strings.Index(r.HTML, "配信者") {
		t.Error("the pixel is not at the end")
	}
	footer := r.HTML[strings.Index(r.HTML, "人気ランキング"):]
	if strings.Contains(footer, "/t/c/") || !strings.Contains(footer, `href="https://bungu.example/contact"`) {
		t.Error("ranking or footer is tracked")
	}
	if strings.Contains(r.Text, "/t/") || !strings.Contains(r.Text, "https://bungu.example/p/A4-500?c=1&r=2") {
		t.Errorf("the text is tracked:\n%s", r.Text)
	}
}

func TestLanguage(t *testing.T) {
	for _, c := range []struct{ shop, buyer, want string }{
		{"", "", "ja"}, {"en", "", "en"}, {"en", "ja-JP", "ja"}, {"", "en", "en"}, {"", "EN_us", "en"}, {"", "fr", "ja"},
	} {
		r := renderer(t, func(o *RenderOptions) { o.Locale = c.shop })
		if got := r.language(&scenarios.Buyer{Locale: c.buyer}); got != c.want {
			t.Errorf("shop %q, buyer %q: %s, want %s", c.shop, c.buyer, got, c.want)
		}
	}
}

func TestLittleIsKnown(t *testing.T) {
	d := delivery("browse_first", scenarios.ChannelEmail)
	d.Buyer = &scenarios.Buyer{ID: "b", Email: "x@acme.example"}
	d.Account = &scenarios.Account{}
	d.Message.Items = []scenarios.MessageItem{{SKU: "X-1"}}
	r := renderer(t, func(o *RenderOptions) { o.Popular = nil })
	got := mustRender(t, r, d)
	if !strings.HasPrefix(got.Text, "ご担当者 様\n\n") || strings.Contains(got.Text, "人気ランキング") || strings.Contains(got.HTML, "商品の詳細を見る") {
		t.Errorf("text:\n%s", got.Text)
	}
	if strings.Contains(got.HTML, "<no value>") || strings.Contains(got.Text, "\n\n\n") {
		t.Errorf("gaps:\n%s", got.Text)
	}
}

func TestLongCartIsCounted(t *testing.T) {
	d := delivery("cart_first", scenarios.ChannelEmail)
	for len(d.Message.Items) < 400 {
		d.Message.Items = append(d.Message.Items, paper)
	}
	r := mustRender(t, renderer(t, nil), d)
	if !strings.Contains(r.HTML, "ほか 388 点の商品") || !strings.Contains(r.Text, "ほか 388 点の商品") || !strings.Contains(r.Subject, "ほか399点") {
		t.Errorf("subject %s", r.Subject)
	}
	if len(r.HTML) > 60<<10 {
		t.Errorf("%d bytes of HTML; Gmail clips at 102 KB", len(r.HTML))
	}
}

func TestMinimumOfOneGoesUnsaid(t *testing.T) {
	r := renderer(t, nil)
	for moq, want := range map[float64]bool{0: false, 0.5: false, 1: false, 2: true, 10: true} {
		for locale, words := range map[string]string{"ja": "最小注文数量", "en": "Minimum order"} {
			d := delivery("restock_first", scenarios.ChannelEmail)
			d.Buyer.Locale, d.Message.Items[0].MOQ = locale, moq
			got := mustRender(t, r, d)
			if strings.Contains(got.Text, words) != want || strings.Contains(got.HTML, words) != want {
				t.Errorf("%s, minimum %v: shown where it should not be, or not shown", locale, moq)
			}
		}
	}
}

func TestPriceWords(t *testing.T) {
	r := renderer(t, nil)
	for _, c := range []struct {
		percent int
		saving  string
		want    string
	}{
		{15, "1200", "【15%OFF】コピー用紙 A4 500枚×5冊がお求めやすくなりました"},
		{0, "1200", "【1,200円もお得】コピー用紙 A4 500枚×5冊がお求めやすくなりました"},
	} {
		d := delivery("price_first", scenarios.ChannelEmail)
		cut := paperCut
		saving := decimal.RequireFromString(c.saving)
		cut.PercentOff, cut.Saving = c.percent, &saving
		d.Message.Items = []scenarios.MessageItem{cut}
		got := mustRender(t, r, d)
		if got.Subject != c.want || !strings.Contains(got.Text, "1,200円もお得") || !strings.Contains(got.HTML, "1,200円もお得") {
			t.Errorf("subject %s", got.Subject)
		}
	}
}

// TestSecondPriceMailIsTrueAfterARise: of 1,000 the buyer was told 850, and now
// it is 950: below what it was, but not what the first mail said.
func TestSecondPriceMailIsTrueAfterARise(t *testing.T) {
	for locale, want := range map[string][]string{
		"ja": {"【5%OFF】コピー用紙 A4 500枚×5冊の本日の価格をご案内します", "￥950", "以前の価格より50円もお得", "￥1,000 → ￥950"},
		"en": {"5% off: today's price of コピー用紙 A4 500枚×5冊", "￥950", "You save ￥50 on each against the former price", "￥1,000 → ￥950"},
	} {
		d := delivery("price_second", scenarios.ChannelEmail)
		d.Buyer.Locale = locale
		item := paperCut
		item.Price, item.Was, item.Saving, item.PercentOff = money("950"), money("1000"), money("50"), 5
		d.Message.Items = []scenarios.MessageItem{item}
		got := mustRender(t, renderer(t, nil), d)
		if got.Subject != want[0] {
			t.Errorf("subject %s", got.Subject)
		}
		for _, words := range want[1:] {
			if !strings.Contains(got.Text, words) {
				t.Errorf("%s: the text lacks %s:\n%s", locale, words, got.Text)
			}
		}
		for _, untrue := range []string{"継続", "引き続き", "新価格", "新しい価格", "先日", "Still", "still", "new price", "wrote to you", "down"} {
			if strings.Contains(got.Subject+got.Text+got.HTML, untrue) {
				t.Errorf("%s: the mail says %q", locale, untrue)
			}
		}
	}
}

// TestCutBelowAYen: what can't be shown in yen is said without a number.
func TestCutBelowAYen(t *testing.T) {
	for _, c := range []struct {
		template, locale string
		percent          int
		subject, words   string
	}{
		{"price_first", "ja", 33, "【33%OFF】", "これまでよりお得にお求めいただけます"},
		{"price_first", "ja", 0, "【お得】", "これまでよりお得にお求めいただけます"},
		{"price_second", "ja", 33, "【33%OFF】", "以前の価格よりお得です"},
		{"price_first", "en", 0, "You save a little: ", "You save a little on each"},
		{"price_second", "en", 33, "33% off: ", "You save a little on each"},
	} {
		d := delivery(c.template, scenarios.ChannelEmail)
		d.Buyer.Locale = c.locale
		item := paperCut
		item.Price, item.Was, item.Saving, item.PercentOff = money("0.8"), money("1.2"), money("0.4"), c.percent
		d.Message.Items = []scenarios.MessageItem{item}
		got := mustRender(t, renderer(t, nil), d)
		if !strings.HasPrefix(got.Subject, c.subject) || !strings.Contains(got.Text, c.words) || !strings.Contains(got.HTML, "￥1<") {
			t.Errorf("subject %s\n%s", got.Subject, got.Text)
		}
		for _, wrong := range []string{"→", "0円", "￥0", "￥1.", "￥2"} {
			if strings.Contains(got.Text, wrong) {
				t.Errorf("%s in\n%s", wrong, got.Text)
			}
		}
	}
}

func TestInlineMessage(t *testing.T) {
	inline := map[string]*scenarios.InlineMessage{
		"first": {Subject: "{{.Lead.Name}}について", Text: "{{.Addressee}} へ <b>お知らせ</b>です。\n\n番号 {{.Data.number}}"},
		"bad":   {Subject: "件名", Text: "{{.Nobody}}"},
	}
	r := renderer(t, func(o *RenderOptions) {
		o.Inline = func(scenario, version, step string) *scenarios.InlineMessage {
			if scenario != "own" || version != "v1" {
				return nil
			}
			return inline[step]
		}
	})
	d := delivery("cart_first", scenarios.ChannelEmail)
	d.Message.Template, d.Message.Scenario, d.Message.Version = "", "own", "v1"
	d.Data = map[string]any{"number": 7}
	for range 2 {
		got := mustRender(t, r, d)
		if got.Subject != "コピー用紙 A4 500枚×5冊について" || !strings.Contains(got.Text, "佐藤 花子 様 へ <b>お知らせ</b>です。\n\n番号 7\n") ||
			!strings.Contains(got.HTML, "へ &lt;b&gt;お知らせ&lt;/b&gt;です。") || !strings.Contains(got.HTML, "OPPテープ") {
			t.Fatalf("got %+v", got)
		}
	}
	for _, c := range []scenarios.Channel{scenarios.ChannelLine, scenarios.ChannelDM} {
		d.Message.Channel = c
		if got := mustRender(t, r, d); got.Subject != "コピー用紙 A4 500枚×5冊について" {
			t.Errorf("%s: %+v", c, got)
		}
	}
	d.Message.Channel, d.Data = scenarios.ChannelEmail, nil
	if _, err := r.Render(context.Background(), d); err == nil || !strings.Contains(err.Error(), "number") {
		t.Errorf("a missing key: %v", err)
	}
	for _, step := range []string{"bad", "none"} {
		d.Message.Step = step
		if _, err := r.Render(context.Background(), d); err == nil {
			t.Errorf("step %s renders", step)
		}
	}
}

func TestTitleNeedsNothing(t *testing.T) {
	r, err := NewRenderer(RenderOptions{Templates: loadTemplates(t, ""),
		Popular: func(context.Context) []scenarios.MessageItem { t.Error("asked for the ranking"); return nil }})
	if err != nil {
		t.Fatal(err)
	}
	title, err := r.Title(delivery("cart_unopened", scenarios.ChannelDM))
	if err != nil || title != "カートの商品について、ご案内を申し上げます" {
		t.Errorf("%q, %v", title, err)
	}
	if _, err := r.Title(delivery("nosuch", scenarios.ChannelEmail)); err == nil {
		t.Error("a template that does not exist has a title")
	}
	if _, err := r.Render(context.Background(), delivery("cart_first", scenarios.ChannelEmail)); err == nil {
		t.Error("it renders without a token key")
	}
}

func TestRankingIsSharedForAMinute(t *testing.T) {
	now, asked := testNow, 0
	r := renderer(t, func(o *RenderOptions) {
		o.Now = func() time.Time { return now }
		o.Popular = func(context.Context) []scenarios.MessageItem {
			asked++
			return []scenarios.MessageItem{{SKU: "P", Name: "第" + decimal.NewFromInt(int64(asked)).String() + "位", URL: "https://bungu.example/p", Price: money("5000")}}
		}
	})
	if items, _, _ := r.popular.of(context.Background(), "ja"); len(items) != 1 || items[0].Price != "" || items[0].Rank != 1 {
		t.Errorf("the list price is there for a buyer who may have another: %+v", items)
	}
	for _, c := range []struct {
		after time.Duration
		asked int
	}{{0, 1}, {30 * time.Second, 1}, {29 * time.Second, 1}, {2 * time.Second, 2}, {time.Second, 2}} {
		now = now.Add(c.after)
		for _, locale := range []string{"ja", "en"} {
			d := delivery("cart_first", scenarios.ChannelEmail)
			d.Buyer.Locale = locale
			got := mustRender(t, r, d)
			want := "第" + decimal.NewFromInt(int64(c.asked)).String() + "位"
			if asked != c.asked || !strings.Contains(got.HTML, want) || !strings.Contains(got.Text, want) {
				t.Errorf("after %v: asked %d times", c.after, asked)
			}
		}
	}
}
