package scenarios

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"
)

// A body may hold so many events, each of so many bytes. A rate limit has to let as many through at once.
const (
	MaxEvents     = 1000
	MaxEventBytes = 1 << 20
)

// What can be wrong with a body as a whole, so that no event of it is read.
var (
	ErrNotJSON = errors.New("not JSON")
	ErrNotUTF8 = errors.New("not UTF-8")
	ErrTooMany = fmt.Errorf("more than %d events", MaxEvents)
)

// RejectedEvent is an event that can't be read, with everything that is wrong with it.
type RejectedEvent struct {
	Index  int             `json:"index"` // in the body, from 0
	ID     string          `json:"id"`    // as far as it has a usable one
	Errors []FieldError    `json:"errors"`
	Raw    json.RawMessage `json:"-"` // as sent, without insignificant space
}

// ReadEvents reads a body: one native event, or an array of at most 1,000. An event that is not valid is rejected
// alone, whatever the others are. The error is ErrNotJSON, ErrNotUTF8 or ErrTooMany.
func ReadEvents(body []byte, source string) ([]*Event, []RejectedEvent, error) {
	// encoding/json would put U+FFFD in place of broken bytes without a word.
	if !utf8.Valid(body) {
		return nil, nil, fmt.Errorf("%w: broken in byte %d", ErrNotUTF8, firstBroken(body))
	}
	elements, err := splitBody(body)
	if err != nil {
		return nil, nil, err
	}
	var events []*Event
	var rejected []RejectedEvent
	for i, element := range elements {
		elements[i].value = nil // what the event does not keep of it can go
		raw := compacted(body[element.from:element.to])
		event, wrong := readElement(element.value, raw, source)
		if element.twice != "" {
			wrong = append(wrong, FieldError{Pointer: strings.TrimSuffix(element.twice, "/"), Message: "expected each name once in an object"})
		}
		if len(wrong) > 0 {
			rejected = append(rejected, RejectedEvent{Index: i, ID: usableID(element.value), Errors: wrong, Raw: raw})
			continue
		}
		events = append(events, event)
		release(element.value)
	}
	return events, rejected, nil
}

// ReadEvent reads one native event. Without mistakes the event is valid; with mistakes, all of them are listed and
// there is no event.
func ReadEvent(raw []byte, source string) (*Event, []FieldError) {
	if trimmed := bytes.TrimLeft(raw, " \t\r\n"); len(trimmed) > 0 && trimmed[0] == '[' {
		return nil, []FieldError{{Message: "expected an event, which is an object, got a list"}}
	}
	events, rejected, err := ReadEvents(raw, source)
	switch {
	case err != nil:
		return nil, []FieldError{{Message: err.Error()}}
	case len(rejected) > 0:
		return nil, rejected[0].Errors
	}
	return events[0], nil
}

// firstBroken counts from 1.
func firstBroken(body []byte) int {
	for i := 0; i < len(body); {
		r, size := utf8.DecodeRune(body[i:])
		if r == utf8.RuneError && size == 1 {
			return i + 1
		}
		i += size
	}
	return len(body)
}

func readElement(value any, raw json.RawMessage, source string) (*Event, []FieldError) {
	r := &eventReader{}
	if len(raw) > MaxEventBytes {
		return nil, []FieldError{{Message: fmt.Sprintf("expected an event of at most %d bytes, got %d", MaxEventBytes, len(raw))}}
	}
	fields, ok := value.(map[string]any)
	if !ok {
		return nil, []FieldError{{Message: "expected an event, which is an object, got " + described(value)}}
	}
	event := r.event(jsonObject{reader: r, fields: fields})
	if wrong := r.mistakes(); len(wrong) > 0 {
		return nil, wrong
	}
	event.Source, event.Raw = source, raw
	if event.Order != nil {
		event.Order.Source = source
	}
	return event, nil
}

// usableID is the id of an event that was rejected, for the answer; empty when it has none.
func usableID(value any) string {
	fields, _ := value.(map[string]any)
	id, _ := fields["id"].(string)
	if idFault(id) != "" {
		return ""
	}
	return id
}

// earliest and latest bound what can be the time of a fact: a clock that was never set says 1970, a slip of the
// keyboard 9999.
var (
	earliest = time.Date(2000, time.January, 1, 0, 0, 0, 0, time.UTC)
	latest   = time.Date(2100, time.January, 1, 0, 0, 0, 0, time.UTC)
)
