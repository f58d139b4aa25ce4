package channels

import (
	"errors"
	"fmt"
	"net"
	"net/url"
	"strings"

	"golang.org/x/net/idna"

	"kagobell/scenarios"
)

// longestURL is beyond what mail programs and LINE (1,000 characters for a
// button) take without harm.
const longestURL = 2000

// safeURL is the address if it is one that a buyer may be sent to, else empty:
// absolute, http or https, with a host. `javascript:` and its like end here.
func safeURL(address string) string {
	if address == "" || len(address) > longestURL {
		return ""
	}
	if scenarios.PlainURL(address) {
		return address
	}
	for i := 0; i < len(address); i++ {
		if c := address[i]; c <= ' ' || c == 0x7f || c == '"' || c == '<' || c == '>' || c == '\\' {
			return ""
		}
	}
	u, err := url.Parse(address)
	if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
		return ""
	}
	if ascii(address) {
		return address
	}
	return asciiURL(u)
}

// asciiURL percent-encodes Japanese paths and queries, and writes a Japanese
// host as DNS has it.
func asciiURL(u *url.URL) string {
	host, err := idna.Lookup.ToASCII(u.Hostname())
	if err != nil {
		return ""
	}
	if port := u.Port(); port != "" {
		host += ":" + port
	}
	u.Host = host
	var b strings.Builder
	for _, c := range []byte(u.String()) {
		if c < 0x80 {
			b.WriteByte(c)
		} else {
			fmt.Fprintf(&b, "%%%02X", c)
		}
	}
	return b.String()
}

func ascii(s string) bool {
	for i := 0; i < len(s); i++ {
		if s[i] >= 0x80 {
			return false
		}
	}
	return true
}

// contactLink is the address of sender.contact_url if a browser or a telephone
// can follow it.
func contactLink(address string) string {
	if strings.HasPrefix(address, "mailto:") || strings.HasPrefix(address, "tel:") {
		if strings.ContainsAny(address, " \r\n\t\"<>") {
			return ""
		}
		return address
	}
	return safeURL(address)
}

// isLoopback tells whether a host is this machine: there, and only there,
// passwords and one-click addresses may go without TLS.
func isLoopback(host string) bool {
	if strings.EqualFold(host, "localhost") {
		return true
	}
	ip := net.ParseIP(host)
	return ip != nil && ip.IsLoopback()
}

// links makes the addresses of one message that lead to Kagobell itself.
type links struct {
	publicURL string // without a trailing slash
	tokens    *scenarios.TokenSigner
	messageID string
	failed    error // the first token that could not be signed
}

var errNoLinks = errors.New("no public_url or token key to make tracking addresses with")

func (l *links) address(path string, kind scenarios.TokenKind, link int) string {
	if l.failed != nil {
		return ""
	}
	if l.tokens == nil || l.publicURL == "" {
		l.failed = errNoLinks
		return ""
	}
	token, err := l.tokens.Sign(scenarios.Token{Kind: kind, MessageID: l.messageID, Link: link})
	if err != nil {
		l.failed = fmt.Errorf("message %s: %w", l.messageID, err)
		return ""
	}
	return l.publicURL + path + token
}

// open is the address of the pixel.
func (l *links) open() string { return l.address("/t/o/", scenarios.TokenOpen, 0) }

// click is the tracked address of an item, or of scenarios.LinkMain.
func (l *links) click(link int) string { return l.address("/t/c/", scenarios.TokenClick, link) }

// optOut is the preference page, and the target of a one-click POST (RFC 8058).
func (l *links) optOut() string { return l.address("/u/", scenarios.TokenUnsubscribe, 0) }
