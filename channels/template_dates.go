package channels

import (
	"errors"
	"fmt"
	"strings"
	"time"
)

// moment is a time as templates hold it, in the shop's zone. It can be written
// and handed to functions; time.Time would bring 50 methods along.
type moment struct {
	t    time.Time
	lang string
}

// String is the full date: 2026年11月25日(水).
func (m moment) String() string { return fullDateWords(m.lang, m.t) }

// dateForms are how shops write dates. Those without a zone are in the shop's.
var dateForms = []string{time.RFC3339, "2006-01-02T15:04:05", "2006-01-02 15:04:05", "2006-01-02T15:04", "2006-01-02 15:04",
	time.DateOnly, "2006/01/02", "2006/1/2"}

// exampleNow stands for dates that are not known while templates are tried.
var exampleNow = time.Date(2026, time.November, 25, 10, 0, 0, 0, time.FixedZone("JST", 9*60*60))

func (f functionSet) moment(value any) (time.Time, error) {
	switch v := value.(type) {
	case moment:
		return v.t, nil
	case nil:
		if f.lenient {
			return exampleNow.In(f.zone), nil
		}
	case string:
		if f.lenient && v == "" {
			return exampleNow.In(f.zone), nil
		}
		for _, form := range dateForms {
			if t, err := time.ParseInLocation(form, strings.TrimSpace(v), f.zone); err == nil {
				return inCalendar(t.In(f.zone))
			}
		}
	}
	return time.Time{}, unexpected("a date such as 2026-11-25 or 2026-11-25T10:00:00+09:00", value)
}

func inCalendar(t time.Time) (time.Time, error) {
	if t.Year() < 1900 || t.Year() > 2200 {
		return t, errors.New("expected a date from 1900 to 2200")
	}
	return t, nil
}

// written reads a date and writes it.
func (f functionSet) written(value any, write func(lang string, t time.Time) string) (string, error) {
	t, err := f.moment(value)
	if err != nil {
		return "", err
	}
	return write(f.lang, t), nil
}

// date is 11月25日(水), or Wed, Nov 25.
func (f functionSet) date(value any) (string, error) { return f.written(value, dateWords) }

// fullDate is 2026年11月25日(水), or Wed, Nov 25, 2026.
func (f functionSet) fullDate(value any) (string, error) { return f.written(value, fullDateWords) }

// datetime is 11月25日(水) 15:00, or Wed, Nov 25, 15:00.
func (f functionSet) datetime(value any) (string, error) {
	return f.written(value, func(lang string, t time.Time) string {
		return dateWords(lang, t) + inLanguage(lang, " ", ", ") + t.Format("15:04")
	})
}

// weekday is 水曜日, or Wednesday.
func (f functionSet) weekday(value any) (string, error) {
	return f.written(value, func(lang string, t time.Time) string {
		return inLanguage(lang, kanjiOf(t)+"曜日", t.Weekday().String())
	})
}

// dateFormat writes a date in a form of Go: dateFormat "2006/01/02" .Data.until.
func (f functionSet) dateFormat(form string, value any) (string, error) {
	if form == "" || len(form) > longestName {
		return "", errors.New("expected a form such as 2006/01/02 first")
	}
	return f.written(value, func(_ string, t time.Time) string { return t.Format(form) })
}

// addDays is so many calendar days later, at the same time of the day; before
// that when n is negative.
func (f functionSet) addDays(n, value any) (moment, error) {
	return f.added(n, value, func(t time.Time, n int) time.Time { return t.AddDate(0, 0, n) })
}

// addMonths is so many months later: a month after January 31 is the last day of
// February, not the third of March.
func (f functionSet) addMonths(n, value any) (moment, error) {
	return f.added(n, value, func(t time.Time, n int) time.Time {
		firstOfMonth := time.Date(t.Year(), t.Month()+time.Month(n), 1, t.Hour(), t.Minute(), t.Second(), 0, t.Location())
		lastDay := firstOfMonth.AddDate(0, 1, -1).Day()
		return firstOfMonth.AddDate(0, 0, min(t.Day(), lastDay)-1)
	})
}

func (f functionSet) added(n, value any, add func(t time.Time, n int) time.Time) (moment, error) {
	count, err := f.whole(n)
	if err != nil {
		return moment{}, err
	}
	t, err := f.moment(value)
	if err == nil {
		t, err = inCalendar(add(t, count))
	}
	return moment{t, f.lang}, err
}

// days counts the calendar days from one date to another; negative when the
// other is the earlier.
func (f functionSet) days(from, to any) (int, error) {
	a, err := f.moment(from)
	if err != nil {
		return 0, fmt.Errorf("the first date: %w", err)
	}
	b, err := f.moment(to)
	if err != nil {
		return 0, fmt.Errorf("the second date: %w", err)
	}
	return int(midnightUTC(b).Sub(midnightUTC(a)) / (24 * time.Hour)), nil
}

// midnightUTC is the day of t in a zone whose days all have 24 hours.
func midnightUTC(t time.Time) time.Time {
	y, m, d := t.Date()
	return time.Date(y, m, d, 0, 0, 0, 0, time.UTC)
}

func kanjiOf(t time.Time) string {
	return []string{"日", "月", "火", "水", "木", "金", "土"}[t.Weekday()]
}

func dateWords(lang string, t time.Time) string {
	return inLanguage(lang, t.Format("1月2日")+"("+kanjiOf(t)+")", t.Format("Mon, Jan 2"))
}

func fullDateWords(lang string, t time.Time) string {
	return inLanguage(lang, t.Format("2006年")+dateWords(lang, t), t.Format("Mon, Jan 2, 2006"))
}
