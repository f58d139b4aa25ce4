package main

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// madeMistakes are files that are too large, or not text, to stand in testdata/mistakes.
func madeMistakes() map[string]string {
	const head = "start: {on: member.registered}\nsteps:"
	deep := " " + strings.Repeat("[{branch: [{steps: ", 1000) + "[]" + strings.Repeat("}]}]", 1000) + "\n"
	return map[string]string{
		"scenarios/i_shift_jis.yaml": "name: shift_jis\ntitle: \x83\x4a\x83\x53\n" + head + " []\n",
		"scenarios/j_many.yaml":      "name: many\n" + head + "\n" + strings.Repeat("- branch: [{steps: []}]\n", 10000),
		"scenarios/k_deep.yaml":      "name: deep\n" + head + deep,
	}
}

var placeOfMistake = regexp.MustCompile(`(?m)^(\S+:\d+:\d+): `)

// TestCheckFindsEveryPlantedMistake holds the whole report of a folder full of mistakes to testdata/mistakes/want.txt.
func TestCheckFindsEveryPlantedMistake(t *testing.T) {
	golden, err := filepath.Abs("testdata/mistakes/want.txt")
	if err != nil {
		t.Fatal(err)
	}
	files := madeMistakes()
	planted, err := filepath.Glob("testdata/mistakes/*/*")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range append(planted, "testdata/mistakes/kagobell.yaml") {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		inside, err := filepath.Rel("testdata/mistakes", name)
		if err != nil {
			t.Fatal(err)
		}
		files[inside] = string(text)
	}
	writeFiles(t, files)
	got := runProgram(t, "", nil, "check")
	if *update {
		if err := os.WriteFile(golden, []byte(got.stdout), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if got.stdout != string(want) {
		t.Errorf("--- got\n%s--- want\n%s", got.stdout, want)
	}
	if got.code != exitFailed {
		t.Errorf("exit %d", got.code)
	}
	places := map[string]bool{}
	for _, place := range placeOfMistake.FindAllStringSubmatch(got.stdout, -1) {
		places[place[1]] = true
	}
	if len(places) < 40 {
		t.Errorf("mistakes at %d places are fewer than were planted", len(places))
	}
}
