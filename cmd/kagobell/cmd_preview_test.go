package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// previewText runs preview, and reads one of the files that it wrote.
func previewText(t *testing.T, name string, args ...string) string {
	t.Helper()
	got := runProgram(t, "", nil, append([]string{"preview"}, args...)...)
	if got.code != exitDone || got.stderr != "" {
		t.Fatalf("%v: %+v", args, got)
	}
	if !strings.Contains(got.stdout, "       "+name+"\n") {
		t.Errorf("%v does not name %s:\n%s", args, name, got.stdout)
	}
	text, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func TestPreviewWritesEveryKind(t *testing.T) {
	t.Chdir(t.TempDir())
	for _, c := range []struct {
		file, want string
		args       []string
	}{
		{"preview/favorite_price_drop.first.email.html", "<b style=\"font-size:17px;color:#b3261e\">￥2,950</b>", []string{"favorite_price_drop", "first"}},
		{"preview/favorite_price_drop.first.email.txt", "￥3,480 → ￥2,950（15%OFF） 530円もお得", []string{"favorite_price_drop", "first"}},
		{"look/here/cart_abandonment.unopened.line.json", `"type": "bubble"`, []string{"cart_abandonment", "unopened", "--out", "look/here"}},
		{"preview/cart_abandonment.unopened.en.dm.txt", "Contact and opt-out: ", []string{"cart_abandonment", "unopened", "--lang", "en"}},
		{"preview/cart_abandonment.first.en.email.txt", "Dear 佐藤 花子,", []string{"cart_abandonment", "first", "--lang", "en"}},
	} {
		if text := previewText(t, c.file, c.args...); !strings.Contains(text, c.want) {
			t.Errorf("%s lacks %s:\n%s", c.file, c.want, text)
		}
	}
	if info, err := os.Stat("preview/cart_abandonment.first.en.email.txt"); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("others may read it: %v, %v", info.Mode(), err)
	}
	if found, _ := filepath.Glob("kagobell-data/*"); len(found) > 0 {
		t.Errorf("a preview opened a database: %v", found)
	}
}

func TestPreviewOfAShopsOwn(t *testing.T) {
	writeFiles(t, map[string]string{
		"kagobell.yaml":            "scenarios_dir: mine\ntemplates_dir: words\nsender: {name: 文具の森, company: 株式会社文具の森}\n",
		"mine/a.yaml":              followUp + "  - id: later\n    after: 1d\n    send: email\n    message: {subject: \"{{.Data.title}}の件\", text: \"{{yen .Data.fee}}\"}\n",
		"words/seminar_thanks.txt": "subject: {{.Data.title}}のお礼\n\n{{date .Data.held}}はありがとうございました。{{.Data.seat.hall}}\n",
		"buyer.json": `{"id": "b-7", "name": "田中", "account_name": "東洋工業", "email": "t@toyo.example", "locale": "ja",
			"data": {"title": "在庫セミナー", "held": "2026-11-25", "seat": {"hall": "A"}, "fee": 12800.5},
			"items": [{"sku": "A-1", "name": "紙", "unit_price": "480", "was": 600}], "popular": []}`,
	})
	if text := previewText(t, "preview/seminar_followup.thanks.email.txt", "seminar_followup", "thanks"); !strings.Contains(text, "12月25日(金)はありがとうございました。〔hall〕") ||
		!strings.Contains(text, "配信者：株式会社文具の森") {
		t.Errorf("with examples:\n%s", text)
	}
	text := previewText(t, "preview/seminar_followup.thanks.email.txt", "seminar_followup", "thanks", "--buyer", "buyer.json")
	for _, want := range []string{"東洋工業\n田中 様", "11月25日(水)はありがとうございました。A", "￥600 → ￥480（20%OFF） 120円もお得"} {
		if !strings.Contains(text, want) {
			t.Errorf("lacks %s:\n%s", want, text)
		}
	}
	if text := previewText(t, "preview/seminar_followup.later.email.txt", "seminar_followup", "later", "--buyer", "buyer.json"); !strings.Contains(text, "￥12,801") || strings.Contains(text, "人気ランキング") {
		t.Errorf("a message in the scenario:\n%s", text)
	}
}

func TestPreviewSaysWhatIsWrong(t *testing.T) {
	writeFiles(t, map[string]string{
		"wrong.json": `{"id": "b", "nme": "x", "email": "nope", "items": [{"name": "a"}, {"sku": "y", "qty": 3}, {"sku": "z", "quantity": "3"}], "data": [1]}`,
		"list.json":  `[]`,
		"half.json":  "{\n\"id\":",
	})
	for _, c := range []struct {
		args []string
		code int
		want string // ends standard error, or is in it
	}{
		{[]string{"cart_abandonement", "first"}, exitFailed, "there is no scenario \"cart_abandonement\", did you mean cart_abandonment?"},
		{[]string{"cart_abandonment", "fist"}, exitFailed, "the scenario cart_abandonment has no step \"fist\", did you mean first?"},
		{[]string{"cart_abandonment", "nowhere"}, exitFailed, "; there are first, second, unopened"},
		{[]string{"cart_abandonment"}, exitUsage, "accepts 2 arg(s), received 1"},
		{[]string{"cart_abandonment", "first", "--lang", "fr"}, exitUsage, `--lang: expected ja or en, got "fr"`},
		{[]string{"cart_abandonment", "first", "--buyer", "no.json"}, exitFailed, "--buyer: open no.json: no such file or directory"},
		{[]string{"cart_abandonment", "first", "--buyer", "list.json"}, exitFailed, "list.json: expected an object with the fields of a buyer"},
		{[]string{"cart_abandonment", "first", "--buyer", "half.json"}, exitFailed, "half.json: line 2: not JSON: unexpected end of JSON input"},
		{[]string{"cart_abandonment", "first", "--buyer", "wrong.json"}, exitFailed, `kagobell: wrong.json: /data: expected an object, got an array
wrong.json: /items/0/sku: expected a SKU
wrong.json: /items/1: expected an item: unknown field "qty"
wrong.json: /items/2/quantity: expected a number, got a string
wrong.json: /nme: no such field, did you mean name?
wrong.json: /email: expected an e-mail address such as sato@acme.example, got "nope" (a string)
`},
		{[]string{"cart_abandonment", "first", "--out", "list.json"}, exitFailed, "--out: mkdir list.json: not a directory"},
	} {
		got := runProgram(t, "", nil, append([]string{"preview"}, c.args...)...)
		if got.code != c.code || !strings.Contains(got.stderr, c.want) || got.stdout != "" {
			t.Errorf("%v: exit %d\n%s%s\nwant %s", c.args, got.code, got.stdout, got.stderr, c.want)
		}
	}
}
