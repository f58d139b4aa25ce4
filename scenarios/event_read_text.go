package scenarios

import (
	"fmt"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// How long texts may be, in characters.
const (
	maxID    = 128
	maxName  = 255
	maxText  = 500
	maxURL   = 2000
	maxEmail = 254 // RFC 5321 section 4.5.3.1.3, less the angle brackets
	maxType  = 64
)

// requiredID is an id in a field that must have one.
func (o jsonObject) requiredID(key string) string {
	text, ok := o.fields[key].(string)
	if !ok {
		o.expected(key, fmt.Sprintf("a string of 1 to %d characters", maxID))
		return ""
	}
	if fault := idFault(text); fault != "" {
		o.wrong(key, fault)
		return ""
	}
	return text
}

// id is an id in a field that may be absent, null or "".
func (o jsonObject) id(key string) string {
	if value := o.fields[key]; value == nil || value == "" {
		return ""
	}
	return o.requiredID(key)
}

// idFault says what keeps a text from being an id. A space at an end is refused because some databases take ids that
// differ only there for the same.
func idFault(text string) string {
	const expected = "expected a string of 1 to 128 characters"
	n := utf8.RuneCountInString(text)
	switch {
	case n == 0:
		return expected + `, got ""`
	case n > maxID:
		return fmt.Sprintf("%s, got %d", expected, n)
	case strings.ContainsFunc(text, unicode.IsControl):
		return expected + " without control characters, got " + strconv.Quote(shortened(text))
	case strings.TrimSpace(text) != text:
		return expected + " without a space at either end, got " + strconv.Quote(shortened(text))
	}
	return ""
}

// text is a text of at most so many characters in a field that is there. Line breaks and tabs are let through: it is
// the rendering that puts them out of action, in the way of its channel.
func (o jsonObject) text(key string, most int) string {
	text, ok := o.fields[key].(string)
	if !ok {
		o.expected(key, fmt.Sprintf("a string of at most %d characters", most))
		return ""
	}
	if len(text) > most {
		if n := utf8.RuneCountInString(text); n > most {
			o.wrong(key, fmt.Sprintf("expected a string of at most %d characters, got %d", most, n))
			return ""
		}
	}
	if strings.ContainsFunc(text, isRefusedControl) {
		o.wrong(key, "expected a string without control characters, got "+strconv.Quote(shortened(text)))
		return ""
	}
	return text
}

// isRefusedControl tells whether r is a control character other than line breaks and the tab.
func isRefusedControl(r rune) bool {
	return unicode.IsControl(r) && r != '\n' && r != '\r' && r != '\t'
}

// textOr is the text of a field that may be absent or null, which is "".
func (o jsonObject) textOr(key string, most int) string {
	if !o.given(key) {
		return ""
	}
	return o.text(key, most)
}

// webURL is an absolute http or https address in a field that may be absent, null or "".
func (o jsonObject) webURL(key string) string {
	const form = "a URL that begins with https:// or http://"
	if value := o.fields[key]; value == nil || value == "" {
		return ""
	}
	text := o.text(key, maxURL)
	if text == "" {
		return ""
	}
	if !isWebURL(text) {
		o.expected(key, form)
		return ""
	}
	return text
}

// isWebURL tells whether a text is an address that a browser opens.
func isWebURL(text string) bool {
	if PlainURL(text) {
		return len(text) <= maxURL
	}
	u, err := url.Parse(text)
	return err == nil && (u.Scheme == "http" || u.Scheme == "https") && u.Hostname() != "" && !strings.ContainsAny(text, " \t\r\n") &&
		utf8.RuneCountInString(text) <= maxURL
}

// PlainURL is the quick way out for the addresses that nearly all shops give: http or https, a host of letters, digits,
// dots and hyphens, and behind it nothing that an address could be wrong in (RFC 3986 section 2.3, and /?=&). Where it
// is false, the address may still be a good one.
func PlainURL(address string) bool {
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

// email is an e-mail address, or "" for none. The form is looked at no closer than it takes to keep an address in one
// piece: what mobile carriers once gave out (two dots in a row) breaks the grammar of RFC 5321 and arrives all the same.
func (o jsonObject) email(key string) string {
	text := o.text(key, maxEmail)
	if text == "" {
		return ""
	}
	local, domain, found := strings.Cut(text, "@")
	if !found || local == "" || domain == "" || strings.ContainsAny(text, `<>()[]\,;:"`) || strings.Contains(domain, "@") ||
		strings.ContainsFunc(text, func(r rune) bool { return unicode.IsSpace(r) || unicode.IsControl(r) }) ||
		strings.HasPrefix(domain, ".") || strings.HasSuffix(domain, ".") || strings.Contains(domain, "..") {
		o.expected(key, "an e-mail address such as sato@acme.example")
		return ""
	}
	return text
}

var currencyForm = regexp.MustCompile(`^[A-Z]{3}$`)

// currency is a currency code (ISO 4217), or "" for none.
func (o jsonObject) currency(key string) string {
	if value := o.fields[key]; value == nil || value == "" {
		return ""
	}
	text, _ := o.fields[key].(string)
	if text != "JPY" && !currencyForm.MatchString(text) {
		o.expected(key, "a currency of three capital letters such as JPY")
		return ""
	}
	return text
}

// EventTypePattern is the form of event types: noun.verb.
const EventTypePattern = `^[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)+$`

var typeForm = regexp.MustCompile(EventTypePattern)

// isEventType tells whether text has the form of an event type: noun.verb.
func isEventType(text string) bool {
	_, known := needsData[text]
	return known || len(text) <= maxType && typeForm.MatchString(text)
}

func (o jsonObject) eventType(key string) string {
	text, _ := o.fields[key].(string)
	if !isEventType(text) {
		o.expected(key, fmt.Sprintf("a type of the form noun.verb such as cart.updated (lower case, digits and _, at most %d characters)", maxType))
		return ""
	}
	return text
}
