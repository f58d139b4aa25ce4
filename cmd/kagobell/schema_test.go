package main

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"
	"github.com/santhosh-tekuri/jsonschema/v6"

	"kagobell/scenarios"
)

// printedSchema compiles what `check --schema` prints, which proves that it is a schema.
func printedSchema(t *testing.T, flag ...string) *jsonschema.Schema {
	t.Helper()
	if len(flag) == 0 {
		flag = []string{"--schema"}
	}
	got := runProgram(t, "", nil, append([]string{"check"}, flag...)...)
	if got.code != exitDone || got.stderr != "" {
		t.Fatalf("exit %d: %s", got.code, got.stderr)
	}
	document, err := jsonschema.UnmarshalJSON(strings.NewReader(got.stdout))
	if err != nil {
		t.Fatal(err)
	}
	compiler := jsonschema.NewCompiler()
	if err := compiler.AddResource("scenario.schema.json", document); err != nil {
		t.Fatal(err)
	}
	schema, err := compiler.Compile("scenario.schema.json")
	if err != nil {
		t.Fatal(err)
	}
	return schema
}

// validate says what the schema finds in a YAML file; read is false where it is no YAML at all.
func validate(t *testing.T, schema *jsonschema.Schema, text []byte) (found error, read bool) {
	t.Helper()
	var value any
	if yaml.Unmarshal(text, &value) != nil {
		return nil, false
	}
	asJSON, err := json.Marshal(value)
	if err != nil {
		t.Fatal(err)
	}
	instance, err := jsonschema.UnmarshalJSON(bytes.NewReader(asJSON))
	if err != nil {
		t.Fatal(err)
	}
	return schema.Validate(instance), true
}

func TestSchemaHoldsForEveryGoodScenario(t *testing.T) {
	schema := printedSchema(t)
	count := 0
	for _, pattern := range []string{"scenarios/builtin/*.yaml", "docs/examples/*.yaml", "scenarios/testdata/scenarios/*.yaml"} {
		names, err := filepath.Glob(filepath.Join(projectRoot, pattern))
		if err != nil || len(names) == 0 {
			t.Fatalf("%s: %d files, %v", pattern, len(names), err)
		}
		for _, name := range names {
			text, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			if found, read := validate(t, schema, text); found != nil || !read {
				t.Errorf("%s: %v", name, found)
			}
			count++
		}
	}
	if count < 10 {
		t.Errorf("only %d files", count)
	}
}

var unknownKey = regexp.MustCompile(`: unknown key (\w+)`)

// TestSchemaFindsTheMistakesOfForm goes through the mistakes that check knows: what a schema can find it must find.
func TestSchemaFindsTheMistakesOfForm(t *testing.T) {
	schema := printedSchema(t)
	names, err := filepath.Glob(filepath.Join(projectRoot, "scenarios/testdata/definitions/*.txt"))
	if err != nil {
		t.Fatal(err)
	}
	keys, wrongKinds := 0, 0
	for _, name := range names {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		file, mistakes, _ := strings.Cut(string(text), "----\n")
		found, read := validate(t, schema, []byte(file))
		if !read {
			continue
		}
		for _, key := range unknownKey.FindAllStringSubmatch(mistakes, -1) {
			keys++
			if found == nil || !strings.Contains(found.Error(), "'"+key[1]+"'") {
				t.Errorf("%s: the schema does not mind the key %s: %v", filepath.Base(name), key[1], found)
			}
		}
		if strings.Contains(mistakes, ", got a mapping") || strings.Contains(mistakes, ", got a list") || strings.Contains(mistakes, " is missing") {
			wrongKinds++
			if found == nil {
				t.Errorf("%s: the schema does not mind:\n%s", filepath.Base(name), mistakes)
			}
		}
	}
	if keys < 10 || wrongKinds < 5 {
		t.Errorf("%d unknown keys and %d files with values of the wrong kind are too few to prove anything", keys, wrongKinds)
	}
}

