package scenarios

import (
	"fmt"
	"os"
	"slices"
	"sync"
	"testing"
)

// shippedDefinitions are read once: engines only look at them.
var shippedDefinitions = sync.OnceValues(func() ([]*Definition, error) {
	files, err := BuiltinFiles()
	if err != nil {
		return nil, err
	}
	definitions, mistakes := LoadDefinitions(files, anyTemplate)
	if len(mistakes) > 0 {
		return nil, fmt.Errorf("%v", mistakes)
	}
	return definitions, nil
})

var anyTemplate = Checks{HasTemplate: func(string, Channel) bool { return true }}

// builtinForTest are the definitions that ship, in a list that the test may add to.
func builtinForTest(t testing.TB) []*Definition {
	t.Helper()
	definitions, err := shippedDefinitions()
	if err != nil {
		t.Fatal(err)
	}
	return slices.Clone(definitions)
}

// definitionForTest loads testdata/scenarios/NAME.yaml.
func definitionForTest(t *testing.T, name string) *Definition {
	t.Helper()
	path := "testdata/scenarios/" + name + ".yaml"
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return loadForTest(t, []DefinitionFile{{Path: path, Text: text}})[0]
}

// exampleForTest switches an example on as a shop would.
func exampleForTest(t *testing.T, name string) *Definition {
	t.Helper()
	files, err := BuiltinFiles()
	if err != nil {
		t.Fatal(err)
	}
	on := DefinitionFile{Path: name + ".yaml", Text: []byte("name: " + name + "\nenabled: true\n")}
	for _, d := range loadForTest(t, append(files, on)) {
		if d.Name == name {
			return d
		}
	}
	return nil
}

func loadForTest(t testing.TB, files []DefinitionFile) []*Definition {
	t.Helper()
	definitions, mistakes := LoadDefinitions(files, anyTemplate)
	for _, m := range mistakes {
		t.Error(m)
	}
	if len(mistakes) > 0 {
		t.FailNow()
	}
	return definitions
}
