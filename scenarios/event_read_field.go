package scenarios

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

// eventReader collects what is wrong with one event.
type eventReader struct {
	found []FieldError
	more  int // found over maxFieldErrors
}

// maxFieldErrors keeps the answer to a hopeless event short.
const maxFieldErrors = 100

// add keeps the first mistake of a place: further ones follow from it.
func (r *eventReader) add(pointer, message string) {
	if slices.ContainsFunc(r.found, func(known FieldError) bool { return known.Pointer == pointer }) {
		return
	}
	if len(r.found) == maxFieldErrors {
		r.more++
		return
	}
	r.found = append(r.found, FieldError{Pointer: pointer, Message: message})
}

func (r *eventReader) mistakes() []FieldError {
	if r.more > 0 {
		return append(r.found, FieldError{Message: fmt.Sprintf("%d more mistakes", r.more)})
	}
	return r.found
}

// jsonObject is an object of an event and its place there.
type jsonObject struct {
	reader  *eventReader
	pointer string
	fields  map[string]any
}

var pointerEscapes = strings.NewReplacer("~", "~0", "/", "~1")

// place is the JSON pointer (RFC 6901 section 3) of a field.
func (o jsonObject) place(key string) string { return o.pointer + "/" + pointerEscapes.Replace(key) }

func (o jsonObject) wrong(key, message string) { o.reader.add(o.place(key), message) }

// expected reports a value of another kind than the one that belongs there.
func (o jsonObject) expected(key, what string) {
	value, present := o.fields[key]
	if !present {
		o.wrong(key, "expected "+what+", but it is missing")
		return
	}
	o.wrong(key, "expected "+what+", got "+described(value))
}

// described is a value as a message shows it.
func described(value any) string {
	switch v := value.(type) {
	case nil:
		return "null"
	case bool:
		return strconv.FormatBool(v)
	case json.Number:
		return shortened(v.String()) + " (a number)"
	case string:
		return strconv.Quote(shortened(v)) + " (a string)"
	case []any:
		return "a list"
	default:
		return "an object"
	}
}

func shortened(text string) string {
	const most = 40
	runes := 0
	for i := range text {
		if runes == most {
			return text[:i] + "…"
		}
		runes++
	}
	return text
}

// given tells whether a field says something: it is there, and not null.
func (o jsonObject) given(key string) bool { return o.fields[key] != nil }

// object is the object in a field; false when it is absent, null or something else, which is reported.
func (o jsonObject) object(key string) (jsonObject, bool) {
	value := o.fields[key]
	if value == nil {
		return jsonObject{}, false
	}
	fields, ok := value.(map[string]any)
	if !ok {
		o.expected(key, "an object")
		return jsonObject{}, false
	}
	return jsonObject{reader: o.reader, pointer: o.place(key), fields: fields}, true
}

// boolean is true or false in a field that must not be null.
func (o jsonObject) boolean(key string) (value, ok bool) {
	value, ok = o.fields[key].(bool)
	if !ok {
		o.expected(key, "true or false")
	}
	return value, ok
}

// oneOf is a word of a closed set; the first of them when the field is absent or null.
func (o jsonObject) oneOf(key string, words ...string) string {
	if !o.given(key) {
		return words[0]
	}
	text, isText := o.fields[key].(string)
	for _, word := range words {
		if isText && text == word {
			return word
		}
	}
	o.expected(key, "one of "+strings.Join(words, ", "))
	return words[0]
}

// moment is a time in a field, in UTC and to the microsecond, which is what databases keep.
func (o jsonObject) moment(key string) time.Time {
	const form = "a time with its zone (RFC 3339) such as 2026-11-20T10:00:00+09:00"
	text, ok := o.fields[key].(string)
	if !ok {
		o.expected(key, form)
		return time.Time{}
	}
	var t time.Time
	if err := t.UnmarshalText([]byte(text)); err != nil { // stricter than time.Parse
		o.expected(key, form)
		return time.Time{}
	}
	t = t.UTC().Truncate(time.Microsecond)
	if t.Before(earliest) || !t.Before(latest) {
		o.wrong(key, fmt.Sprintf("expected a time from %d to %d, got %q", earliest.Year(), latest.Year()-1, shortened(text)))
		return time.Time{}
	}
	return t
}

// optional reads a field that may be absent or null with read, which is called only for what is there.
func optional[T any](o jsonObject, key string, read func(string) T) Field[T] {
	value, present := o.fields[key]
	if !present {
		return Field[T]{}
	}
	if value == nil {
		return Field[T]{Present: true, Null: true}
	}
	return Field[T]{Present: true, Value: read(key)}
}
