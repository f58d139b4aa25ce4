package scenarios

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/agnivade/levenshtein"
	"golang.org/x/text/width"
)

// Mistake is one thing wrong in a scenario file. Line and Column count from 1, columns in characters.
type Mistake struct {
	File         string
	Line, Column int
	Message      string
	SourceLine   string // the offending line as it stands in the file
}

// String writes the place and the message, and below them the line with a mark at the place:
//
//	scenarios/mine.yaml:3:1: unknown key piority, did you mean priority?
//	    piority: 40
//	    ^
func (m Mistake) String() string {
	head := fmt.Sprintf("%s:%d:%d: %s", m.File, m.Line, m.Column, m.Message)
	if strings.TrimSpace(m.SourceLine) == "" {
		return head
	}
	line, at := around([]rune(m.SourceLine), m.Column-1)
	var before strings.Builder
	for _, r := range line[:at] {
		before.WriteString(strings.Repeat(" ", columnsOf(r)))
	}
	return head + "\n    " + strings.Map(shownControl, string(line)) + "\n    " + before.String() + "^"
}

// shownLine is how much of a line is shown, in characters.
const shownLine = 200

// around cuts a long line to what stands around a place, and says where the place is then.
func around(line []rune, at int) ([]rune, int) {
	at = min(at, len(line))
	if from := at - shownLine/2; from > 0 && len(line) > shownLine {
		line, at = append([]rune("…"), line[from:]...), at-from+1
	}
	if len(line) > shownLine {
		line = append(line[:shownLine:shownLine], '…')
	}
	return line, at
}

// shownControl puts a space in place of what would move the cursor or worse.
func shownControl(r rune) rune {
	if unicode.IsControl(r) {
		return ' '
	}
	return r
}

// columnsOf is how wide a terminal shows a character: kana and kanji take two columns (Unicode Standard Annex 11).
func columnsOf(r rune) int {
	switch width.LookupRune(r).Kind() {
	case width.EastAsianWide, width.EastAsianFullwidth:
		return 2
	}
	return 1
}

func sortMistakes(found []Mistake) {
	slices.SortStableFunc(found, func(a, b Mistake) int {
		return cmp.Or(cmp.Compare(a.Line, b.Line), cmp.Compare(a.Column, b.Column))
	})
}

// didYouMean ends a message with the word that was probably meant, if one is near enough.
func didYouMean(word string, words []string) string {
	best, bestDistance := "", max(1, min(3, (utf8.RuneCountInString(word)+1)/3))+1
	for _, candidate := range words {
		if d := levenshtein.ComputeDistance(word, candidate); d < bestDistance {
			best, bestDistance = candidate, d
		}
	}
	if best == "" {
		return ""
	}
	return ", did you mean " + best + "?"
}

// orElse is text, or what stands in for it when it is empty.
func orElse(text, otherwise string) string {
	if text == "" {
		return otherwise
	}
	return text
}
