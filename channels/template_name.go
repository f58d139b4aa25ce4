package channels

import (
	"regexp"

	"kagobell/scenarios"
)

// The languages of templates; ja is what is taken where the other is missing.
const (
	inJapanese = "ja"
	inEnglish  = "en"
)

var languages = []string{inJapanese, inEnglish}

// slot is what one template file fills: a name in a language, on a channel.
type slot struct {
	name    string
	lang    string
	channel scenarios.Channel
}

// htmlFile is the name of the NAME.html of a slot.
func (s slot) htmlFile() string {
	if s.lang == inEnglish {
		return s.name + ".en.html"
	}
	return s.name + ".html"
}

// form is how a file is written.
type form int

const (
	formWords  form = iota // NAME.txt, NAME.line.txt, NAME.dm.txt: header fields, then words
	formHTML               // NAME.html: the inside of an e-mail, instead of the words
	formFlex               // NAME.line.json: a whole Flex container, instead of the words in the layout
	formShared             // _NAME.txt, _NAME.html, _NAME.line.json: layouts and what they include
)

var fileName = regexp.MustCompile(`^(_?[a-z0-9][a-z0-9_-]*)(\.en)?(\.line|\.dm)?\.(txt|html|json)$`)

// parseFileName reads NAME[.en][.line|.dm].txt, NAME[.en].html,
// NAME[.en].line.json and their like with a leading underscore.
func parseFileName(file string) (slot, form, bool) {
	parts := fileName.FindStringSubmatch(file)
	if parts == nil {
		return slot{}, 0, false
	}
	s := slot{name: parts[1], lang: inJapanese, channel: scenarios.ChannelEmail}
	if parts[2] != "" {
		s.lang = inEnglish
	}
	switch parts[3] {
	case ".line":
		s.channel = scenarios.ChannelLine
	case ".dm":
		s.channel = scenarios.ChannelDM
	}
	ending := parts[4]
	if ending == "html" && s.channel != scenarios.ChannelEmail || ending == "json" && s.channel != scenarios.ChannelLine {
		return slot{}, 0, false
	}
	switch {
	case s.name[0] == '_':
		return s, formShared, s.lang == inJapanese // shared parts hold both languages
	case ending == "html":
		return s, formHTML, true
	case ending == "json":
		return s, formFlex, true
	}
	return s, formWords, true
}
