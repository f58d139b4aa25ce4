package scenarios

import (
	"encoding/json"
	"maps"
	"slices"
	"strconv"
	"strings"
)

// maxDepth is how deep objects and lists may lie in each other, counted from `data` or `attributes`.
const maxDepth = 32

// checkFree goes through an object that may hold anything and turns its numbers into float64, which is what conditions
// calculate with. It is asked of every event, so mistakes are only looked for where the quick way found one.
func (o jsonObject) checkFree() {
	if converted := convertNumbers(o.fields, 1); !converted {
		o.reportFree(o.fields, o.pointer, 1)
	}
}

// convertNumbers is false when something in value is not as it should be.
func convertNumbers(value any, depth int) bool {
	fine := true
	switch v := value.(type) {
	case map[string]any:
		for key, inner := range v {
			fine = convertInto(inner, depth, func(n float64) { v[key] = n }) && !strings.Contains(key, "\x00") && fine
		}
	case []any:
		for i, inner := range v {
			fine = convertInto(inner, depth, func(n float64) { v[i] = n }) && fine
		}
	}
	return fine
}

func convertInto(inner any, depth int, set func(float64)) bool {
	switch v := inner.(type) {
	case json.Number:
		n, err := strconv.ParseFloat(string(v), 64)
		if err == nil {
			set(n)
		}
		return err == nil
	case string:
		return !strings.Contains(v, "\x00")
	case map[string]any, []any:
		return depth < maxDepth && convertNumbers(v, depth+1)
	}
	return true
}

// reportFree says where and why, in the order of the keys.
func (o jsonObject) reportFree(value any, pointer string, depth int) {
	switch v := value.(type) {
	case json.Number: // what remains could not be converted
		o.reader.add(pointer, "expected a number that fits into 64 bits (IEEE 754), got "+shortened(v.String()))
	case string:
		if strings.Contains(v, "\x00") {
			o.reader.add(pointer, "expected a string without NUL, got "+strconv.Quote(shortened(v)))
		}
	case map[string]any:
		if o.tooDeep(pointer, depth) {
			return
		}
		for _, key := range sortedKeys(v) {
			inner := pointer + "/" + pointerEscapes.Replace(key)
			if strings.Contains(key, "\x00") {
				o.reader.add(inner, "expected a key without NUL")
			}
			o.reportFree(v[key], inner, depth+1)
		}
	case []any:
		if o.tooDeep(pointer, depth) {
			return
		}
		for i := range v {
			o.reportFree(v[i], pointer+"/"+strconv.Itoa(i), depth+1)
		}
	}
}

func (o jsonObject) tooDeep(pointer string, depth int) bool {
	if depth > maxDepth {
		o.reader.add(pointer, "expected objects and lists at most "+strconv.Itoa(maxDepth)+" deep in each other")
	}
	return depth > maxDepth
}

func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }
