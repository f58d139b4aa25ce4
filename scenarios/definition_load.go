package scenarios

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/lexer"
	"github.com/goccy/go-yaml/parser"
)

// DefinitionFile is the text of one scenario file.
type DefinitionFile struct {
	Path    string // as mistakes show it
	Text    []byte
	BuiltIn bool // gives way to a file of the shop with the same scenario name
}

// Checks is what the reading of definitions asks of the outside.
type Checks struct {
	HasTemplate   func(name string, c Channel) bool // nil: templates are not asked for
	Templates     []string                          // the names that there are, for suggestions
	CheckMessage  func(m *InlineMessage) error      // of a message in place of a template; nil: not asked
	BusinessHours *Window                           // of the shop, to which order_by is held; nil: not known
}

// LoadDefinitions reads scenario files, one scenario each, and reports every mistake of every file at once, in the order
// of the files; those that ship come first. Scenarios that are switched off are among the definitions, with Enabled
// false. The definitions are of use only where there is no mistake.
func LoadDefinitions(files []DefinitionFile, checks Checks) ([]*Definition, []Mistake) {
	read := definitionSet{taken: map[string]int{}}
	var found []Mistake
	for _, file := range files {
		r := &definitionReader{file: file, checks: checks}
		if definition := r.read(); definition != nil {
			read.add(r, definition)
		}
		sortMistakes(r.found)
		found = append(found, r.found...)
	}
	return read.definitions, found
}

// definitionReader reads one file.
type definitionReader struct {
	file   DefinitionFile
	checks Checks
	what   string // the file holds; empty: a scenario
	lines  []string
	found  []Mistake

	nameAt    ast.Node
	switches  bool            // the file says nothing but name and enabled
	stepIDs   []string        // of all steps, in the order of the file
	behindAll stepsBehind     // all steps: what a rule may ask about
	taken     map[string]bool // ids of the steps read so far
	flat      []Step          // the steps read so far
	enabled   bool
	window    *Window
}

// position is a place in the file; both numbers count from 1.
type position struct{ line, column int }

func (r *definitionReader) mistakeAt(at position, format string, args ...any) {
	m := Mistake{File: r.file.Path, Line: at.line, Column: at.column, Message: fmt.Sprintf(format, args...)}
	if at.line <= len(r.lines) {
		m.SourceLine = r.lines[at.line-1]
	}
	r.found = append(r.found, m)
}

func (r *definitionReader) mistake(node ast.Node, format string, args ...any) {
	r.mistakeAt(positionOf(node), format, args...)
}

// maxDefinition is the size of a file in bytes: what is larger is no scenario.
const maxDefinition = 256 << 10

// read returns the definition as far as it can be read; nil when not even its name can.
func (r *definitionReader) read() *Definition {
	root := r.root()
	if root == nil {
		return nil
	}
	definition := r.definition(root)
	if definition.Name == "" {
		return nil
	}
	definition.Version = versionOf(root)
	definition.Source = bytes.Clone(r.file.Text)
	return definition
}

// root is what the file consists of; nil after a mistake.
func (r *definitionReader) root() ast.Node {
	text := bytes.TrimPrefix(r.file.Text, []byte("\ufeff"))
	text = bytes.ReplaceAll(text, []byte("\r\n"), []byte("\n"))
	r.lines = strings.Split(strings.ToValidUTF8(string(text), "\ufffd"), "\n")
	switch {
	case len(text) > maxDefinition:
		r.mistakeAt(position{1, 1}, "the file is too large: expected at most %d KiB", maxDefinition>>10)
		return nil
	case !utf8.Valid(text):
		r.mistakeAt(brokenAt(text), "not UTF-8: expected the file to be saved as UTF-8")
		return nil
	}
	return r.parse(text)
}

func brokenAt(text []byte) position {
	before := text[:firstBroken(text)-1]
	line := before[bytes.LastIndexByte(before, '\n')+1:]
	return position{bytes.Count(before, []byte("\n")) + 1, utf8.RuneCount(line) + 1}
}

// parse returns the mapping that the file consists of; nil after a mistake.
func (r *definitionReader) parse(text []byte) ast.Node {
	tokens := lexer.Tokenize(string(text))
	if deep := tooDeep(tokens); deep != nil {
		r.mistakeAt(position{deep.Position.Line, deep.Position.Column}, "nested too deep: expected at most %d lists and mappings within each other", maxNesting)
		return nil
	}
	// Duplicate keys are found later, all of them and not only the first.
	file, err := parser.Parse(tokens, 0, parser.AllowDuplicateMapKey())
	if err != nil {
		r.syntaxMistake(err)
		return nil
	}
	var bodies []ast.Node
	for _, doc := range file.Docs {
		if doc.Body != nil {
			bodies = append(bodies, doc.Body)
		}
	}
	switch len(bodies) {
	case 0:
		r.mistakeAt(position{1, 1}, "the file is empty: expected %s", orElse(r.what, "a scenario"))
		return nil
	case 1:
		return bodies[0]
	}
	r.mistake(bodies[1], "a second document: expected one %s a file", orElse(r.what, "scenario"))
	return nil
}

func (r *definitionReader) syntaxMistake(err error) {
	var syntax yaml.Error
	if !errors.As(err, &syntax) || syntax.GetToken() == nil {
		r.mistakeAt(position{1, 1}, "not YAML: %s", err)
		return
	}
	at := syntax.GetToken().Position
	message := syntax.GetMessage()
	if strings.Contains(message, "'\t'") {
		message = "a tab where YAML allows only spaces"
	}
	r.mistakeAt(position{at.Line, at.Column}, "not YAML: %s", message)
}
