package scenarios

import (
	"math/rand/v2"
	"net/url"
	"testing"
)

// TestPlainURL: the quick way lets nothing through that the parser of the standard library would refuse or write anew.
func TestPlainURL(t *testing.T) {
	const letters = "aZ9-._~/?=&:@%#[]; \"あ"
	random, plain := rand.New(rand.NewPCG(5, 6)), 0
	for range 100_000 {
		address := []byte("https://")
		for range random.IntN(9) {
			address = append(address, letters[random.IntN(len(letters))])
		}
		if !PlainURL(string(address)) {
			continue
		}
		plain++
		if u, err := url.Parse(string(address)); err != nil || u.Host == "" || u.Port() != "" || u.User != nil || u.String() != string(address) {
			t.Fatalf("%q is taken as it is, but is %v, %v", address, u, err)
		}
	}
	if plain < 1000 {
		t.Errorf("only %d addresses are plain", plain)
	}
}
