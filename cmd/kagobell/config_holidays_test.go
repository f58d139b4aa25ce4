package main

import (
	"os"
	"strings"
	"testing"
	"time"

	"golang.org/x/text/encoding/japanese"
)

const amendedYear = "国民の祝日・休日月日,国民の祝日・休日名称\r\n2030/1/1,元日\r\n2030/6/10,梅雨の日\r\n2030/11/4,休日\r\n"

// TestHolidaysFileReachesTheWindow reads the file in the encoding in which it is published: a day that no rule knows is
// kept free.
func TestHolidaysFileReachesTheWindow(t *testing.T) {
	published, err := japanese.ShiftJIS.NewEncoder().String(amendedYear)
	if err != nil {
		t.Fatal(err)
	}
	writeFiles(t, map[string]string{
		"kagobell.yaml":  "window: {holidays_file: syukujitsu.csv, order_by: \"15:00\"}\n",
		"syukujitsu.csv": published,
	})
	c, err := loadConfig("", nil)
	if err != nil {
		t.Fatal(err)
	}
	settings, err := engineSettings(c)
	if err != nil {
		t.Fatal(err)
	}
	for text, want := range map[string]string{
		"2030-06-10 10:00": "2030-06-11 09:00", // a Monday
		"2030-05-03 10:00": "2030-05-03 10:00", // no holiday of this list
		"2031-05-05 10:00": "2031-05-07 09:00", // by the rules, with 振替休日
		"2030-06-11 15:00": "2030-06-12 09:00", // the order cut-off
	} {
		at, err := time.ParseInLocation("2006-01-02 15:04", text, c.TimeZone)
		if err != nil {
			t.Fatal(err)
		}
		next, _ := settings.Window.Next(at, c.TimeZone)
		if got := next.In(c.TimeZone).Format("2006-01-02 15:04"); got != want {
			t.Errorf("after %s the window opens %s, want %s", text, got, want)
		}
	}
}

func TestCheckFindsMistakesInTheHolidaysFile(t *testing.T) {
	writeFiles(t, map[string]string{
		"kagobell.yaml": "window:\n  holidays_file: days.csv\n  order_by: \"09:00\"\n",
		"days.csv":      amendedYear + "2031/1/1,元日\n2031/13/1,元日\n2031/2/11\n",
	})
	got := runProgram(t, "", nil, "check")
	want := lines(
		`days.csv:6:1: window.holidays_file: expected a date and a name such as 2026/1/1,元日, got "2031/13/1,元日"`,
		`days.csv:7:1: window.holidays_file: expected a date and a name such as 2026/1/1,元日 in CP932 or UTF-8, got "2031/2/11"`,
		`kagobell.yaml:3:13: window.order_by: 09:00 is not after from (09:00), so no message could leave: expected a later time of the same day`,
		"")
	if got.code != exitFailed || got.stdout != want {
		t.Errorf("exit %d, got\n%s\nwant\n%s", got.code, got.stdout, want)
	}
	if err := os.Remove("days.csv"); err != nil {
		t.Fatal(err)
	}
	if got := runProgram(t, "", nil, "check"); !strings.Contains(got.stdout, `kagobell.yaml:2:18: window.holidays_file: expected a file that exists, got "days.csv"`) {
		t.Errorf("without the file: %+v", got)
	}
}

func TestOrderByOfTheConfiguration(t *testing.T) {
	for text, want := range map[string]string{
		`"24:00"`: `kagobell.yaml:1:20: window.order_by: expected a time of day from "00:01" to "23:59", or "" for none, got "24:00"`,
		`"00:00"`: `kagobell.yaml:1:20: window.order_by: expected a time of day from "00:01" to "23:59", or "" for none, got "00:00"`,
		`3pm`:     `kagobell.yaml:1:20: window.order_by: "3pm" is not a time of day: expected hours and minutes such as "09:00", at most "24:00"`,
	} {
		inFolderWith(t, "window: {order_by: "+text+"}\n")
		if got := complaints(t); got != want {
			t.Errorf("%s: got %s, want %s", text, got, want)
		}
	}
	inFolderWith(t, "window: {order_by: \"\"}\n")
	if c, err := loadConfig("", nil); err != nil || c.Window.OrderBy != 0 {
		t.Errorf("none: %v", err)
	}
}
