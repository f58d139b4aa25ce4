package scenarios

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/goccy/go-yaml"
)

func windowOf(t *testing.T, spec WindowSpec) Window {
	t.Helper()
	window, mistakes := spec.Window()
	if len(mistakes) > 0 {
		t.Fatalf("window %+v: %v", spec, mistakes)
	}
	return window
}

func TestWindowNext(t *testing.T) {
	everyDay := []string{"mon", "tue", "wed", "thu", "fri", "sat", "sun"}
	newYear := WindowSpec{ClosedOn: []string{"2026-12-29..2027-01-03"}}
	yearly := WindowSpec{ClosedOn: []string{"12-29..01-03", "08-13..08-15"}}
	own := WindowSpec{Days: []string{"tue", "sat"}, From: "10:30", To: "11:00", Holidays: true}
	untilMidnight := WindowSpec{Days: everyDay, From: "20:00", To: "24:00"}
	nights := WindowSpec{Days: everyDay, From: "02:30", To: "03:30", Holidays: true}
	smallHours := WindowSpec{Days: everyDay, From: "01:00", To: "01:30", Holidays: true}
	allDay := WindowSpec{Days: everyDay, From: "00:00", To: "24:00", Holidays: true}
	business := WindowSpec{}
	ordered := WindowSpec{OrderBy: "15:00", ClosedOn: []string{"12-29..01-03", "08-13..08-15"}}
	const tokyo, newYork, saoPaulo = "Asia/Tokyo", "America/New_York", "America/Sao_Paulo"
	tests := []struct {
		name     string
		spec     WindowSpec
		zone     string
		at, want string // the same text: open at that moment
	}{
		{"friday, last second", business, tokyo, "2026-11-20T17:59:59+09:00", "2026-11-20T17:59:59+09:00"},
		{"friday, last instant", business, tokyo, "2026-11-20T17:59:59.999999999+09:00", "2026-11-20T17:59:59.999999999+09:00"},
		{"friday 18:00, monday a holiday", business, tokyo, "2026-11-20T18:00:00+09:00", "2026-11-24T09:00:00+09:00"},
		{"friday 18:00", business, tokyo, "2026-11-13T18:00:00+09:00", "2026-11-16T09:00:00+09:00"},
		{"before the opening", business, tokyo, "2026-11-20T08:59:59.5+09:00", "2026-11-20T09:00:00+09:00"},
		{"at the opening", business, tokyo, "2026-11-20T09:00:00+09:00", "2026-11-20T09:00:00+09:00"},
		{"saturday noon", business, tokyo, "2026-11-14T12:00:00+09:00", "2026-11-16T09:00:00+09:00"},
		{"sunday late in Tokyo, still saturday in UTC", business, tokyo, "2026-11-14T16:00:00Z", "2026-11-16T09:00:00+09:00"},
		{"a holiday in the week", business, tokyo, "2026-11-03T10:00:00+09:00", "2026-11-04T09:00:00+09:00"},
		{"golden week with its substitute", business, tokyo, "2026-05-01T18:00:00+09:00", "2026-05-07T09:00:00+09:00"},
		{"silver week with the day between", business, tokyo, "2026-09-18T19:00:00+09:00", "2026-09-24T09:00:00+09:00"},
		{"holidays wanted", WindowSpec{Holidays: true}, tokyo, "2026-11-03T10:00:00+09:00", "2026-11-03T10:00:00+09:00"},
		{"the evening before the new-year closing", newYear, tokyo, "2026-12-28T18:00:00+09:00", "2027-01-04T09:00:00+09:00"},
		{"on the closing's last day", newYear, tokyo, "2027-01-03T23:59:59+09:00", "2027-01-04T09:00:00+09:00"},
		{"that closing is over a year later", newYear, tokyo, "2027-12-29T10:00:00+09:00", "2027-12-29T10:00:00+09:00"},
		{"a yearly closing over the new year", yearly, tokyo, "2027-12-28T18:00:00+09:00", "2028-01-04T09:00:00+09:00"},
		{"its second half", yearly, tokyo, "2029-01-02T10:00:00+09:00", "2029-01-04T09:00:00+09:00"},
		{"a yearly closing in summer", yearly, tokyo, "2026-08-12T18:00:00+09:00", "2026-08-17T09:00:00+09:00"},
		{"one closed day", WindowSpec{ClosedOn: []string{"2026-08-13"}}, tokyo, "2026-08-13T10:00:00+09:00", "2026-08-14T09:00:00+09:00"},
		{"a closed leap day", WindowSpec{ClosedOn: []string{"02-29"}}, tokyo, "2028-02-29T10:00:00+09:00", "2028-03-01T09:00:00+09:00"},
		{"an open leap day", business, tokyo, "2028-02-28T18:00:00+09:00", "2028-02-29T09:00:00+09:00"},
		{"up to 24:00", untilMidnight, tokyo, "2026-11-20T23:59:59+09:00", "2026-11-20T23:59:59+09:00"},
		{"24:00 is past it", untilMidnight, tokyo, "2026-11-21T00:00:00+09:00", "2026-11-21T20:00:00+09:00"},
		{"one's own, on a holiday", own, tokyo, "2026-11-03T10:30:00+09:00", "2026-11-03T10:30:00+09:00"},
		{"one's own, missed", own, tokyo, "2026-11-03T11:00:00+09:00", "2026-11-07T10:30:00+09:00"},
		{"the last instant before the order cut-off", ordered, tokyo, "2026-11-19T14:59:59.999999999+09:00", "2026-11-19T14:59:59.999999999+09:00"},
		{"at the order cut-off", ordered, tokyo, "2026-11-19T15:00:00+09:00", "2026-11-20T09:00:00+09:00"},
		{"before the opening, with a cut-off", ordered, tokyo, "2026-11-20T08:00:00+09:00", "2026-11-20T09:00:00+09:00"},
		{"the cut-off of a friday, monday a holiday", ordered, tokyo, "2026-11-20T15:00:00+09:00", "2026-11-24T09:00:00+09:00"},
		{"the cut-off before golden week", ordered, tokyo, "2026-05-01T15:30:00+09:00", "2026-05-07T09:00:00+09:00"},
		{"the cut-off before お盆", ordered, tokyo, "2026-08-12T16:00:00+09:00", "2026-08-17T09:00:00+09:00"},
		{"the cut-off before the new year", ordered, tokyo, "2026-12-28T15:00:00+09:00", "2027-01-04T09:00:00+09:00"},
		{"a cut-off after the closing changes nothing", WindowSpec{OrderBy: "20:00"}, tokyo, "2026-11-19T17:59:00+09:00", "2026-11-19T17:59:00+09:00"},
		{"a cut-off on the day when summer time ends", WindowSpec{Days: everyDay, OrderBy: "09:30"}, newYork,
			"2026-11-01T09:30:00-05:00", "2026-11-02T09:00:00-05:00"},
		{"a cut-off that the change swallows", WindowSpec{Days: everyDay, From: "01:30", OrderBy: "02:30"}, newYork,
			"2026-03-08T03:00:00-04:00", "2026-03-09T01:30:00-04:00"},
		{"all day", allDay, tokyo, "2026-11-03T00:00:00+09:00", "2026-11-03T00:00:00+09:00"},
		{"summer time begins", business, newYork, "2026-03-06T18:00:00-05:00", "2026-03-09T09:00:00-04:00"},
		{"summer time ends", business, newYork, "2026-10-30T18:00:00-04:00", "2026-11-02T09:00:00-05:00"},
		{"the opening is skipped", nights, newYork, "2026-03-08T00:00:00-05:00", "2026-03-08T03:00:00-04:00"},
		{"a window that the change swallows", WindowSpec{Days: everyDay, From: "02:10", To: "02:50", Holidays: true},
			newYork, "2026-03-08T00:00:00-05:00", "2026-03-09T02:10:00-04:00"},
		{"the hour that comes twice, first", smallHours, newYork, "2026-11-01T01:10:00-04:00", "2026-11-01T01:10:00-04:00"},
		{"between the two", smallHours, newYork, "2026-11-01T01:30:00-04:00", "2026-11-01T01:00:00-05:00"},
		{"the hour that comes twice, second", smallHours, newYork, "2026-11-01T01:10:00-05:00", "2026-11-01T01:10:00-05:00"},
		{"a day without midnight", allDay, saoPaulo, "2017-10-15T01:00:00-02:00", "2017-10-15T01:00:00-02:00"},
		{"into a day without midnight", WindowSpec{Days: []string{"sun"}, From: "00:00", To: "24:00"}, saoPaulo,
			"2017-10-14T12:00:00-03:00", "2017-10-15T01:00:00-02:00"},
	}
	for _, test := range tests {
		window, zone := windowOf(t, test.spec), zoneNamed(t, test.zone)
		at, want := moment(t, test.at), moment(t, test.want)
		got, ok := window.Next(at, zone)
		if !ok || !got.Equal(want) || got.Location() != time.UTC {
			t.Errorf("%s: Next(%s) = %s, %t; want %s", test.name, test.at, got.In(zone), ok, test.want)
		}
		if open := window.Contains(at, zone); open != (test.at == test.want) {
			t.Errorf("%s: Contains(%s) = %t", test.name, test.at, open)
		}
	}
}

