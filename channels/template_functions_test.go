package channels

import (
	"encoding/json"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"
	"text/template"

	"kagobell/scenarios"
)

// rendered is a subject with data, in a language.
func rendered(t *testing.T, subject, lang string, data map[string]any) (string, error) {
	t.Helper()
	r := renderer(t, func(o *RenderOptions) {
		o.Inline = func(string, string, string) *scenarios.InlineMessage {
			return &scenarios.InlineMessage{Subject: subject, Text: "x"}
		}
	})
	d := delivery("", scenarios.ChannelEmail)
	d.Message.Items, d.Buyer.Locale, d.Data = []scenarios.MessageItem{paper, tape}, lang, data
	return r.Title(d)
}

func TestFunctions(t *testing.T) {
	data := map[string]any{"total": json.Number("12800.2"), "was": 480.0, "now": "408", "text": "佐藤", "none": nil, "blank": " ",
		"until": "2026-11-25", "at": "2026-11-25T06:30:00Z", "end": "2027/1/31 ", "list": []any{"紙", json.Number("3")}, "count": 1.0,
		"deep": map[string]any{"name": "資料", "rows": []any{map[string]any{"n": "一"}}}}
	for _, c := range []struct{ template, ja, en string }{
		{`{{yen .Data.total}}`, "￥12,801", "￥12,801"},
		{`{{yen "1,234,567"}}`, "￥1,234,567", "￥1,234,567"},
		{`{{money "USD" .Data.total}}`, "USD 12,800.20", "USD 12,800.20"},
		{`{{number .Data.total}} {{number .Lead.Quantity}} {{number -3}}`, "12,800.2 1,000 -3", "12,800.2 1,000 -3"},
		{`{{percent .Data.was .Data.now}}`, "15", "15"},
		{`{{percent 3 1}} {{percent 1 2}}`, "66 0", "66 0"},
		{`{{cut .Data.was .Data.now}}`, "15%OFF", "15% off"},
		{`{{cut 100000 99500}}`, "500円もお得", "You save ￥500"},
		{`{{saved .Data.was .Data.now}} {{savedWords .Data.was .Data.now}}`, "72円 72円もお得", "￥72 You save ￥72"},
		{`{{saved 2.5 1 "USD"}}{{with saved 1 2}}never{{end}}`, "USD 1.50", "USD 1.50"},
		{`{{date .Data.until}}`, "11月25日(水)", "Wed, Nov 25"},
		{`{{fullDate .Data.end}}`, "2027年1月31日(日)", "Sun, Jan 31, 2027"},
		{`{{datetime .Data.at}}`, "11月25日(水) 15:30", "Wed, Nov 25, 15:30"},
		{`{{weekday .Data.until}}`, "水曜日", "Wednesday"},
		{`{{dateFormat "2006/01/02" .Data.at}}`, "2026/11/25", "2026/11/25"},
		{`{{.Now}}`, "2026年11月20日(金)", "Fri, Nov 20, 2026"},
		{`{{date (addDays 7 .Now)}} {{date (addDays -1 "2026-03-01")}}`, "11月27日(金) 2月28日(土)", "Fri, Nov 27 Sat, Feb 28"},
		{`{{addMonths 1 .Data.end}}`, "2027年2月28日(日)", "Sun, Feb 28, 2027"},
		{`{{days .Now .Data.until}} {{days .Data.until .Now}}`, "5 -5", "5 -5"},
		{`{{rank 1}} {{rank .Data.count}}`, "第1位 第1位", "No. 1 No. 1"},
		{`{{stock 5 .Lead}} {{stock 5 3}} {{stock 5 0}}`, "在庫あり 残りわずか 在庫切れ", "In stock Only a few left Out of stock"},
		{`{{left 5 "3"}}{{left 5 .Lead}}{{left 5 0}}`, "残り3点", "Only 3 left"},
		{`{{with index .Items 1}}[{{stock 5 .}}]{{end}}`, "[]", "[]"},
		{`{{plural .Data.count "day" "days"}}, {{plural .Count "item" "items"}}`, "1 day, 2 items", "1 day, 2 items"},
		{`{{fallback "お客様" .Data.none}} {{fallback "お客様" .Data.blank}} {{fallback "お客様" .Data.text}} {{fallback 5 0}}`, "お客様 お客様 佐藤 0", "お客様 お客様 佐藤 0"},
		{`{{fallback "なし" (get .Data "deep" "nosuch" "x")}} {{get .Data "deep" "rows" 0 "n"}}{{get .Data "none"}}`, "なし 一", "なし 一"},
		{`{{join "、" .Data.list}}`, "紙、3", "紙、3"},
		{`{{printf "%s %05d %.2f" .Data.text 42 1.5}} {{print 1 2}} {{html "<"}}`, "佐藤 00042 1.50 1 2 &lt;", "佐藤 00042 1.50 1 2 &lt;"},
	} {
		for lang, want := range map[string]string{"ja": c.ja, "en": c.en} {
			if got, err := rendered(t, c.template, lang, data); err != nil || got != want {
				t.Errorf("%s in %s:\n got %s, %v\nwant %s", c.template, lang, got, err, want)
			}
		}
	}
}

