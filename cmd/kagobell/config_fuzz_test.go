package main

import (
	"os"
	"testing"
)

// FuzzConfigFile: whatever stands in the file, loading ends with a configuration or with mistakes that name a place.
func FuzzConfigFile(f *testing.F) {
	example, err := os.ReadFile(exampleFile)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(commentedKey.ReplaceAll(example, []byte("$1")))
	for _, seed := range []string{
		"", "\ufeffa: 1\r\n", "a: &x [1]\nb: *x\n<<: {q: 1}\n", "%YAML 1.2\n---\nspeed: !!float 2\n", "sources: [{name: a}]\n",
		"window: {days: [mon], from: 09:00}\n", "sender:\n  name: |\n    two\n    lines\n", "? [a]\n: b\n", "listen: \x00\n",
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		var found mistakes
		c, all := defaultConfig(), map[string]written{}
		readText(text, origin{place: inFile, name: "f"}, all, &found)
		c.apply(all, &found)
		for _, m := range found {
			if m.String() == "" || m.at.place == inFile && m.at.line == 0 {
				t.Errorf("no place: %+v", m)
			}
		}
	})
}
