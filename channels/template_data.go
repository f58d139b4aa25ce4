package channels

import (
	"maps"
	"slices"
	"text/template/parse"

	"kagobell/scenarios"
)

// ExampleData makes up the data of an event for the templates of a message: a
// value for each `.Data.…` that they name, of the kind that the function around
// it wants, else the name itself in brackets. For previews.
func (r *Renderer) ExampleData(m *scenarios.Message, lang string) (map[string]any, error) {
	w, where, err := r.find(m, lang)
	if err != nil {
		return nil, err
	}
	var lists []*parse.ListNode
	for _, name := range slices.Sorted(maps.Keys(w.fields)) {
		lists = append(lists, w.fields[name].Root)
	}
	lists = append(lists, w.before.Root)
	if w.after != nil {
		lists = append(lists, w.after.Root)
	}
	if set := r.templates.inside[where]; set != nil {
		lists = append(lists, set.Lookup(where.htmlFile()).Tree.Root)
	}
	if part := r.templates.flex[where]; part != nil {
		lists = append(lists, part.Root)
	}
	return exampleDataOf(lists...), nil
}

// exampleDataOf makes up data for pieces of templates.
func exampleDataOf(lists ...*parse.ListNode) map[string]any {
	x := &exampleData{data: map[string]any{}}
	for _, list := range lists {
		x.list(list, dot{})
	}
	return x.data
}

// exampleData is what a template has been found to name.
type exampleData struct{ data map[string]any }

// dot is what stands behind the dot at a place: the whole message, or something
// of which inner takes the names.
type dot struct{ inner map[string]any }

func (x *exampleData) list(list *parse.ListNode, at dot) {
	if list == nil {
		return
	}
	for _, node := range list.Nodes {
		switch node := node.(type) {
		case *parse.ActionNode:
			x.pipe(node.Pipe, at, "")
		case *parse.TemplateNode:
			x.pipe(node.Pipe, at, "")
		case *parse.IfNode:
			x.pipe(node.Pipe, at, "if")
			x.list(node.List, at)
			x.list(node.ElseList, at)
		case *parse.WithNode:
			x.scope(&node.BranchNode, at, func(inner map[string]any) any { return inner })
		case *parse.RangeNode:
			x.scope(&node.BranchNode, at, func(inner map[string]any) any { return []any{inner, inner} })
		}
	}
}

// scope looks into a with or a range: what its body names belongs to what it is
// about.
func (x *exampleData) scope(node *parse.BranchNode, at dot, made func(inner map[string]any) any) {
	inner := map[string]any{}
	x.list(node.List, dot{inner})
	x.list(node.ElseList, at)
	if path, in := x.path(node.Pipe, at); path != nil && len(inner) > 0 {
		put(in, path, made(inner))
		return
	}
	keyword := "with"
	if node.NodeType == parse.NodeRange {
		keyword = "range"
	}
	x.pipe(node.Pipe, at, keyword)
}

// path is that of a pipe which is a field of the data, and in what it is.
func (x *exampleData) path(pipe *parse.PipeNode, at dot) ([]string, map[string]any) {
	if len(pipe.Cmds) != 1 || len(pipe.Cmds[0].Args) != 1 {
		return nil, nil
	}
	return x.field(pipe.Cmds[0].Args[0], at)
}

// field is the path of a node that names data, and in what it is.
func (x *exampleData) field(node parse.Node, at dot) ([]string, map[string]any) {
	var path []string
	switch node := node.(type) {
	case *parse.FieldNode:
		path = node.Ident
		if at.inner != nil {
			return path, at.inner
		}
	case *parse.VariableNode: // $.Data.title
		if node.Ident[0] == "$" {
			path = node.Ident[1:]
		}
	}
	if len(path) < 2 || path[0] != "Data" {
		return nil, nil
	}
	return path[1:], x.data
}

func (x *exampleData) pipe(pipe *parse.PipeNode, at dot, keyword string) {
	if pipe == nil {
		return
	}
	for i, command := range pipe.Cmds {
		function := keyword
		if name, ok := command.Args[0].(*parse.IdentifierNode); ok {
			function = name.Ident
		} else if i+1 < len(pipe.Cmds) { // `.Data.total | yen`
			if name, ok := pipe.Cmds[i+1].Args[0].(*parse.IdentifierNode); ok {
				function = name.Ident
			}
		}
		for _, arg := range command.Args {
			if inner, ok := arg.(*parse.PipeNode); ok {
				x.pipe(inner, at, function)
			} else if path, in := x.field(arg, at); path != nil {
				put(in, path, exampleValue(path[len(path)-1], function))
			}
		}
	}
}

// put writes a value at a path, unless there is one that says more.
func put(at map[string]any, path []string, value any) {
	for _, key := range path[:len(path)-1] {
		inner, ok := at[key].(map[string]any)
		if !ok {
			inner = map[string]any{}
			at[key] = inner
		}
		at = inner
	}
	key := path[len(path)-1]
	if known, isText := at[key].(string); at[key] == nil || isText && known == bracketed(key) {
		at[key] = value
	}
}

func bracketed(key string) string { return "〔" + key + "〕" }

func exampleValue(key, function string) any {
	switch function {
	case "yen", "money", "number", "percent", "cut", "saved", "savedWords":
		return 12800
	case "rank", "stock", "left", "plural", "gt", "lt", "ge", "le":
		return 3
	case "date", "fullDate", "datetime", "weekday", "dateFormat", "addDays", "addMonths", "days":
		return exampleNow.AddDate(0, 1, 0).Format("2006-01-02T15:04:05Z07:00")
	case "join", "range":
		return []any{bracketed(key + " 1"), bracketed(key + " 2")}
	}
	return bracketed(key)
}