// TestSchemaAndReaderAgree tries values at their limits on both.
func TestSchemaAndReaderAgree(t *testing.T) {
	schema := printedSchema(t)
	shipped, err := scenarios.BuiltinFiles()
	if err != nil {
		t.Fatal(err)
	}
	const start, steps = "start: {on: a.b}\n", "steps: [{id: first, send: email, template: x}]\n"
	step := func(keys string) string { return "name: x\n" + start + "steps: [{id: first, " + keys + "}]\n" }
	for text, good := range map[string]bool{
		"name: x\n" + start + steps:                                                                 true,
		"name: course\nenabled: true\n":                                                             true,
		"name: course\nenabled: false\n":                                                            true,
		"name: x\n":                                                                                 false,
		"name: course\ntitle: x\nenabled: true\n":                                                   false,
		step("send: email, template: x, link: event.survey_url"):                                    true,
		step("send: email, template: x, link: [a]"):                                                 false,
		"name: X\n" + start + steps:                                                                 false,
		"name: " + strings.Repeat("x", 64) + "\n" + start + steps:                                   true,
		"name: " + strings.Repeat("x", 65) + "\n" + start + steps:                                   false,
		"name: x\npriority: 1000\n" + start + steps:                                                 true,
		"name: x\npriority: 1001\n" + start + steps:                                                 false,
		"name: x\nfloor: 500\n" + start + steps:                                                     true,
		"name: x\nfloor: 501\n" + start + steps:                                                     false,
		"name: x\nfloor: 0\n" + start + steps:                                                       false,
		"name: x\ncool_down: 0\n" + start + steps:                                                   true,
		"name: x\ncool_down: 5\n" + start + steps:                                                   false,
		"name: x\ncool_down: 1.5d\n" + start + steps:                                                false,
		"name: x\ncool_down: 1d1.5h\n" + start + steps:                                              true,
		"name: x\ntitle: " + strings.Repeat("あ", 100) + "\n" + start + steps:                        true,
		"name: x\ntitle: " + strings.Repeat("あ", 101) + "\n" + start + steps:                        false,
		"name: x\nwindow: always\n" + start + steps:                                                 true,
		"name: x\nwindow: never\n" + start + steps:                                                  false,
		"name: x\nwindow: {days: [Mon, TUESDAY, thu], from: 9:00, to: \"24:00\"}\n" + start + steps: true,
		"name: x\nwindow: {days: [mo]}\n" + start + steps:                                           false,
		"name: x\nwindow: {to: \"24:01\"}\n" + start + steps:                                        false,
		"name: x\nstart: {on_date: event.day, before: 30d}\n" + steps:                               true,
		"name: x\nstart: {on_date: event.day, on: a.b}\n" + steps:                                   false,
		"name: x\nstart: {per: cart}\n" + steps:                                                     false,
		"name: x\nstart: {on: a.b, per: basket}\n" + steps:                                          false,
		"name: x\nstart: {on: A.b}\n" + steps:                                                       false,
		"name: x\nstart: {on: a.b, when: true}\n" + steps:                                           true,
		"name: x\nexit: [{when: event.over, reason: goal}]\n" + start + steps:                       true,
		"name: x\nexit: [{reason: goal}]\n" + start + steps:                                         false,
		"name: x\nexit: [{on: order.placed, matching: all}]\n" + start + steps:                      false,
		step("send: {all: [email, dm]}, template: x"):                                               true,
		step("send: {all: email}, template: x"):                                                     false,
		step("send: [email, email], template: x"):                                                   false,
		step("send: [], template: x"):                                                               false,
		step("send: fax, template: x"):                                                              false,
		step("send: email, message: {subject: a, text: b}"):                                         true,
		step("send: email, message: {subject: a}"):                                                  false,
		step("send: email, template: x, after: {anchor: 2d}"):                                       true,
		step("send: email, template: x, after: {anker: 2d}"):                                        false,
		step("after: 2d"):                                                false,
		step("wait_for: {on: a.b, up_to: 2d}"):                           true,
		step("wait_for: {on: a.b}"):                                      false,
		step("wait_for: {on: a.b, up_to: 2d}, send: email, template: x"): false,
		step("branch: []"):                                               false,
		step("branch: [{steps: [{branch: [{steps: [{id: d, send: email, template: x}]}]}]}]"): true,
		step("branch: [{steps: [{branch: [{steps: [{id: d, send: mail, template: x}]}]}]}]"):  false,
		"name: x\n" + start + "steps: []\n":                                                   false,
	} {
		if found, _ := validate(t, schema, []byte(text)); (found == nil) != good {
			t.Errorf("schema, want good %t:\n%s%v", good, text, found)
		}
		file := scenarios.DefinitionFile{Path: "x.yaml", Text: []byte(text)}
		_, found := scenarios.LoadDefinitions(append(slices.Clone(shipped), file), scenarios.Checks{})
		if (len(found) == 0) != good {
			t.Errorf("reader, want good %t:\n%s%v", good, text, found)
		}
	}
}

