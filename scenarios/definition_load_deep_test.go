package scenarios

import (
	"fmt"
	"strings"
	"testing"
)

// TestLoadDefinitionsEndsSoon: each of these files kept the parser busy for longer than anybody waits, or its report was
// as long as the file.
func TestLoadDefinitionsEndsSoon(t *testing.T) {
	head := "name: x\nstart: {on: a.b}\nsteps: "
	const deep = "nested too deep: expected at most 256 lists and mappings within each other"
	flow := func(n int) string {
		return strings.Repeat("[{branch: [{steps: ", n) + "[]" + strings.Repeat("}]}]", n)
	}
	for name, c := range map[string]struct{ text, want string }{
		"open brackets":  {head + strings.Repeat("[", 200<<10), "f.yaml:3:264: " + deep},
		"brackets":       {head + strings.Repeat("[", 100<<10) + strings.Repeat("]", 100<<10), "f.yaml:3:264: " + deep},
		"braces":         {head + strings.Repeat("{a: ", 40<<10) + strings.Repeat("}", 40<<10), "f.yaml:3:1030: " + deep},
		"dashes":         {head + "\n  " + strings.Repeat("- ", 100<<10) + "a", "f.yaml:4:515: " + deep},
		"colons":         {head + strings.Repeat("a: ", 80<<10), "f.yaml:3:774: " + deep},
		"1,000 branches": {head + flow(1000), "f.yaml:3:1224: " + deep},
		"101 branches":   {head + flow(101), "f.yaml:3:1224: " + deep},
		"60 branches":    {head + flow(60), ""},
		"10,000 steps":   {head + "\n" + strings.Repeat("- {id: a}\n", 10000), "f.yaml:4:1: too many steps: expected at most 100, those of branches among them, got 10000"},
	} {
		t.Run(name, func(t *testing.T) {
			_, found := LoadDefinitions([]DefinitionFile{{Path: "f.yaml", Text: []byte(c.text)}}, testChecks())
			got := mistakeLines(found)
			if !strings.HasPrefix(got, c.want) || c.want == "" && got != "" {
				t.Errorf("got\n%.200s\nwant\n%s", got, c.want)
			}
			if len(got) > 64<<10 {
				t.Errorf("the report has %d bytes", len(got))
			}
		})
	}
}

func TestLongFilesOnOneLineAreNotDeep(t *testing.T) {
	var steps []string
	for i := range 100 {
		steps = append(steps, fmt.Sprintf(`{id: step_%d, after: {anchor: 2d}, when: 'buyer.rank in ["a", "b"]', send: {all: [email]}, message: {subject: a, text: b}}`, i))
	}
	text := "{name: x, start: {on: a.b}, steps: [" + strings.Join(steps, ", ") + "]}"
	if _, found := LoadDefinitions([]DefinitionFile{{Path: "f.yaml", Text: []byte(text)}}, testChecks()); len(found) > 0 {
		t.Error(mistakeLines(found))
	}
}
