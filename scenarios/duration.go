package scenarios

import (
	"fmt"
	"math"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// Duration is a length of time as configuration and definitions write it: `90s`, `15m`, `3h`, `1d`, `2w`,
// `1d12h`. Days are calendar days at the same wall-clock time, so `1d` over a change of the clocks may be 23 or 25
// hours; Clock is elapsed time. That is why `1d` and `24h` are two different values. Neither part is negative.
type Duration struct {
	Days  int
	Clock time.Duration // to the millisecond
}

// maxDurationDays keeps slips of the keyboard out: nobody plans a message more than ten years ahead.
const maxDurationDays = 3650

const dayLength = 24 * time.Hour

// DurationPattern lists the units from large to small; the last four may carry a fraction.
const DurationPattern = `^(?:(\d+)w)?(?:(\d+)d)?` +
	`(?:(\d+(?:\.\d+)?)h)?(?:(\d+(?:\.\d+)?)m)?(?:(\d+(?:\.\d+)?)s)?(?:(\d+(?:\.\d+)?)ms)?$`

var durationForm = regexp.MustCompile(DurationPattern)

// clockUnits are the units of elapsed time in the order of durationForm's groups.
var clockUnits = []time.Duration{time.Hour, time.Minute, time.Second, time.Millisecond}

// ParseDuration reads `2w`, `1d12h`, `90s`, `1.5h`, `250ms` or `0`. Each unit stands at most once, larger units
// first. Only clock units take a fraction: half a calendar day has no meaning.
func ParseDuration(text string) (Duration, error) {
	if text == "0" {
		return Duration{}, nil
	}
	if strings.HasPrefix(text, "-") {
		return Duration{}, fmt.Errorf("duration %q is negative: expected a length of time such as 15m or 1d", text)
	}
	groups := durationForm.FindStringSubmatch(text)
	if groups == nil || text == "" {
		return Duration{}, fmt.Errorf("duration %q: expected numbers with units w, d, h, m, s or ms, larger units first,"+
			" such as 90s, 15m, 3h, 1d, 2w or 1d12h", text)
	}
	weeks, days := wholeDays(groups[1]), wholeDays(groups[2])
	var clock float64
	for i, unit := range clockUnits {
		clock += parseFraction(groups[3+i]) * float64(unit)
	}
	if float64(7*weeks+days)+clock/float64(dayLength) > maxDurationDays {
		return Duration{}, fmt.Errorf("duration %q is too long: expected at most %d days", text, maxDurationDays)
	}
	elapsed := time.Duration(clock).Round(time.Millisecond)
	// 1.1h is not exact in a float64, but never as far off as 100 ns.
	if math.Abs(clock-float64(elapsed)) >= 100 {
		return Duration{}, fmt.Errorf("duration %q is too fine: expected whole milliseconds", text)
	}
	return Duration{Days: 7*weeks + days, Clock: elapsed}, nil
}

// wholeDays reads digits; a number too great for an int is as wrong as the first one over the limit.
func wholeDays(digits string) int {
	if digits == "" {
		return 0
	}
	n, err := strconv.Atoi(digits)
	if err != nil || n > maxDurationDays {
		return maxDurationDays + 1
	}
	return n
}

// parseFraction reads what durationForm has let through; a number out of range comes back as infinity.
func parseFraction(digits string) float64 {
	if digits == "" {
		return 0
	}
	n, _ := strconv.ParseFloat(digits, 64)
	return n
}

// String writes d so that ParseDuration reads it back: `1d12h`, `90m` as `1h30m`, zero as `0s`.
func (d Duration) String() string {
	var text strings.Builder
	if d.Days > 0 {
		fmt.Fprintf(&text, "%dd", d.Days)
	}
	rest := d.Clock
	for i, name := range []string{"h", "m", "s", "ms"} {
		if n := rest / clockUnits[i]; n > 0 {
			fmt.Fprintf(&text, "%d%s", n, name)
			rest -= n * clockUnits[i]
		}
	}
	if text.Len() == 0 {
		return "0s"
	}
	return text.String()
}

// IsZero tells whether d is no wait at all.
func (d Duration) IsZero() bool { return d == Duration{} }

// AddTo gives the moment d after t, in UTC: the calendar days first, at the same wall-clock time in zone, then the
// clock time. Where the clocks are put forward over that wall-clock time, the moment of the change stands for it;
// where it comes twice, the first is taken.
func (d Duration) AddTo(t time.Time, zone *time.Location) time.Time {
	if d.Days != 0 {
		t = addCalendarDays(t, d.Days, zone)
	}
	return t.Add(d.Clock).UTC()
}

func addCalendarDays(t time.Time, days int, zone *time.Location) time.Time {
	local := t.In(zone)
	year, month, date := local.Date()
	hour, minute, second := local.Clock()
	moved := time.Date(year, month, date+days, hour, minute, second, local.Nanosecond(), zone)
	// The same figures read as UTC compare wall clocks without an offset in between.
	wanted := time.Date(year, month, date+days, hour, minute, second, local.Nanosecond(), time.UTC)
	start, end := moved.ZoneBounds()
	switch shown := wallClock(moved); {
	case shown.Before(wanted): // skipped; time.Date answered with a moment before the change
		return end
	case shown.After(wanted): // skipped; it answered with one after it
		return start
	}
	if start.IsZero() {
		return moved
	}
	_, offset := moved.Zone()
	_, before := start.Add(-1).Zone()
	if first := moved.Add(time.Duration(offset-before) * time.Second); first.Before(start) {
		return first
	}
	return moved
}

// wallClock is what the clocks show at t, as if it were UTC.
func wallClock(t time.Time) time.Time {
	_, offset := t.Zone()
	return t.Add(time.Duration(offset) * time.Second).UTC()
}

// Scaled divides d by the global speed, so that a week can be watched in a minute. At any speed but 1 the days turn
// into 24 hours each first, since a sped-up clock has no calendar; the result is rounded to the millisecond, and a
// wait stays a wait (1 ms at least). A speed that is not a positive number changes nothing.
func (d Duration) Scaled(speed float64) Duration {
	if speed == 1 || !(speed > 0) || math.IsInf(speed, 0) || d.IsZero() {
		return d
	}
	const longest = maxDurationDays * float64(dayLength)
	scaled := min(float64(d.Approx())/speed, longest)
	return Duration{Clock: max(time.Duration(scaled).Round(time.Millisecond), time.Millisecond)}
}

// Approx counts every day as 24 hours: for comparing and for retention, never for planning a step.
func (d Duration) Approx() time.Duration { return time.Duration(d.Days)*dayLength + d.Clock }

// MarshalText writes d as String does.
func (d Duration) MarshalText() ([]byte, error) { return []byte(d.String()), nil }

// UnmarshalText reads what ParseDuration reads.
func (d *Duration) UnmarshalText(text []byte) error {
	parsed, err := ParseDuration(string(text))
	if err != nil {
		return err
	}
	*d = parsed
	return nil
}
