package scenarios

import (
	"errors"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"
)

// testTemplates are the templates that there are, as name/channel.
var testTemplates = []string{"cart_first/email", "cart_second/email", "cart_unopened/line", "cart_unopened/dm", "price_first/email"}

func testChecks() Checks {
	return Checks{
		HasTemplate: func(name string, c Channel) bool { return slices.Contains(testTemplates, name+"/"+string(c)) },
		Templates:   []string{"cart_first", "cart_second", "cart_unopened", "price_first"},
		CheckMessage: func(m *InlineMessage) error {
			if strings.Contains(m.Text, "{{.Nam}}") {
				return errors.New("no field Nam")
			}
			return nil
		},
	}
}

func mistakeLines(found []Mistake) string {
	var lines []string
	for _, m := range found {
		lines = append(lines, m.String())
	}
	return strings.Join(lines, "\n")
}

// TestLoadDefinitionsReportsMistakes reads every file of testdata/definitions: a scenario, a line of dashes, and what is
// wrong with it. -update rewrites what stands below the dashes.
func TestLoadDefinitionsReportsMistakes(t *testing.T) {
	files, err := filepath.Glob("testdata/definitions/*.txt")
	if err != nil || len(files) == 0 {
		t.Fatalf("no files: %v", err)
	}
	for _, path := range files {
		name := strings.TrimSuffix(filepath.Base(path), ".txt")
		t.Run(name, func(t *testing.T) {
			text, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			yaml, want, _ := strings.Cut(string(text), "----\n")
			_, found := LoadDefinitions([]DefinitionFile{{Path: name + ".yaml", Text: []byte(yaml)}}, testChecks())
			got := mistakeLines(found) + "\n"
			if *update {
				if err := os.WriteFile(path, []byte(yaml+"----\n"+got), 0o644); err != nil {
					t.Fatal(err)
				}
				return
			}
			if got != want {
				t.Errorf("--- got\n%s--- want\n%s", got, want)
			}
		})
	}
}

const wholeLanguage = `
# every key of the language
name: everything
title: "何もかも"
priority: 7
start:
  on: favorite.restocked
  when: buyer.rank != "C"
  per: items
  quiet_for: 2h
  max_quiet: 1d12h
  max_items: 4
  not_bought_within: 30d
  collect: 20m
  hold: 5m
  per_unit: 2.5
  wave_every: 2h
exit:
  - {on: order.placed, matching: items, reason: goal}
  - on: form.submitted
window: {days: [mon, sat], from: "10:00", to: "24:00", holidays: true, closed_on: ["08-13..08-16"], order_by: "16:30"}
order_by: "15:00"
expires: 6h
cool_down: 0
floor: 2
steps:
  - id: first
    send: {all: [email, dm]}
    message:
      subject: 入荷
      text: |
        入荷しました。
        ご注文をお待ちしています。
    window: business_hours
  - id: second
    after: {anchor: 2d}
    when: not clicked("first")
    only: item.stock < 5
    otherwise: not_low_stock
    send: line
    template: cart_unopened
    expires: 30m
    window: always
`

func loadOne(t *testing.T, yaml string) *Definition {
	t.Helper()
	definitions, found := LoadDefinitions([]DefinitionFile{{Path: "test.yaml", Text: []byte(yaml)}}, testChecks())
	if len(found) > 0 || len(definitions) != 1 {
		t.Fatalf("%d definitions, mistakes:\n%s", len(definitions), mistakeLines(found))
	}
	return definitions[0]
}

