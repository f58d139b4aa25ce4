package scenarios

import (
	"encoding/json"
	"math/rand/v2"
	"reflect"
	"testing"
)

// TestByChannelIsAMap: after any series of changes it holds what a map would, reads and writes the same JSON, and no
// copy made before has changed.
func TestByChannelIsAMap(t *testing.T) {
	x := rand.New(rand.NewPCG(5, 6))
	for range 200 {
		list, plain := ByChannel[Block](nil), map[Channel]Block{}
		for range x.IntN(8) {
			c := Channels[x.IntN(len(Channels))]
			before, text := list, mustJSON(t, list)
			if value := (Block{Reason: Reason(c)}); x.IntN(3) > 0 {
				value.At = tuesday.AddDate(0, 0, x.IntN(9))
				list, plain[c] = list.With(c, value), value
			} else {
				list = list.Without(c)
				delete(plain, c)
			}
			if after := mustJSON(t, before); after != text {
				t.Fatalf("a copy became %s, was %s", after, text)
			}
		}
		text := mustJSON(t, list)
		if want := mustJSON(t, plain); text != want {
			t.Fatalf("got %s, want %s", text, want)
		}
		var read ByChannel[Block]
		if err := json.Unmarshal([]byte(text), &read); err != nil || len(read) != len(list) || mustJSON(t, read) != text {
			t.Fatalf("read %v (%v), want %s", read, err, text)
		}
		for _, c := range Channels {
			got, known := list.Of(c)
			if want, there := plain[c]; known != there || !reflect.DeepEqual(got, want) || list.Has(c) != there {
				t.Fatalf("%s: got %v %t, want %v %t", c, got, known, want, there)
			}
		}
	}
}

func mustJSON(t *testing.T, v any) string {
	t.Helper()
	text, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}
