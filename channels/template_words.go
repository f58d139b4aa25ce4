package channels

import (
	"strings"
	"text/template"

	"kagobell/scenarios"
)

// words is a compiled NAME.txt, NAME.line.txt or NAME.dm.txt: a few fields of
// one line each, an empty line, then the words. A line of three dashes divides
// them into what stands before the items and what stands after.
type words struct {
	file   string
	fields map[string]*template.Template
	before *template.Template
	after  *template.Template // nil: nothing
}

// fieldsOf lists the fields of a channel's files; the first is required.
var fieldsOf = map[scenarios.Channel][]string{
	scenarios.ChannelEmail: {"subject", "preheader", "button", "why"},
	scenarios.ChannelLine:  {"alt", "title", "button", "why"},
	scenarios.ChannelDM:    {"headline"},
}

// titleField is the field that Outcome.Title is made of.
func titleField(c scenarios.Channel) string { return fieldsOf[c][0] }

// parseWords compiles the text of a words file. It goes on after a mistake, to
// find the others.
func (t *Templates) parseWords(file, text string, s slot) (*words, []error) {
	c := s.channel
	w := &words{file: file, fields: map[string]*template.Template{}}
	var found []error
	lines := strings.Split(text, "\n")
	n := 0
	for ; n < len(lines) && strings.TrimSpace(lines[n]) != ""; n++ {
		if strings.HasPrefix(lines[n], "#") {
			continue
		}
		if err := t.parseField(w, lines[n], n+1, s); err != nil {
			found = append(found, err)
		}
	}
	if w.fields[titleField(c)] == nil && len(found) == 0 {
		found = append(found, at(file, 1, 1, "expected a first line `%s: …`", titleField(c)))
	}
	body := lines[n:]
	before, after := body, []string(nil)
	for i, line := range body {
		if strings.TrimSpace(line) == "---" {
			before, after = body[:i], body[i+1:]
			break
		}
	}
	var err error
	if w.before, err = t.part(s.lang, file, "before", strings.Join(before, "\n"), n+1, 1); err != nil {
		found = append(found, err)
	}
	if after != nil {
		if w.after, err = t.part(s.lang, file, "after", strings.Join(after, "\n"), n+len(before)+2, 1); err != nil {
			found = append(found, err)
		}
	}
	return w, found
}

func (t *Templates) parseField(w *words, line string, n int, s slot) error {
	c := s.channel
	key, value, ok := strings.Cut(line, ":")
	if !ok {
		return at(w.file, n, 1, "expected `field: text`, or an empty line before the words")
	}
	known := false
	for _, field := range fieldsOf[c] {
		known = known || field == key
	}
	if !known {
		return at(w.file, n, 1, "unknown field %q; known are %s", key, strings.Join(fieldsOf[c], ", "))
	}
	if w.fields[key] != nil {
		return at(w.file, n, 1, "%s stands twice", key)
	}
	compiled, err := t.part(s.lang, w.file, key, value, n, len(key)+2)
	if err != nil {
		return err
	}
	if strings.TrimSpace(value) == "" && key == titleField(c) {
		return at(w.file, n, len(key)+2, "%s is empty", key)
	}
	w.fields[key] = compiled
	return nil
}

// part compiles one piece of a file, and remembers where in the file it began
// so that an error can name the place.
func (t *Templates) part(lang, file, part, text string, line, column int) (*template.Template, error) {
	name := file + "#" + part
	t.places[name] = place{file: file, line: line, column: column}
	return t.text[lang].New(name).Parse(text)
}
