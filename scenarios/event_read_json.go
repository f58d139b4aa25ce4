package scenarios

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"sync"

	"github.com/go-json-experiment/json/jsontext"
)

// bodyElement is one value of a body and where it stands.
type bodyElement struct {
	value    any
	from, to int64
	twice    string // JSON Pointer to an object in which a name stands twice, as "/data/"; empty: none
}

// jsonReader decodes a body once, into the values that encoding/json would make of it with UseNumber: an amount must
// not pass through a float64.
type jsonReader struct {
	*jsontext.Decoder
	buffer bytes.Buffer // the decoder reads one of these where it lies
	twice  string       // as in bodyElement, of the value that is being read; of a list with the index before it
}

// A name that stands twice makes the event ambiguous, not the body (RFC 8259 section 4): it is noted. As encoding/json
// has it, half a surrogate pair becomes U+FFFD. That the text itself is UTF-8 was asked before.
var (
	twiceIsNoted    = jsontext.AllowDuplicateNames(true)
	halfPairAllowed = jsontext.AllowInvalidUTF8(true)
)

var jsonReaders = sync.Pool{New: func() any { return &jsonReader{Decoder: new(jsontext.Decoder)} }}

// splitBody decodes a body once. It stops at the first element that is too many, however long the rest is.
func splitBody(body []byte) ([]bodyElement, error) {
	r := jsonReaders.Get().(*jsonReader)
	defer jsonReaders.Put(r)
	r.buffer = *bytes.NewBuffer(body)
	defer func() { r.buffer = bytes.Buffer{} }()
	r.Reset(&r.buffer, twiceIsNoted, halfPairAllowed)
	r.twice = ""
	var elements []bodyElement
	var err error
	if r.PeekKind() == '[' {
		elements, err = r.list(body)
	} else {
		elements = make([]bodyElement, 1)
		elements[0].value, err = r.value()
		elements[0].to, elements[0].twice = r.InputOffset(), r.twice
	}
	if err == nil {
		err = r.end()
	}
	switch {
	case errors.Is(err, ErrTooMany):
		return nil, err
	case err != nil:
		return nil, notJSON(body)
	}
	return elements, nil
}

func (r *jsonReader) end() error {
	if _, err := r.ReadToken(); !errors.Is(err, io.EOF) {
		return ErrNotJSON
	}
	return nil
}

func (r *jsonReader) list(body []byte) ([]bodyElement, error) {
	if _, err := r.ReadToken(); err != nil {
		return nil, err
	}
	var elements []bodyElement
	for r.PeekKind() != ']' {
		if len(elements) == MaxEvents {
			return nil, ErrTooMany
		}
		from := r.InputOffset()
		r.twice = ""
		value, err := r.value()
		if err != nil {
			return nil, err
		}
		to := r.InputOffset()
		if r.twice != "" {
			_, r.twice, _ = strings.Cut(r.twice[1:], "/") // the index
			r.twice = "/" + r.twice
		}
		from += int64(len(body[from:to]) - len(bytes.TrimLeft(body[from:to], ", \t\r\n")))
		elements = append(elements, bodyElement{value: value, from: from, to: to, twice: r.twice})
	}
	_, err := r.ReadToken()
	return elements, err
}

// value decodes the next value: an object, a list or what stands alone.
func (r *jsonReader) value() (any, error) {
	switch r.PeekKind() {
	case '{':
		return r.object()
	case '[':
		return r.array()
	}
	raw, err := r.ReadValue()
	if err != nil {
		return nil, err
	}
	switch raw.Kind() {
	case 'n':
		return nil, nil
	case 't', 'f':
		return raw.Kind() == 't', nil
	case '0':
		return json.Number(raw), nil
	}
	return unquoted(raw), nil
}

