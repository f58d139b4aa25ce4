package scenarios

import (
	"fmt"
	"reflect"
	"time"

	"github.com/expr-lang/expr"
	"github.com/expr-lang/expr/file"
)

// DateExpression is an expression of a definition that gives a date: a time, or
// a text that parseDate reads.
type DateExpression struct{ *Condition }

// CompileDate reads an expression that gives a date. The error is expr's, with
// the line and column within text.
func CompileDate(text string) (*DateExpression, error) {
	c, err := compile(text, expr.AsAny())
	if err != nil {
		return nil, err
	}
	if of := c.program.Node().Type(); of != nil && !givesDate(of) {
		return nil, &file.Error{Message: fmt.Sprintf("expected a date, got %s", kindOf(of.String()))}
	}
	return &DateExpression{c}, nil
}

func givesDate(of reflect.Type) bool {
	return of.Kind() == reflect.Interface || of.Kind() == reflect.String || of == reflect.TypeFor[time.Time]()
}

// In is the date as env knows it; false where there is none. A date without a
// time of day is the midnight in zone at which it begins.
func (x *DateExpression) In(env *Env, zone *time.Location) (time.Time, bool) {
	out, err := expr.Run(x.program, env)
	if err != nil {
		return time.Time{}, false
	}
	return parseDate(out, zone)
}

// unreadable is what the expression gives in place of a date: a text that is none,
// a number; false where it gives a date, or nothing.
func (x *DateExpression) unreadable(env *Env, zone *time.Location) bool {
	out, err := expr.Run(x.program, env)
	if err != nil || out == nil || out == "" {
		return false
	}
	if at, isTime := out.(time.Time); isTime && at.IsZero() {
		return false
	}
	_, known := parseDate(out, zone)
	return !known
}

// parseDate reads RFC 3339, or YYYY-MM-DD (also with slashes) in the shop's zone.
func parseDate(v any, zone *time.Location) (time.Time, bool) {
	switch v := v.(type) {
	case time.Time:
		return v, !v.IsZero()
	case string:
		if at, err := time.Parse(time.RFC3339, v); err == nil {
			return bounded(at)
		}
		for _, form := range []string{time.DateOnly, "2006/01/02", "2006/1/2"} {
			if at, err := time.ParseInLocation(form, v, zone); err == nil {
				return bounded(at)
			}
		}
	}
	return time.Time{}, false
}

// bounded refuses what can only be a slip of the keyboard.
func bounded(at time.Time) (time.Time, bool) {
	return at, !at.Before(earliest) && at.Before(latest)
}

// from is the moment that a date anchors, in UTC. It is compared with what was
// stored, so it has no fraction of a second that a database would cut.
func (a *DateAnchor) from(date time.Time, e *Engine) time.Time {
	date = date.Truncate(time.Second)
	if !a.Before {
		return e.after(date, a.Offset)
	}
	offset := e.scaled(a.Offset)
	return addCalendarDays(date, -offset.Days, e.settings.Zone).Add(-offset.Clock).UTC()
}
