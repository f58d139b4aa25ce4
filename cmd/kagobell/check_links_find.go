package main

import (
	"html"
	"net/url"
	"regexp"
	"strings"
	"unicode/utf8"
)

// writtenLink is an address that stands in a file: where, and what is visited.
type writtenLink struct {
	file         string
	line, column int // from 1, columns in characters
	address      string
}

// An address in quotes may have Japanese letters in it; in running text it ends before them (「https://shop.example/a を」
// is as common without the space).
var (
	quotedLink = regexp.MustCompile(`(?i)^["']https?://[^\s"'<>\x60\\]*`)
	plainLink  = regexp.MustCompile(`(?i)https?://(?:\{\{[^}]*\}\}|[!#-&(-;=?-\[\]^_a-z{|}~])*`)
)

// control is an action that follows an address, and puts nothing into it: {{if .URL}}https://shop.example/{{end}}.
var control = regexp.MustCompile(`\{\{-?\s*(?:end|else|if|with|range|define|block|template|break|continue|/\*)`)

// linksIn finds the http and https addresses of a text. made counts those with placeholders in them, which nobody can
// visit before a message is due.
func linksIn(file, text string) (found []writtenLink, made int) {
	yaml := strings.HasSuffix(file, ".yaml") || strings.HasSuffix(file, ".yml")
	n := 0
	for line := range strings.Lines(text) {
		n++
		if yaml && strings.HasPrefix(strings.TrimSpace(line), "#") {
			continue // a note for whoever reads the file
		}
		for _, at := range plainLink.FindAllStringIndex(line, -1) {
			address := line[at[0]:at[1]]
			if at[0] > 0 {
				if whole := quotedLink.FindString(line[at[0]-1:]); len(whole)-1 > len(address) {
					address = whole[1:]
				}
			}
			if action := control.FindStringIndex(address); action != nil {
				address = address[:action[0]]
			}
			if strings.Contains(address, "{{") {
				made++
				continue
			}
			address = html.UnescapeString(endOfLink(address))
			if u, err := url.Parse(address); err == nil && u.Host == "" {
				continue // `https://` alone, in a sentence about addresses
			}
			found = append(found, writtenLink{file, n, utf8.RuneCountInString(line[:at[0]]) + 1, address})
		}
	}
	return found, made
}

// endOfLink takes away what ends a sentence and not an address, and a bracket that was opened before it.
func endOfLink(address string) string {
	for address != "" {
		switch last := address[len(address)-1]; {
		case strings.IndexByte(".,;:!?", last) >= 0:
		case last == ')' && strings.Count(address, ")") > strings.Count(address, "("):
		case last == ']' && strings.Count(address, "]") > strings.Count(address, "["):
		case last == '}' && strings.Count(address, "}") > strings.Count(address, "{"):
		default:
			return address
		}
		address = address[:len(address)-1]
	}
	return address
}
