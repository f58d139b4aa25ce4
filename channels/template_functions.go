package channels

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"time"
)

// functionSet makes the functions that templates of one language can call. They
// are pure: what they need to know of the moment stands behind the dot (.Now).
type functionSet struct {
	lang    string
	zone    *time.Location // the shop's: days begin and end there
	lenient bool           // templates are tried: a value that is missing stands for any
}

// table is what text/template and html/template take. What can multiply text is
// bounded, so that no template grows without writing (see limited).
func (f functionSet) table() map[string]any {
	return map[string]any{
		"short": short,
		"json":  jsonText,
		"say":   func(ja, en string) string { return inLanguage(f.lang, ja, en) },

		"yen": f.yen, "money": f.money, "number": f.number,
		"percent": f.percent, "cut": f.cut, "saved": f.saved, "savedWords": f.savedWords,

		"date": f.date, "fullDate": f.fullDate, "datetime": f.datetime, "weekday": f.weekday, "dateFormat": f.dateFormat,
		"addDays": f.addDays, "addMonths": f.addMonths, "days": f.days,

		"rank": f.rank, "stock": f.stock, "left": f.left, "plural": f.plural,

		"fallback": fallback, "get": get, "join": join,

		// Go's own, bounded; call has nothing to call.
		"print": boundedPrint, "println": boundedPrintln, "printf": boundedPrintf,
		"html": boundedHTML, "js": boundedJS, "urlquery": boundedQuery, "call": refusedCall,
	}
}

// jsonText writes a value as JSON, for Flex templates. `<` stays as it is: LINE
// shows text, not HTML.
func jsonText(v any) (string, error) {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		return "", fmt.Errorf("json: %w", err)
	}
	return limited("json", strings.TrimSuffix(b.String(), "\n"))
}

// fallback is a value, or what stands in for it when there is none.
func fallback(otherwise, value any) any {
	switch v := value.(type) {
	case nil:
		return otherwise
	case string:
		if strings.TrimSpace(v) == "" {
			return otherwise
		}
	case []any:
		if len(v) == 0 {
			return otherwise
		}
	case map[string]any:
		if len(v) == 0 {
			return otherwise
		}
	}
	return value
}

// get looks into the data of an event, by keys and places in lists (from 0).
// Where a direct `.Data.key` fails, this says nothing: empty.
func get(data any, path ...any) any {
	for _, step := range path {
		switch v := data.(type) {
		case map[string]any:
			key, _ := step.(string)
			data = v[key]
		case []any:
			i, isPlace := step.(int)
			if !isPlace || i < 0 || i >= len(v) {
				return ""
			}
			data = v[i]
		default:
			return ""
		}
	}
	if data == nil {
		return ""
	}
	return data
}

// join writes a list of texts and numbers with something between them.
func join(between string, list any) (string, error) {
	if list == nil {
		return "", nil
	}
	values, ok := list.([]any)
	if !ok {
		return "", unexpected("a list", list)
	}
	parts, size := make([]string, len(values)), 0
	for i, value := range values {
		switch value.(type) {
		case nil, []any, map[string]any:
			return "", fmt.Errorf("entry %d: %w", i+1, unexpected("a text or a number", value))
		}
		parts[i] = fmt.Sprint(value)
		if size += len(parts[i]) + len(between); size > largestText {
			return "", errTooLarge
		}
	}
	return strings.Join(parts, between), nil
}

// unexpected says that a value is of another kind than a function takes.
func unexpected(wanted string, value any) error {
	return fmt.Errorf("expected %s, got %s", wanted, described(value))
}

// described is a value as an error shows it. What a buyer typed stays out of it:
// errors are kept and logged.
func described(value any) string {
	switch v := value.(type) {
	case nil:
		return "nothing"
	case bool:
		return "true or false"
	case string:
		if v == "" {
			return "an empty text"
		}
		return fmt.Sprintf("a text of %d characters", len([]rune(v)))
	case json.Number, float64, int, int64, int32:
		return "a number"
	case []any:
		return "a list"
	case map[string]any:
		return "an object"
	case moment:
		return "a date"
	case viewItem:
		return "an item"
	}
	return "something else"
}
