package scenarios

import (
	"fmt"
	"strings"
	"time"
)

// WindowSpec is a window as configuration and scenario files write it. A key left out takes its part of the business
// hours: Monday to Friday, "09:00", "18:00", no order cut-off.
type WindowSpec struct {
	Days     []string `yaml:"days,omitempty" json:"days,omitempty"`
	From     string   `yaml:"from,omitempty" json:"from,omitempty"`
	To       string   `yaml:"to,omitempty" json:"to,omitempty"`
	Holidays bool     `yaml:"holidays,omitempty" json:"holidays,omitempty"`
	ClosedOn []string `yaml:"closed_on,omitempty" json:"closed_on,omitempty"`
	OrderBy  string   `yaml:"order_by,omitempty" json:"order_by,omitempty"`
}

// WindowError is one mistake in a WindowSpec. Key is its place below the window: `to`, `days[1]`, `closed_on[0]`, or
// empty where the window as a whole is wrong.
type WindowError struct {
	Key string
	Err error
}

func (e *WindowError) Error() string {
	if e.Key == "" {
		return e.Err.Error()
	}
	return e.Key + ": " + e.Err.Error()
}

func (e *WindowError) Unwrap() error { return e.Err }

// Window reads s and reports all its mistakes at once, each a *WindowError. The Window is of use only without any.
func (s WindowSpec) Window() (Window, []error) {
	var mistakes []error
	note := func(key string, err error) { mistakes = append(mistakes, &WindowError{Key: key, Err: err}) }
	w := BusinessHours()
	w.Holidays = s.Holidays
	if s.Days != nil {
		w.Days = [7]bool{}
	}
	for i, text := range s.Days {
		weekday, err := ParseWeekday(text)
		if err != nil {
			note(fmt.Sprintf("days[%d]", i), err)
			continue
		}
		w.Days[weekday] = true
	}
	if s.Days != nil && len(s.Days) == 0 {
		note("days", fmt.Errorf("the list is empty, so the window would never open: expected one or more of %s", weekdayList))
	}
	s.hours(&w, note)
	for i, text := range s.ClosedOn {
		closed, err := ParseClosedDays(text)
		if err != nil {
			note(fmt.Sprintf("closed_on[%d]", i), err)
			continue
		}
		w.ClosedOn = append(w.ClosedOn, closed)
	}
	if len(mistakes) == 0 && !w.opensEveryYear() {
		note("", fmt.Errorf("the window never opens, or stays closed for %d days on end: expected more in days or "+
			"less in closed_on", searchDays))
	}
	return w, mistakes
}

// hours reads the times of day.
func (s WindowSpec) hours(w *Window, note func(key string, err error)) {
	var fromErr, toErr, orderErr error
	if w.From, fromErr = timeOfDayOr(s.From, w.From); fromErr != nil {
		note("from", fromErr)
	}
	if w.To, toErr = timeOfDayOr(s.To, w.To); toErr != nil {
		note("to", toErr)
	}
	if fromErr == nil && toErr == nil && w.To <= w.From {
		note("to", fmt.Errorf("%s is not after from (%s): expected a later time of the same day, at most 24:00; "+
			"a window can't go past midnight", clockText(w.To), clockText(w.From)))
	}
	if w.OrderBy, orderErr = timeOfDayOr(s.OrderBy, 0); orderErr != nil {
		note("order_by", orderErr)
	}
	if s.OrderBy != "" && fromErr == nil && orderErr == nil && w.OrderBy <= w.From {
		note("order_by", orderByTooEarly(w.OrderBy, w.From))
	}
}

func orderByTooEarly(orderBy, from time.Duration) error {
	return fmt.Errorf("%s is not after from (%s), so no message could leave: expected a later time of the same day",
		clockText(orderBy), clockText(from))
}

func timeOfDayOr(text string, otherwise time.Duration) (time.Duration, error) {
	if text == "" {
		return otherwise, nil
	}
	return ParseTimeOfDay(text)
}

// ParseTimeOfDay reads "09:00" to "24:00" as the time since midnight that the clock shows.
func ParseTimeOfDay(text string) (time.Duration, error) {
	if text == "24:00" {
		return dayLength, nil
	}
	t, err := time.Parse("15:04", text)
	if err != nil {
		return 0, fmt.Errorf("%q is not a time of day: expected hours and minutes such as \"09:00\", at most \"24:00\"", text)
	}
	return sinceMidnight(t), nil
}

func clockText(t time.Duration) string {
	return fmt.Sprintf("%02d:%02d", int(t.Hours()), int(t.Minutes())%60)
}

const weekdayList = "mon, tue, wed, thu, fri, sat, sun"

// ParseWeekday reads "mon" or "Monday", in capitals or not.
func ParseWeekday(text string) (time.Weekday, error) {
	for weekday := time.Sunday; weekday <= time.Saturday; weekday++ {
		name := weekday.String()
		if strings.EqualFold(text, name) || strings.EqualFold(text, name[:3]) {
			return weekday, nil
		}
	}
	return 0, fmt.Errorf("%q is not a weekday: expected one of %s%s", text, weekdayList,
		didYouMean(strings.ToLower(text), strings.Split(weekdayList, ", ")))
}
