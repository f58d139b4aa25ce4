package queue

import (
	"bytes"
	"testing"
)

// FuzzReadRefs: what is read from the payload of an alarm is written the same again, but for a varint that is longer
// than it need be.
func FuzzReadRefs(f *testing.F) {
	one, err := appendRef(nil, runID("a"), 1<<40)
	if err != nil {
		f.Fatal(err)
	}
	for _, payload := range [][]byte{one, append(one, one...), one[:17], one[:16], nil, bytes.Repeat([]byte{0xff}, 40)} {
		f.Add(payload)
	}
	f.Fuzz(func(t *testing.T, payload []byte) {
		refs, err := readRefs(payload)
		if err != nil {
			return
		}
		var again []byte
		for _, ref := range refs {
			if again, err = appendRef(again, ref.RunID, ref.Generation); err != nil {
				t.Fatal(err)
			}
		}
		if len(again) > len(payload) || len(again) == len(payload) && !bytes.Equal(again, payload) {
			t.Errorf("%x is read as %v, which is written as %x", payload, refs, again)
		}
		if FormatPayload("", payload) == "" {
			t.Errorf("%x is shown as nothing", payload)
		}
	})
}

// FuzzRedisURL: an address that is taken names a host, and its mistakes never show a password.
func FuzzRedisURL(f *testing.F) {
	for _, text := range []string{
		"redis://:p@h:6379/0", "rediss://h", "redis-sentinel://h1:1,h2:2/0?master=m", "redis-cluster://:p@h1:1,h2:2?tls=true",
		"redis://h/99999999999", "redis-sentinel://h", "redis://h:0/0", "redis://,", "redis://[::1]:6379", "redis://h?x=1", "embedded", "",
	} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		options, err := redisOptions(text)
		if err == nil && (len(options.Addrs) == 0 || options.Addrs[0] == "" || options.DB < 0) {
			t.Errorf("%q is read as %+v", text, options)
		}
	})
}
