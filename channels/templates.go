package channels

import (
	"embed"
	"errors"
	"fmt"
	htmltemplate "html/template"
	"io/fs"
	"os"
	"path/filepath"
	"sort"
	"strings"
	"text/template"
	"time"

	"kagobell/scenarios"
)

//go:embed all:templates
var builtin embed.FS

// Templates are the words and layouts of messages: those that ship, and a
// shop's own, of which one with the same file name replaces. They are compiled
// once and safe for use by many at a time.
type Templates struct {
	text    map[string]*template.Template     // by language: _NAME.txt, _NAME.line.json and the words
	html    map[string]*htmltemplate.Template // by language: _NAME.html
	words   map[slot]*words
	inside  map[slot]*htmltemplate.Template // the layout around a NAME.html
	flex    map[slot]*template.Template     // NAME.line.json
	broken  map[slot]bool                   // did not compile
	whole   bool                            // the shared parts did
	sources map[string]source               // by file name
	places  map[string]place                // by name of a compiled part
	zone    *time.Location                  // in which dates are written
	now     func() time.Time                // while templates are tried

	warnings []string // of what was tried; see Warnings
}

// source is a template file: its text, and where it was found.
type source struct{ path, text string }

// layouts must be there: the built-in ones are.
const (
	layoutHTML = "_layout.html"
	layoutText = "_layout.txt"
	layoutFlex = "_layout.line.json"
	layoutDM   = "_layout.dm.txt"
)

// A value that is missing from the data of an event is an error: nothing leaves
// with a gap in it. While templates are tried that data is not known.
const (
	strict  = "missingkey=error"
	lenient = "missingkey=zero"
)

// LoadTemplates reads the built-in templates and those in dir (none when
// empty), compiles them, and tries each with examples. Dates are written in the
// shop's zone. The error is Mistakes: all of them, with file, line and column;
// the templates that come back beside it (nil when dir can't be read) only tell
// which there are.
func LoadTemplates(dir string, zone *time.Location) (*Templates, error) {
	return loadTemplatesBy(time.Now, dir, zone)
}

// loadTemplatesBy measures by a clock how long templates run when they are tried.
func loadTemplatesBy(now func() time.Time, dir string, zone *time.Location) (*Templates, error) {
	t := &Templates{
		text: map[string]*template.Template{}, html: map[string]*htmltemplate.Template{},
		words: map[slot]*words{}, inside: map[slot]*htmltemplate.Template{}, flex: map[slot]*template.Template{},
		broken: map[slot]bool{}, sources: map[string]source{}, places: map[string]place{}, zone: zone, now: now,
	}
	for _, lang := range languages {
		functions := t.functions(lang, strict)
		t.text[lang] = template.New("").Funcs(functions).Option(strict)
		t.html[lang] = htmltemplate.New("").Funcs(functions).Option(strict)
	}
	shipped, err := fs.Sub(builtin, "templates")
	if err != nil {
		return nil, fmt.Errorf("built-in templates: %w", err)
	}
	found, _ := t.read(shipped, "built-in ")
	readable := true
	if dir != "" {
		var own Mistakes
		own, readable = t.read(os.DirFS(dir), dir+string(filepath.Separator))
		found = append(found, own...)
	}
	mistakes, whole := t.compile()
	t.whole = whole
	found = append(found, mistakes...)
	found = append(found, t.unreachable()...)
	if whole {
		found = append(found, t.try()...)
	}
	switch {
	case !readable:
		return nil, found.sorted()
	case len(found) > 0:
		return t, found.sorted()
	}
	return t, nil
}

// read takes in the template files of a folder. Hidden files are left alone;
// any other name that is not a template's is a mistake: a misspelt one would
// silently replace nothing.
func (t *Templates) read(folder fs.FS, prefix string) (found Mistakes, readable bool) {
	entries, err := fs.ReadDir(folder, ".")
	if err != nil {
		return Mistakes{{File: strings.TrimRight(prefix, string(filepath.Separator)), Message: "templates_dir: " + reasonOf(err)}}, false
	}
	for _, entry := range entries {
		name := entry.Name()
		if entry.IsDir() || name[0] == '.' {
			continue
		}
		if _, _, ok := parseFileName(name); !ok {
			found = append(found, Mistake{File: prefix + name, Line: 1, Column: 1, Message: "not the name of a template: expected NAME.txt, NAME.html, NAME.line.txt, NAME.line.json or NAME.dm.txt, with .en before that for English"})
			continue
		}
		raw, err := fs.ReadFile(folder, name)
		if err != nil {
			found = append(found, Mistake{File: prefix + name, Line: 1, Column: 1, Message: reasonOf(err)})
			continue
		}
		text := strings.ReplaceAll(strings.TrimPrefix(string(raw), "\ufeff"), "\r\n", "\n")
		if m, ok := notUTF8(prefix+name, text); ok {
			found = append(found, m)
			s, _, _ := parseFileName(name)
			t.broken[s] = true
			continue
		}
		t.sources[name] = source{path: prefix + name, text: text}
	}
	return found, true
}

