package main

import (
	"errors"
	"strings"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"
	"github.com/goccy/go-yaml/token"
)

// written is a value as somebody wrote it: a node of a YAML text, or the plain text of a variable or a flag.
type written struct {
	node ast.Node // nil for plain text
	text string
	at   origin
}

// inside is a node below w: in a file it has a place of its own.
func (w written) inside(node ast.Node) written {
	return written{node: node, at: atNode(w.at, node)}
}

func atNode(at origin, node ast.Node) origin {
	if tk := node.GetToken(); at.place == inFile && tk != nil {
		at.line, at.column = tk.Position.Line, tk.Position.Column
		if first := firstKey(node); first != nil { // a block mapping's own token is its first colon
			at.line, at.column = first.Position.Line, first.Position.Column
		}
	}
	return at
}

func firstKey(node ast.Node) *token.Token {
	if m, ok := node.(*ast.MappingNode); ok && !m.IsFlowStyle && len(m.Values) > 0 {
		return m.Values[0].Key.GetToken()
	}
	return nil
}

// empty says that a key stands there without a value, or a variable is set to nothing: the default stays.
func (w written) empty() bool {
	if w.node == nil {
		return w.text == ""
	}
	_, isNull := w.node.(*ast.NullNode)
	return isNull
}

// scalar returns the text of a single value. Numbers and booleans (bare) must not stand in quotes in YAML.
func (w written) scalar(bare bool) (string, bool) {
	if w.node == nil {
		return strings.TrimSpace(w.text), true
	}
	switch node := w.node.(type) {
	case *ast.StringNode:
		return node.Value, !bare || !quoted(node.GetToken())
	case *ast.LiteralNode:
		return strings.TrimSuffix(node.Value.Value, "\n"), !bare
	case *ast.IntegerNode, *ast.FloatNode, *ast.InfinityNode, *ast.NanNode:
		return node.GetToken().Value, true
	case *ast.BoolNode:
		return node.GetToken().Value, bare
	}
	return "", false
}

func quoted(tk *token.Token) bool {
	return tk.Type == token.SingleQuoteType || tk.Type == token.DoubleQuoteType
}

// list returns the items of a list. In a variable or a flag it may be written as YAML ([a, b]) or with commas (a,b).
func (w written) list() ([]written, bool) {
	if w.node == nil {
		if !strings.HasPrefix(strings.TrimSpace(w.text), "[") {
			return w.commaList(), true
		}
		parsed, err := w.asYAML()
		if err != nil {
			return nil, false
		}
		w = parsed
	}
	sequence, ok := w.node.(*ast.SequenceNode)
	if !ok {
		return nil, false
	}
	items := make([]written, len(sequence.Values))
	for i, node := range sequence.Values {
		items[i] = w.inside(node)
	}
	return items, true
}

func (w written) commaList() []written {
	var items []written
	for _, part := range strings.Split(w.text, ",") {
		items = append(items, written{text: strings.TrimSpace(part), at: w.at})
	}
	return items
}

// asYAML reads plain text as a YAML value.
func (w written) asYAML() (written, error) {
	if w.node != nil {
		return w, nil
	}
	file, err := parser.ParseBytes([]byte(w.text), 0, parser.AllowDuplicateMapKey())
	if err != nil {
		return w, err
	}
	if len(file.Docs) != 1 || file.Docs[0].Body == nil {
		return w, errUnexpected
	}
	return written{node: file.Docs[0].Body, at: w.at}, nil
}

// shown is a value for a message, shortened. Never for what may be a secret: form is for that.
func (w written) shown() string {
	const most = 60
	switch node := w.node.(type) {
	case nil:
		return quoteShort(w.text, most)
	case *ast.StringNode:
		return quoteShort(node.Value, most)
	case *ast.IntegerNode, *ast.FloatNode, *ast.InfinityNode, *ast.NanNode, *ast.BoolNode:
		return w.node.GetToken().Value
	}
	return w.form()
}

// form says what kind of thing a value is, without the value.
func (w written) form() string {
	switch w.node.(type) {
	case *ast.MappingNode:
		return "a mapping"
	case *ast.SequenceNode:
		return "a list"
	case *ast.NullNode:
		return "nothing"
	case *ast.BoolNode:
		return "true or false"
	case *ast.IntegerNode, *ast.FloatNode, *ast.InfinityNode, *ast.NanNode:
		return "a number"
	case *ast.AnchorNode, *ast.AliasNode, *ast.TagNode:
		return "a YAML anchor, alias or tag"
	}
	return "text"
}

// syntaxMistake turns an error of the YAML parser into a mistake at its place.
func syntaxMistake(at origin, err error) mistake {
	var syntax yaml.Error
	if !errors.As(err, &syntax) {
		return mistake{at: at, message: "not YAML: " + err.Error()}
	}
	if tk := syntax.GetToken(); tk != nil && at.place == inFile {
		at.line, at.column = tk.Position.Line, tk.Position.Column
	}
	message := "not YAML: " + syntax.GetMessage()
	if strings.Contains(message, "mapping value is not allowed") {
		message += " (a value that ends with a colon or holds \": \" stands in quotes)"
	}
	return mistake{at: at, message: message}
}
