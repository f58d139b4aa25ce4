package scenarios

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/goccy/go-yaml"
)

func zoneNamed(t *testing.T, name string) *time.Location {
	t.Helper()
	zone, err := time.LoadLocation(name)
	if err != nil {
		t.Fatalf("time zone %s: %v (install tzdata)", name, err)
	}
	return zone
}

func moment(t *testing.T, text string) time.Time {
	t.Helper()
	at, err := time.Parse(time.RFC3339Nano, text)
	if err != nil {
		t.Fatal(err)
	}
	return at
}

func TestParseDuration(t *testing.T) {
	tests := []struct {
		text    string
		want    Duration
		written string
	}{
		{"90s", Duration{Clock: 90 * time.Second}, "1m30s"},
		{"15m", Duration{Clock: 15 * time.Minute}, "15m"},
		{"3h", Duration{Clock: 3 * time.Hour}, "3h"},
		{"1d", Duration{Days: 1}, "1d"},
		{"24h", Duration{Clock: 24 * time.Hour}, "24h"},
		{"2w", Duration{Days: 14}, "14d"},
		{"1d12h", Duration{Days: 1, Clock: 12 * time.Hour}, "1d12h"},
		{"1w2d3h4m5s6ms", Duration{9, 3*time.Hour + 4*time.Minute + 5*time.Second + 6*time.Millisecond}, "9d3h4m5s6ms"},
		{"5ms", Duration{Clock: 5 * time.Millisecond}, "5ms"},
		{"1.5h", Duration{Clock: 90 * time.Minute}, "1h30m"},
		{"0.1s", Duration{Clock: 100 * time.Millisecond}, "100ms"},
		{"5000.7h", Duration{Clock: 5000*time.Hour + 42*time.Minute}, "5000h42m"},
		{"87599.99h", Duration{Clock: 87599*time.Hour + 59*time.Minute + 24*time.Second}, "87599h59m24s"},
		{"72043.673h", Duration{Clock: 259357222800 * time.Millisecond}, "72043h40m22s800ms"},
		{"0", Duration{}, "0s"},
		{"0s", Duration{}, "0s"},
		{"3650d", Duration{Days: 3650}, "3650d"},
		{"87600h", Duration{Clock: 87600 * time.Hour}, "87600h"},
	}
	for _, test := range tests {
		got, err := ParseDuration(test.text)
		if err != nil || got != test.want {
			t.Errorf("ParseDuration(%q) = %+v, %v; want %+v", test.text, got, err, test.want)
		}
		if got.String() != test.written {
			t.Errorf("ParseDuration(%q).String() = %q, want %q", test.text, got, test.written)
		}
		if again, err := ParseDuration(got.String()); err != nil || again != got {
			t.Errorf("%q written and read again: %+v, %v", test.text, again, err)
		}
	}
}

func TestParseDurationMistakes(t *testing.T) {
	for text, want := range map[string]string{
		"":                             "expected numbers with units",
		" ":                            "expected numbers with units",
		"1 d":                          "expected numbers with units",
		"90":                           "expected numbers with units",
		"3 hours":                      "expected numbers with units",
		"3H":                           "expected numbers with units",
		"３h":                           "expected numbers with units",
		"12h1d":                        "larger units first",
		"1h1h":                         "larger units first",
		"1.5d":                         "expected numbers with units",
		".5h":                          "expected numbers with units",
		"1e3s":                         "expected numbers with units",
		"+1h":                          "expected numbers with units",
		"1d\n":                         "expected numbers with units",
		"-1d":                          "is negative",
		"0.0005s":                      "too fine",
		"3651d":                        "at most 3650 days",
		"3650d1ms":                     "at most 3650 days",
		"87601h":                       "at most 3650 days",
		"99999999999999999999w":        "at most 3650 days",
		strings.Repeat("9", 400) + "h": "at most 3650 days",
	} {
		if got, err := ParseDuration(text); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("ParseDuration(%q) = %v, %v; want an error with %q", text, got, err, want)
		}
	}
}

func TestDurationInFiles(t *testing.T) {
	var read struct {
		After Duration `yaml:"after" json:"after"`
	}
	for source, want := range map[string]string{"after: 1d12h": "1d12h", "after: 15m": "15m", "after: 0": "0s", `after: "2w"`: "14d"} {
		if err := yaml.Unmarshal([]byte(source), &read); err != nil || read.After.String() != want {
			t.Errorf("%s: read %v, %v; want %s", source, read.After, err, want)
		}
	}
	for _, source := range []string{"after: 90", "after: soon", "after: -1h", `after: ""`} {
		if err := yaml.Unmarshal([]byte(source), &read); err == nil || !strings.Contains(err.Error(), "expected") {
			t.Errorf("%s: error %v, want one that says what was expected", source, err)
		}
	}
	read.After = Duration{Days: 1, Clock: time.Hour}
	if got, err := yaml.Marshal(read); err != nil || string(got) != "after: 1d1h\n" {
		t.Errorf("YAML %q, %v", got, err)
	}
	if got, err := json.Marshal(read); err != nil || string(got) != `{"after":"1d1h"}` {
		t.Errorf("JSON %q, %v", got, err)
	}
}