func (r *jsonReader) object() (any, error) {
	if _, err := r.ReadToken(); err != nil {
		return nil, err
	}
	fields, names := objects.Get().(map[string]any), 0
	for ; r.PeekKind() != '}'; names++ {
		raw, err := r.ReadValue()
		if err != nil {
			return nil, err
		}
		name, usual := usualNames[string(raw)]
		if !usual {
			name = unquoted(raw)
		}
		if fields[name], err = r.value(); err != nil {
			return nil, err
		}
	}
	_, err := r.ReadToken()
	if len(fields) < names && r.twice == "" {
		r.twice = string(r.StackPointer()) + "/"
	}
	return fields, err
}

func (r *jsonReader) array() (any, error) {
	if _, err := r.ReadToken(); err != nil {
		return nil, err
	}
	list := []any{}
	for r.PeekKind() != ']' {
		value, err := r.value()
		if err != nil {
			return nil, err
		}
		list = append(list, value)
	}
	_, err := r.ReadToken()
	return list, err
}

// unquoted is the text of a JSON string that the decoder has let through: all that can be wrong with it is half a
// surrogate pair, which is U+FFFD in the text.
func unquoted(raw jsontext.Value) string {
	if bytes.IndexByte(raw, '\\') < 0 {
		return string(raw[1 : len(raw)-1])
	}
	text, _ := jsontext.AppendUnquote(make([]byte, 0, len(raw)), raw)
	return string(text)
}

// usualNames are the names of native events, in their quotes: one text for all events instead of one for each.
var usualNames = func() map[string]string {
	names := map[string]string{}
	for _, name := range []string{"id", "type", "occurred_at", "buyer", "data", "account_id", "account_name", "name", "department",
		"email", "line_user_id", "locale", "price_group", "rank", "postal", "consent", "line", "dm", "granted", "basis", "at",
		"attributes", "cart_id", "currency", "total", "url", "state", "items", "sku", "quantity", "unit_price", "image_url",
		"order_id", "medium", "price", "prices", "category", "stock", "low_stock", "moq", "active", "version", "form", "title"} {
		names[`"`+name+`"`] = name
	}
	return names
}()

// notJSON says what is wrong with a body that the decoder refused, and where: a decoder that reads on after its first
// value has lost count.
func notJSON(body []byte) error {
	var raw json.RawMessage
	if syntax := new(json.SyntaxError); errors.As(json.Unmarshal(body, &raw), &syntax) {
		return fmt.Errorf("%w: %w (byte %d)", ErrNotJSON, syntax, syntax.Offset)
	}
	return ErrNotJSON
}

// objects are empty maps to read objects into.
var objects = sync.Pool{New: func() any { return map[string]any{} }}

// release gives back the objects of an event that was read. Its data stays its own; of the rest it has copies.
func release(event any) {
	const usual = 16 // fields; what a larger one has grown to is not kept
	top, _ := event.(map[string]any)
	buyer, _ := top["buyer"].(map[string]any)
	consent, _ := buyer["consent"].(map[string]any)
	for _, fields := range [...]map[string]any{top, buyer, consent} {
		if fields != nil && len(fields) <= usual {
			clear(fields)
			objects.Put(fields)
		}
	}
}

// compacted copies a valid JSON value without insignificant space. (json.Compact checks once more what was decoded
// already, which costs a fifth of the whole reading.)
func compacted(raw []byte) json.RawMessage {
	out := make([]byte, 0, len(raw))
	for len(raw) > 0 {
		n := 1
		switch raw[0] {
		case ' ', '\t', '\r', '\n':
			raw = raw[1:]
			continue
		case '"':
			n = stringLength(raw)
		}
		out, raw = append(out, raw[:n]...), raw[n:]
	}
	return out
}

// stringLength is that of the string with which a valid JSON value begins, with its quotes.
func stringLength(raw []byte) int {
	for i := 1; ; i++ {
		switch raw[i] {
		case '\\':
			i++
		case '"':
			return i + 1
		}
	}
}
