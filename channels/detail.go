package channels

import (
	"regexp"
	"strconv"
	"strings"
)

// longestDetail bounds what is kept of a provider's answer. In characters.
const longestDetail = 300

// addresses are e-mail addresses and LINE user ids in somebody else's text.
var addresses = regexp.MustCompile(`(?:"[^"\s]+"|[^\s<>"'(),;:]+)@[^\s<>"'(),;:]+|\bU[0-9a-f]{32}\b`)

func formatCode(code int) string {
	if code == 0 {
		return ""
	}
	return strconv.Itoa(code)
}

// replaceFold replaces a word wherever it stands, in any case of letters.
func replaceFold(text, word, by string) string {
	return regexp.MustCompile(`(?i)`+regexp.QuoteMeta(word)).ReplaceAllString(text, strings.ReplaceAll(by, "$", "$$"))
}

// errorDetail is an error fit to be stored and logged.
func errorDetail(err error) string {
	return short(longestDetail, addresses.ReplaceAllString(cleanLine(err.Error()), "<address>"))
}
