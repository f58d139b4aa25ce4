package main

import (
	"os"
	"strings"
	"testing"
)

func TestCellsOfJapanese(t *testing.T) {
	for text, want := range map[string]int{
		"": 0, "cart": 4, "カゴ離脱": 8, "ｶｺﾞ": 3, "佐藤 花子（東都精機）": 21, "Emma Clark（ネクサス）": 22, "「10%OFF」": 10, "か\u3099": 2,
	} {
		if got := cells(text); got != want {
			t.Errorf("%q takes %d columns, want %d", text, got, want)
		}
	}
}

func TestFitIsExact(t *testing.T) {
	for _, test := range []struct {
		text    string
		columns int
		want    string
	}{
		{"カゴ離脱", 10, "カゴ離脱  "},
		{"カゴ離脱", 8, "カゴ離脱"},
		{"カゴ離脱", 7, "カゴ離…"},
		{"カゴ離脱", 6, "カゴ… "}, // no half of a character
		{"cart", 3, "ca…"},
	} {
		got := fit(test.text, test.columns)
		if got != test.want || cells(got) != test.columns {
			t.Errorf("%q in %d columns: %q, want %q", test.text, test.columns, got, test.want)
		}
	}
	if got := padLeft("開始", 7); got != "   開始" {
		t.Errorf("padLeft: %q", got)
	}
}

func TestColourOnlyWhereSomebodyWatches(t *testing.T) {
	var out strings.Builder
	screen := newTerminal(&out, nil)
	screen.line(green, "配信  ")
	if out.String() != "配信\n" {
		t.Errorf("into a pipe: %q", out.String())
	}
	watched := &terminal{out: &out, colour: true}
	if got := watched.paint(green, "配信"); got != "\x1b[32m配信\x1b[0m" {
		t.Errorf("on a terminal: %q", got)
	}
	for _, environ := range [][]string{{"NO_COLOR=1"}, {"TERM=dumb"}} {
		if newTerminalOn(true, os.Stdout, environ).colour {
			t.Errorf("%v: in colour", environ)
		}
	}
	if !newTerminalOn(true, os.Stdout, []string{"NO_COLOR=", "TERM=xterm"}).colour {
		t.Error("an empty NO_COLOR counts as set")
	}
}
