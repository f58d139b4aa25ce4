package scenarios

import (
	"os"
	"testing"
)

// builtinForTest loads the definitions that ship.
func builtinForTest(t testing.TB) []*Definition {
	t.Helper()
	files, err := BuiltinFiles()
	if err != nil {
		t.Fatal(err)
	}
	return loadForTest(t, files)
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
	definitions, mistakes := LoadDefinitions(files, Checks{HasTemplate: func(string, Channel) bool { return true }})
	for _, m := range mistakes {
		t.Error(m)
	}
	if len(mistakes) > 0 {
		t.FailNow()
	}
	return definitions
}
