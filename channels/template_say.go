package channels

import (
	htmltemplate "html/template"
	"text/template"
	"text/template/parse"
)

// foldText and foldHTML write what `{{say "…" "…"}}` says into the templates of
// a set, so that it costs nothing when a message is rendered.
func foldText(set *template.Template, lang string) {
	for _, t := range set.Templates() {
		if t.Tree != nil {
			fold(t.Tree.Root, lang, func(s string) string { return s })
		}
	}
}

func foldHTML(set *htmltemplate.Template, lang string) {
	for _, t := range set.Templates() {
		if t.Tree != nil {
			fold(t.Tree.Root, lang, htmltemplate.HTMLEscapeString)
		}
	}
}

func fold(list *parse.ListNode, lang string, escape func(string) string) {
	if list == nil {
		return
	}
	for i, node := range list.Nodes {
		switch node := node.(type) {
		case *parse.ActionNode:
			if text, ok := said(node.Pipe, lang); ok {
				list.Nodes[i] = &parse.TextNode{NodeType: parse.NodeText, Pos: node.Pos, Text: []byte(escape(text))}
			}
		case *parse.IfNode:
			fold(node.List, lang, escape)
			fold(node.ElseList, lang, escape)
		case *parse.RangeNode:
			fold(node.List, lang, escape)
			fold(node.ElseList, lang, escape)
		case *parse.WithNode:
			fold(node.List, lang, escape)
			fold(node.ElseList, lang, escape)
		}
	}
}

// said is the text of a pipeline that is `say "…" "…"` and nothing else.
func said(pipe *parse.PipeNode, lang string) (string, bool) {
	if len(pipe.Decl) > 0 || len(pipe.Cmds) != 1 || len(pipe.Cmds[0].Args) != 3 {
		return "", false
	}
	args := pipe.Cmds[0].Args
	function, isFunction := args[0].(*parse.IdentifierNode)
	ja, isText := args[1].(*parse.StringNode)
	en, isTextToo := args[2].(*parse.StringNode)
	if !isFunction || function.Ident != "say" || !isText || !isTextToo {
		return "", false
	}
	return inLanguage(lang, ja.Text, en.Text), true
}
