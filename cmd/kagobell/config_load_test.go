package main

import (
	"errors"
	"os"
	"strings"
	"testing"
)

// inFolderWith changes to an empty folder that holds a kagobell.yaml.
func inFolderWith(t *testing.T, yaml string) {
	t.Helper()
	t.Chdir(t.TempDir())
	if err := os.WriteFile(defaultConfigFile, []byte(yaml), 0o600); err != nil {
		t.Fatal(err)
	}
}

// complaints loads and returns the mistakes, a line each.
func complaints(t *testing.T, environ ...string) string {
	t.Helper()
	_, err := loadConfig("", environ)
	var wrong mistakes
	if !errors.As(err, &wrong) {
		t.Fatalf("got %v, want mistakes", err)
	}
	return err.Error()
}

func lines(text ...string) string { return strings.Join(text, "\n") }

// TestMistakes holds the whole output for bad files.
func TestMistakes(t *testing.T) {
	for name, test := range map[string]struct{ yaml, want string }{
		"every mistake at once, in the order of the file": {
			yaml: "listen: 8080\nspeed: fast\ndm:\n  cut_off: \"25:00\"\n  encodng: utf-8\ncaps: {per_day: 0}\nlisten_on: x\nfrobnicate: 1\n",
			want: lines(
				`kagobell.yaml:1:9: listen: expected host:port or :port such as :8080, got 8080`,
				`kagobell.yaml:2:8: speed: expected a number above zero such as 1 or 3600, got "fast"`,
				`kagobell.yaml:4:12: dm.cut_off: "25:00" is not a time of day: expected hours and minutes such as "09:00", at most "24:00"`,
				`kagobell.yaml:5:3: dm.encodng: no such key, did you mean dm.encoding?`,
				`kagobell.yaml:6:17: caps.per_day: expected a whole number of messages from 1 up, got 0`,
				`kagobell.yaml:7:1: listen_on: no such key, did you mean listen?`,
				`kagobell.yaml:8:1: frobnicate: no such key`),
		},
		"a key in the wrong group": {
			yaml: "cut_off: \"17:00\"\nlog: {per_day: 2}\n",
			want: lines(
				`kagobell.yaml:1:1: cut_off: no such key, did you mean dm.cut_off?`,
				`kagobell.yaml:2:7: log.per_day: no such key, did you mean caps.per_day?`),
		},
		"wrong types": {
			yaml: "paused: \"yes\"\nspeed: \"2\"\nsender: [a]\nhorizon: 24\nlocale: true\nlisten: {port: 1}\ntime_zone: [x]\napi_tokens: only-one-secret-token\nwindow: {days: mon}\nline: secret\ndm: {unit_cost: -1, daily_cap: 1.5}\n",
			want: lines(
				`kagobell.yaml:1:9: paused: expected true or false, got "yes"`,
				`kagobell.yaml:2:8: speed: expected a number above zero such as 1 or 3600, got "2"`,
				`kagobell.yaml:3:9: sender: expected a mapping with name, email, reply_to, company, address and contact_url, got a list`,
				`kagobell.yaml:4:10: horizon: duration "24": expected numbers with units w, d, h, m, s or ms, larger units first, such as 90s, 15m, 3h, 1d, 2w or 1d12h`,
				`kagobell.yaml:5:9: locale: expected ja or en, got true`,
				`kagobell.yaml:6:9: listen: expected host:port or :port such as :8080, got a mapping`,
				`kagobell.yaml:7:12: time_zone: expected a time zone such as Asia/Tokyo, got a list`,
				`kagobell.yaml:8:13: api_tokens: expected a list, each a token of at least 16 characters without spaces, got text`,
				`kagobell.yaml:9:16: window.days: expected a list, each mon, tue, wed, thu, fri, sat or sun, got text`,
				`kagobell.yaml:10:7: line: expected a mapping with channel_access_token, channel_secret and endpoint, got text`,
				`kagobell.yaml:11:17: dm.unit_cost: expected an amount of zero or more such as 120 or 62.5, got -1`,
				`kagobell.yaml:11:32: dm.daily_cap: expected pieces a day, 0 for no cap, got 1.5`),
		},
		"numbers out of range": {
			yaml: "speed: -1\nhorizon: 0\nretention: {events: 9999999w, interactions: -1d}\ndm: {daily_cap: 99999999999}\ncaps: {per_day: 1e3}\n",
			want: lines(
				`kagobell.yaml:1:8: speed: expected a number above zero such as 1 or 3600, got -1`,
				`kagobell.yaml:2:10: horizon: expected a duration above zero such as 90s, 15m, 3h, 1d or 2w, got 0`,
				`kagobell.yaml:3:21: retention.events: duration "9999999w" is too long: expected at most 3650 days`,
				`kagobell.yaml:3:45: retention.interactions: duration "-1d" is negative: expected a length of time such as 15m or 1d`,
				`kagobell.yaml:4:17: dm.daily_cap: expected pieces a day, 0 for no cap, got 99999999999`,
				`kagobell.yaml:5:17: caps.per_day: expected a whole number of messages from 1 up, got "1e3"`),
		},
		"carts that messages may be about": {
			yaml: "retention: {carts: 59d}\n",
			want: `kagobell.yaml:1:20: retention.carts: expected 60d or more: messages may still be about younger carts`,
		},
		"speed is not infinite": {
			yaml: "speed: .inf\n",
			want: `kagobell.yaml:1:8: speed: expected a number above zero such as 1 or 3600, got .inf`,
		},
		"speed has bounds": {
			yaml: "speed: 1e300\n",
			want: `kagobell.yaml:1:8: speed: expected a number from 0.001 to 1000000, got 1e300`,
		},
		"a key twice": {
			yaml: "locale: ja\nlog:\n  level: info\n  level: debug\nlocale: en\n",
			want: lines(
				`kagobell.yaml:4:3: log.level: stands twice`,
				`kagobell.yaml:5:1: locale: stands twice`),
		},
		"not YAML":               {"listen: [\n", `kagobell.yaml:1:9: not YAML: sequence end token ']' not found`},
		"a colon without quotes": {"smtp_url: outbox:\n", `kagobell.yaml:1:11: not YAML: mapping value is not allowed in this context (a value that ends with a colon or holds ": " stands in quotes)`},
		"not UTF-8":              {"locale: ja\nsender: {name: \"\xff\"}\n", `kagobell.yaml:2:17: not UTF-8`},
		"not a mapping":          {"- listen\n", "kagobell.yaml:1:1: expected a mapping with listen, public_url, data_dir, database_url, redis_url, time_zone, locale, speed, horizon, paused, send_only_to, sender, smtp_url, line, dm, sources, scenarios_dir, templates_dir, window, hot_list, caps, admin, api_tokens, retention and log, got a list"},
		"two documents":          {"locale: ja\n---\nlocale: en\n", `kagobell.yaml:3:1: a second YAML document; expected one`},
		"anchors": {
			yaml: "locale: &l ja\nlog: *l\n<<: {speed: 2}\n",
			want: lines(
				`kagobell.yaml:1:9: locale: expected ja or en, got a YAML anchor, alias or tag`,
				`kagobell.yaml:2:6: log: expected a mapping with level and format, got a YAML anchor, alias or tag`,
				`kagobell.yaml:3:1: <<: no such key`),
		},
		"zones, folders, words": {
			yaml: "time_zone: Asia/Tokio\nlocale: fr\nscenarios_dir: nowhere\nlog: {level: verbose, format: xml}\ndm: {encoding: sjis, cut_off: \"24:00\"}\n",
			want: lines(
				`kagobell.yaml:1:12: time_zone: expected a time zone such as Asia/Tokyo, got "Asia/Tokio"`,
				`kagobell.yaml:2:9: locale: expected ja or en, got "fr"`,
				`kagobell.yaml:3:16: scenarios_dir: expected a folder that exists, got "nowhere"`,
				`kagobell.yaml:4:14: log.level: expected debug, info, warn or error, got "verbose"`,
				`kagobell.yaml:4:31: log.format: expected text or json, got "xml"`,
				`kagobell.yaml:5:16: dm.encoding: expected utf-8 or cp932, got "sjis"`,
				`kagobell.yaml:5:31: dm.cut_off: expected a time of day from "00:00" to "23:59", got "24:00"`),
		},
		"a sales system without its secret": {"hot_list: {webhook_url: https://sales.example/hook/}\n",
			`kagobell.yaml:1:25: hot_list.secret: missing: hot_list.webhook_url needs it`},
		"a sales system without its address": {"hot_list: {secret: whsec_aHVzaA==}\n",
			`kagobell.yaml:1:20: hot_list.webhook_url: missing: hot_list.secret needs it`},
		"a sales system that is none": {"hot_list:\n  webhook_url: sales.example\n  secret: hush\n", lines(
			`kagobell.yaml:2:16: hot_list.webhook_url: expected a URL that begins with https:// or http://`,
			`kagobell.yaml:3:11: hot_list.secret: expected whsec_ followed by a key in base64`)},
		"a window of bad values": {
			yaml: "window:\n  days: [mon, funday]\n  from: 9\n  holidays: never\n  closed_on: [2026-02-30, 2026-08-16..2026-08-13, 12-29..2027-01-03]\n",
			want: lines(
				`kagobell.yaml:2:15: window.days[1]: "funday" is not a weekday: expected one of mon, tue, wed, thu, fri, sat, sun`,
				`kagobell.yaml:3:9: window.from: "9" is not a time of day: expected hours and minutes such as "09:00", at most "24:00"`,
				`kagobell.yaml:4:13: window.holidays: expected true or false, got "never"`,
				`kagobell.yaml:5:15: window.closed_on[0]: "2026-02-30" is not a date of the calendar: expected 2026-08-13, 2026-12-29..2027-01-03, or for every year 08-13, 12-29..01-03`,
				`kagobell.yaml:5:27: window.closed_on[1]: "2026-08-16..2026-08-13" ends before it begins: expected the earlier date first`,
				`kagobell.yaml:5:51: window.closed_on[2]: "12-29..2027-01-03": expected a year at both ends, or at neither for every year`),
		},
		"a window that closes before it opens": {
			yaml: "window: {from: \"19:00\"}\n",
			want: `window.to: 18:00 is not after from (19:00): expected a later time of the same day, at most 24:00; a window can't go past midnight`,
		},
		"a window of which one value is wrong is not judged as a whole": {
			yaml: "window: {from: nine, to: \"08:00\"}\n",
			want: `kagobell.yaml:1:16: window.from: "nine" is not a time of day: expected hours and minutes such as "09:00", at most "24:00"`,
		},
		"a zone that is another on every machine": {
			yaml: "time_zone: Local\n",
			want: `kagobell.yaml:1:12: time_zone: expected a time zone such as Asia/Tokyo, got "Local"`,
		},
		"a window without days": {
			yaml: "window: {days: [], to: \"24:00\"}\n",
			want: `kagobell.yaml:1:16: window.days: the list is empty, so the window would never open: expected one or more of mon, tue, wed, thu, fri, sat, sun`,
		},
		"nobody to write to": {
			yaml: "send_only_to: []\n",
			want: `kagobell.yaml:1:15: send_only_to: the list is empty; leave the key out to write to everybody, or set paused: true to write to nobody`,
		},
		"recipients": {
			yaml: "send_only_to: [sato@, \"Sato <sato@acme.example>\", X1]\n",
			want: lines(
				`kagobell.yaml:1:16: send_only_to[0]: expected a mail address or a LINE user id, got "sato@"`,
				`kagobell.yaml:1:23: send_only_to[1]: expected a mail address or a LINE user id, got "Sato <sato@acme.example>"`,
				`kagobell.yaml:1:51: send_only_to[2]: expected a mail address or a LINE user id, got "X1"`),
		},
		"a sender with line breaks": {
			yaml: "sender: {name: \"a\\r\\nBcc: x@y.example\", email: a b@c, contact_url: \"javascript:alert(1)\"}\n",
			want: lines(
				`kagobell.yaml:1:16: sender.name: expected one line of text, got "a\r\nBcc: x@y.example"`,
				`kagobell.yaml:1:48: sender.email: expected a mail address such as shop@example.com, got "a b@c"`,
				`kagobell.yaml:1:68: sender.contact_url: expected a URL that begins with https://, http://, mailto: or tel:`),
		},
	} {
		t.Run(name, func(t *testing.T) {
			inFolderWith(t, test.yaml)
			if got := complaints(t); got != test.want {
				t.Errorf("got\n%s\nwant\n%s", got, test.want)
			}
		})
	}
}
