package channels

import (
	"strings"
	"testing"

	"kagobell/scenarios"
)

func TestSafeURL(t *testing.T) {
	for _, address := range []string{"https://shop.example/p?a=1&b=2#c", "http://127.0.0.1:8080/", "https://[::1]/"} {
		if safeURL(address) != address {
			t.Errorf("%q is not taken", address)
		}
	}
	if got := safeURL("https://店.example:8443/紙?q=紙"); got != "https://xn--hxt.example:8443/%E7%B4%99?q=%E7%B4%99" {
		t.Errorf("a Japanese address: %q", got)
	}
	for _, address := range []string{"", "javascript:alert(1)", "JavaScript:alert(1)", "data:text/html,x", "//shop.example", "/p", "https://",
		"https:///p", "ftp://shop.example", "https://a b", "https://a\r\nb", "https://a\"b", "https://a<b>", "http:\\\\evil.example", "https://shop.example/%zz",
		" https://shop.example", "https://shop.example/" + strings.Repeat("a", longestURL)} {
		if got := safeURL(address); got != "" {
			t.Errorf("%q is taken as %q", address, got)
		}
	}
}

func TestContactLink(t *testing.T) {
	for _, address := range []string{"https://shop.example/contact", "mailto:info@shop.example", "tel:0312345678"} {
		if contactLink(address) != address {
			t.Errorf("%q is not taken", address)
		}
	}
	for _, address := range []string{"javascript:alert(1)", "mailto:a@b.example\r\nx", "tel:\"><script>"} {
		if contactLink(address) != "" {
			t.Errorf("%q is taken", address)
		}
	}
}

// TestLinksCanBeRead: the tokens in a message say what was clicked.
func TestLinksCanBeRead(t *testing.T) {
	signer := testSigner(t)
	l := &links{publicURL: "https://bell.example", tokens: signer, messageID: exampleID}
	for _, c := range []struct {
		address, path string
		kind          scenarios.TokenKind
		link          int
	}{
		{l.open(), "/t/o/", scenarios.TokenOpen, 0}, {l.click(3), "/t/c/", scenarios.TokenClick, 3},
		{l.click(scenarios.LinkMain), "/t/c/", scenarios.TokenClick, scenarios.LinkMain}, {l.optOut(), "/u/", scenarios.TokenUnsubscribe, 0},
	} {
		token, ok := strings.CutPrefix(c.address, "https://bell.example"+c.path)
		read, err := signer.Read(c.kind, token)
		if !ok || err != nil || read.MessageID != exampleID || read.Link != c.link {
			t.Errorf("%s: %+v, %v", c.address, read, err)
		}
	}
	if l.failed != nil {
		t.Error(l.failed)
	}
	bad := &links{publicURL: "https://bell.example", tokens: signer, messageID: "short"}
	if bad.open() != "" || bad.failed == nil {
		t.Error("a token for a message id that is none")
	}
	if unset := (&links{messageID: exampleID}); unset.open() != "" || unset.failed == nil {
		t.Error("a token without a key")
	}
}
