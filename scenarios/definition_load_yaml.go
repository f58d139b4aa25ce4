package scenarios

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/goccy/go-yaml/ast"
)

// positionOf is where a node begins. A block mapping's own token is its first colon, which is not where it begins.
func positionOf(node ast.Node) position {
	if mapping, ok := node.(*ast.MappingNode); ok && !mapping.IsFlowStyle && len(mapping.Values) > 0 {
		node = mapping.Values[0].Key
	}
	tk := node.GetToken()
	if tk == nil || tk.Position == nil {
		return position{1, 1}
	}
	return position{max(tk.Position.Line, 1), max(tk.Position.Column, 1)}
}

// mapping is a YAML mapping of which only known keys are left. A key without a value counts as left out.
type mapping struct {
	r      *definitionReader
	node   ast.Node
	values map[string]ast.Node
}

// mapping reads a mapping and reports keys that are unknown or stand twice; false when node is something else.
func (r *definitionReader) mapping(node ast.Node, what string, known []string) (mapping, bool) {
	m := mapping{r: r, node: node, values: map[string]ast.Node{}}
	in, ok := node.(*ast.MappingNode)
	if !ok {
		r.unexpected(node, what+", a mapping with the keys "+strings.Join(known, ", "))
		return m, false
	}
	seen := map[string]position{}
	for _, pair := range in.Values {
		key := pair.Key.GetToken().Value
		switch first, again := seen[key]; {
		case again:
			r.mistake(pair.Key, "the key %s stands twice (first in line %d)", key, first.line)
			continue
		case !slices.Contains(known, key):
			r.mistake(pair.Key, "unknown key %s%s", shortened(key), orElse(didYouMean(key, known), "; known are "+strings.Join(known, ", ")))
			continue
		}
		seen[key] = positionOf(pair.Key)
		if _, empty := pair.Value.(*ast.NullNode); !empty && pair.Value != nil {
			m.values[key] = pair.Value
		}
	}
	return m, true
}

// at is the node of a key; nil when the key is left out.
func (m mapping) at(key string) ast.Node { return m.values[key] }

func (m mapping) has(key string) bool { return m.values[key] != nil }

// consistsOf tells whether these keys are there and no other, not even an unknown one.
func (m mapping) consistsOf(keys ...string) bool {
	written, ok := m.node.(*ast.MappingNode)
	return ok && len(written.Values) == len(keys) && !slices.ContainsFunc(keys, func(key string) bool { return !m.has(key) })
}

// required is the node of a key that must be there.
func (m mapping) required(key string) (ast.Node, bool) {
	node := m.values[key]
	if node == nil {
		m.r.mistake(m.node, "%s is missing", key)
	}
	return node, node != nil
}

func (r *definitionReader) unexpected(node ast.Node, expected string) {
	r.mistake(node, "expected %s, got %s", expected, written(node))
}

// written is a node as a message shows it.
func written(node ast.Node) string {
	switch n := node.(type) {
	case *ast.MappingNode:
		return "a mapping"
	case *ast.SequenceNode:
		return "a list"
	case *ast.NullNode:
		return "nothing"
	case *ast.StringNode:
		return strconv.Quote(shortened(n.Value))
	case *ast.LiteralNode:
		return strconv.Quote(shortened(n.Value.Value))
	case *ast.IntegerNode, *ast.FloatNode, *ast.BoolNode, *ast.InfinityNode, *ast.NanNode:
		return shortened(node.GetToken().Value)
	}
	return "a YAML anchor, alias or tag, which scenarios have no use for (write out what it stands for)"
}

// text is a string; plain tells whether a number or a boolean may stand for one (in a duration or a condition).
func (r *definitionReader) text(node ast.Node, expected string, plain bool) (string, bool) {
	switch n := node.(type) {
	case *ast.StringNode:
		return n.Value, true
	case *ast.LiteralNode:
		return strings.TrimSuffix(n.Value.Value, "\n"), true
	case *ast.IntegerNode, *ast.FloatNode, *ast.BoolNode:
		if plain {
			return node.GetToken().Value, true
		}
	}
	r.unexpected(node, expected)
	return "", false
}

