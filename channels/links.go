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
	if plainURL(address) {
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

// plainURL is the quick way out for the addresses that nearly all shops give: http or https, a host of letters, digits,
// dots and hyphens, and behind it nothing that an address could be wrong in (RFC 3986 section 2.3, and /?=&).
func plainURL(address string) bool {
	rest, ok := strings.CutPrefix(address, "https://")
	if !ok {
		rest, ok = strings.CutPrefix(address, "http://")
	}
	host := strings.IndexByte(rest, '/')
	if host < 0 {
		host = len(rest)
	}
	for i := 0; i < len(rest); i++ {
		switch c := rest[i]; {
		case 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z', '0' <= c && c <= '9', c == '-', c == '.':
		case i >= host && strings.IndexByte("/_~?=&", c) >= 0:
		default:
			return false
		}
	}
	return ok && host > 0
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
