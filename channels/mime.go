package channels

import (
	"bytes"
	"encoding/base64"
	"errors"
	"mime"
	"net/mail"
	"strings"
	"time"

	"golang.org/x/net/idna"

	"kagobell/scenarios"
)

// errAddress is returned for an address that no mail can be written to, and
// errSender for such a one of the shop's own.
var (
	errAddress = errors.New("not an address that mail can be written to: expected a form such as sato@acme.example")
	errSender  = errors.New("sender.email: expected a plain e-mail address")
)

// mailAddress reads a plain address and writes it as mail carries it: its domain
// in ASCII (RFC 5891), so that only a local part beyond ASCII needs SMTPUTF8;
// and its local part in quotes where dots stand doubled or at an end (RFC 5321
// section 4.1.2). Japanese mobile carriers gave out such addresses for years,
// and still deliver to them.
func mailAddress(address string) (string, error) {
	at := strings.LastIndexByte(address, '@')
	if at < 1 || at > 64 {
		return "", errAddress
	}
	local, domain := address[:at], address[at+1:]
	// A local part is atoms with dots between them. Without the dots it has to be
	// one atom: no space, quote or bracket that would end the address early.
	atom := "a" + strings.ReplaceAll(local, ".", "") + "@" + domain
	if parsed, err := mail.ParseAddress(atom); err != nil || parsed.Address != atom || parsed.Name != "" {
		return "", errAddress
	}
	if !ascii(domain) {
		var err error
		if domain, err = idna.Lookup.ToASCII(domain); err != nil {
			return "", errAddress
		}
	}
	if strings.Contains("."+local+".", "..") {
		local = `"` + local + `"`
	}
	return local + "@" + domain, nil
}

// newEnvelope writes a rendered mail as multipart/alternative. The same message
// has the same bytes but for its Date each time, whoever sends it. The standard
// library does the encodings; a mail library on top of it took four times as
// long and as much memory, in what is the busiest path of all.
func newEnvelope(r *scenarios.Rendered, from From, toName, messageID string, date time.Time) (*envelope, error) {
	to, err := mailAddress(r.To)
	if err != nil {
		return nil, err
	}
	sender, err := mailAddress(from.Email)
	if err != nil {
		return nil, errSender
	}
	var b bytes.Buffer
	b.Grow((len(r.Text)+len(r.HTML))*3/2 + 4096)
	writeHeader(&b, "Date", date.Format(time.RFC1123Z))
	writeAddress(&b, "From", from.Name, sender)
	writeAddress(&b, "To", toName, to)
	writeHeader(&b, "Subject", mime.BEncoding.Encode("UTF-8", r.Subject))
	for _, header := range r.Headers {
		writeHeader(&b, header[0], mime.BEncoding.Encode("UTF-8", header[1]))
	}
	boundary := "kagobell-" + messageID
	writeHeader(&b, "MIME-Version", "1.0")
	writeHeader(&b, "Content-Type", "multipart/alternative; boundary=\""+boundary+"\"")
	writePart(&b, boundary, "text/plain", r.Text)
	writePart(&b, boundary, "text/html", r.HTML)
	b.WriteString("\r\n--" + boundary + "--\r\n")
	return &envelope{from: sender, to: to, utf8: !ascii(to) || !ascii(sender), message: b.Bytes()}, nil
}

// longestLine is where header lines are folded (RFC 5322 section 2.1.1, RFC
// 2047 section 2).
const longestLine = 76

// writeHeader writes a header field, folded at spaces. A line break in a value
// would begin another field: whatever was done before, there is none here.
func writeHeader(b *bytes.Buffer, name, value string) {
	value = cleanLine(value)
	b.WriteString(name)
	b.WriteByte(':')
	width := len(name) + 1
	for value != "" {
		word, rest, _ := strings.Cut(value, " ")
		if width+1+len(word) > longestLine {
			b.WriteString("\r\n")
			width = 0
		}
		b.WriteByte(' ')
		b.WriteString(word)
		width += 1 + len(word)
		value = rest
	}
	b.WriteString("\r\n")
}

// inQuotes writes the text of a quoted-string (RFC 5322 section 3.2.4).
var inQuotes = strings.NewReplacer(`\`, `\\`, `"`, `\"`)

// writeAddress writes an address, as mailAddress made it, with its display name:
// in quotes where it is ASCII, else as encoded words.
func writeAddress(b *bytes.Buffer, field, name, address string) {
	switch {
	case name == "":
		writeHeader(b, field, address)
	case ascii(name):
		writeHeader(b, field, `"`+inQuotes.Replace(name)+`" <`+address+">")
	default:
		writeHeader(b, field, mime.BEncoding.Encode("UTF-8", name)+" <"+address+">")
	}
}

// writePart writes one alternative in base64: Japanese takes 9 bytes a character
// in quoted-printable, and the lines of a layout may be longer than the 998
// bytes that SMTP carries.
func writePart(b *bytes.Buffer, boundary, kind, text string) {
	b.WriteString("\r\n--" + boundary + "\r\nContent-Type: " + kind +
		"; charset=UTF-8\r\nContent-Transfer-Encoding: base64\r\n\r\n")
	const bytesOfLine = longestLine / 4 * 3
	var line [longestLine + 2]byte
	line[longestLine], line[longestLine+1] = '\r', '\n'
	// A text has CRLF in its canonical form, before the encoding (RFC 2046
	// section 4.1.1).
	rest := []byte(strings.ReplaceAll(text, "\n", "\r\n"))
	for len(rest) >= bytesOfLine {
		base64.StdEncoding.Encode(line[:longestLine], rest[:bytesOfLine])
		b.Write(line[:])
		rest = rest[bytesOfLine:]
	}
	if len(rest) > 0 {
		n := base64.StdEncoding.EncodedLen(len(rest))
		base64.StdEncoding.Encode(line[:n], rest)
		b.Write(line[:n])
		b.WriteString("\r\n")
	}
}