// word is one of a closed set; what names the kind of word.
func (r *definitionReader) word(node ast.Node, what string, words ...string) (string, bool) {
	text, ok := r.text(node, what+" ("+strings.Join(words, ", ")+")", false)
	if ok && !slices.Contains(words, text) {
		r.mistake(node, "unknown %s %q%s", what, shortened(text), orElse(didYouMean(text, words), "; known are "+strings.Join(words, ", ")))
		return "", false
	}
	return text, ok
}

// list is the nodes of a list.
func (r *definitionReader) list(node ast.Node, expected string) ([]ast.Node, bool) {
	sequence, ok := node.(*ast.SequenceNode)
	if !ok {
		r.unexpected(node, expected)
		return nil, false
	}
	return sequence.Values, true
}

func (m mapping) boolean(key string, otherwise bool) bool {
	node := m.at(key)
	if node == nil {
		return otherwise
	}
	if b, ok := node.(*ast.BoolNode); ok {
		return b.Value
	}
	m.r.unexpected(node, key+" to be true or false")
	return otherwise
}

// whole is a whole number from least to most.
func (m mapping) whole(key string, least, most, otherwise int) int {
	node := m.at(key)
	if node == nil {
		return otherwise
	}
	if _, isInt := node.(*ast.IntegerNode); isInt {
		if n, err := strconv.Atoi(node.GetToken().Value); err == nil && least <= n && n <= most {
			return n
		}
	}
	m.r.unexpected(node, key+" to be a whole number from "+strconv.Itoa(least)+" to "+strconv.Itoa(most))
	return otherwise
}

// number is a number from least to most.
func (m mapping) number(key string, least, most, otherwise float64) float64 {
	node := m.at(key)
	if node == nil {
		return otherwise
	}
	switch node.(type) {
	case *ast.IntegerNode, *ast.FloatNode:
		if n, err := strconv.ParseFloat(node.GetToken().Value, 64); err == nil && least <= n && n <= most {
			return n
		}
	}
	format := func(n float64) string { return strconv.FormatFloat(n, 'f', -1, 64) }
	m.r.unexpected(node, key+" to be a number from "+format(least)+" to "+format(most))
	return otherwise
}

// duration is a length of time.
func (m mapping) duration(key string, otherwise Duration) Duration {
	node := m.at(key)
	if node == nil {
		return otherwise
	}
	d, ok := m.r.durationIn(node, key)
	if !ok {
		return otherwise
	}
	return d
}

func (r *definitionReader) durationIn(node ast.Node, key string) (Duration, bool) {
	text, ok := r.text(node, key+" to be a duration such as 90s, 15m, 3h, 1d or 2w", true)
	if !ok {
		return Duration{}, false
	}
	d, err := ParseDuration(text)
	if err != nil {
		r.mistake(node, "%s: %s%s", key, err, meantDuration(text))
		return Duration{}, false
	}
	return d, true
}

// spelledUnits are the units of durations as people write them out.
var spelledUnits = regexp.MustCompile(`^(\d+) *(weeks?|days?|hours?|hrs?|minutes?|mins?|seconds?|secs?|週間?|日間?|時間|分間?|秒間?)$`)

// meantDuration ends a message with the duration that was written out in words, if it was.
func meantDuration(text string) string {
	m := spelledUnits.FindStringSubmatch(strings.ToLower(text))
	if m == nil {
		return ""
	}
	units := map[string]string{"週": "w", "日": "d", "時": "h", "分": "m", "秒": "s"}
	first, _ := utf8.DecodeRuneInString(m[2])
	return ", did you mean " + m[1] + orElse(units[string(first)], string(first)) + "?"
}