// TestWindowNextIsTheEarliest compares Next with a walk through every five minutes of weeks in which clocks change.
func TestWindowNextIsTheEarliest(t *testing.T) {
	windows := map[string]Window{
		"ordered":  windowOf(t, WindowSpec{Days: []string{"sat", "sun", "mon"}, From: "01:15", OrderBy: "02:45", Holidays: true}),
		"always":   AlwaysWindow().narrowed(2*time.Hour + 30*time.Minute),
		"business": BusinessHours(),
		"nights":   windowOf(t, WindowSpec{Days: []string{"sat", "sun", "mon"}, From: "01:15", To: "02:45", Holidays: true}),
		"closed":   windowOf(t, WindowSpec{From: "00:00", To: "24:00", ClosedOn: []string{"03-09", "11-02..11-03"}}),
	}
	for _, start := range []string{"2026-03-05T00:00:00-05:00", "2026-10-29T00:00:00-04:00"} {
		for _, name := range []string{"America/New_York", "Asia/Tokyo", "Australia/Lord_Howe"} {
			zone := zoneNamed(t, name)
			for label, window := range windows {
				earliest := time.Time{}
				for at := moment(t, start).Add(10 * dayLength); !at.Before(moment(t, start)); at = at.Add(-5 * time.Minute) {
					if window.Contains(at, zone) {
						earliest = at
					}
					if got, ok := window.Next(at, zone); !earliest.IsZero() && (!ok || !got.Equal(earliest)) {
						t.Fatalf("%s in %s: Next(%s) = %s, want %s", label, name, at.In(zone), got.In(zone), earliest.In(zone))
					}
				}
			}
		}
	}
}