// compile parses all files: shared parts first, since the others include them.
// whole tells whether those are without mistakes, so that the others can be
// tried.
func (t *Templates) compile() (found Mistakes, whole bool) {
	whole = true
	names := make([]string, 0, len(t.sources))
	for name := range t.sources {
		names = append(names, name)
	}
	sort.Strings(names)
	for _, shared := range []bool{true, false} {
		for _, name := range names {
			s, f, _ := parseFileName(name)
			if (f == formShared) != shared {
				continue
			}
			for _, err := range t.compileFile(name, s, f) {
				found = append(found, t.locate(name, err))
				t.broken[s] = true
				whole = whole && !shared
			}
		}
	}
	for _, lang := range languages {
		foldText(t.text[lang], lang)
		foldHTML(t.html[lang], lang)
	}
	for s, set := range t.inside {
		foldHTML(set, s.lang)
	}
	if circles := t.bound(); len(circles) > 0 {
		return append(found, circles...), false
	}
	return found, whole
}

// bound makes all templates come to an end, and finds those that would not.
func (t *Templates) bound() (found Mistakes) {
	all := []trees{}
	for _, lang := range languages {
		all = append(all, textTrees(t.text[lang]), htmlTrees(t.html[lang]))
	}
	for _, set := range t.inside {
		all = append(all, htmlTrees(set))
	}
	for _, set := range all {
		if err := set.bound(); err != nil {
			found = append(found, t.locate("", err))
		}
	}
	return found
}

// functions are what the templates of a language can call, under an option.
func (t *Templates) functions(lang, option string) map[string]any {
	return functionSet{lang: lang, zone: t.zone, lenient: option == lenient}.table()
}

// unreachable finds files that nothing would ever use.
func (t *Templates) unreachable() (found Mistakes) {
	for name := range t.sources {
		s, f, _ := parseFileName(name)
		japaneseWords := slot{s.name, inJapanese, s.channel}
		switch {
		case f == formWords && s.lang != inJapanese && t.words[japaneseWords] == nil:
			found = append(found, Mistake{File: t.path(name), Line: 1, Column: 1, Message: "no Japanese file beside it: " + strings.Replace(name, ".en", "", 1)})
		case (f == formHTML || f == formFlex) && t.words[s] == nil:
			wanted := strings.TrimSuffix(strings.TrimSuffix(name, ".html"), ".json") + ".txt"
			found = append(found, Mistake{File: t.path(name), Line: 1, Column: 1, Message: "no " + wanted + " beside it, which holds the " + titleField(s.channel)})
		}
	}
	return found
}

func (t *Templates) compileFile(name string, s slot, f form) (found []error) {
	text := t.sources[name].text
	var err error
	switch f {
	case formShared:
		for _, lang := range languages {
			if strings.HasSuffix(name, ".html") {
				_, err = t.html[lang].New(name).Parse(text)
			} else {
				_, err = t.text[lang].New(name).Parse(text)
			}
		}
	case formWords:
		t.words[s], found = t.parseWords(name, text, s)
	case formHTML:
		var set *htmltemplate.Template
		if set, err = t.around(name, text, s.lang); err == nil {
			t.inside[s] = set
		}
	case formFlex:
		var flex *template.Template
		if flex, err = t.text[s.lang].New(name).Parse(text); err == nil {
			t.flex[s] = flex
		}
	}
	if err != nil {
		found = append(found, err)
	}
	return found
}

// around makes a copy of the layout that has the text of a NAME.html inside.
func (t *Templates) around(name, text, lang string) (*htmltemplate.Template, error) {
	set, err := t.html[lang].Clone()
	if err != nil {
		return nil, err
	}
	if _, err := set.New(name).Parse(text); err != nil {
		return nil, err
	}
	if _, err := set.New("inside").Parse(fmt.Sprintf("{{template %q .}}", name)); err != nil {
		return nil, err
	}
	return set.Lookup(layoutHTML), nil
}

// HasTemplate tells whether a template can be sent on a channel.
func (t *Templates) HasTemplate(name string, c scenarios.Channel) bool {
	s := slot{name, inJapanese, c}
	return t.words[s] != nil || t.broken[s]
}

// wordsFor finds a template in a language, else in Japanese; nil when there is
// none.
func (t *Templates) wordsFor(name, lang string, c scenarios.Channel) (*words, slot) {
	s := slot{name, lang, c}
	if t.words[s] == nil {
		s.lang = inJapanese
	}
	return t.words[s], s
}

// path is where a file was found, for messages to people.
func (t *Templates) path(file string) string {
	if s, ok := t.sources[file]; ok {
		return s.path
	}
	return file
}

// reasonOf is why a file could not be read, without its path.
func reasonOf(err error) string {
	if pathError, ok := errors.AsType[*fs.PathError](err); ok {
		return pathError.Err.Error()
	}
	return err.Error()
}
