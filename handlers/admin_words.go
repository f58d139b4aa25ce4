package handlers

import (
	"encoding/json"
	"fmt"
	"html/template"
	"net/url"
	"slices"
	"strings"
	"time"

	xlanguage "golang.org/x/text/language"
	"golang.org/x/text/message"
	"golang.org/x/text/number"

	"kagobell/scenarios"
)

// words write values as people read them, in one language and the shop's zone.
type words struct {
	lang   lang
	zone   *time.Location
	now    func() time.Time
	titles func() map[string]string
}

func (w words) functions() template.FuncMap {
	return template.FuncMap{
		"t": w.text, "term": w.term, "scenario": w.scenario, "reason": w.reason, "why": w.why,
		"moment": w.moment, "iso": w.iso, "day": w.day, "number": w.number, "quantity": w.quantity, "percent": w.percent,
		"money": w.money, "revenue": w.revenue, "duration": w.duration, "channels": w.channels, "event": w.event,
		"sections": func() []string { return sections }, "path": url.PathEscape, "lines": lines, "onWeb": onWeb, "dict": dict,
		"readable": func(raw json.RawMessage) string { return readable(raw) },
		"stages":   func() []string { return []string{"sent", "opened", "clicked", "ordered"} },
	}
}

// text is one of adminTexts, with values put in. A key that is not known fails the page: a test shows all of them.
func (w words) text(key string, values ...any) (string, error) {
	found, known := adminTexts[key]
	if !known {
		return "", fmt.Errorf("there is no text %q", key)
	}
	if len(values) == 0 {
		return found.in(w.lang), nil
	}
	return fmt.Sprintf(found.in(w.lang), values...), nil
}

// term is the word for a code of a closed set, such as a status; a code that has none stands for itself.
func (w words) term(set string, code any) string {
	name := fmt.Sprint(code)
	if found, known := adminTexts[set+"."+name]; known {
		return found.in(w.lang)
	}
	return name
}

// scenario is the shop's title for a scenario, else its name.
func (w words) scenario(name string) string {
	if w.titles != nil {
		if title := w.titles()[name]; title != "" {
			return title
		}
	}
	return name
}

func (w words) reason(r scenarios.Reason) string {
	if found, known := reasonTexts[r]; known {
		return found.label.in(w.lang)
	}
	return string(r)
}

func (w words) why(r scenarios.Reason) string { return reasonTexts[r].why.in(w.lang) }

var weekdays = [7]string{"日", "月", "火", "水", "木", "金", "土"}

// moment is a time to the minute, with its year unless that is this year.
func (w words) moment(t time.Time) string {
	local := t.In(w.zone)
	thisYear := w.now != nil && w.now().In(w.zone).Year() == local.Year()
	switch {
	case w.lang == english && thisYear:
		return local.Format("Mon 2 Jan, 15:04")
	case w.lang == english:
		return local.Format("Mon 2 Jan 2006, 15:04")
	}
	date := "2006/1/2"
	if thisYear {
		date = "1/2"
	}
	return local.Format(date) + " (" + weekdays[local.Weekday()] + ") " + local.Format("15:04")
}

func (w words) iso(t time.Time) string { return t.In(w.zone).Format(time.RFC3339) }

// day is a date as a date field of a form takes it.
func (w words) day(t time.Time) string { return t.In(w.zone).Format(time.DateOnly) }

func (w words) printer() *message.Printer {
	if w.lang == english {
		return message.NewPrinter(xlanguage.English)
	}
	return message.NewPrinter(xlanguage.Japanese)
}

func (w words) number(n int) string { return w.printer().Sprint(number.Decimal(n)) }

func (w words) quantity(n float64) string {
	return w.printer().Sprint(number.Decimal(n, number.MaxFractionDigits(3)))
}

// percent is a part of a whole to one decimal; a dash where there is no whole.
func (w words) percent(part, whole int) string {
	if whole == 0 {
		return "–"
	}
	return fmt.Sprintf("%.1f%%", 100*float64(part)/float64(whole))
}

// money has no decimals where the currency has none. A currency that the shop did not name is Japanese.
func (w words) money(m *scenarios.Money, currency string) string {
	switch {
	case m == nil:
		return ""
	case currency == "JPY" || currency == "":
		sum := w.printer().Sprint(number.Decimal(m.Round(0).InexactFloat64(), number.MaxFractionDigits(0)))
		if w.lang == english {
			return "¥" + sum
		}
		return sum + "円"
	}
	return w.printer().Sprint(number.Decimal(m.InexactFloat64(), number.Scale(2))) + " " + currency
}

// revenue lists sums by currency.
func (w words) revenue(sums map[string]scenarios.Money) string {
	var parts []string
	for currency, sum := range sums {
		parts = append(parts, w.money(&sum, currency))
	}
	slices.Sort(parts)
	if len(parts) == 0 {
		return "–"
	}
	return strings.Join(parts, " + ")
}

// durationUnits are days, hours, minutes and seconds; English adds an s from two on.
var durationUnits = [4]text{{"日", "day"}, {"時間", "hour"}, {"分", "minute"}, {"秒", "second"}}

// duration says a wait in words: 1日12時間, 1 day 12 hours.
func (w words) duration(d scenarios.Duration) string {
	parts := []int{d.Days, int(d.Clock / time.Hour), int(d.Clock / time.Minute % 60), int(d.Clock / time.Second % 60)}
	var said []string
	for i, n := range parts {
		if n == 0 {
			continue
		}
		unit := durationUnits[i].in(w.lang)
		switch {
		case w.lang == japanese:
			said = append(said, fmt.Sprintf("%d%s", n, unit))
		case n == 1:
			said = append(said, fmt.Sprintf("%d %s", n, unit))
		default:
			said = append(said, fmt.Sprintf("%d %ss", n, unit))
		}
	}
	if len(said) == 0 {
		return d.String()
	}
	if w.lang == japanese {
		return strings.Join(said, "")
	}
	return strings.Join(said, " ")
}

// channels names the ways of a step: all of them, or the first on which the buyer can be reached.
func (w words) channels(send []scenarios.Channel, all bool) string {
	var names []string
	for _, channel := range send {
		names = append(names, w.term("channel", channel))
	}
	key := "channels.first"
	if all {
		key = "channels.all"
	}
	return strings.Join(names, adminTexts[key].in(w.lang))
}

// event says what an event means, for those that the core knows.
func (w words) event(kind string) string { return w.term("event", kind) }

// onWeb tells whether an address that a shop sent may stand in a link.
func onWeb(address string) bool {
	u, err := url.Parse(address)
	return err == nil && (u.Scheme == "http" || u.Scheme == "https") && u.Host != ""
}

func lines(s string) []string { return strings.Split(strings.TrimRight(s, "\n"), "\n") }

// dict names the several values that a template is given.
func dict(pairs ...any) (map[string]any, error) {
	if len(pairs)%2 != 0 {
		return nil, fmt.Errorf("dict takes names and values, got %d", len(pairs))
	}
	named := make(map[string]any, len(pairs)/2)
	for i := 0; i < len(pairs); i += 2 {
		name, ok := pairs[i].(string)
		if !ok {
			return nil, fmt.Errorf("dict takes names, got %T", pairs[i])
		}
		named[name] = pairs[i+1]
	}
	return named, nil
}
