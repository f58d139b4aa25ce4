package main

import (
	"slices"
	"strings"

	"github.com/goccy/go-yaml/ast"
)

// tree walks through nested mappings whose leaves are known by their paths.
type tree struct {
	known []string // "listen", "dm.cut_off"
	shown string   // stands before every path in messages
	found *mistakes
	take  func(path string, w written)
}

// read takes the keys of a mapping; prefix is "" or the path of its group with a dot.
func (t tree) read(w written, prefix string) {
	mapping, ok := w.node.(*ast.MappingNode)
	if !ok {
		expected := "a mapping with " + alternativesAnd(t.below(prefix))
		t.found.add(w.at, strings.TrimSuffix(t.shown+prefix, "."), "expected %s, got %s", expected, w.form())
		return
	}
	seen := map[string]bool{}
	for _, entry := range mapping.Values {
		name := entry.Key.GetToken().Value
		if seen[name] {
			t.found.add(atNode(w.at, entry.Key), t.shown+prefix+name, "stands twice")
			continue
		}
		seen[name] = true
		t.readEntry(w, prefix, name, entry)
	}
}

func (t tree) readEntry(w written, prefix, name string, entry *ast.MappingValueNode) {
	path, held := prefix+name, w.inside(entry.Value)
	switch {
	case slices.Contains(t.known, path):
		if !held.empty() { // "smtp_url:" with nothing behind it keeps its default
			t.take(path, held)
		}
	case len(t.below(path+".")) > 0:
		if !held.empty() {
			t.read(held, path+".")
		}
	default:
		t.found.add(atNode(w.at, entry.Key), t.shown+path, "no such key%s", t.suggest(prefix, name))
	}
}

// readGroup is read for a whole group in a variable.
func (t tree) readGroup(w written, group string) {
	parsed, err := w.asYAML()
	if err != nil {
		m := syntaxMistake(w.at, err)
		m.key = group
		*t.found = append(*t.found, m)
		return
	}
	t.read(parsed, group+".")
}

// below lists the names that may follow a prefix: keys and groups.
func (t tree) below(prefix string) []string {
	var names []string
	for _, path := range t.known {
		rest, ok := strings.CutPrefix(path, prefix)
		if name, _, _ := strings.Cut(rest, "."); ok && !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	return names
}

// groups lists the names that hold further keys.
func (t tree) groups() []string {
	var names []string
	for _, path := range t.known {
		if name, _, ok := strings.Cut(path, "."); ok && !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	return names
}

// suggest proposes a neighbour of similar name, else the same name in another group.
func (t tree) suggest(prefix, name string) string {
	if near := closest(name, t.below(prefix)); near != "" {
		return ", did you mean " + t.shown + prefix + near + "?"
	}
	for _, path := range t.known {
		if path == name || strings.HasSuffix(path, "."+name) {
			return ", did you mean " + t.shown + path + "?"
		}
	}
	return ""
}