func TestLoadDefinitionsReadsTheWholeLanguage(t *testing.T) {
	d := loadOne(t, wholeLanguage)
	for what, condition := range map[string]*Condition{`buyer.rank != "C"`: d.Start.When, `not clicked("first")`: d.Steps[1].When, "item.stock < 5": d.Steps[1].Only} {
		if condition == nil || condition.Text != what {
			t.Errorf("condition %+v, want %s", condition, what)
		}
	}
	if string(d.Source) != wholeLanguage || len(d.Version) != 12 {
		t.Errorf("source %q, version %q", d.Source, d.Version)
	}
	d.Start.When, d.Steps[1].When, d.Steps[1].Only, d.Source, d.Version = nil, nil, nil, nil, ""
	closed, err := ParseClosedDays("08-13..08-16")
	if err != nil {
		t.Fatal(err)
	}
	hours, always := Window{Shop: true}, AlwaysWindow()
	want := &Definition{
		Name: "everything", Title: "何もかも", Priority: 7, Enabled: true, Floor: 2,
		Start: Start{On: EventFavoriteRestocked, Per: PerItems, QuietFor: Duration{Clock: 2 * time.Hour},
			MaxQuiet: Duration{Days: 1, Clock: 12 * time.Hour}, MaxItems: 4, NotBoughtWithin: Duration{Days: 30},
			Collect: Duration{Clock: 20 * time.Minute}, Hold: Duration{Clock: 5 * time.Minute}, PerUnit: 2.5, WaveEvery: Duration{Clock: 2 * time.Hour}},
		Exits: []Exit{{On: EventOrderPlaced, MatchingItems: true, Reason: ReasonGoal}, {On: "form.submitted", Reason: ReasonGoal}},
		Window: &Window{Days: [7]bool{time.Monday: true, time.Saturday: true}, From: 10 * time.Hour, To: 24 * time.Hour,
			Holidays: true, ClosedOn: []ClosedDays{closed}, OrderBy: 16*time.Hour + 30*time.Minute},
		OrderBy: 15 * time.Hour,
		Expires: Duration{Clock: 6 * time.Hour},
		Steps: []Step{
			{ID: "first", Next: 1, Send: []Channel{ChannelEmail, ChannelDM}, SendAll: true, Window: &hours,
				Message: &InlineMessage{Subject: "入荷", Text: "入荷しました。\nご注文をお待ちしています。"}},
			{ID: "second", After: Duration{Days: 2}, FromAnchor: true, Otherwise: ReasonNotLowStock, Send: []Channel{ChannelLine},
				Template: "cart_unopened", Expires: Duration{Clock: 30 * time.Minute}, Window: &always},
		},
	}
	if !reflect.DeepEqual(d, want) {
		t.Errorf("\n got %+v\nwant %+v", d, want)
	}
}

func TestLoadDefinitionsFillsInWhatIsLeftOut(t *testing.T) {
	d := loadOne(t, "name: plain\nstart: {on: cart.updated, wait_while: cart.state != \"open\"}\nexit:\nsteps: [{id: first, send: email, template: cart_first}]\n")
	if d.Title != "plain" || d.Priority != 0 || !d.Enabled || d.Floor != 1 || d.Window != nil || len(d.Exits) != 0 {
		t.Errorf("definition: %+v", d)
	}
	if d.Expires.String() != "24h" || d.CoolDown.String() != "7d" || d.Start.WaitUpTo.String() != "30d" || d.Start.Per != PerCart {
		t.Errorf("expires %s, cool_down %s, wait_up_to %s, per %s", d.Expires, d.CoolDown, d.Start.WaitUpTo, d.Start.Per)
	}
	drop := loadOne(t, "name: plain\nstart: {on: favorite.price_dropped}\nsteps: [{id: first, send: email, template: price_first}]\n").Start
	if drop.Per != PerItems || drop.Collect.String() != "15m" || drop.MinPercent != 3 || drop.MinAmount != 1 || !drop.Hold.IsZero() {
		t.Errorf("price drop: %+v", drop)
	}
	back := loadOne(t, "name: plain\nstart: {on: favorite.restocked}\nsteps: [{id: first, send: email, template: price_first}]\n").Start
	if back.Hold.String() != "10m" || back.PerUnit != 0 || !back.WaveEvery.IsZero() || back.MinPercent != 0 {
		t.Errorf("restock: %+v", back)
	}
}

func TestVersionFollowsTheContentAlone(t *testing.T) {
	first := loadOne(t, wholeLanguage).Version
	same := "\ufeff" + strings.ReplaceAll(wholeLanguage, "\n", "\r\n")
	same = strings.Replace(same, `"何もかも"`, `何もかも   # another comment`, 1)
	same = strings.Replace(same, "priority: 7", "enabled: true", 1) + "priority: 7\r\n"
	if again := loadOne(t, same).Version; again != first {
		t.Errorf("version %s of the same content, want %s", again, first)
	}
	if other := loadOne(t, strings.Replace(wholeLanguage, "hold: 5m", "hold: 6m", 1)).Version; other == first {
		t.Errorf("version %s for another hold too", other)
	}
	if other := loadOne(t, strings.Replace(wholeLanguage, `order_by: "15:00"`, `order_by: "14:00"`, 1)).Version; other == first {
		t.Errorf("version %s for another order_by too", other)
	}
	for _, reordered := range []string{"send: [line, email]", "send: [email, line]"} {
		text := "name: x\nstart: {on: a.b}\nsteps: [{id: first, " + reordered + ", message: {subject: a, text: b}}]\n"
		if v := loadOne(t, text).Version; v == first {
			t.Errorf("%s: version %s", reordered, v)
		} else {
			first = v
		}
	}
}

