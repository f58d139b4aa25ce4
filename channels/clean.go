package channels

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// longestName bounds what a shop or a buyer typed, so that one product name
// can't push the rest of a message out of sight. In characters.
const longestName = 200

// cleanLine makes one line of what somebody typed: line breaks, control
// characters and the marks that reverse the reading direction become a space.
// A CR or LF in a header would begin another header (RFC 5322 section 2.2).
func cleanLine(s string) string {
	if plainLine(s) {
		return strings.TrimSpace(s)
	}
	s = strings.Map(func(r rune) rune {
		if unwanted(r) || unicode.IsSpace(r) && r != '\u3000' {
			return ' '
		}
		return r
	}, strings.ToValidUTF8(s, " "))
	return strings.Join(strings.FieldsFunc(s, func(r rune) bool { return r == ' ' }), " ")
}

// cleanName is cleanLine for names, with a bound.
func cleanName(s string) string { return short(longestName, cleanLine(s)) }

// cleanText strips control characters but keeps the line breaks, as "\n".
func cleanText(s string) string {
	if plainText(s) {
		return s
	}
	s = strings.ReplaceAll(strings.ToValidUTF8(s, ""), "\r\n", "\n")
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\n' || r == '\t':
			return r
		case r == '\r' || r == '\u2028' || r == '\u2029':
			return '\n'
		case unwanted(r):
			return -1
		}
		return r
	}, s)
}

// cleanData strips control characters from what came with an event.
func cleanData(data map[string]any) map[string]any {
	clean := make(map[string]any, len(data))
	for key, value := range data {
		clean[key] = cleanValue(value)
	}
	return clean
}

func cleanValue(value any) any {
	switch value := value.(type) {
	case string:
		return cleanText(value)
	case map[string]any:
		return cleanData(value)
	case []any:
		list := make([]any, len(value))
		for i := range value {
			list[i] = cleanValue(value[i])
		}
		return list
	}
	return value
}

// unwanted are control characters, and what Unicode has to embed and override
// directions (Bidi_Control, UAX 9): with those a name could be made to read as
// another. The byte order mark goes too.
func unwanted(r rune) bool {
	return unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r) ||
		r == '\u2028' || r == '\u2029' || r == '\ufeff'
}

// plainLine and plainText are the quick way out for what needs no cleaning:
// printable ASCII, and letters of which no unwanted mark has the lead byte.
func plainLine(s string) bool {
	for i := 0; i < len(s); i++ {
		if c := s[i]; c < ' ' || c == 0x7f || suspect(s, i) || c == ' ' && i+1 < len(s) && s[i+1] == ' ' {
			return false
		}
	}
	return utf8.ValidString(s)
}

func plainText(s string) bool {
	for i := 0; i < len(s); i++ {
		if c := s[i]; c < ' ' && c != '\n' && c != '\t' || c == 0x7f || suspect(s, i) {
			return false
		}
	}
	return utf8.ValidString(s)
}

// suspect tells whether what may be an unwanted mark in UTF-8 begins at i:
// U+0080 to U+00A0, U+061C, the spaces of U+1680 and U+180E, the punctuation
// from U+2000 to U+207F, U+FEFF.
func suspect(s string, i int) bool {
	next := byte(0)
	if i+1 < len(s) {
		next = s[i+1]
	}
	switch s[i] {
	case 0xc2:
		return next <= 0xa0
	case 0xd8, 0xe1:
		return true
	case 0xe2:
		return next <= 0x81
	case 0xef:
		return next == 0xbb
	}
	return false
}

// short cuts s to n characters, the last of which is then an ellipsis.
func short(n int, s string) string {
	if len(s) <= n || utf8.RuneCountInString(s) <= n {
		return s
	}
	cut := 0
	for i := range s {
		if cut == n-1 {
			return strings.TrimRight(s[:i], " \u3000") + "…"
		}
		cut++
	}
	return s
}
