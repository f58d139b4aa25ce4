package main

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"kagobell/scenarios"
)

const day = 24 * time.Hour

// parseSpan reads a duration above zero. A day is always 24 hours here; calendar days belong to scenarios.
func parseSpan(text string) (time.Duration, error) {
	d, err := scenarios.ParseDuration(text)
	if err != nil {
		return 0, err
	}
	if d.IsZero() {
		return 0, errUnexpected
	}
	return d.Approx(), nil
}

func spanText(d time.Duration) string {
	return scenarios.Duration{Days: int(d / day), Clock: d % day}.String()
}

// parseClock reads a time of day that every day has, so not 24:00.
func parseClock(text string) (time.Duration, error) {
	t, err := scenarios.ParseTimeOfDay(text)
	if err == nil && t >= day {
		return 0, errUnexpected
	}
	return t, err
}

// parseCutOff reads "" as no cut-off at all.
func parseCutOff(text string) (time.Duration, error) {
	if text == "" {
		return 0, nil
	}
	t, err := parseClock(text)
	if err == nil && t == 0 {
		return 0, errUnexpected
	}
	return t, err
}

func clockText(t time.Duration) string {
	return fmt.Sprintf("%02d:%02d", int(t/time.Hour), int(t%time.Hour/time.Minute))
}

func weekdayName(d time.Weekday) string { return strings.ToLower(d.String()[:3]) }

// window hands the keys over to the core, which checks what concerns several of them at once: each error is a
// *scenarios.WindowError.
func (w windowConfig) window() (scenarios.Window, []error) {
	spec := scenarios.WindowSpec{Days: []string{}, From: clockText(w.From), To: clockText(w.To), Holidays: w.Holidays}
	if w.OrderBy > 0 {
		spec.OrderBy = clockText(w.OrderBy)
	}
	for _, d := range w.Days {
		spec.Days = append(spec.Days, weekdayName(d))
	}
	for _, c := range w.ClosedOn {
		spec.ClosedOn = append(spec.ClosedOn, c.String())
	}
	window, wrong := spec.Window()
	window.Listed = w.listed
	return window, wrong
}

// validateWindow leaves a window alone in which a single value is wrong already.
func (c *config) validateWindow(found *mistakes) {
	if found.about("window") {
		return
	}
	_, wrong := c.Window.window()
	for _, err := range wrong {
		key := "window"
		if where := new(scenarios.WindowError); errors.As(err, &where) && where.Key != "" {
			key, err = "window."+where.Key, where.Err
		}
		found.add(c.origin(key), key, "%s", err)
	}
}
