package scenarios

import "testing"

// FuzzParseDuration: what is read is written so that it is read again, and lies within the bounds.
func FuzzParseDuration(f *testing.F) {
	for _, text := range []string{"90s", "1d12h", "2w", "1.5h", "250ms", "0", "-1d", "1h1h", "9999999999999999999d", "0.0001s", "1e3s", "１d", ""} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		d, err := ParseDuration(text)
		if err != nil {
			return
		}
		again, err := ParseDuration(d.String())
		if err != nil || again.Approx() != d.Approx() || d.Days < 0 || d.Clock < 0 || d.Approx() > (maxDurationDays+1)*dayLength {
			t.Errorf("%q is read as %+v, written as %s, and read again as %+v (%v)", text, d, d, again, err)
		}
	})
}

// FuzzReadToken: what is read was signed, as it stands.
func FuzzReadToken(f *testing.F) {
	signer, err := NewTokenSigner([]byte("a key of the fuzz test"))
	if err != nil {
		f.Fatal(err)
	}
	good, err := signer.Sign(Token{Kind: TokenClick, MessageID: "00112233445566778899aabbccddeeff", Link: 3})
	if err != nil {
		f.Fatal(err)
	}
	for _, token := range []string{good, good[:39], good + "A", "", "....", "AAAA"} {
		f.Add(token)
	}
	f.Fuzz(func(t *testing.T, token string) {
		for _, kind := range []TokenKind{TokenOpen, TokenClick, TokenUnsubscribe} {
			read, err := signer.Read(kind, token)
			if err != nil {
				continue
			}
			if again, err := signer.Sign(read); err != nil || again != token || read.Kind != kind {
				t.Errorf("%q is read as %+v, which is signed as %q (%v)", token, read, again, err)
			}
		}
	})
}