// TestFunctionsRefuse: what came with an event is any JSON. A message that makes
// no sense of it does not leave, and the error says what was expected.
func TestFunctionsRefuse(t *testing.T) {
	data := map[string]any{"list": []any{1.0, []any{}}, "object": map[string]any{}, "text": "明日", "none": nil, "yes": true, "blank": "",
		"huge": json.Number("1e999999999"), "tiny": json.Number("1e-999999999"), "far": "9999-01-01"}
	for template, want := range map[string]string{
		`{{yen .Data.list}}`:                     "expected an amount such as 12800 or 98.5, got a list",
		`{{yen .Data.none}}`:                     "got nothing",
		`{{yen .Data.blank}}`:                    "got an empty text",
		`{{yen .Data.text}}`:                     "got a text of 2 characters",
		`{{yen .Data.yes}}`:                      "got true or false",
		`{{yen .Data.huge}}`:                     "below 1,000,000,000,000,000,000",
		`{{yen .Data.tiny}}`:                     "below 1,000,000,000,000,000,000",
		`{{yen "1e9"}}`:                          "got a text",
		`{{money "yen" 1}}`:                      "expected a currency such as JPY or USD",
		`{{percent 1 .Data.object}}`:             "the price after: expected an amount",
		`{{saved -1 -2}}`:                        "expected prices, got a negative one",
		`{{date .Data.text}}`:                    "expected a date such as 2026-11-25 or 2026-11-25T10:00:00+09:00, got a text",
		`{{date 20261125}}`:                      "expected a date such as",
		`{{date .Data.far}}`:                     "expected a date from 1900 to 2200",
		`{{addDays 100000 .Now}}`:                "expected a date from 1900 to 2200",
		`{{addDays 1.5 .Now}}`:                   "expected a whole number",
		`{{days .Now .Data.object}}`:             "the second date: expected a date",
		`{{dateFormat "" .Now}}`:                 "expected a form such as",
		`{{rank 0}}`:                             "expected a place from 1",
		`{{stock "x" 3}}`:                        "the mark: expected an amount",
		`{{left 3 .Data.object}}`:                "expected an amount such as 12800 or 98.5, got an object",
		`{{join "、" .Data.text}}`:                "expected a list, got a text",
		`{{join "、" .Data.list}}`:                "entry 2: expected a text or a number, got a list",
		`{{call .Data.text}}`:                    "nothing that a template could call",
		`{{printf "%1000000000d" 1}}`:            "width up to 200",
		`{{printf "%.999999d" 1}}`:               "width up to 200",
		`{{printf "%*d" 100000 1}}`:              "without * and [",
		`{{printf "%[1]s%[1]s" .Data.text}}`:     "without * and [",
		`{{.Data.nosuch}}`:                       "no entry for key",
		`{{template "nosuch"}}`:                  "not defined",
		`{{slice .Lead.Name 5 900000000}}`:       "out of range",
		`{{index .Data.list 9}}`:                 "out of range",
		`{{short "x" .Lead.Name}}`:               "expected integer",
		`{{json .}}{{.Lead.inStock}}{{.left}}`:   "left is an unexported field",
		`{{.Now.t}}`:                             "t is an unexported field",
		`{{$x := print .Data}}{{$x.Format "2"}}`: "can't evaluate field Format",
	} {
		got, err := rendered(t, template, "ja", data)
		if err == nil || !strings.Contains(err.Error(), want) {
			// the two that name an unexported member differ with the order of evaluation
			if strings.Contains(want, "unexported") && err != nil && strings.Contains(err.Error(), "unexported field") {
				continue
			}
			t.Errorf("%s: %q, %v\nwant %s", template, got, err, want)
		}
	}
}

