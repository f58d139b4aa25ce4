package channels

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"kagobell/scenarios"
)

// folder writes a shop's templates.
func folder(t *testing.T, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range files {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func TestBuiltInTemplatesAreThere(t *testing.T) {
	templates := loadTemplates(t, "")
	for name, channels := range map[string][]scenarios.Channel{
		"cart_first": {scenarios.ChannelEmail}, "cart_second": {scenarios.ChannelEmail},
		"cart_unopened": {scenarios.ChannelLine, scenarios.ChannelDM},
		"browse_first":  {scenarios.ChannelEmail}, "browse_second": {scenarios.ChannelLine, scenarios.ChannelEmail},
		"restock_first": {scenarios.ChannelEmail}, "restock_second": {scenarios.ChannelEmail},
		"price_first": {scenarios.ChannelEmail}, "price_second": {scenarios.ChannelEmail},
	} {
		for _, c := range channels {
			if !templates.HasTemplate(name, c) || templates.words[slot{name, inEnglish, c}] == nil {
				t.Errorf("%s on %s is missing in a language", name, c)
			}
		}
	}
	if templates.HasTemplate("cart_first", scenarios.ChannelDM) || templates.HasTemplate("nosuch", scenarios.ChannelEmail) {
		t.Error("a template that does not exist is there")
	}
}

func TestShopReplacesAndAdds(t *testing.T) {
	dir := folder(t, map[string]string{
		"cart_first.txt":   "\ufeffsubject: 当店より：{{.Lead.Name}}\r\nbutton: 見る\r\n\r\nこんにちは。\r\n---\r\nでは。\r\n",
		"welcome.txt":      "# a note\nsubject: ようこそ\n\n{{template \"greet\" .}}\n",
		"welcome.html":     `<tr><td><h1>ようこそ {{.Buyer.Name}}</h1>{{template "items" .}}</td></tr>`,
		"welcome.line.txt": "alt: ようこそ\n\n",
		"welcome.line.json": `{"type": "bubble", "body": {"type": "box", "layout": "vertical",
			"contents": [{"type": "text", "text": {{json .Buyer.Name}}}]}}`,
		"_greet.txt": `{{define "greet"}}{{.Buyer.Name}}、ようこそ。{{end}}`,
		".hidden":    "nothing",
	})
	r := renderer(t, func(o *RenderOptions) { o.Templates = loadTemplates(t, dir) })
	got := mustRender(t, r, delivery("cart_first", scenarios.ChannelEmail))
	if got.Subject != "当店より：コピー用紙 A4 500枚×5冊" || !strings.Contains(got.Text, "こんにちは。") || !strings.Contains(got.HTML, ">見る</a>") {
		t.Errorf("replaced: %+v", got)
	}
	d := delivery("welcome", scenarios.ChannelEmail)
	d.Buyer.Name = "<花子>"
	got = mustRender(t, r, d)
	if got.Subject != "ようこそ" || !strings.Contains(got.Text, "<花子>、ようこそ。") ||
		!strings.Contains(got.HTML, "<h1>ようこそ &lt;花子&gt;</h1>") || !strings.Contains(got.HTML, "配信者") {
		t.Errorf("added: %+v", got)
	}
	d.Message.Channel = scenarios.ChannelLine
	if got = mustRender(t, r, d); string(got.Flex) != `{"type":"bubble","body":{"type":"box","layout":"vertical","contents":[{"type":"text","text":"<花子>"}]}}` {
		t.Errorf("Flex %s", got.Flex)
	}
}

func TestMistakesAreAllTold(t *testing.T) {
	dir := folder(t, map[string]string{
		"a_field.txt":      "subjekt: こんにちは\n\nx\n",
		"b_none.txt":       "\nx\n",
		"c_function.txt":   "subject: a\n\n一行目\n二 {{nosuch .Lead.Name}} 行目\n",
		"d_open.txt":       "subject: a\n\nx {{if .Items}} y\n",
		"e_member.txt":     "subject: {{.Leed.Name}}\n\nx\n",
		"f_body.txt":       "subject: a\n\nx\nyy {{.Nope}}\n",
		"g_after.txt":      "subject: a\n\nx\n---\ny\n{{.Lead.Nope}}\n",
		"h_html.txt":       "subject: a\n\nx\n",
		"h_html.html":      "<tr><td>\n<a href='{{.URL}}>x</a>\n",
		"i_html.txt":       "subject: a\n\nx\n",
		"i_html.html":      "<tr><td>\n <b>{{.Lead.Nope}}</b></td></tr>",
		"j_flex.line.txt":  "alt: a\n\nx\n",
		"j_flex.line.json": `{"type": "bubble", "altText": "{{.Lead.Name}}"}`,
		"k_alone.html":     "x",
		"l_alone.en.txt":   "subject: a\n\nx\n",
		"m_twice.txt":      "subject: a\nsubject: b\n\nx\n",
		"n_sjis.txt":       "subject: \x82\xb1\n\nx\n",
		"o_cart.htm":       "x",
		"p_line.txt":       "subject: a\nno colon here\n\nx\n",
		"q_empty.txt":      "subject: {{if false}}x{{end}}\n\nx\n",
		"r_blank.txt":      "subject:\n\nx\n",
	})
	_, err := LoadTemplates(dir, time.UTC)
	if err == nil {
		t.Fatal("no mistake is found")
	}
	if _, ok := errors.AsType[Mistakes](err); !ok {
		t.Errorf("the error is a %T", err)
	}
	golden(t, "mistakes.txt", strings.ReplaceAll(err.Error(), dir+string(filepath.Separator), "templates/")+"\n")
}

// TestMistakesWhenTried: those that show only when a template runs.
func TestMistakesWhenTried(t *testing.T) {
	for name, files := range map[string]map[string]string{
		"member in a field": {"e.txt": "subject: {{.Leed.Name}}\n\nx\n"},
		"member in a body":  {"f.txt": "subject: a\n\nx\nyy {{.Nope}}\n"},
		"member behind":     {"g.txt": "subject: a\n\nx\n---\ny\n{{.Lead.Nope}}\n"},
		"open attribute":    {"h.txt": "subject: a\n\nx\n", "h.html": "<tr><td>\n<a href='{{.URL}}>x</a>\n"},
		"member in HTML":    {"i.txt": "subject: a\n\nx\n", "i.html": "<tr><td>\n <b>{{.Lead.Nope}}</b></td></tr>"},
		"not JSON":          {"j.line.txt": "alt: a\n\nx\n", "j.line.json": `{"type": "bubble", "altText": "{{.Lead.Name}}"}`},
		"not Flex":          {"k.line.txt": "alt: a\n\nx\n", "k.line.json": `{"type": "box"}`},
		"empty subject":     {"l.txt": "subject: {{if false}}x{{end}}\n\nx\n"},
		"layout":            {"_layout.txt": "{{.Before}}\n{{.Nope}}"},
	} {
		t.Run(name, func(t *testing.T) {
			dir := folder(t, files)
			_, err := LoadTemplates(dir, time.UTC)
			if err == nil {
				t.Fatal("no mistake is found")
			}
			golden(t, "mistakes/"+strings.ReplaceAll(name, " ", "_")+".txt", strings.ReplaceAll(err.Error(), dir+string(filepath.Separator), "templates/")+"\n")
		})
	}
}

func TestSayIsFoldedIn(t *testing.T) {
	dir := folder(t, map[string]string{"note.txt": "subject: {{say \"件名 & 題\" \"Subject & title\"}}\n\n{{if true}}{{say \"本文\" \"Body\"}}{{end}}\n",
		"note.html": `<tr><td title="{{say "題 & \"名\"" "T"}}">{{with .Buyer.Name}}{{say "甲 < 乙" "A < B"}}{{end}} {{printf "%s" (say "丙" "C")}}</td></tr>`})
	r := renderer(t, func(o *RenderOptions) { o.Templates = loadTemplates(t, dir) })
	got := mustRender(t, r, delivery("note", scenarios.ChannelEmail))
	if got.Subject != "件名 & 題" || !strings.Contains(got.Text, "本文") || !strings.Contains(got.HTML, `<td title="題 &amp; &#34;名&#34;">甲 &lt; 乙 丙</td>`) {
		t.Errorf("got %+v", got)
	}
}

// TestJapaneseWordsHaveAJapaneseFrame: a shop that writes no English gets no
// mixture for its English-speaking buyers.
func TestJapaneseWordsHaveAJapaneseFrame(t *testing.T) {
	dir := folder(t, map[string]string{"note.txt": "subject: {{.Lead.Cut}}{{.Others}}\n\n{{.Lead.SavingWords}}です。\n"})
	r := renderer(t, func(o *RenderOptions) { o.Templates = loadTemplates(t, dir) })
	d := delivery("note", scenarios.ChannelEmail)
	d.Message.Items, d.Buyer.Locale = []scenarios.MessageItem{paperCut, tapeCut}, "en"
	got := mustRender(t, r, d)
	if got.Subject != "15%OFF ほか1点" || !strings.Contains(got.Text, "佐藤 花子 様") || !strings.Contains(got.Text, "72円もお得です。") ||
		!strings.Contains(got.HTML, "人気ランキング") || strings.Contains(got.HTML, "Unsubscribe") {
		t.Errorf("got %s\n%s", got.Subject, got.Text)
	}
}

func TestFolderIsMissing(t *testing.T) {
	if _, err := LoadTemplates(filepath.Join(t.TempDir(), "nosuch"), time.UTC); err == nil || !strings.Contains(err.Error(), "templates_dir") {
		t.Errorf("a folder that is not there: %v", err)
	}
}

// TestDataOfEventsIsNotRequiredAtLoad: what an event carries is not known then,
// but a message that lacks it does not leave.
func TestDataOfEventsIsNotRequiredAtLoad(t *testing.T) {
	dir := folder(t, map[string]string{
		"seminar.txt": "subject: {{.Data.title}}\n\n{{.Data.title}}のお礼\n", "seminar.html": "<tr><td>{{.Data.title}}</td></tr>"})
	r := renderer(t, func(o *RenderOptions) { o.Templates = loadTemplates(t, dir) })
	d := delivery("seminar", scenarios.ChannelEmail)
	if _, err := r.Render(t.Context(), d); err == nil || !strings.Contains(err.Error(), "seminar.txt:1:17") {
		t.Errorf("without data: %v", err)
	}
	d.Data = map[string]any{"title": "在庫管理\r\nセミナー"}
	if got := mustRender(t, r, d); got.Subject != "在庫管理 セミナー" {
		t.Errorf("subject %q", got.Subject)
	}
}

func TestFileNames(t *testing.T) {
	for name, want := range map[string]slot{
		"cart.txt": {"cart", "ja", "email"}, "cart.en.txt": {"cart", "en", "email"}, "cart.html": {"cart", "ja", "email"},
		"cart.en.line.txt": {"cart", "en", "line"}, "cart.line.json": {"cart", "ja", "line"}, "cart.dm.txt": {"cart", "ja", "dm"},
		"_x.html": {"_x", "ja", "email"}, "a-b_9.txt": {"a-b_9", "ja", "email"},
	} {
		if got, _, ok := parseFileName(name); !ok || got != want {
			t.Errorf("%s: %+v, %v", name, got, ok)
		}
	}
	for _, name := range []string{"cart", "Cart.txt", "cart.txt~", "cart.line.html", "cart.json", "cart.dm.json", "cart.fr.txt", "cart.line.en.txt", "_x.en.txt", "../x.txt", "カート.txt"} {
		if _, _, ok := parseFileName(name); ok {
			t.Errorf("%s is taken", name)
		}
	}
}
