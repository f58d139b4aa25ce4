package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// writeFiles lays out a folder, and changes to it.
func writeFiles(t *testing.T, files map[string]string) {
	t.Helper()
	t.Chdir(t.TempDir())
	for name, text := range files {
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

const followUp = `name: seminar_followup
start: {on: seminar.attended}
steps:
  - id: thanks
    send: email
    template: seminar_thanks
`

func TestCheckSaysWhatThereIs(t *testing.T) {
	t.Chdir(t.TempDir())
	got := runProgram(t, "", nil, "check")
	if got.code != exitDone || got.stdout != "OK: 11 scenarios (7 of them switched off), 42 templates\n" || got.stderr != "" {
		t.Errorf("what ships: %+v", got)
	}
	writeFiles(t, map[string]string{
		"kagobell.yaml":                "scenarios_dir: mine\ntemplates_dir: words\n",
		"mine/seminar.yaml":            followUp,
		"mine/off.yml":                 "name: favorite_restock\nenabled: false\n",
		"mine/on.yml":                  "name: course\nenabled: true\n",
		"mine/.draft.yaml":             "not yet",
		"mine/notes.txt":               "not a scenario",
		"mine/folder.yaml/inside.yaml": "not looked at",
		"words/seminar_thanks.txt":     "subject: ご参加ありがとうございました\n\n資料をお送りします。\n",
		"words/of_mine.txt":            "subject: お知らせ\n\n本文。\n",
	})
	got = runProgram(t, "", nil, "check")
	if got.code != exitDone || got.stdout != "OK: 11 scenarios (6 of them switched off), 43 templates\n" || got.stderr != "" {
		t.Errorf("with a shop's own: %+v", got)
	}
}

func TestCheckPrintsEveryMistakeOfEveryPart(t *testing.T) {
	writeFiles(t, map[string]string{
		"kagobell.yaml":            "scenarios_dir: mine\ntemplates_dir: words\nlocle: ja\n",
		"mine/a.yaml":              strings.Replace(followUp, "after", "aftr", 1) + "piority: 3\n",
		"mine/b.yaml":              "name: seminar_followup\nenabled: false\n",
		"words/seminar_thanks.txt": "subject: {{.Nobody\n\nご参加ありがとうございました。\n",
	})
	got := runProgram(t, "", nil, "check")
	const want = `kagobell.yaml:3:1: locle: no such key, did you mean locale?
words/seminar_thanks.txt:1:10: unclosed action
mine/a.yaml:7:1: unknown key piority, did you mean priority?
    piority: 3
    ^
mine/b.yaml:1:7: the name seminar_followup is taken already, by mine/a.yaml
    name: seminar_followup
          ^
`
	if got.stdout != want {
		t.Errorf("stdout:\n%s\nwant:\n%s", got.stdout, want)
	}
	if got.code != exitFailed || got.stderr != "kagobell: mistakes found: 4\n" {
		t.Errorf("exit %d, stderr %q", got.code, got.stderr)
	}
}

func TestCheckAsksForTheTemplatesThatScenariosName(t *testing.T) {
	writeFiles(t, map[string]string{
		"kagobell.yaml": "scenarios_dir: mine\n",
		"mine/a.yaml":   strings.Replace(followUp, "seminar_thanks", "cart_frist", 1),
		"mine/b.yaml": "name: inline\nstart: {on: seminar.attended}\nsteps:\n" +
			"  - {id: thanks, send: email, message: {subject: 御礼, text: \"{{.Buyer.Nam}} 様\"}}\n",
	})
	got := runProgram(t, "", nil, "check")
	lines := strings.Split(got.stdout, "\n")
	if got.code != exitFailed || len(lines) < 4 ||
		lines[0] != "mine/a.yaml:6:15: the template cart_frist does not exist for email, did you mean cart_first?" ||
		!strings.HasPrefix(lines[3], "mine/b.yaml:4:40: message: ") {
		t.Errorf("exit %d:\n%s", got.code, got.stdout)
	}
}

func TestCheckFailsWithoutTheFileThatItIsToldOf(t *testing.T) {
	t.Chdir(t.TempDir())
	got := runProgram(t, "", nil, "--config", "nowhere.yaml", "check")
	if got.code != exitFailed || got.stdout != "" || got.stderr != "kagobell: configuration: open nowhere.yaml: no such file or directory\n" {
		t.Errorf("%+v", got)
	}
}

// TestCheckReadsScores: they are no scenario, and are counted once they are switched on.
func TestCheckReadsScores(t *testing.T) {
	files := map[string]string{
		"kagobell.yaml":    "scenarios_dir: mine\n",
		"mine/scores.yaml": "rules:\n  - {on: page.viewed, when: category == \"price\", add: 10}\nmarks: [{name: hot, at: 50}]\n",
	}
	writeFiles(t, files)
	if got := runProgram(t, "", nil, "check"); got.code != exitDone || got.stdout != "OK: 11 scenarios (7 of them switched off), 42 templates, 1 score rule\n" {
		t.Errorf("%+v", got)
	}
	files["mine/scores.yaml"] = "rules:\n  - {on: page.viewed, when: categry == \"price\", add: 10}\nmark: []\n"
	writeFiles(t, files)
	got := runProgram(t, "", nil, "check")
	for _, want := range []string{"mine/scores.yaml:2:29: when: unknown name categry, did you mean category?", "mine/scores.yaml:3:1: unknown key mark, did you mean marks?"} {
		if got.code != exitFailed || !strings.Contains(got.stdout, want) {
			t.Errorf("want %q in %+v", want, got)
		}
	}
}
