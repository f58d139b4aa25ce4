package main

import (
	"errors"
	"fmt"
	"log/slog"
	"math"
	"strconv"
	"strings"
	"time"
	"unicode"

	"github.com/shopspring/decimal"

	"kagobell/scenarios"
)

// kind is a form of value: how it is read, how it is shown, and what to tell somebody who wrote another.
type kind[T any] struct {
	expected string
	bare     bool // a number or a boolean: no quotes in YAML
	secret   bool // never repeated in a message
	parse    func(string) (T, error)
	show     func(T) string // as YAML, on one line
}

// read parses one value and reports what is wrong with it. errUnexpected means "expected so, got that"; any other
// error of parse says itself what is wrong.
func (k kind[T]) read(w written, path string, found *mistakes) (T, bool) {
	text, ok := w.scalar(k.bare)
	err := errUnexpected
	var parsed T
	if ok {
		parsed, err = k.parse(text)
	}
	switch {
	case err == nil:
		return parsed, true
	case !errors.Is(err, errUnexpected):
		found.add(w.at, path, "%s", err)
	case k.secret:
		found.add(w.at, path, "expected %s", k.expected)
	default:
		found.add(w.at, path, "expected %s, got %s", k.expected, w.shown())
	}
	return parsed, false
}

func shownClock(t time.Duration) string { return yamlText(clockText(t)) }

// shownCutOff writes no cut-off as "".
func shownCutOff(t time.Duration) string {
	if t == 0 {
		return yamlText("")
	}
	return shownClock(t)
}

func shownAsText[T fmt.Stringer](v T) string { return yamlText(v.String()) }

// textKind is a string that passes a check.
func textKind(expected string, fits func(string) bool) kind[string] {
	return kind[string]{expected: expected, show: yamlText, parse: func(s string) (string, error) {
		if !fits(s) {
			return "", errUnexpected
		}
		return s, nil
	}}
}

// checkedKind is a string whose check tells what is wrong with it.
func checkedKind(expected string, check func(string) error) kind[string] {
	return kind[string]{expected: expected, show: yamlText, parse: func(s string) (string, error) {
		return s, check(s)
	}}
}

// hiddenKind makes a kind a secret.
func hiddenKind(k kind[string]) kind[string] {
	k.secret = true
	k.show = func(s string) string { return yamlText(mask(s)) }
	return k
}

func enumKind(words ...string) kind[string] {
	return textKind(alternatives(words), func(s string) bool {
		for _, word := range words {
			if s == word {
				return true
			}
		}
		return false
	})
}

func alternatives(words []string) string {
	if len(words) == 1 {
		return words[0]
	}
	return strings.Join(words[:len(words)-1], ", ") + " or " + words[len(words)-1]
}

// isLine is for one line of text: what ends up in headers and footers must not bring line breaks along (RFC 5322 section 2.2).
func isLine(s string) bool {
	return strings.TrimSpace(s) != "" && !strings.ContainsFunc(s, unicode.IsControl)
}

var (
	lineKind = textKind("one line of text", isLine)
	boolKind = kind[bool]{expected: "true or false", bare: true, show: strconv.FormatBool, parse: parseBool}
	spanKind = kind[time.Duration]{expected: "a duration above zero such as 90s, 15m, 3h, 1d or 2w",
		show: spanText, parse: parseSpan}
	factorKind = kind[float64]{expected: "a number above zero such as 1 or 3600", bare: true,
		show: func(f float64) string { return strconv.FormatFloat(f, 'f', -1, 64) }, parse: parseFactor}
	zoneKind = kind[*time.Location]{expected: "a time zone such as Asia/Tokyo",
		show: shownAsText[*time.Location], parse: parseZone}
	amountKind = kind[decimal.Decimal]{expected: "an amount of zero or more such as 120 or 62.5", bare: true,
		show: decimal.Decimal.String, parse: parseAmount}
	clockKind = kind[time.Duration]{expected: `a time of day from "00:00" to "23:59"`,
		show: shownClock, parse: parseClock}
	closingKind = kind[time.Duration]{expected: `a time of day from "00:00" to "24:00"`,
		show: shownClock, parse: scenarios.ParseTimeOfDay}
	cutOffKind = kind[time.Duration]{expected: `a time of day from "00:01" to "23:59", or "" for none`,
		show: shownCutOff, parse: parseCutOff}
	weekdayKind = kind[time.Weekday]{expected: "mon, tue, wed, thu, fri, sat or sun",
		show: weekdayName, parse: scenarios.ParseWeekday}
	closedKind = kind[scenarios.ClosedDays]{
		expected: "a date (2026-08-13), dates (2026-12-29..2027-01-03) or yearly ones (12-29..01-03)",
		show:     shownAsText[scenarios.ClosedDays], parse: scenarios.ParseClosedDays}
	levelKind = kind[slog.Level]{expected: "debug, info, warn or error",
		show: func(l slog.Level) string { return strings.ToLower(l.String()) }, parse: parseLevel}
)

func parseBool(s string) (bool, error) {
	switch s {
	case "true":
		return true, nil
	case "false":
		return false, nil
	}
	return false, errUnexpected
}

// slowest and fastest bound speed: at a million a year passes in half a minute, and beyond it durations mean nothing.
const (
	slowest = 0.001
	fastest = 1_000_000
)

func parseFactor(s string) (float64, error) {
	f, err := strconv.ParseFloat(s, 64)
	switch {
	case err != nil || !(f > 0) || math.IsInf(f, 0):
		return 0, errUnexpected
	case f < slowest || f > fastest:
		return 0, fmt.Errorf("expected a number from %v to %d, got %s", slowest, fastest, s)
	}
	return f, nil
}

// parseZone refuses "Local" and "", which mean another zone on every machine.
func parseZone(s string) (*time.Location, error) {
	if s == "" || s == "Local" {
		return nil, errUnexpected
	}
	l, err := time.LoadLocation(s)
	if err != nil {
		return nil, errUnexpected
	}
	return l, nil
}

func parseAmount(s string) (decimal.Decimal, error) {
	d, err := decimal.NewFromString(s)
	if err != nil || d.IsNegative() || len(s) > 20 {
		return decimal.Zero, errUnexpected
	}
	return d, nil
}

func parseLevel(s string) (slog.Level, error) {
	for _, l := range []slog.Level{slog.LevelDebug, slog.LevelInfo, slog.LevelWarn, slog.LevelError} {
		if strings.ToLower(l.String()) == s {
			return l, nil
		}
	}
	return 0, errUnexpected
}

// countKind is a whole number from least up.
func countKind(expected string, least int) kind[int] {
	const most = 1_000_000_000
	return kind[int]{expected: expected, bare: true, show: strconv.Itoa, parse: func(s string) (int, error) {
		n, err := strconv.Atoi(s)
		if err != nil || n < least || n > most {
			return 0, errUnexpected
		}
		return n, nil
	}}
}

// quoteShort quotes text for a message.
func quoteShort(s string, most int) string {
	if runes := []rune(s); len(runes) > most {
		s = string(runes[:most]) + "…"
	}
	return strconv.Quote(s)
}
