package handlers

import (
	"testing"
	"time"

	"github.com/shopspring/decimal"

	"kagobell/scenarios"
)

func TestWords(t *testing.T) {
	tokyo, err := time.LoadLocation("Asia/Tokyo")
	if err != nil {
		t.Fatal(err)
	}
	at := time.Date(2026, 11, 20, 1, 5, 0, 0, time.UTC)
	in := func(l lang, year int) words {
		return words{lang: l, zone: tokyo, now: func() time.Time { return time.Date(year, 12, 31, 16, 0, 0, 0, time.UTC) }}
	}
	ja, en := in(japanese, 2025), in(english, 2025) // in Tokyo it is 2026 already
	dollars := decimal.RequireFromString("1234.5")
	for name, c := range map[string]struct{ got, want string }{
		"moment":              {ja.moment(at), "11/20 (金) 10:05"},
		"moment, English":     {en.moment(at), "Fri 20 Nov, 10:05"},
		"another year":        {in(japanese, 2026).moment(at), "2026/11/20 (金) 10:05"},
		"another year, Eng.":  {in(english, 2026).moment(at), "Fri 20 Nov 2026, 10:05"},
		"day":                 {ja.day(at), "2026-11-20"},
		"number":              {ja.number(1234567), "1,234,567"},
		"quantity":            {ja.quantity(2.5), "2.5"},
		"percent":             {ja.percent(1, 3), "33.3%"},
		"percent of nothing":  {ja.percent(1, 0), "–"},
		"yen":                 {ja.money(yen(12000), "JPY"), "12,000円"},
		"yen, English":        {en.money(yen(12000), "JPY"), "¥12,000"},
		"no currency":         {ja.money(yen(12000), ""), "12,000円"},
		"dollars":             {en.money(&dollars, "USD"), "1,234.50 USD"},
		"no money":            {ja.money(nil, "JPY"), ""},
		"revenue":             {ja.revenue(map[string]scenarios.Money{"USD": dollars, "JPY": *yen(5)}), "1,234.50 USD + 5円"},
		"no revenue":          {ja.revenue(nil), "–"},
		"duration":            {ja.duration(scenarios.Duration{Days: 1, Clock: 12 * time.Hour}), "1日12時間"},
		"duration, English":   {en.duration(scenarios.Duration{Days: 2, Clock: time.Hour + time.Minute + time.Second}), "2 days 1 hour 1 minute 1 second"},
		"minutes":             {en.duration(scenarios.Duration{Clock: 15 * time.Minute}), "15 minutes"},
		"no time":             {ja.duration(scenarios.Duration{}), "0s"},
		"first channel":       {ja.channels([]scenarios.Channel{scenarios.ChannelLine, scenarios.ChannelDM}, false), "LINE、届かなければ郵送 DM"},
		"all channels":        {en.channels([]scenarios.Channel{scenarios.ChannelEmail, scenarios.ChannelLine}, true), "e-mail and LINE"},
		"known event":         {ja.event(scenarios.EventCartUpdated), "カートが変わった"},
		"event of a shop":     {ja.event("trial.started"), "trial.started"},
		"unknown reason":      {ja.reason("new_reason"), "new_reason"},
		"unknown code":        {ja.term("run", "sleeping"), "sleeping"},
		"scenario by name":    {ja.scenario("gone"), "gone"},
		"reason":              {ja.reason(scenarios.ReasonOrdered), "注文済み"},
		"reason in a setence": {en.why(scenarios.ReasonOrdered), "The account has ordered it already."},
	} {
		if c.got != c.want {
			t.Errorf("%s: %q, want %q", name, c.got, c.want)
		}
	}
	if _, err := ja.text("there is none"); err == nil {
		t.Error("a text that there is none of")
	}
	for _, pairs := range [][]any{{"odd"}, {1, 2}} {
		if _, err := dict(pairs...); err == nil {
			t.Errorf("dict takes %v", pairs)
		}
	}
}
