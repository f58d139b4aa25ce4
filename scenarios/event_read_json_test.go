package scenarios

import (
	"bytes"
	"encoding/json"
	"math/rand/v2"
	"reflect"
	"testing"
	"unicode/utf8"
)

// FuzzReadJSON: an event is decoded into what encoding/json makes of it, and refused where that refuses it.
func FuzzReadJSON(f *testing.F) {
	for _, text := range []string{
		`{"a":1,"a":{"b":[]},"sku":"\u3042\ud83d\ude00"}`, `{"\ud800":"\ud800x","sku":"\udc00\ud800\ud800\udc00"}`, `"\ud800\u0041"`,
		`{"n":[1e400,-0,0.1,1E+2,12345678901234567890]}`, `{"n":01}`, `{"n":1.}`, `{"a":tru}`, `{"a":}`, `{,}`, `{"a":1,}`, `{"a" 1}`,
		`{"a":"\x"}`, "{\"a\":\"\t\"}", `{"a":null} {}`, `{"a":null}]`, `{`, `"`, `nul`, "", " ", `[`, `{"a":[1,2}`, `{"a":{"b":1]}`,
		"\ufeff{}", `{"\u0073ku":1,"sku":2}`, `{"a":"\/\b\f\n\r\t\"\\"}`, "{\"a\":\"\u2028\x7f\"}", `1`, `"x"`, `true false`,
	} {
		f.Add([]byte(text))
	}
	f.Fuzz(sameAsEncodingJSON)
}

// TestReadJSONOfBrokenEvents breaks a good event in many places.
func TestReadJSONOfBrokenEvents(t *testing.T) {
	const marks = `{}[],:"\u0dt1e-+. n`
	random := rand.New(rand.NewPCG(3, 4))
	for range 3000 {
		broken := []byte(eventToBreak)
		for range 1 + random.IntN(3) {
			broken[random.IntN(len(broken))] = marks[random.IntN(len(marks))]
		}
		sameAsEncodingJSON(t, broken[:len(broken)-random.IntN(2)])
	}
}

const eventToBreak = `{"id":"e-1","type":"cart.updated","occurred_at":"2026-11-20T10:00:00+09:00",
"buyer":{"id":"b-1","consent":{"email":true,"line":null},"name":"\u4f50\ud83d\ude00"},"data":{"cart_id":"c","total":48000.50,
"items":[{"sku":"A\/4","quantity":1e2},{"sku":"B","quantity":-0.5}],"odd":[[],{},"",false]}}`

func sameAsEncodingJSON(t *testing.T, text []byte) {
	if trimmed := bytes.TrimLeft(text, " \t\r\n"); len(trimmed) > 0 && trimmed[0] == '[' || !utf8.Valid(text) {
		return // a list is a body of several events; what is not UTF-8 comes no further
	}
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.UseNumber()
	var want any
	err := decoder.Decode(&want)
	valid := err == nil && json.Valid(text)
	got, err := splitBody(text)
	switch {
	case valid != (err == nil):
		t.Errorf("%q: encoding/json takes it: %v; error %v", text, valid, err)
	case valid && !reflect.DeepEqual(got[0].value, want):
		t.Errorf("%q: got %#v, want %#v", text, got[0].value, want)
	}
}
