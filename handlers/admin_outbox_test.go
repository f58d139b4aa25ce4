package handlers

import (
	"net/http"
	"strings"
	"testing"

	"kagobell/scenarios"
)

func TestOutboxList(t *testing.T) {
	o := openOffice(t, func(o *office) { o.furnish() })
	w := o.insider()
	a := w.get("/admin/outbox?channel=line&scenario=cart_abandonment&q=+%E5%95%86%E5%93%81+&cursor=here")
	want := OutboxFilter{Channel: scenarios.ChannelLine, Scenario: "cart_abandonment", Search: "商品", Cursor: "here", Limit: adminLimit}
	if o.outbox.asked != want {
		t.Errorf("asked %+v", o.outbox.asked)
	}
	wantText(t, a, `<option value="line" selected>`, `<option value="cart_abandonment" selected>`, `value="商品"`,
		`href="/admin/outbox?channel=line&amp;cursor=more&amp;q=`, `rel="next"`, "最初のページ", "条件をクリア",
		`href="/admin/outbox/`+mailID+`"`, "〒100-0005")
	w.get("/admin/outbox?channel=pigeon")
	if o.outbox.asked.Channel != "" {
		t.Errorf("asked for the channel %q", o.outbox.asked.Channel)
	}
}

func TestMessageStandsInASandbox(t *testing.T) {
	o := openOffice(t, func(o *office) { o.furnish() })
	w := o.insider()
	a := w.get("/admin/outbox/" + mailID)
	wantText(t, a, `<iframe class="preview-email" src="/admin/outbox/`+mailID+`/body" sandbox referrerpolicy="no-referrer"`,
		"sato@acme.example", "List-Unsubscribe", "テキスト &lt;script&gt;", "<dt>X-Y</dt>", `href="https://shop.example/p/A4-500"`, "48,000円", "送信済み")
	wantNoText(t, a, "allow-scripts", "allow-same-origin")
	wantText(t, a, "枠の中をスクロール", `<a href="/admin/outbox/`+mailID+`/body" target="_blank" rel="noopener">別のタブで全体を見る</a>`)

	body := w.get("/admin/outbox/" + mailID + "/body")
	wantStatus(t, body, http.StatusOK)
	for name, want := range map[string]string{
		"Content-Security-Policy": bodyPolicy, "X-Frame-Options": "SAMEORIGIN", "Referrer-Policy": "no-referrer",
		"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff",
	} {
		if got := body.Header.Get(name); got != want {
			t.Errorf("%s is %q", name, got)
		}
	}
	if !strings.HasPrefix(bodyPolicy, "sandbox; default-src 'none';") || strings.Contains(bodyPolicy, "script") || strings.Contains(bodyPolicy, "allow-") {
		t.Errorf("policy %s", bodyPolicy)
	}
	wantText(t, body, `<p style="color:red">本文</p>`, `<a href="#" title="https://k.example/t/c/abc">商品</a>`)
	wantNoText(t, body, "/t/o/", "<script", "evil", "target")
	if len(o.tracker.recorded()) != 0 {
		t.Error("looking at it was counted")
	}
}

func TestMailIsMadeSafeToLookAt(t *testing.T) {
	for mail, want := range map[string]string{
		`<p>a &amp; b</p><!-- c --><br/>`:                                    `<p>a &amp; b</p><!-- c --><br/>`,
		`<IMG SRC="https://k.example/t/o/x"><img src="/a.png">`:              `<img src="/a.png">`,
		`<a href='x"y' class=c target=_top>t</a>`:                            `<a href="#" title="x&#34;y" class="c">t</a>`,
		`<map><area href="https://e.example" ping="p"></map>`:                `<map><area href="#" title="https://e.example"></map>`,
		`<meta http-equiv=Refresh content="0;url=/x"><meta charset="utf-8">`: `<meta charset="utf-8">`,
		`<base href="/x"><link rel=stylesheet href="/s"><style>a{}</style>`:  `<style>a{}</style>`,
		`<script>if(a<b){"</a>"}</script>b`:                                  `b`,
		`<iframe src="/x"><b>no</b></iframe>b`:                               `b`,
		`<script src=x>`:                                                     ``,
		`<form action="/x"><input></form>`:                                   `<input>`,
		`<object data=x>y</object><embed src=x>`:                             `y`,
		`<svg><a xlink:href="https://e.example"><text>t`:                     `<svg><a><text>t`,
		`text < without > tags`:                                              `text < without > tags`,
	} {
		if got := untracked(mail); got != want {
			t.Errorf("%s becomes %s, want %s", mail, got, want)
		}
	}
}

