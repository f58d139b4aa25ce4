package store

import (
	"fmt"
	"strings"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
	"github.com/shopspring/decimal"

	"kagobell/scenarios"
)

// timeLayout is a time on both databases: fixed width, so that text sorts like it.
const timeLayout = "2006-01-02 15:04:05.000000"

// The times that DATETIME can hold. What lies outside was never a time of
// anything: it is moved to the end of the range.
var (
	firstTime = time.Date(1000, 1, 1, 0, 0, 0, 0, time.UTC)
	lastTime  = time.Date(9999, 12, 31, 23, 59, 59, 999_999_000, time.UTC)
)

// timeValue is a time as an argument: NULL for the zero time.
func timeValue(t time.Time) any {
	if t.IsZero() {
		return nil
	}
	return timeText(t)
}

func timeText(t time.Time) string {
	t = t.UTC()
	switch {
	case t.Before(firstTime):
		t = firstTime
	case t.After(lastTime):
		t = lastTime
	}
	return t.Format(timeLayout)
}

// stamp reads a time: MySQL's driver gives a time, SQLite's the text.
type stamp time.Time

func (s *stamp) Scan(value any) error {
	switch v := value.(type) {
	case nil:
		*s = stamp{}
	case time.Time:
		*s = stamp(v)
	case string:
		return s.parse(v)
	case []byte:
		return s.parse(string(v))
	default:
		return fmt.Errorf("a time of type %T", value)
	}
	return nil
}

func (s *stamp) parse(text string) error {
	t, err := time.Parse(timeLayout, text)
	*s = stamp(t)
	return err
}

// jsonColumn: as short as can be, and the same text for the same value.
var jsonColumn = json.JoinOptions(json.OmitZeroStructFields(true), json.Deterministic(true), jsontext.AllowInvalidUTF8(true))

// jsonInto reads a column of JSON; NULL leaves the target as it is.
type jsonInto struct{ target any }

func (j jsonInto) Scan(value any) error {
	switch v := value.(type) {
	case nil:
		return nil
	case string:
		return json.Unmarshal([]byte(v), j.target, jsonColumn)
	case []byte:
		return json.Unmarshal(v, j.target, jsonColumn)
	}
	return fmt.Errorf("JSON of type %T", value)
}

// moneyInto reads an amount; NULL is nil.
type moneyInto struct{ target **scenarios.Money }

func (m moneyInto) Scan(value any) error {
	var text string
	switch v := value.(type) {
	case nil:
		*m.target = nil
		return nil
	case string:
		text = v
	case []byte:
		text = string(v)
	default:
		return fmt.Errorf("an amount of type %T", value)
	}
	amount, err := decimal.NewFromString(text)
	if err != nil {
		return err
	}
	*m.target = &amount
	return nil
}

// row collects the values of one row in the order of its table's columns.
type row struct {
	args []any
	size int // of the texts, in bytes
	err  error
}

func (r *row) text(values ...string) {
	for _, v := range values {
		r.args = append(r.args, v)
		r.size += len(v)
	}
}

func (r *row) number(values ...int64) {
	for _, v := range values {
		r.args = append(r.args, v)
	}
}

func (r *row) float(v float64) { r.args = append(r.args, v) }

func (r *row) optionalFloat(v *float64) {
	if v == nil {
		r.args = append(r.args, nil)
		return
	}
	r.args = append(r.args, *v)
}

func (r *row) flag(values ...bool) {
	for _, v := range values {
		r.args = append(r.args, v)
	}
}

func (r *row) time(values ...time.Time) {
	for _, v := range values {
		r.args = append(r.args, timeValue(v))
	}
}

func (r *row) money(v *scenarios.Money) {
	if v == nil {
		r.args = append(r.args, nil)
		return
	}
	r.text(v.String())
}

// optional writes NULL for an empty text.
func (r *row) optional(v string) {
	if v == "" {
		r.args = append(r.args, nil)
		return
	}
	r.text(v)
}

// json writes NULL when there is nothing.
func (r *row) json(v any, something bool) {
	if !something {
		r.args = append(r.args, nil)
		return
	}
	text, err := json.Marshal(v, jsonColumn)
	if err != nil && r.err == nil {
		r.err = err
	}
	r.text(string(text))
}

// storable is a text of bytes that somebody sent: what is not UTF-8 is replaced,
// since MySQL takes no other.
func storable(raw []byte) string { return strings.ToValidUTF8(string(raw), "\uFFFD") }
