package scenarios

import (
	"fmt"
	"strings"
	"time"
)

// ClosedDays is a stretch of days on which the shop sends nothing, such as お盆 or 年末年始: once, or every year.
type ClosedDays struct {
	first, last int  // both included, as the figures of yyyymmdd; of mmdd when yearly
	yearly      bool // last before first goes over the new year
}

// ParseClosedDays reads one day or a range with both ends included: "2026-08-13", "2026-12-29..2027-01-03", and for
// every year "08-13", "12-29..01-03".
func ParseClosedDays(text string) (ClosedDays, error) {
	from, to, isRange := strings.Cut(text, "..")
	if !isRange {
		to = from
	}
	first, firstYearly, err := parseClosedDate(from)
	if err != nil {
		return ClosedDays{}, err
	}
	last, lastYearly, err := parseClosedDate(to)
	if err != nil {
		return ClosedDays{}, err
	}
	switch {
	case firstYearly != lastYearly:
		return ClosedDays{}, fmt.Errorf("%q: expected a year at both ends, or at neither for every year", text)
	case firstYearly:
		return ClosedDays{first: dateFigures(first) % 10000, last: dateFigures(last) % 10000, yearly: true}, nil
	case last.Before(first):
		return ClosedDays{}, fmt.Errorf("%q ends before it begins: expected the earlier date first", text)
	case !last.Before(first.AddDate(1, 0, 0)):
		return ClosedDays{}, fmt.Errorf("%q is longer than a year: expected a range of a year at most", text)
	}
	return ClosedDays{first: dateFigures(first), last: dateFigures(last)}, nil
}

// parseClosedDate reads "2026-08-13", or "08-13" as yearly. Yearly dates are read in a leap year, for the sake of 02-29.
func parseClosedDate(text string) (date time.Time, yearly bool, err error) {
	yearly = len(text) == len("08-13")
	full := text
	if yearly {
		full = "2000-" + text
	}
	date, err = time.Parse(time.DateOnly, full)
	if err != nil {
		return time.Time{}, false, fmt.Errorf("%q is not a date of the calendar: expected 2026-08-13, "+
			"2026-12-29..2027-01-03, or for every year 08-13, 12-29..01-03", text)
	}
	return date, yearly, nil
}

// dateFigures puts a date into one number that sorts like it: 20260813.
func dateFigures(date time.Time) int {
	year, month, day := date.Date()
	return year*10000 + int(month)*100 + day
}

func (c ClosedDays) covers(date time.Time) bool {
	figures := dateFigures(date)
	if !c.yearly {
		return c.first <= figures && figures <= c.last
	}
	figures %= 10000
	if c.first <= c.last {
		return c.first <= figures && figures <= c.last
	}
	return figures >= c.first || figures <= c.last
}

// String writes c as ParseClosedDays reads it.
func (c ClosedDays) String() string {
	write := func(figures int) string {
		monthDay := fmt.Sprintf("%02d-%02d", figures/100%100, figures%100)
		if c.yearly {
			return monthDay
		}
		return fmt.Sprintf("%04d-%s", figures/10000, monthDay)
	}
	if c.first == c.last {
		return write(c.first)
	}
	return write(c.first) + ".." + write(c.last)
}

// MarshalText writes c as String does.
func (c ClosedDays) MarshalText() ([]byte, error) { return []byte(c.String()), nil }

// UnmarshalText reads what ParseClosedDays reads.
func (c *ClosedDays) UnmarshalText(text []byte) error {
	parsed, err := ParseClosedDays(string(text))
	if err != nil {
		return err
	}
	*c = parsed
	return nil
}