// TestSchemaHelpsEditors: every key has a word in both languages, and the defaults are those of the reader.
func TestSchemaHelpsEditors(t *testing.T) {
	text, err := fileSchema(schemaOfScenario)
	if err != nil {
		t.Fatal(err)
	}
	type property struct {
		Description string
		Default     any
	}
	var schema struct {
		Schema     string `json:"$schema"`
		Properties map[string]property
		Defs       map[string]struct{ Properties map[string]property } `json:"$defs"`
	}
	if err := json.Unmarshal(text, &schema); err != nil {
		t.Fatal(err)
	}
	if schema.Schema != "https://json-schema.org/draft/2020-12/schema" {
		t.Errorf("a schema of %s", schema.Schema)
	}
	written := "name: x\n"
	for name, of := range schema.Properties {
		if of.Default != nil {
			line, _ := json.Marshal(of.Default)
			written += name + ": " + string(line) + "\n"
		}
		if !strings.Contains(of.Description, " / ") {
			t.Errorf("%s has no description in both languages: %q", name, of.Description)
		}
	}
	for name, form := range schema.Defs {
		for key, of := range form.Properties {
			if !strings.Contains(of.Description, " / ") {
				t.Errorf("%s.%s has no description in both languages: %q", name, key, of.Description)
			}
		}
	}
	const rest = "start: {on: a.b}\nsteps: [{id: first, send: email, template: x}]\n"
	read := func(text string) *scenarios.Definition {
		d, found := scenarios.LoadDefinitions([]scenarios.DefinitionFile{{Path: "x.yaml", Text: []byte(text + rest)}}, scenarios.Checks{})
		if len(found) > 0 {
			t.Fatal(found)
		}
		return d[0]
	}
	got, want := read(written), read("name: x\n")
	if got.Expires != want.Expires || got.CoolDown != want.CoolDown || got.Floor != want.Floor || got.Priority != want.Priority ||
		got.Enabled != want.Enabled || got.Window != want.Window {
		t.Errorf("with the defaults of the schema written down:\n%+v\nwithout:\n%+v", got, want)
	}
}

func TestSchemaOfScores(t *testing.T) {
	schema := printedSchema(t, "--schema=scores")
	for _, name := range []string{"plain.yaml", "shop.yaml", "random.yaml"} {
		text, err := os.ReadFile(filepath.Join(projectRoot, "scenarios/testdata/scores", name))
		if err != nil {
			t.Fatal(err)
		}
		if found, read := validate(t, schema, text); found != nil || !read {
			t.Errorf("%s: %v", name, found)
		}
	}
	for _, bad := range []string{
		"rules: [{on: page.viewed}]", "rules: [{on: page.viewed, ad: 3}]", "rules: [{on: page.viewed, add: 1, set: 1}]",
		"marks: []", "rules: []\nmarks: [{name: hot}]", "rules: {on: page.viewed, add: 1}",
	} {
		if found, read := validate(t, schema, []byte(bad)); found == nil || !read {
			t.Errorf("the schema does not mind: %s", bad)
		}
	}
	if got := runProgram(t, "", nil, "check", "--schema=scorse"); got.code != exitUsage || got.stdout != "" {
		t.Errorf("a schema that there is not: %+v", got)
	}
}
