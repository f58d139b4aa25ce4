package channels

import (
	"fmt"
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

// TestLineWithoutAddress: a LINE message that has no address of its own leads to whom the buyer can ask.
func TestLineWithoutAddress(t *testing.T) {
	const button = `"label":"お問い合わせ","uri":"https://bungu.example/contact"`
	for _, c := range []struct {
		contact, url string
		want         bool
	}{
		{"https://bungu.example/contact", "", true},
		{"https://bungu.example/contact", "https://bungu.example/survey", false},
		{"mailto:info@bungu.example", "", false},
		{"http://bungu.example/contact", "", false},
		{"", "", false},
	} {
		r := renderer(t, func(o *RenderOptions) { o.From.ContactURL = c.contact })
		for _, name := range []string{"document_trial", "first_purchase_survey", "nurture_campaign", "seminar_survey", "winback_second"} {
			d := delivery(name, scenarios.ChannelLine)
			d.Message.Items, d.Message.URL = nil, c.url
			flex := string(mustRender(t, r, d).Flex)
			if got := strings.Contains(flex, button); got != c.want {
				t.Errorf("%s, contact %q, url %q: the button is there %t, want %t", name, c.contact, c.url, got, c.want)
			}
			if got := strings.Contains(flex, "お問い合わせ窓口"); got != (c.url == "") {
				t.Errorf("%s, url %q: the words name whom to ask %t", name, c.url, got)
			}
		}
	}
}

// TestCampaignOnlyWhereThereIsOne: a shop without a campaign announces none.
func TestCampaignOnlyWhereThereIsOne(t *testing.T) {
	r := renderer(t, nil)
	for _, channel := range []scenarios.Channel{scenarios.ChannelEmail, scenarios.ChannelLine} {
		for _, c := range []struct {
			url  string
			data map[string]any
			want bool
		}{
			{"", nil, false},
			{"https://bungu.example/guide", map[string]any{"url": "https://bungu.example/guide"}, false},
			{"https://bungu.example/spring", map[string]any{"campaign_url": "https://bungu.example/spring"}, true},
		} {
			d := delivery("nurture_campaign", channel)
			d.Message.Items, d.Message.URL, d.Data = nil, c.url, c.data
			got := mustRender(t, r, d)
			if strings.Contains(got.Text+string(got.Flex), "キャンペーン") != c.want {
				t.Errorf("%s, %v: a campaign is announced %t", channel, c.data, !c.want)
			}
		}
	}
}

// TestCourseAnnouncesWhatFollows: each lesson ends with the title of the next one.
func TestCourseAnnouncesWhatFollows(t *testing.T) {
	r := renderer(t, nil)
	announced := ""
	for lesson := 1; lesson <= 10; lesson++ {
		got := mustRender(t, r, delivery(fmt.Sprintf("course_%02d", lesson), scenarios.ChannelEmail))
		_, title, _ := strings.Cut(got.Subject, "】")
		title = strings.NewReplacer("「", "『", "」", "』").Replace(title)
		if lesson > 1 && !strings.Contains(announced, "「"+title+"」をお届けします") {
			t.Errorf("lesson %d does not announce %q", lesson-1, title)
		}
		announced = got.Text
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