func TestWindowThatIsAlwaysOpenOrNever(t *testing.T) {
	tokyo, at := zoneNamed(t, "Asia/Tokyo"), moment(t, "2026-01-01T03:00:00+09:00")
	if got, ok := AlwaysWindow().Next(at, tokyo); !ok || !got.Equal(at) || !AlwaysWindow().Contains(at, tokyo) {
		t.Errorf("always: %s, %t", got, ok)
	}
	if got, ok := (Window{}).Next(at, tokyo); ok || (Window{}).Contains(at, tokyo) {
		t.Errorf("the zero window opens at %s", got)
	}
	for _, text := range []string{"1900-01-01T00:00:00Z", "9999-12-01T00:00:00Z"} {
		if _, ok := BusinessHours().Next(moment(t, text), tokyo); !ok {
			t.Errorf("no business hours after %s", text)
		}
	}
}

func TestWindowSpecDefaults(t *testing.T) {
	got, want := windowOf(t, WindowSpec{}), BusinessHours()
	if got.Days != want.Days || got.From != 9*time.Hour || got.To != 18*time.Hour || got.Always || got.Holidays || got.ClosedOn != nil {
		t.Errorf("an empty spec gives %+v", got)
	}
	if weekdays := ([7]bool{false, true, true, true, true, true, false}); want.Days != weekdays {
		t.Errorf("business days %v", want.Days)
	}
}

