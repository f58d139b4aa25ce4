package channels

import (
	"errors"
	"fmt"
	"regexp"
	"sort"
	"strconv"
	"strings"
	"unicode/utf8"
)

// Mistake is something wrong in a template file. Line and Column count from 1,
// and are 1 where it is the file as a whole; 0 for a folder.
type Mistake struct {
	File         string
	Line, Column int
	Message      string
}

func (m Mistake) Error() string {
	if m.Line == 0 {
		return fmt.Sprintf("%s: %s", m.File, m.Message)
	}
	return fmt.Sprintf("%s:%d:%d: %s", m.File, m.Line, m.Column, m.Message)
}

// Mistakes is all that is wrong with the templates: an error.
type Mistakes []Mistake

func (ms Mistakes) Error() string {
	lines := make([]string, len(ms))
	for i, m := range ms {
		lines[i] = m.Error()
	}
	return strings.Join(lines, "\n")
}

// sorted orders by file and place, each once.
func (ms Mistakes) sorted() Mistakes {
	sort.SliceStable(ms, func(i, j int) bool {
		a, b := ms[i], ms[j]
		if a.File != b.File {
			return a.File < b.File
		}
		if a.Line != b.Line {
			return a.Line < b.Line
		}
		return a.Column < b.Column
	})
	kept := ms[:0]
	for i, m := range ms {
		if i == 0 || m != ms[i-1] {
			kept = append(kept, m)
		}
	}
	return kept
}

// templateError is how text/template and html/template say where.
var templateError = regexp.MustCompile(`(?s)^(?:html/)?template: ?([^:]+):(\d+)(?::(\d+))?: (.*)$`)

// unplaced begins an error of html/template about the file as a whole.
var unplaced = regexp.MustCompile(`^html/template:[^ ]*: `)

// quoted is what a parse error is about, as the packages quote it.
var quoted = regexp.MustCompile(`["<]([^"<>]+)[">]`)

// place is where in a file a compiled part begins.
type place struct {
	file         string
	line, column int
}

func at(file string, line, column int, format string, args ...any) error {
	return Mistake{File: file, Line: line, Column: column, Message: fmt.Sprintf(format, args...)}
}

// locate reads an error of the template packages as a place in a file. file is
// what is known where the error does not say.
func (t *Templates) locate(file string, err error) Mistake {
	if m, ok := errors.AsType[Mistake](err); ok {
		m.File = t.path(m.File)
		return m
	}
	parts := templateError.FindStringSubmatch(err.Error())
	if parts == nil {
		if where, ok := t.places[file]; ok { // of a part as a whole
			return Mistake{File: t.path(where.file), Line: where.line, Column: where.column, Message: err.Error()}
		}
		return Mistake{File: t.path(file), Line: 1, Column: 1, Message: unplaced.ReplaceAllString(err.Error(), "")}
	}
	where, ok := t.places[parts[1]]
	if !ok {
		where = place{file: parts[1], line: 1, column: 1}
	}
	m := Mistake{File: t.path(where.file), Message: strings.TrimSpace(parts[4])}
	inPart, _ := strconv.Atoi(parts[2])
	m.Line = where.line + inPart - 1
	if parts[3] == "" {
		m.Column = columnOf(lineOf(t.sources[where.file].text, m.Line), m.Message)
		return m
	}
	m.Column, _ = strconv.Atoi(parts[3])
	m.Column++ // the packages count bytes from 0
	if inPart == 1 {
		m.Column += where.column - 1
	}
	return m
}

// columnOf looks for the place of a parse error, of which text/template tells
// the line only: the word it quotes, else the first action of the line.
func columnOf(line, message string) int {
	if q := quoted.FindStringSubmatch(message); q != nil {
		if at := strings.Index(line, q[1]); at >= 0 {
			return at + 1
		}
	}
	if at := strings.Index(line, "{{"); at >= 0 {
		return at + 1
	}
	return 1
}

func lineOf(text string, n int) string {
	lines := strings.Split(text, "\n")
	if n < 1 || n > len(lines) {
		return ""
	}
	return lines[n-1]
}

// unwrapMistake takes a place in a file out of what was wrapped around it.
func unwrapMistake(err error) error {
	if m, ok := errors.AsType[Mistake](err); ok {
		return m
	}
	if errors.Is(err, errEmptyTitle) {
		return errEmptyTitle
	}
	return err
}

// notUTF8 finds the first byte of a file that is not UTF-8 (a file saved in
// Shift_JIS, as a rule).
func notUTF8(file, text string) (Mistake, bool) {
	if utf8.ValidString(text) {
		return Mistake{}, false
	}
	for n, line := range strings.Split(text, "\n") {
		for i, r := range line {
			if _, size := utf8.DecodeRuneInString(line[i:]); r == utf8.RuneError && size == 1 {
				return Mistake{File: file, Line: n + 1, Column: i + 1, Message: "not UTF-8: save the file as UTF-8"}, true
			}
		}
	}
	return Mistake{}, false
}
