package main

import (
	"fmt"
	"io"
	"os"
	"strings"
	"unicode"

	"golang.org/x/term"
	"golang.org/x/text/width"
)

// terminal writes lines in columns, with Japanese in them, and in colour where somebody watches.
type terminal struct {
	out    io.Writer
	colour bool
	err    error // the first of writing
}

// newTerminal writes in colour where somebody watches.
func newTerminal(out io.Writer, environ []string) *terminal {
	return newTerminalOn(isTerminal(out), out, environ)
}

// newTerminalOn is newTerminal for one who knows whether somebody watches. There is no colour where NO_COLOR is set
// (no-color.org), and on a terminal that knows none.
func newTerminalOn(watched bool, out io.Writer, environ []string) *terminal {
	t := &terminal{out: out, colour: watched}
	for _, entry := range environ {
		name, value, _ := strings.Cut(entry, "=")
		if name == "NO_COLOR" && value != "" || name == "TERM" && value == "dumb" {
			t.colour = false
		}
	}
	return t
}

// style is what ECMA-48 calls Select Graphic Rendition; empty is plain.
type style string

const (
	plain  style = ""
	bold   style = "1"
	faint  style = "2"
	green  style = "32"
	yellow style = "33"
	cyan   style = "36"
)

func (t *terminal) paint(s style, text string) string {
	if !t.colour || s == plain {
		return text
	}
	return "\x1b[" + string(s) + "m" + text + "\x1b[0m"
}

// line writes a line; on a terminal that is wide enough for the columns it is cut at the edge.
func (t *terminal) line(s style, text string) {
	if columns := t.columns(); columns >= leastColumns && cells(text) > columns {
		text = cut(text, columns)
	}
	t.print(t.paint(s, strings.TrimRight(text, " ")) + "\n")
}

// leastColumns is the width from which on lines are cut and not wrapped.
const leastColumns = 100

func (t *terminal) print(text string) {
	if _, err := io.WriteString(t.out, text); err != nil && t.err == nil {
		t.err = fmt.Errorf("writing to the terminal: %w", err)
	}
}

// columns is the width of the terminal; 0 when there is none.
func (t *terminal) columns() int {
	file, ok := t.out.(*os.File)
	if !ok {
		return 0
	}
	columns, _, err := term.GetSize(int(file.Fd()))
	if err != nil {
		return 0
	}
	return columns
}

// cells is how many columns a text takes: Japanese characters take two (UAX #11). Those of ambiguous width are taken
// for one, so they stand in last columns only.
func cells(text string) int {
	n := 0
	for _, r := range text {
		n += cellsOf(r)
	}
	return n
}

func cellsOf(r rune) int {
	if unicode.Is(unicode.Mn, r) { // combines with the one before, as the dots of a decomposed が do
		return 0
	}
	switch width.LookupRune(r).Kind() {
	case width.EastAsianWide, width.EastAsianFullwidth:
		return 2
	}
	return 1
}

// pad fills a text up with spaces; a longer one is left alone.
func pad(text string, columns int) string {
	return text + strings.Repeat(" ", max(columns-cells(text), 0))
}

// padLeft is pad for figures.
func padLeft(text string, columns int) string {
	return strings.Repeat(" ", max(columns-cells(text), 0)) + text
}

// cut shortens a text to so many columns.
func cut(text string, columns int) string {
	if cells(text) <= columns {
		return text
	}
	var b strings.Builder
	used := 0
	for _, r := range text {
		if used+cellsOf(r) > columns-1 {
			break
		}
		used += cellsOf(r)
		b.WriteRune(r)
	}
	return b.String() + "…"
}

// fit is exactly so many columns.
func fit(text string, columns int) string { return pad(cut(text, columns), columns) }