func TestLineMessageIsDrawn(t *testing.T) {
	o := openOffice(t, func(o *office) { o.furnish() })
	w := o.insider()
	wantText(t, w.get("/admin/outbox/"+lineID), `class="preview-line"`, "代替テキスト", "代替 &lt;script&gt;", "Flex メッセージの JSON", "&#34;bubble&#34;")
	body := w.get("/admin/outbox/" + lineID + "/body")
	wantText(t, body, `src="https://shop.example/i/a.jpg"`, "aspect-ratio:1.538", "background:#ffeedd", "gap:8px",
		"font-size:19px;color:#1D5A8C;font-weight:bold", "見出し &lt;script&gt;", "text-decoration:line-through", "￥480", "font-size:17px",
		"一部だけ太字", "カートへ", `title="https://shop.example/cart"`, "11/20 (金) 09:00")
	wantNoText(t, body, "position:fixed", "v.mp4", "<a ", "href")
	if got := body.Header.Get("Content-Security-Policy"); got != bodyPolicy {
		t.Errorf("policy %q", got)
	}
}

func TestLineMessageThatCannotBeDrawn(t *testing.T) {
	carousel, broken := bubblesOf([]byte(`{"type":"carousel","contents":[{"type":"bubble"},{"type":"bubble"}]}`))
	if len(carousel) != 2 || broken != "" {
		t.Errorf("%d bubbles, broken %q", len(carousel), broken)
	}
	for _, flex := range []string{``, `{`, `[]`, `{"type":"text"}`, `{"type":"bubble","body":"x"}`} {
		if bubbles, broken := bubblesOf([]byte(flex)); len(bubbles) != 0 || broken != strings.TrimSpace(readable([]byte(flex))) {
			t.Errorf("%s: %d bubbles, broken %q", flex, len(bubbles), broken)
		}
	}
	o := openOffice(t, func(o *office) {
		o.outbox.entries = []OutboxEntry{{MessageID: lineID, Rendered: scenarios.Rendered{Channel: scenarios.ChannelLine, Flex: []byte(`{"x":"` + nasty + `"}`)}}}
	})
	body := o.insider().get("/admin/outbox/" + lineID + "/body")
	wantText(t, body, "この Flex メッセージは描画できません。", "&lt;script&gt;")
}

func TestFlexSizes(t *testing.T) {
	for _, c := range []struct{ got, want string }{
		{flexBox{Size: "xxs"}.TextSize(), "11px"}, {flexBox{}.TextSize(), "16px"}, {flexBox{Size: "20px"}.TextSize(), "20px"},
		{flexBox{Size: "20px;x"}.TextSize(), "16px"}, {flexBox{Size: "9999px"}.TextSize(), "16px"}, {flexBox{Size: "-1px"}.TextSize(), "16px"},
		{flexBox{Size: "full"}.ImageSize(), "100%"}, {flexBox{Size: "60px"}.ImageSize(), "60px"}, {flexBox{}.ImageSize(), "100px"},
		{flexBox{Ratio: "20:13"}.Shape(), "1.538"}, {flexBox{Ratio: "1:0"}.Shape(), "1"}, {flexBox{Ratio: "x"}.Shape(), "1"},
		{flexBox{Spacing: "md"}.Gap(), "8px"}, {flexBox{}.Gap(), "0"}, {flexBox{Margin: "xl"}.Space(), "16px"},
	} {
		if c.got != c.want {
			t.Errorf("%q, want %q", c.got, c.want)
		}
	}
}

func TestLetterIsASheet(t *testing.T) {
	o := openOffice(t, func(o *office) { o.furnish() })
	a := o.insider().get("/admin/outbox/" + letterID)
	wantText(t, a, `<article class="letter"`, "拝啓 &lt;script&gt;", "東京都千代田区 &lt;script&gt;", "DM リスト入り")
	wantNoText(t, a, "<iframe")
	body := o.insider().get("/admin/outbox/" + letterID + "/body")
	wantText(t, body, "拝啓 &lt;script&gt;")
}

func TestMessageThatTheOutboxDoesNotHave(t *testing.T) {
	o := openOffice(t, func(o *office) { o.furnish() })
	w := o.insider()
	a := w.get("/admin/outbox/" + unkeptID)
	wantStatus(t, a, http.StatusOK)
	wantText(t, a, "この配信の控えは送信箱にありません。", "失敗", "宛先不明", "550 5.1.1 &lt;script&gt;")
	wantNoText(t, a, "<iframe")
	wantStatus(t, w.get("/admin/outbox/"+unkeptID+"/body"), http.StatusNotFound)
	delete(o.tracker.messages, mailID)
	wantText(t, w.get("/admin/outbox/"+mailID), "<iframe") // the copy outlived the message
	o.tracker.awayRead = errAway
	wantStatus(t, w.get("/admin/outbox/"+mailID), http.StatusServiceUnavailable)
}
