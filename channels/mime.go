package channels

import (
	"bytes"
	"errors"
	"fmt"
	"net/mail"
	"strings"
	"time"

	gomail "github.com/wneessen/go-mail"
	"golang.org/x/net/idna"

	"kagobell/scenarios"
)

// errAddress is returned for an address that no mail can go to.
var errAddress = errors.New("not an e-mail address")

// mailAddress reads a plain address and writes its domain in ASCII (RFC 5891),
// so that only a local part beyond ASCII needs SMTPUTF8.
func mailAddress(address string) (string, error) {
	parsed, err := mail.ParseAddress(address)
	if err != nil || parsed.Address != address || parsed.Name != "" {
		return "", errAddress
	}
	at := strings.LastIndexByte(address, '@')
	local, domain := address[:at], address[at+1:]
	if strings.ContainsAny(address, " <>\r\n\t\x00") || len(local) > 64 {
		return "", errAddress
	}
	if !ascii(domain) {
		if domain, err = idna.Lookup.ToASCII(domain); err != nil {
			return "", errAddress
		}
	}
	return local + "@" + domain, nil
}

// newEnvelope writes a rendered mail as multipart/alternative. The same message
// has the same Message-ID and boundary each time, whoever sends it.
func newEnvelope(r *scenarios.Rendered, from From, toName, messageID string, date time.Time) (*envelope, error) {
	to, err := mailAddress(r.To)
	if err != nil {
		return nil, err
	}
	sender, err := mailAddress(from.Email)
	if err != nil {
		return nil, fmt.Errorf("sender.email: %w", err)
	}
	// Base64: Japanese takes 9 bytes a character in quoted-printable, and the
	// lines of a layout may be longer than the 998 bytes that SMTP carries.
	m := gomail.NewMsg(gomail.WithNoDefaultUserAgent(), gomail.WithEncoding(gomail.EncodingB64),
		gomail.WithBoundary("kagobell-"+messageID))
	m.FromMailAddress(&mail.Address{Name: from.Name, Address: sender})
	m.ToMailAddress(&mail.Address{Name: toName, Address: to})
	m.Subject(r.Subject)
	m.SetDateWithValue(date)
	for _, header := range r.Headers {
		m.SetGenHeader(gomail.Header(header[0]), cleanLine(header[1]))
	}
	m.SetBodyString(gomail.TypeTextPlain, crlf(r.Text))
	m.AddAlternativeString(gomail.TypeTextHTML, crlf(r.HTML))
	var b bytes.Buffer
	b.Grow(2*(len(r.Text)+len(r.HTML)) + 2048)
	if _, err := m.WriteTo(&b); err != nil {
		return nil, fmt.Errorf("MIME: %w", err)
	}
	return &envelope{from: sender, to: to, utf8: !ascii(to) || !ascii(sender), message: b.Bytes()}, nil
}

// crlf writes line ends as a text part has them in its canonical form, before
// the encoding (RFC 2046 section 4.1.1).
func crlf(text string) string { return strings.ReplaceAll(text, "\n", "\r\n") }
