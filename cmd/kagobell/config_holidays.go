package main

import (
	"os"

	"kagobell/scenarios"
)

// readHolidays reads window.holidays_file; what is wrong in it has its place there.
func (c *config) readHolidays(found *mistakes) {
	const key = "window.holidays_file"
	if c.Window.HolidaysFile == "" || found.about(key) {
		return
	}
	text, err := os.ReadFile(c.Window.HolidaysFile)
	if err != nil {
		found.add(c.origin(key), key, "%s", err)
		return
	}
	list, wrong := scenarios.ReadHolidayList(text)
	for _, m := range wrong {
		found.add(origin{place: inFile, name: c.Window.HolidaysFile, line: m.Line, column: m.Column}, key, "%s", m.Message)
	}
	if len(wrong) == 0 {
		c.Window.listed = list
	}
}
