package channels

import (
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"kagobell/scenarios"
)

// longestSubject is about what a telephone shows of a subject, and the list of chats of a LINE message, in characters.
const longestSubject = 40

// TestMessagesOfExamples renders what the switched-off scenarios send, with everything that an event may carry and with
// nothing: a shop need not post any of it.
func TestMessagesOfExamples(t *testing.T) {
	full := map[string]any{"title": "発注業務の見直しガイド", "renewal_date": "2027-03-31"}
	r := renderer(t, nil)
	tried := 0
	for _, s := range loadTemplates(t, "").slots() {
		if about, _, _ := strings.Cut(s.name, "_"); slices.Contains([]string{"cart", "browse", "price", "restock"}, about) {
			continue // about items
		}
		tried++
		for _, data := range []map[string]any{full, nil} {
			d := delivery(s.name, s.channel)
			d.Message.Items, d.Message.URL, d.Buyer.Locale, d.Data = nil, "", s.lang, data
			if data != nil {
				d.Message.URL = "https://bungu.example/mypage"
			}
			checkExample(t, s, mustRender(t, r, d), data != nil)
		}
	}
	if tried < 70 {
		t.Errorf("only %d templates found", tried)
	}
}

func checkExample(t *testing.T, s slot, got scenarios.Rendered, full bool) {
	t.Helper()
	text := got.Subject + "\n" + got.Text + string(got.Flex)
	for _, wrong := range []string{"<no value>", "\n\n\n", "。。", "{{"} {
		if strings.Contains(text, wrong) {
			t.Errorf("%+v: %q in\n%s", s, wrong, text)
		}
	}
	if leads := strings.Contains(text, "https://bungu.example/mypage"); leads != full {
		t.Errorf("%+v: leads to the address %t, want %t", s, leads, full)
	}
	most := longestSubject
	if s.lang == inEnglish {
		most = 60 // narrower letters
	}
	if n := utf8.RuneCountInString(got.Subject); n == 0 || n > most {
		t.Errorf("%+v: %q has %d characters, at most %d", s, got.Subject, n, most)
	}
}

// TestWordsKnowOfTheRanking: words may point to the ranking only where there is one.
func TestWordsKnowOfTheRanking(t *testing.T) {
	const points = "下の人気ランキングで"
	d := delivery("first_purchase_related", scenarios.ChannelEmail)
	with := mustRender(t, renderer(t, nil), d)
	without := mustRender(t, renderer(t, func(o *RenderOptions) { o.Popular = nil }), d)
	if !strings.Contains(with.Text, points) || !strings.Contains(with.HTML, points) {
		t.Errorf("with a ranking:\n%s", with.Text)
	}
	if strings.Contains(without.Text, points) || strings.Contains(without.HTML, points) {
		t.Errorf("without:\n%s", without.Text)
	}
}
