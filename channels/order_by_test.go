package channels

import (
	"strings"
	"testing"

	"kagobell/scenarios"
)

func TestMessageSaysTheOrderCutOff(t *testing.T) {
	inline := &scenarios.InlineMessage{Subject: "在庫のお知らせ", Text: "{{with .OrderBy}}本日{{.}}までのご注文は当日受付です。{{else}}ご注文をお待ちしています。{{end}}"}
	r := renderer(t, func(o *RenderOptions) {
		o.Inline = func(string, string, string) *scenarios.InlineMessage { return inline }
	})
	d := delivery("cart_first", scenarios.ChannelEmail)
	d.Message.Template = ""
	for orderBy, want := range map[string]string{"15:00": "本日15:00までのご注文は当日受付です。", "": "ご注文をお待ちしています。"} {
		d.OrderBy = orderBy
		if got := mustRender(t, r, d); !strings.Contains(got.Text, want) || !strings.Contains(got.HTML, want) {
			t.Errorf("order_by %q: %s", orderBy, got.Text)
		}
	}
}

// TestTemplatesAreTriedWithAnOrderCutOff finds a mistake in what is said only where there is one.
func TestTemplatesAreTriedWithAnOrderCutOff(t *testing.T) {
	dir := folder(t, map[string]string{"own.txt": "subject: お知らせ\n\n{{with .OrderBy}}本日{{.Hour}}まで{{end}}\n"})
	if _, err := LoadTemplates(dir, testNow.Location()); err == nil || !strings.Contains(err.Error(), "own.txt:3:") {
		t.Errorf("got %v, want a mistake in line 3", err)
	}
}