func TestWindowSpecMistakes(t *testing.T) {
	tests := []struct {
		name string
		spec WindowSpec
		want []string // key and a part of the text of each
	}{
		{"all at once", WindowSpec{Days: []string{"mon", "mno", "月"}, From: "9", To: "25:00", ClosedOn: []string{"08-13", "8/14"}},
			[]string{"days[1]: \"mno\" is not a weekday", "days[2]: ", "from: \"9\" is not a time", "to: \"25:00\"", "closed_on[1]: \"8/14\""}},
		{"no day", WindowSpec{Days: []string{}}, []string{"days: the list is empty"}},
		{"past midnight", WindowSpec{From: "20:00", To: "02:00"}, []string{"to: 02:00 is not after from (20:00)"}},
		{"past midnight by a default", WindowSpec{From: "18:00"}, []string{"to: 18:00 is not after from (18:00)"}},
		{"cut off at the opening", WindowSpec{OrderBy: "09:00"}, []string{"order_by: 09:00 is not after from (09:00)"}},
		{"cut off at midnight", WindowSpec{From: "00:00", OrderBy: "00:00"}, []string{"order_by: 00:00 is not after from (00:00)"}},
		{"no time of day", WindowSpec{From: "24:30", OrderBy: "3pm"}, []string{"from: ", "order_by: \"3pm\" is not a time of day"}},
		{"closed all year", WindowSpec{ClosedOn: []string{"01-01..12-31"}}, []string{"the window never opens"}},
		{"closed by two halves", WindowSpec{ClosedOn: []string{"07-01..03-31", "04-01..06-30"}}, []string{"the window never opens"}},
	}
	for _, test := range tests {
		_, mistakes := test.spec.Window()
		var texts []string
		for _, mistake := range mistakes {
			texts = append(texts, mistake.Error())
			if wrong := (*WindowError)(nil); !errors.As(mistake, &wrong) || !strings.HasPrefix(mistake.Error(), wrong.Key) {
				t.Errorf("%s: %T names no key", test.name, mistake)
			}
		}
		if !slices.EqualFunc(texts, test.want, strings.HasPrefix) {
			t.Errorf("%s: mistakes %q, want %q", test.name, texts, test.want)
		}
	}
	// New year's day alone is enough, on whatever weekday it falls.
	everyDay := []string{"mon", "tue", "wed", "thu", "fri", "sat", "sun"}
	windowOf(t, WindowSpec{Days: everyDay, Holidays: true, ClosedOn: []string{"01-02..12-31"}})
}

func TestWindowSpecInYAML(t *testing.T) {
	// Unquoted times and dates must arrive as they were written.
	const source = `{days: [mon, sat], from: 09:30, to: 24:00, holidays: true, closed_on: [2026-08-13, 12-29..01-03, 08-14], order_by: 15:00}`
	var spec WindowSpec
	if err := yaml.UnmarshalWithOptions([]byte(source), &spec, yaml.Strict()); err != nil {
		t.Fatal(err)
	}
	window := windowOf(t, spec)
	if window.From != 9*time.Hour+30*time.Minute || window.To != 24*time.Hour || window.OrderBy != 15*time.Hour || !window.Holidays || !window.Days[time.Saturday] {
		t.Errorf("read %+v from %s", window, source)
	}
	var closed []string
	for _, days := range window.ClosedOn {
		closed = append(closed, days.String())
	}
	if want := []string{"2026-08-13", "12-29..01-03", "08-14"}; !slices.Equal(closed, want) {
		t.Errorf("closed on %q, want %q", closed, want)
	}
}