// TestEveryFunctionIsDescribed holds docs/templates.md to the table.
func TestEveryFunctionIsDescribed(t *testing.T) {
	text, err := os.ReadFile("../docs/templates.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range slices.Sorted(maps.Keys(functionSet{}.table())) {
		if !strings.Contains(string(text), "`"+name+" ") && !strings.Contains(string(text), "`"+name+"`") {
			t.Errorf("docs/templates.md does not describe %s", name)
		}
	}
}

// TestExamplesOfFunctionsInTheDocs: what docs/templates.md says that a function writes is what it writes.
func TestExamplesOfFunctionsInTheDocs(t *testing.T) {
	text, err := os.ReadFile("../docs/templates.md")
	if err != nil {
		t.Fatal(err)
	}
	data := map[string]any{"total": 12800.0, "was": 600.0, "now": 480.0, "until": "2026-11-25", "at": "2026-11-25T15:00:00+09:00",
		"place": 1.0, "rest": 3.0, "topics": []any{"在庫", "発注"}, "count": 3.0}
	_, table, _ := strings.Cut(string(text), "| function | ja | en |\n|---|---|---|\n")
	table, _, _ = strings.Cut(table, "\n\n")
	tried := 0
	for line := range strings.Lines(table) {
		cells := strings.Split(strings.Trim(strings.TrimSpace(line), "|"), " | ")
		if len(cells) != 3 {
			t.Errorf("not a row of three: %s", line)
			continue
		}
		call := strings.Trim(strings.TrimSpace(cells[0]), "`")
		for i, lang := range languages {
			want := strings.TrimSpace(cells[i+1])
			if got, err := rendered(t, "{{"+call+"}}", lang, data); err != nil || got != want {
				t.Errorf("%s in %s: %s, %v; the docs say %s", call, lang, got, err, want)
			}
			tried++
		}
	}
	if tried < 40 {
		t.Errorf("only %d examples found", tried)
	}
}

// TestUnknownDataIsTried: templates are tried before any event came, so a
// function takes what is missing for an example; in earnest it does not.
func TestUnknownDataIsTried(t *testing.T) {
	text := "subject: {{yen .Data.total}} {{date .Data.until}} {{addDays 3 .Data.until}} {{if gt (days .Now .Data.until) 3}}x{{end}}\n\n" +
		"{{rank .Data.place}} {{stock 5 .Data.rest}} {{left .Data.low .Data.rest}} {{plural .Data.n \"a\" \"b\"}} {{join \"、\" .Data.list}}" +
		" {{savedWords .Data.was .Data.now}} {{percent .Data.was .Data.now}} {{number .Data.x}} {{weekday (get .Data \"a\")}}\n"
	dir := folder(t, map[string]string{"note.txt": text})
	templates := loadTemplates(t, dir)
	message := &scenarios.InlineMessage{Subject: "{{yen .Data.total}}", Text: "{{date .Data.until}}まで"}
	if err := templates.CheckInline(message); err != nil {
		t.Error(err)
	}
	r := renderer(t, func(o *RenderOptions) { o.Templates = templates })
	for _, data := range []map[string]any{nil, {"total": nil}, {"total": ""}} {
		d := delivery("note", scenarios.ChannelEmail)
		d.Data = data
		if _, err := r.Render(t.Context(), d); err == nil {
			t.Errorf("%v is rendered", data)
		}
	}
}

// FuzzAmountsAndDates: whatever stands in an event, a function answers or says why not.
func FuzzAmountsAndDates(f *testing.F) {
	for _, seed := range []string{"12,800", "1e9", "-0.5", "2026-11-25", "2026-11-25T10:00:00+09:00", "", "９", "0001-01-01", "9999-12-31"} {
		f.Add(seed, 3)
	}
	set := functionSet{lang: inJapanese, zone: testNow.Location()}
	part := template.Must(template.New("").Funcs(set.table()).Parse(
		`{{yen .A}}{{number .A}}{{cut .A 3}}{{stock .A 5}}{{left 5 .A}}{{plural .A "" ""}}{{short .N .A}}`))
	dates := template.Must(template.New("").Funcs(set.table()).Parse(`{{datetime .A}}{{addMonths .N (addDays .N .A)}}{{days .A "2026-01-01"}}`))
	f.Fuzz(func(t *testing.T, text string, n int) {
		for _, value := range []any{text, json.Number(text)} {
			for _, each := range []*template.Template{part, dates} {
				var b strings.Builder
				if err := each.Execute(&b, map[string]any{"A": value, "N": n}); err == nil && b.Len() > 10_000+2*len(text) {
					t.Errorf("%d bytes of %q", b.Len(), text)
				}
			}
		}
	})
}
