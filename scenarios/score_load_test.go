package scenarios

import (
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
)

// TestLoadScoresReportsMistakes reads every file of testdata/scores/*.txt: scores, a line of dashes, and what is wrong
// with them. -update rewrites what stands below the dashes.
func TestLoadScoresReportsMistakes(t *testing.T) {
	files, err := filepath.Glob("testdata/scores/*.txt")
	if err != nil || len(files) == 0 {
		t.Fatalf("no files: %v", err)
	}
	for _, path := range files {
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		yaml, want, _ := strings.Cut(string(text), "----\n")
		_, found := LoadScores(DefinitionFile{Path: ScoresFile, Text: []byte(yaml)})
		got := mistakeLines(found) + "\n"
		if *update {
			if err := os.WriteFile(path, []byte(yaml+"----\n"+got), 0o644); err != nil {
				t.Fatal(err)
			}
			continue
		}
		if got != want {
			t.Errorf("%s\n--- got\n%s--- want\n%s", path, got, want)
		}
	}
}

func TestBuiltinScoresAreSwitchedOff(t *testing.T) {
	scores, found := LoadScores(BuiltinScores())
	if len(found) > 0 {
		t.Fatal(mistakeLines(found))
	}
	if scores.Enabled || scores.rules() != nil || scores.marks() != nil {
		t.Error("the scores that ship are in force")
	}
	if scores.HalfLife != (Duration{Days: 14}) || len(scores.Rules) == 0 {
		t.Errorf("half-life %s, %d rules", scores.HalfLife, len(scores.Rules))
	}
	if want := []Mark{{Name: "hot", At: 50, Cool: 25}}; !reflect.DeepEqual(scores.Marks, want) {
		t.Errorf("marks %+v, want %+v", scores.Marks, want)
	}
}

// TestScoresWithoutMoreWords: what a file leaves out.
func TestScoresWithoutMoreWords(t *testing.T) {
	scores, found := LoadScores(DefinitionFile{Path: ScoresFile, Text: []byte("rules:\n" +
		"  - {on: page.viewed, when: category == \"price\", add: 10}\n  - {on: lead.rejected, set: 0}\n" +
		"marks: [{name: hot, at: 50}, {name: warm, at: 20}]")})
	if len(found) > 0 {
		t.Fatal(mistakeLines(found))
	}
	if !scores.Enabled || scores.HalfLife != defaultHalfLife {
		t.Errorf("enabled %t, half-life %s", scores.Enabled, scores.HalfLife)
	}
	if want := []Mark{{"warm", 20, 10}, {"hot", 50, 25}}; !reflect.DeepEqual(scores.Marks, want) {
		t.Errorf("marks %+v, want %+v", scores.Marks, want)
	}
	if got := scores.Rules[0].Title; got != `page.viewed (category == "price")` {
		t.Errorf("title %q", got)
	}
	if got := scores.Rules[1].Title; got != "lead.rejected = 0" {
		t.Errorf("title %q", got)
	}
}

// TestSwitchedOffScoresNeedNoRules: a line is enough.
func TestSwitchedOffScoresNeedNoRules(t *testing.T) {
	if scores, found := LoadScores(DefinitionFile{Path: ScoresFile, Text: []byte("enabled: false")}); len(found) > 0 || scores.Enabled {
		t.Errorf("enabled %t: %s", scores.Enabled, mistakeLines(found))
	}
}
