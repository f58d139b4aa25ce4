package main

import (
	"reflect"
	"testing"
	"time"

	"github.com/shopspring/decimal"

	"kagobell/scenarios"
)

func TestEnvironmentWins(t *testing.T) {
	inFolderWith(t, "listen: \":1\"\nlocale: en\nwindow: {from: \"08:00\", to: \"20:00\"}\napi_tokens: [from-the-file-0123]\n")
	c, err := loadConfig("", []string{
		"PATH=/bin", "KAGOBELL_LISTEN=:2", "KAGOBELL_SENDER_NAME=かご: ベル", "KAGOBELL_SPEED=3600", "KAGOBELL_PAUSED=true",
		"KAGOBELL_DM_CUT_OFF=16:30", "KAGOBELL_DM_UNIT_COST=62.5", "KAGOBELL_CAPS_PER_DAY=5",
		"KAGOBELL_RETENTION={events: 2w, interactions: 30d}", "KAGOBELL_RETENTION_EVENTS=3w",
		"KAGOBELL_WINDOW={days: [sat, sun], from: \"10:00\", closed_on: [12-29..01-03]}", "KAGOBELL_WINDOW_FROM=11:00",
		"KAGOBELL_API_TOKENS=first-token-0123, second-token-012", "KAGOBELL_SEND_ONLY_TO=[a@b.example, U1]",
		`KAGOBELL_SOURCES=[{name: a, secrets: ["whsec_aHVzaA==", whsec_aHVzaB==], rate_limit: 50}, {name: b-2, adapter: native, secrets: [whsec_aHVzaA==]}]`,
		"KAGOBELL_DATABASE_URL=",
	})
	if err != nil {
		t.Fatal(err)
	}
	want := defaultConfig()
	want.Listen, want.Locale, want.Sender.Name, want.Speed, want.Paused = ":2", "en", "かご: ベル", 3600, true
	want.DM.CutOff, want.DM.UnitCost, want.Caps.PerDay = 16*time.Hour+30*time.Minute, decimal.RequireFromString("62.5"), 5
	want.Retention.Events, want.Retention.Interactions = 21*day, 30*day
	yearEnd, err := scenarios.ParseClosedDays("12-29..01-03")
	if err != nil {
		t.Fatal(err)
	}
	want.Window = windowConfig{Days: []time.Weekday{time.Saturday, time.Sunday}, From: 11 * time.Hour, To: 20 * time.Hour,
		ClosedOn: []scenarios.ClosedDays{yearEnd}}
	want.APITokens = []string{"first-token-0123", "second-token-012"}
	want.SendOnlyTo = []string{"a@b.example", "U1"}
	want.Sources = []sourceConfig{
		{Name: "a", Adapter: "native", Secrets: []string{"whsec_aHVzaA==", "whsec_aHVzaB=="}, RateLimit: 50},
		{Name: "b-2", Adapter: "native", Secrets: []string{"whsec_aHVzaA=="}},
	}
	want.derive()
	for path, at := range map[string]string{
		"listen": "KAGOBELL_LISTEN", "locale": "kagobell.yaml:2:9", "window.from": "KAGOBELL_WINDOW_FROM",
		"window.days": "KAGOBELL_WINDOW", "window.to": "kagobell.yaml:3:29", "database_url": "default",
	} {
		if got := c.origin(path).String(); got != at {
			t.Errorf("%s: from %s, want %s", path, got, at)
		}
	}
	c.origins, want.origins = nil, nil
	if !reflect.DeepEqual(c, want) {
		t.Errorf("got\n%+v\nwant\n%+v", c, want)
	}
}

func TestWrongVariables(t *testing.T) {
	inFolderWith(t, "locale: fr\n")
	got := complaints(t,
		"KAGOBELL_LISTN=:1", "KAGOBELL_FROB=1", "KAGOBELL_WINDOW_TIL=1", "KAGOBELL_CAPS={per_week: 1}", "KAGOBELL_DM=17:00",
		"KAGOBELL_LOG={level", "KAGOBELL_WINDOW_DAYS=mon,funday", "KAGOBELL_PAUSED=yes", "KAGOBELL_CAPS_PER_DAY=two", "KAGOBELL_SPEED=inf",
		"KAGOBELL_SPEED_=1", "KAGOBELL_RETENTION={events: {a: 1}, events: 1d}")
	want := lines(
		`KAGOBELL_CAPS: caps.per_week: no such key`,
		`KAGOBELL_CAPS_PER_DAY: caps.per_day: expected a whole number of messages from 1 up, got "two"`,
		`KAGOBELL_DM: dm: expected a mapping with cut_off, encoding, unit_cost and daily_cap, got text`,
		`KAGOBELL_FROB: no such configuration variable`,
		`KAGOBELL_LISTN: no such configuration variable, did you mean KAGOBELL_LISTEN?`,
		`KAGOBELL_LOG: log: not YAML: could not find flow map content`,
		`KAGOBELL_PAUSED: paused: expected true or false, got "yes"`,
		`KAGOBELL_RETENTION: retention.events: stands twice`,
		`KAGOBELL_RETENTION: retention.events: expected a duration above zero such as 90s, 15m, 3h, 1d or 2w, got a mapping`,
		`KAGOBELL_SPEED: speed: expected a number above zero such as 1 or 3600, got "inf"`,
		`KAGOBELL_SPEED_: no such configuration variable, did you mean KAGOBELL_SPEED?`,
		`KAGOBELL_WINDOW_DAYS: window.days[1]: "funday" is not a weekday: expected one of mon, tue, wed, thu, fri, sat, sun`,
		`KAGOBELL_WINDOW_TIL: no such configuration variable, did you mean KAGOBELL_WINDOW_TO?`)
	want = "kagobell.yaml:1:9: locale: expected ja or en, got \"fr\"\n" + want
	if got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

// TestKubernetesVariables: a service called kagobell puts its own variables into every container.
func TestKubernetesVariables(t *testing.T) {
	t.Chdir(t.TempDir())
	_, err := loadConfig("", []string{
		"KAGOBELL_SERVICE_HOST=10.0.0.1", "KAGOBELL_SERVICE_PORT=8080", "KAGOBELL_SERVICE_PORT_HTTP=8080",
		"KAGOBELL_PORT=tcp://10.0.0.1:8080", "KAGOBELL_PORT_8080_TCP=tcp://10.0.0.1:8080", "KAGOBELL_PORT_8080_TCP_PROTO=tcp",
		"KAGOBELL_PORT_8080_TCP_PORT=8080", "KAGOBELL_PORT_8080_TCP_ADDR=10.0.0.1", "KAGOBELL_API_SERVICE_HOST=10.0.0.2",
		"KAGOBELL_API_PORT=tcp://10.0.0.2:80",
	})
	if err != nil {
		t.Error(err)
	}
	if got := complaints(t, "KAGOBELL_PORT=8080"); got != "KAGOBELL_PORT: no such configuration variable" {
		t.Error(got)
	}
}

func TestFlagsWinOverTheEnvironment(t *testing.T) {
	t.Chdir(t.TempDir())
	c, err := loadConfig("", []string{"KAGOBELL_LISTEN=:1"}, setting{"listen", ":2", "--listen"})
	if err != nil || c.Listen != ":2" || c.origin("listen").String() != "--listen" {
		t.Errorf("got %+v, %v", c, err)
	}
	_, err = loadConfig("", nil, setting{"listen", "2", "--listen"})
	if want := `--listen: listen: expected host:port or :port such as :8080, got "2"`; err == nil || err.Error() != want {
		t.Errorf("got %v, want %s", err, want)
	}
}
