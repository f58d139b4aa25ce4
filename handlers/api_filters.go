package handlers

import (
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/gin-gonic/gin"
)

// The sizes of a page.
const (
	defaultLimit = 50
	maxLimit     = 200
)

// query reads the parameters of one request and gathers all that is wrong with them.
type query struct {
	c     *gin.Context
	zone  *time.Location
	known []string
	wrong []ParameterError
}

func (a *api) query(c *gin.Context) *query { return &query{c: c, zone: a.zone} }

func (q *query) fail(name, expected string) {
	q.wrong = append(q.wrong, ParameterError{name, expected})
}

// text is a parameter as it stands; empty when it is not given.
func (q *query) text(name string) string {
	q.known = append(q.known, name)
	values := q.c.QueryArray(name)
	if len(values) > 1 {
		q.fail(name, "expected it once")
		return ""
	}
	if len(values) == 0 {
		return ""
	}
	return values[0]
}

// oneOf is a parameter with a closed set of values.
func oneOf[T ~string](q *query, name string, allowed ...T) T {
	value := T(q.text(name))
	if value != "" && !slices.Contains(allowed, value) {
		words := make([]string, 0, len(allowed))
		for _, word := range allowed {
			words = append(words, string(word))
		}
		q.fail(name, "expected one of "+strings.Join(words, ", "))
		return ""
	}
	return value
}

// time is a moment, or a day of the shop's calendar: its beginning, or its end when asked for.
func (q *query) time(name string, endOfDay bool) time.Time {
	value := q.text(name)
	if value == "" {
		return time.Time{}
	}
	// A plus that nobody escaped arrives as a blank.
	if t, err := time.Parse(time.RFC3339, strings.ReplaceAll(value, " ", "+")); err == nil {
		return t
	}
	day, err := time.ParseInLocation(time.DateOnly, value, q.zone)
	if err != nil {
		q.fail(name, "expected a time such as 2026-11-20T10:00:00+09:00 or a day such as 2026-11-20")
		return time.Time{}
	}
	if endOfDay {
		return day.AddDate(0, 0, 1)
	}
	return day
}

func (q *query) limit() int {
	value := q.text("limit")
	if value == "" {
		return defaultLimit
	}
	n, err := strconv.Atoi(value)
	if err != nil || n < 1 || n > maxLimit {
		q.fail("limit", fmt.Sprintf("expected a number from 1 to %d", maxLimit))
	}
	return n
}

// err lists what is wrong, unknown parameters too: a misspelt filter would otherwise show everything.
func (q *query) err() error {
	var unknown []string
	for name := range q.c.Request.URL.Query() {
		if !slices.Contains(q.known, name) {
			unknown = append(unknown, name)
		}
	}
	slices.Sort(unknown)
	for _, name := range unknown {
		q.fail(name, "not known here; expected "+strings.Join(q.known, ", "))
	}
	if len(q.wrong) == 0 {
		return nil
	}
	p := problem(http.StatusBadRequest, "the query is not understood")
	p.Errors = q.wrong
	return p
}
