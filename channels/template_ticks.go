package channels

import (
	htmltemplate "html/template"
	"maps"
	"slices"
	"strings"
	"text/template"
	"text/template/parse"
)

// withTicks puts an empty text, which writes nothing but is a write, into every
// loop and before every template that is included: where a budget looks at the
// clock. It changes nothing the second time.
func withTicks(list *parse.ListNode) {
	if list == nil {
		return
	}
	for i := 0; i < len(list.Nodes); i++ {
		switch node := list.Nodes[i].(type) {
		case *parse.TemplateNode:
			if i == 0 || !isTick(list.Nodes[i-1]) {
				list.Nodes = slices.Insert(list.Nodes, i, tickAt(node.Pos))
				i++
			}
		case *parse.IfNode:
			withTicks(node.List)
			withTicks(node.ElseList)
		case *parse.WithNode:
			withTicks(node.List)
			withTicks(node.ElseList)
		case *parse.RangeNode:
			withTicks(node.List)
			withTicks(node.ElseList)
			if len(node.List.Nodes) == 0 || !isTick(node.List.Nodes[0]) {
				node.List.Nodes = slices.Insert(node.List.Nodes, 0, tickAt(node.Pos))
			}
		}
	}
}

func tickAt(pos parse.Pos) parse.Node { return &parse.TextNode{NodeType: parse.NodeText, Pos: pos} }

func isTick(node parse.Node) bool {
	text, ok := node.(*parse.TextNode)
	return ok && len(text.Text) == 0
}

// included lists the templates that a tree includes.
func included(list *parse.ListNode) (names []string) {
	if list == nil {
		return nil
	}
	for _, node := range list.Nodes {
		switch node := node.(type) {
		case *parse.TemplateNode:
			names = append(names, node.Name)
		case *parse.IfNode:
			names = append(append(names, included(node.List)...), included(node.ElseList)...)
		case *parse.WithNode:
			names = append(append(names, included(node.List)...), included(node.ElseList)...)
		case *parse.RangeNode:
			names = append(append(names, included(node.List)...), included(node.ElseList)...)
		}
	}
	return names
}

// trees are the templates of a set by name.
type trees map[string]*parse.Tree

func textTrees(set *template.Template) trees {
	all := trees{}
	for _, t := range set.Templates() {
		if t.Tree != nil {
			all[t.Name()] = t.Tree
		}
	}
	return all
}

func htmlTrees(set *htmltemplate.Template) trees {
	all := trees{}
	for _, t := range set.Templates() {
		if t.Tree != nil {
			all[t.Name()] = t.Tree
		}
	}
	return all
}

// bound makes sure that every template of a set comes to an end: loops tick, and
// no template includes itself, which Go follows 100,000 levels deep.
func (all trees) bound() error {
	done := map[string]bool{}
	for _, name := range slices.Sorted(maps.Keys(all)) {
		withTicks(all[name].Root)
		if circle := all.circle(name, nil, done); circle != nil {
			file, _, _ := strings.Cut(all[circle[0]].ParseName, "#")
			return at(file, 1, 1, "templates that include each other have no end: %s", strings.Join(circle, " → "))
		}
	}
	return nil
}

// circle is a way that leads from a template back to one on that way.
func (all trees) circle(name string, way []string, done map[string]bool) []string {
	if at := slices.Index(way, name); at >= 0 {
		return append(slices.Clone(way[at:]), name)
	}
	tree := all[name]
	if tree == nil || done[name] {
		return nil
	}
	way = append(slices.Clone(way), name)
	for _, next := range included(tree.Root) {
		if circle := all.circle(next, way, done); circle != nil {
			return circle
		}
	}
	done[name] = true
	return nil
}
