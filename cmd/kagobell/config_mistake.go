package main

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/agnivade/levenshtein"
)

// place is the kind of an origin; a later one wins over an earlier one.
type place int

const (
	byDefault place = iota
	generated
	inFile
	inEnvironment
	onCommandLine
)

// origin is where a value was written.
type origin struct {
	place        place
	name         string // of the file, the variable or the flag
	line, column int    // in a file; columns count characters, from 1
}

func (o origin) String() string {
	switch {
	case o.place == byDefault:
		return "default"
	case o.line > 0:
		return fmt.Sprintf("%s:%d:%d", o.name, o.line, o.column)
	}
	return o.name
}

// mistake is one thing wrong in the configuration.
type mistake struct {
	at      origin
	key     string // empty when it is about the file as a whole
	message string
}

func (m mistake) String() string {
	var parts []string
	if m.at.place != byDefault {
		parts = append(parts, m.at.String())
	}
	if m.key != "" {
		parts = append(parts, m.key)
	}
	return strings.Join(append(parts, m.message), ": ")
}

// mistakes is everything wrong in the configuration, as one error: a line for each.
type mistakes []mistake

func (m mistakes) Error() string {
	lines := make([]string, len(m))
	for i, one := range m {
		lines[i] = one.String()
	}
	return strings.Join(lines, "\n")
}

// onlyOnCommandLine tells whether flags alone are to blame: that is wrong usage.
func (m mistakes) onlyOnCommandLine() bool {
	for _, one := range m {
		if one.at.place != onCommandLine {
			return false
		}
	}
	return len(m) > 0
}

func (m *mistakes) add(at origin, key, format string, args ...any) {
	*m = append(*m, mistake{at: at, key: key, message: fmt.Sprintf(format, args...)})
}

// about says whether something is wrong with a key or in it.
func (m mistakes) about(key string) bool {
	return slices.ContainsFunc(m, func(one mistake) bool {
		return one.key == key || strings.HasPrefix(one.key, key+"[") || strings.HasPrefix(one.key, key+".")
	})
}

// sorted puts the file first, in its order, then the environment, then flags.
func (m mistakes) sorted() mistakes {
	slices.SortStableFunc(m, func(a, b mistake) int {
		return cmp.Or(cmp.Compare(a.at.place, b.at.place), cmp.Compare(a.at.name, b.at.name),
			cmp.Compare(a.at.line, b.at.line), cmp.Compare(a.at.column, b.at.column))
	})
	return m
}

// errUnexpected says that a value is not of the form that its key expects.
var errUnexpected = errors.New("unexpected value")

// closest returns the word that was probably meant, or "".
func closest(word string, words []string) string {
	best, bestDistance := "", max(1, min(3, utf8.RuneCountInString(word)/3))+1
	for _, candidate := range words {
		if d := levenshtein.ComputeDistance(word, candidate); d < bestDistance {
			best, bestDistance = candidate, d
		}
	}
	return best
}

func didYouMean(word string, words []string) string {
	if near := closest(word, words); near != "" {
		return fmt.Sprintf(", did you mean %s?", near)
	}
	return ""
}
