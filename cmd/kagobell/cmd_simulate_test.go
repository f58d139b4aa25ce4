package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"syscall"
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

// TestSimulateNamesBadLinesInOrder: reading goes on beside the simulation, and says nothing of what lies behind --until.
func TestSimulateNamesBadLinesInOrder(t *testing.T) {
	var history, want strings.Builder
	for i := range 3 * readTogether {
		history.WriteString(viewed(i, i))
		if number := 2*i + 2; i%200 == 0 {
			history.WriteString(strings.Repeat("x", longestLine+10) + "\n")
			fmt.Fprintf(&want, "standard input:%d: refused: expected a line of at most 1 MiB\n", number)
		} else {
			history.WriteString(`{"id":"x"}` + "\n")
			fmt.Fprintf(&want, "standard input:%d: /type", number)
		}
	}
	_, _, stderr := simulateText(t, history.String()+strings.Replace(viewed(0, 9999), "2026-06-01", "2026-06-09", 1)+"{\n", "--until", "2026-06-05")
	at := 0
	for _, one := range strings.SplitAfter(want.String(), "standard input:")[1:] {
		one = strings.TrimSuffix(one, "standard input:")
		i := strings.Index(stderr[at:], "standard input:"+one)
		if i < 0 {
			t.Fatalf("not said in its turn: %q", one)
		}
		at += i
	}
	if behind := fmt.Sprintf("standard input:%d", 6*readTogether+2); strings.Contains(stderr, behind) {
		t.Errorf("said of a line behind --until: %q", behind)
	}
}

// TestSimulateStops: on Ctrl-C while it waits for input, and when nobody reads what it prints.
func TestSimulateStops(t *testing.T) {
	t.Chdir(t.TempDir())
	ctx, interrupt := context.WithCancel(t.Context())
	input, typed := io.Pipe()
	defer typed.Close()
	go func() {
		_, _ = io.WriteString(typed, viewed(0, 1))
		interrupt()
	}()
	var stderr bytes.Buffer
	if code := run(ctx, []string{"simulate", "--events", "-"}, input, io.Discard, &stderr, nil); code != exitFailed || !strings.Contains(stderr.String(), errInterrupted.Error()) {
		t.Errorf("interrupted: exit code %d, %q", code, stderr.String())
	}

	var history strings.Builder
	for i := range 5000 {
		history.WriteString(viewed(i, i))
	}
	out := &brokenPipe{}
	if code := run(t.Context(), []string{"simulate", "--events", "-", "--format", "json"}, strings.NewReader(history.String()), out, &stderr, nil); code != exitDone {
		t.Errorf("a broken pipe: exit code %d, want %d: %s", code, exitDone, stderr.String())
	}
	if out.writes != 1 {
		t.Errorf("%d writes to a broken pipe, want one", out.writes)
	}
}

type brokenPipe struct{ writes int }

func (p *brokenPipe) Write([]byte) (int, error) {
	p.writes++
	return 0, syscall.EPIPE
}