func TestDurationAddTo(t *testing.T) {
	const tokyo, newYork, auckland, saoPaulo = "Asia/Tokyo", "America/New_York", "Pacific/Auckland", "America/Sao_Paulo"
	tests := []struct{ name, zone, from, duration, want string }{
		{"clock time", tokyo, "2026-11-20T10:00:00+09:00", "3h", "2026-11-20T13:00:00+09:00"},
		{"a day", tokyo, "2026-11-20T10:00:00+09:00", "1d", "2026-11-21T10:00:00+09:00"},
		{"a day by Tokyo's calendar, given in UTC", tokyo, "2026-02-27T20:30:00Z", "1d", "2026-03-01T05:30:00+09:00"},
		{"days, then clock", tokyo, "2026-12-30T20:00:00+09:00", "1d12h", "2027-01-01T08:00:00+09:00"},
		{"into a leap day", tokyo, "2028-02-28T10:00:00+09:00", "1d", "2028-02-29T10:00:00+09:00"},
		{"over a leap day", tokyo, "2028-02-28T10:00:00+09:00", "2d", "2028-03-01T10:00:00+09:00"},
		{"nothing", tokyo, "2026-11-20T10:00:00.5+09:00", "0", "2026-11-20T10:00:00.5+09:00"},
		{"a day, to the nanosecond", tokyo, "2026-11-20T10:00:00.123456789+09:00", "1d", "2026-11-21T10:00:00.123456789+09:00"},
		{"a day of 23 hours", newYork, "2026-03-07T12:00:00-05:00", "1d", "2026-03-08T12:00:00-04:00"},
		{"24 hours over it", newYork, "2026-03-07T12:00:00-05:00", "24h", "2026-03-08T13:00:00-04:00"},
		{"a day of 25 hours", newYork, "2026-10-31T12:00:00-04:00", "1d", "2026-11-01T12:00:00-05:00"},
		{"02:30 is skipped", newYork, "2026-03-07T02:30:00-05:00", "1d", "2026-03-08T03:00:00-04:00"},
		{"02:30 skipped, then clock", newYork, "2026-03-07T02:30:00-05:00", "1d1h", "2026-03-08T04:00:00-04:00"},
		{"01:30 comes twice: the first", newYork, "2026-10-31T01:30:00-04:00", "1d", "2026-11-01T01:30:00-04:00"},
		{"the end of the repeated hour", newYork, "2026-10-31T02:00:00-04:00", "1d", "2026-11-01T02:00:00-05:00"},
		{"from the second 01:30", newYork, "2026-11-01T01:30:00-05:00", "1d", "2026-11-02T01:30:00-05:00"},
		{"skipped east of Greenwich", auckland, "2026-09-26T02:30:00+12:00", "1d", "2026-09-27T03:00:00+13:00"},
		{"twice east of Greenwich", auckland, "2026-04-04T02:30:00+13:00", "1d", "2026-04-05T02:30:00+13:00"},
		{"midnight is skipped", saoPaulo, "2017-10-14T00:00:00-03:00", "1d", "2017-10-15T01:00:00-02:00"},
	}
	for _, test := range tests {
		d, err := ParseDuration(test.duration)
		if err != nil {
			t.Fatal(err)
		}
		got := d.AddTo(moment(t, test.from), zoneNamed(t, test.zone))
		if !got.Equal(moment(t, test.want)) || got.Location() != time.UTC {
			t.Errorf("%s: %s + %s = %s, want %s in UTC", test.name, test.from, d, got, test.want)
		}
	}
}

func TestDurationScaled(t *testing.T) {
	tests := []struct {
		from  Duration
		speed float64
		want  Duration
	}{
		{Duration{Days: 1}, 1, Duration{Days: 1}},
		{Duration{Days: 1}, 3600, Duration{Clock: 24 * time.Second}},
		{Duration{Days: 1, Clock: 12 * time.Hour}, 3600, Duration{Clock: 36 * time.Second}},
		{Duration{Clock: 15 * time.Minute}, 7, Duration{Clock: 128571 * time.Millisecond}},
		{Duration{Clock: time.Second}, 1e6, Duration{Clock: time.Millisecond}},
		{Duration{}, 3600, Duration{}},
		{Duration{Clock: time.Hour}, 0.5, Duration{Clock: 2 * time.Hour}},
		{Duration{Days: 3650}, 1e-9, Duration{Clock: 3650 * dayLength}},
		{Duration{Days: 1}, 0, Duration{Days: 1}},
		{Duration{Days: 1}, -2, Duration{Days: 1}},
	}
	for _, test := range tests {
		if got := test.from.Scaled(test.speed); got != test.want {
			t.Errorf("%s at speed %g = %s, want %s", test.from, test.speed, got, test.want)
		}
	}
	if got := (Duration{Days: 2, Clock: time.Hour}).Approx(); got != 49*time.Hour {
		t.Errorf("Approx = %s, want 49h", got)
	}
	if !(Duration{}).IsZero() || (Duration{Days: 1}).IsZero() || (Duration{Clock: 1}).IsZero() {
		t.Error("IsZero is wrong")
	}
}
