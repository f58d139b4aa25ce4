package scenarios

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"golang.org/x/text/encoding/japanese"
)

// HolidayList names the public holidays of some years, in the place of the rules: so an amendment of the act works
// without a new version of this program. The nil list covers no year.
type HolidayList struct {
	days   map[int]string // by the figures of yyyymmdd
	months map[int]months // years that it covers
}

// months are the first and the last month of a year with a holiday in the list.
type months struct{ first, last time.Month }

// HolidayListMistake is one thing wrong in a list, with its place; both numbers count from 1.
type HolidayListMistake struct {
	Line, Column int
	Message      string
}

const (
	maxHolidayList = 1 << 20 // bytes; the published file has 21 KB
	holidayForm    = "a date and a name such as 2026/1/1,元日"
)

// ReadHolidayList reads the Cabinet Office's syukujitsu.csv as it is published (https://www8.cao.go.jp/chosei/shukujitsu/gaiyou.html),
// in CP932 or UTF-8: a line of titles, then a line for each day, 2026/1/1,元日. A year counts as covered when the list
// has a day of it, and must then be whole. All mistakes are reported at once; the list is of use only without any.
func ReadHolidayList(text []byte) (*HolidayList, []HolidayListMistake) {
	l := &HolidayList{days: map[int]string{}, months: map[int]months{}}
	if len(text) > maxHolidayList {
		return l, []HolidayListMistake{{1, 1, fmt.Sprintf("the file is too large: expected at most %d KiB", maxHolidayList>>10)}}
	}
	found := l.read(csv.NewReader(strings.NewReader(decodeHolidays(text))))
	if len(found) > 0 {
		return l, found
	}
	if len(l.days) == 0 {
		return l, []HolidayListMistake{{1, 1, "no holiday in the file: expected lines with " + holidayForm}}
	}
	return l, l.incomplete()
}

// decodeHolidays makes UTF-8 of what is published in CP932. What is neither comes out with U+FFFD in it.
func decodeHolidays(text []byte) string {
	if utf8.Valid(text) {
		return string(bytes.TrimPrefix(text, []byte("\ufeff")))
	}
	decoded, err := japanese.ShiftJIS.NewDecoder().Bytes(text)
	if err != nil {
		return strings.ToValidUTF8(string(text), "\ufffd")
	}
	return string(decoded)
}

func (l *HolidayList) read(lines *csv.Reader) (found []HolidayListMistake) {
	lines.FieldsPerRecord = -1
	for first := true; ; first = false {
		fields, err := lines.Read()
		if wrong := (*csv.ParseError)(nil); errors.As(err, &wrong) {
			return append(found, HolidayListMistake{wrong.Line, wrong.Column, fmt.Sprintf("not CSV (%s): expected %s", wrong.Err, holidayForm)})
		}
		if errors.Is(err, io.EOF) {
			return found
		}
		date, err := l.add(fields)
		if err != nil && (!first || !date.IsZero()) { // the titles are no date
			line, column := lines.FieldPos(0)
			found = append(found, HolidayListMistake{line, column, err.Error()})
		}
	}
}

// add takes one line; the date is zero where it can't be read.
func (l *HolidayList) add(fields []string) (time.Time, error) {
	date, err := time.Parse("2006/1/2", strings.TrimSpace(fields[0]))
	if err != nil || date.IsZero() {
		return time.Time{}, fmt.Errorf("expected %s, got %q", holidayForm, strings.Join(fields, ","))
	}
	if len(fields) != 2 || strings.TrimSpace(fields[1]) == "" || strings.ContainsRune(fields[1], utf8.RuneError) {
		return date, fmt.Errorf("expected %s in CP932 or UTF-8, got %q", holidayForm, strings.Join(fields, ","))
	}
	figures := dateFigures(date)
	if l.days[figures] != "" {
		return date, fmt.Errorf("%s stands twice", fields[0])
	}
	l.days[figures] = strings.TrimSpace(fields[1])
	seen, again := l.months[date.Year()]
	if !again {
		seen = months{date.Month(), date.Month()}
	}
	l.months[date.Year()] = months{min(seen.first, date.Month()), max(seen.last, date.Month())}
	return date, nil
}

// incomplete finds years of which a part is missing, as after a broken download: the holidays that are not there would
// be working days. Every year since 1949 has had one in January and one in November.
func (l *HolidayList) incomplete() (found []HolidayListMistake) {
	for _, year := range slices.Sorted(maps.Keys(l.months)) {
		if seen := l.months[year]; seen.first > time.January || seen.last < time.November {
			found = append(found, HolidayListMistake{1, 1, fmt.Sprintf("%d has holidays from %s to %s only: expected whole "+
				"years, as the Cabinet Office publishes them", year, seen.first, seen.last)})
		}
	}
	return found
}

// Years are the first and the last year that the list covers; 0, 0 for the nil list.
func (l *HolidayList) Years() (first, last int) {
	if l == nil || len(l.months) == 0 {
		return 0, 0
	}
	years := slices.Sorted(maps.Keys(l.months))
	return years[0], years[len(years)-1]
}

// holidayOn is the name of the public holiday on a date (midnight UTC), or "": by the list where it covers the year,
// else by the rules.
func (l *HolidayList) holidayOn(date time.Time) string {
	if l != nil {
		if _, covered := l.months[date.Year()]; covered {
			return l.days[dateFigures(date)]
		}
	}
	return holidayOn(date)
}