func TestTheShopsFileReplacesTheBuiltIn(t *testing.T) {
	plain := func(name, rest string) []byte {
		return []byte("name: " + name + "\nstart: {on: cart.updated}\nsteps: [{id: first, send: email, template: cart_first}]\n" + rest)
	}
	definitions, found := LoadDefinitions([]DefinitionFile{
		{Path: "builtin/a.yaml", Text: plain("a", ""), BuiltIn: true},
		{Path: "builtin/b.yaml", Text: plain("b", ""), BuiltIn: true},
		{Path: "shop/a.yaml", Text: plain("a", "priority: 9")},
		{Path: "shop/b.yaml", Text: []byte("name: b\nenabled: false\n")},
		{Path: "shop/c.yaml", Text: plain("c", "")},
		{Path: "shop/d.yaml", Text: plain("c", "")},
	}, testChecks())
	if got, want := mistakeLines(found), "shop/d.yaml:1:7: the name c is taken already, by shop/c.yaml\n    name: c\n          ^"; got != want {
		t.Errorf("mistakes:\n%s\nwant:\n%s", got, want)
	}
	var got []string
	for _, d := range definitions {
		got = append(got, d.Name, d.Title, strings.Repeat("+", d.Priority))
		if d.Enabled != (d.Name != "b") {
			t.Errorf("%s: enabled %t", d.Name, d.Enabled)
		}
	}
	if want := []string{"a", "a", "+++++++++", "b", "b", "", "c", "c", ""}; !slices.Equal(got, want) {
		t.Errorf("definitions %q, want %q", got, want)
	}
}

func TestLoadDefinitionsRefusesAFileThatIsNoText(t *testing.T) {
	for name, c := range map[string]struct{ text, want string }{
		"Shift_JIS":  {"name: x\ntitle: \x83\x4a\x83\x53\n", "f.yaml:2:8: not UTF-8: expected the file to be saved as UTF-8\n    title: \ufffdJ\ufffdS\n           ^"},
		"huge":       {"name: x\n#" + strings.Repeat("x", 256<<10), "f.yaml:1:1: the file is too large: expected at most 256 KiB\n    name: x\n    ^"},
		"NUL":        {"steps: []\nname: \x00\n", "f.yaml:2:7: expected name to be a lower-case letter, then letters, digits and _ (64 at most), got \"\\x00\"\n    name:  \n          ^"},
		"only a tab": {"\t", "f.yaml:1:1: the file is empty: expected a scenario"},
	} {
		t.Run(name, func(t *testing.T) {
			_, found := LoadDefinitions([]DefinitionFile{{Path: "f.yaml", Text: []byte(c.text)}}, testChecks())
			if got := mistakeLines(found[max(0, len(found)-1):]); got != c.want {
				t.Errorf("got\n%q\nwant\n%q", got, c.want)
			}
		})
	}
}

func FuzzLoadDefinitions(f *testing.F) {
	f.Add([]byte(wholeLanguage))
	files, err := filepath.Glob("testdata/definitions/*.txt")
	if err != nil {
		f.Fatal(err)
	}
	for _, path := range files {
		text, err := os.ReadFile(path)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		definitions, found := LoadDefinitions([]DefinitionFile{{Path: "f.yaml", Text: text}}, testChecks())
		for _, m := range found {
			if m.Line < 1 || m.Column < 1 || m.Message == "" || m.String() == "" {
				t.Fatalf("a mistake without a place: %+v", m)
			}
		}
		for _, d := range definitions {
			if len(found) == 0 && d.Enabled && (len(d.Steps) == 0 || d.Start.On == "" && d.Start.Date == nil || len(d.Version) != 12) {
				t.Fatalf("a definition that lacks something: %+v", d)
			}
		}
	})
}
