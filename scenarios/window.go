package scenarios

import (
	"slices"
	"time"
)

// Window says when messages may leave: on its weekdays, from From until before To by the wall clock of the shop's
// zone, and before OrderBy where there is one; never on a day in ClosedOn, and on public holidays only where Holidays
// says so. The zero Window never opens.
type Window struct {
	Shop     bool    // stands for the window that the shop has configured when it is asked; the rest is empty
	Always   bool    // open at every moment of every day; of the rest only OrderBy counts
	Days     [7]bool // by time.Weekday
	From, To time.Duration
	Holidays bool // true sends on public holidays too
	ClosedOn []ClosedDays

	// OrderBy is the shop's 当日受注の締め時刻, since midnight; 0: none. What reaches a buyer later can't bring an order
	// that still counts for the day, so nothing leaves from then on.
	OrderBy time.Duration

	Listed *HolidayList // public holidays of the years that it covers; nil: the rules of the act alone
}

// searchDays bounds the search for the next opening. ParseClosedDays lets no single closing be longer than 366 days.
const searchDays = 400

// AlwaysWindow is `window: always`.
func AlwaysWindow() Window { return Window{Always: true} }

// BusinessHours is what `window: business_hours` means where the shop has configured nothing: Monday to Friday, 9:00
// to 18:00, not on public holidays.
func BusinessHours() Window {
	w := Window{From: 9 * time.Hour, To: 18 * time.Hour}
	for weekday := time.Monday; weekday <= time.Friday; weekday++ {
		w.Days[weekday] = true
	}
	return w
}

// Contains tells whether a message may leave at t, as the clocks stand in zone.
func (w Window) Contains(t time.Time, zone *time.Location) bool {
	shown := sinceMidnight(t.In(zone))
	if w.OrderBy > 0 && shown >= w.OrderBy {
		return false
	}
	return w.Always || w.From <= shown && shown < w.To && w.opensOn(dateIn(t, zone))
}

// Next is the earliest moment not before t at which the window is open, in UTC: t itself when it is open then. It
// is false when the window stays closed for the 400 days after t.
func (w Window) Next(t time.Time, zone *time.Location) (time.Time, bool) {
	for at, last := t, t.AddDate(0, 0, searchDays); !at.After(last); at = w.nextChange(at, zone) {
		if w.Contains(at, zone) {
			return at.UTC(), true
		}
	}
	return time.Time{}, false
}

// nextChange is the first moment after t, at which w is closed, that could be open: From on the same day, else the
// next midnight. It never looks past a change of the clocks, so that hours skipped or repeated come out right.
func (w Window) nextChange(t time.Time, zone *time.Location) time.Time {
	local := t.In(zone)
	shown := sinceMidnight(local)
	wait := dayLength - shown
	if shown < w.From {
		wait = w.From - shown
	}
	next := t.Add(wait)
	if _, end := local.ZoneBounds(); !end.IsZero() && end.Before(next) {
		return end
	}
	return next
}

// narrowed is w with the order cut-off of a scenario, where that is the earlier one; 0 leaves w as it is.
func (w Window) narrowed(orderBy time.Duration) Window {
	if orderBy > 0 && (w.OrderBy == 0 || orderBy < w.OrderBy) {
		w.OrderBy = orderBy
	}
	return w
}

// orderByText is the order cut-off as the clock shows it, for a message to say; empty when there is none.
func (w Window) orderByText() string {
	if w.OrderBy == 0 {
		return ""
	}
	return clockText(w.OrderBy)
}

// opensOn tells whether the window opens at all on a date (midnight UTC).
func (w Window) opensOn(date time.Time) bool {
	if !w.Days[date.Weekday()] {
		return false
	}
	if slices.ContainsFunc(w.ClosedOn, func(c ClosedDays) bool { return c.covers(date) }) {
		return false
	}
	return w.Holidays || w.Listed.holidayOn(date) == ""
}

// opensEveryYear walks through the 28 years after which dates and weekdays repeat and tells whether the window never
// stays closed for longer than Next searches.
func (w Window) opensEveryYear() bool {
	date, closed := time.Date(2028, time.January, 1, 0, 0, 0, 0, time.UTC), 0
	for ; date.Year() < 2028+28; date = date.AddDate(0, 0, 1) {
		closed++
		if w.opensOn(date) {
			closed = 0
		}
		if closed >= searchDays {
			return false
		}
	}
	return true
}

// sinceMidnight is what the clock shows at local, which differs from the time elapsed on days when it is changed.
func sinceMidnight(local time.Time) time.Duration {
	hour, minute, second := local.Clock()
	return time.Duration(hour)*time.Hour + time.Duration(minute)*time.Minute + time.Duration(second)*time.Second +
		time.Duration(local.Nanosecond())
}