func TestParseTimeOfDay(t *testing.T) {
	for text, want := range map[string]time.Duration{
		"00:00": 0, "09:00": 9 * time.Hour, "9:05": 9*time.Hour + 5*time.Minute, "23:59": 24*time.Hour - time.Minute, "24:00": 24 * time.Hour,
	} {
		if got, err := ParseTimeOfDay(text); err != nil || got != want {
			t.Errorf("ParseTimeOfDay(%q) = %s, %v; want %s", text, got, err, want)
		}
	}
	for _, text := range []string{"", "9", "24:01", "12:60", "-1:00", "09:00:00", " 09:00", "９:００", "9am"} {
		if got, err := ParseTimeOfDay(text); err == nil || !strings.Contains(err.Error(), "expected") {
			t.Errorf("ParseTimeOfDay(%q) = %s, %v; want an error", text, got, err)
		}
	}
}

func TestParseWeekday(t *testing.T) {
	for text, want := range map[string]time.Weekday{"mon": time.Monday, "SUN": time.Sunday, "Saturday": time.Saturday} {
		if got, err := ParseWeekday(text); err != nil || got != want {
			t.Errorf("ParseWeekday(%q) = %s, %v; want %s", text, got, err, want)
		}
	}
	for _, text := range []string{"", "m", "mond", "1", "holiday"} {
		if got, err := ParseWeekday(text); err == nil || !strings.Contains(err.Error(), "mon, tue") {
			t.Errorf("ParseWeekday(%q) = %s, %v; want an error", text, got, err)
		}
	}
}

func TestParseClosedDays(t *testing.T) {
	for _, text := range []string{"2026-08-13", "2026-12-29..2027-01-03", "08-13", "12-29..01-03", "02-29", "2028-02-29", "2026-04-01..2027-03-31"} {
		got, err := ParseClosedDays(text)
		if err != nil || got.String() != text {
			t.Errorf("ParseClosedDays(%q) = %s, %v", text, got, err)
		}
		var again ClosedDays
		if written, err := got.MarshalText(); err != nil || again.UnmarshalText(written) != nil || again != got {
			t.Errorf("%q written and read again: %s, %v", text, again, err)
		}
	}
	for text, want := range map[string]string{
		"":                        "not a date",
		"..":                      "not a date",
		"2026-02-29":              "not a date",
		"02-30":                   "not a date",
		"2026-8-13":               "not a date",
		"2026-08-13..":            "not a date",
		"2026-08-13 ..2026-08-15": "not a date",
		"2026-08-13..08-15":       "a year at both ends",
		"2027-01-03..2026-12-29":  "ends before it begins",
		"2026-01-01..2036-01-01":  "longer than a year",
		"2026-04-01..2027-04-01":  "longer than a year",
	} {
		if got, err := ParseClosedDays(text); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("ParseClosedDays(%q) = %s, %v; want an error with %q", text, got, err, want)
		}
	}
}

func BenchmarkWindowNext(b *testing.B) {
	tokyo := time.FixedZone("JST", 9*3600)
	window, _ := WindowSpec{ClosedOn: []string{"12-29..01-03"}}.Window()
	friday := time.Date(2026, 12, 28, 18, 0, 0, 0, tokyo)
	for b.Loop() {
		window.Next(friday, tokyo)
	}
}

func BenchmarkWindowSpec(b *testing.B) {
	for b.Loop() {
		WindowSpec{ClosedOn: []string{"12-29..01-03"}}.Window()
	}
}

func TestTheEarlierCutOffNarrows(t *testing.T) {
	for _, test := range []struct{ own, scenario, want time.Duration }{
		{0, 0, 0}, {15 * time.Hour, 0, 15 * time.Hour}, {0, 12 * time.Hour, 12 * time.Hour},
		{15 * time.Hour, 12 * time.Hour, 12 * time.Hour}, {12 * time.Hour, 15 * time.Hour, 12 * time.Hour},
	} {
		if got := (Window{OrderBy: test.own}).narrowed(test.scenario).OrderBy; got != test.want {
			t.Errorf("%s narrowed by %s: %s, want %s", test.own, test.scenario, got, test.want)
		}
	}
}
