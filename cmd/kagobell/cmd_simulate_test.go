package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"testing"
)

func simulateText(t *testing.T, history string, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	t.Chdir(t.TempDir())
	var out, errs bytes.Buffer
	code = run(t.Context(), append([]string{"simulate", "--events", "-"}, args...), strings.NewReader(history), &out, &errs, nil)
	return code, out.String(), errs.String()
}

func viewed(buyer, n int) string {
	return fmt.Sprintf(`{"id":"e-%d","type":"product.viewed","occurred_at":"2026-06-01T10:00:00+09:00","buyer":{"id":"b-%d",`+
		`"email":"b-%d@acme.example","consent":{"email":%t}},"data":{"sku":"A4"}}`+"\n", n, buyer, buyer, buyer%2 == 0)
}

// TestSimulateGoesOnAfterBadLines: each is named with what was expected, and the exit code tells of them.
func TestSimulateGoesOnAfterBadLines(t *testing.T) {
	history := viewed(0, 1) + "{\"id\":\n" + `{"id":"e","type":"x"}` + "\n" + strings.Repeat("x", longestLine+10) + "\n" + viewed(2, 2)
	code, stdout, stderr := simulateText(t, history, "--format", "json")
	if code != exitFailed {
		t.Errorf("exit code %d, want %d", code, exitFailed)
	}
	for _, want := range []string{
		"standard input:2: not JSON", "standard input:3: /type: expected a type of the form noun.verb",
		"standard input:4: refused: expected a line of at most 1 MiB", "3 of the events are not valid",
	} {
		if !strings.Contains(stderr, want) {
			t.Errorf("not said: %q in\n%s", want, stderr)
		}
	}
	if sent := strings.Count(stdout, `"send"`); sent != 4 {
		t.Errorf("%d messages, want 4 of the two good events:\n%s", sent, stdout)
	}
}

// TestSimulateLinesAreFew: a table ends where it was told to, JSON never does, and the summary counts everything.
func TestSimulateLinesAreFew(t *testing.T) {
	var history strings.Builder
	for i := range 400 {
		history.WriteString(viewed(i, i))
	}
	_, whole, _ := simulateText(t, history.String(), "--lines", "-1")
	_, table, _ := simulateText(t, history.String())
	_, short, _ := simulateText(t, history.String(), "--lines", "0")
	_, objects, _ := simulateText(t, history.String(), "--format", "json")
	all := strings.Count(objects, "\n")
	for line := range strings.Lines(objects) {
		if !json.Valid([]byte(line)) {
			t.Fatalf("not JSON: %s", line)
		}
	}
	rows, summary, _ := strings.Cut(whole, "\n\n")
	if got := strings.Count(rows, "\n"); got != all {
		t.Errorf("%d lines, want all %d", got, all)
	}
	if "\n"+summary != short {
		t.Errorf("the summary alone is\n%swant\n%s", short, summary)
	}
	if want := fmt.Sprintf("… %d further lines", all-usualLines); !strings.Contains(table, want) || !strings.HasSuffix(table, summary) {
		t.Errorf("not said: %q in\n%s", want, table[len(table)-min(len(table), 600):])
	}
	if want := "  first   [##########..........]  200 (50%)\n  second  [##########..........]  200 (50%)\n"; !strings.HasSuffix(short, want) {
		t.Errorf("got\n%swant at its end\n%s", short, want)
	}
}
