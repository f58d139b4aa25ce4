package scenarios

import (
	"errors"
	"fmt"
	"slices"
	"unicode"
	"unicode/utf8"

	exprast "github.com/expr-lang/expr/ast"
	"github.com/expr-lang/expr/file"
	"github.com/expr-lang/expr/parser"
	"github.com/goccy/go-yaml/ast"
)

// maxCondition is the length of a condition in characters.
const maxCondition = 2000

// scope is where a condition stands, which decides what it can ask.
type scope struct {
	place string   // start, wait, rule, step, item or score
	steps []string // messages that may have been sent before
	waits []string // waits for an event that may be over
	all   []string // every step of the file
}

// condition reads and checks the expression in a key; nil when the key is left out or wrong.
func (m mapping) condition(key string, in scope) *Condition {
	text, ok := m.expression(key, `a condition such as len(cart.items) > 0`, in)
	if !ok {
		return nil
	}
	condition, err := CompileCondition(text)
	if err != nil {
		m.compileMistake(key, text, err)
		return nil
	}
	return condition
}

// dateExpression reads and checks an expression that gives a date; nil when it is left out or wrong.
func (m mapping) dateExpression(key string, in scope) *DateExpression {
	text, ok := m.expression(key, "a date such as buyer.attributes.renewal_date", in)
	if !ok {
		return nil
	}
	date, err := CompileDate(text)
	if err != nil {
		m.compileMistake(key, text, err)
		return nil
	}
	return date
}

// expression is the text of an expression, its names checked.
func (m mapping) expression(key, expected string, in scope) (string, bool) {
	node := m.at(key)
	if node == nil {
		return "", false
	}
	text, ok := m.r.text(node, key+" to be "+expected, true)
	if !ok {
		return "", false
	}
	if n := utf8.RuneCountInString(text); n > maxCondition {
		m.r.mistake(node, "%s is too long: expected at most %d characters, got %d", key, maxCondition, n)
		return "", false
	}
	m.r.checkNames(node, key, text, in)
	return text, true
}

// compileMistake reports what the compiler of expressions found, at its place in the file.
func (m mapping) compileMistake(key, text string, err error) {
	node := m.at(key)
	at, message := positionOf(node), err.Error()
	if found := new(file.Error); errors.As(err, &found) {
		at, message = m.r.inside(node, text, found.From), found.Message
		if quoted := withQuotes(text, found.From); quoted != "" {
			message = "expected a text in quotes: " + quoted
		}
	}
	m.r.mistakeAt(at, "%s: %s", key, plainly(message))
}

// constant is "true" or "false" for a condition that is the same whatever is asked, else "".
func (c *Condition) constant() string {
	if c == nil {
		return ""
	}
	if b, ok := c.program.Node().(*exprast.BoolNode); ok {
		return fmt.Sprint(b.Value)
	}
	return ""
}

// checkNames reports what is right for the compiler and makes no sense all the same.
func (r *definitionReader) checkNames(node ast.Node, key, text string, in scope) {
	tree, err := parser.Parse(text)
	if err != nil {
		return // reported by the compiler
	}
	report := func(at exprast.Node, format string, args ...any) {
		r.mistakeAt(r.inside(node, text, at.Location().From), "%s: %s", key, fmt.Sprintf(format, args...))
	}
	cost := costs{report: report}
	cost.check(tree.Node)
	exprast.Walk(&tree.Node, visitor(func(n exprast.Node) {
		switch n := n.(type) {
		case *exprast.IdentifierNode:
			if fault := in.nameFault(n.Value); fault != "" {
				report(n, "%s", fault)
			}
		case *exprast.CallNode:
			if callee, ok := n.Callee.(*exprast.IdentifierNode); ok && callee.Value == "viewed" && viewedArgument(n) == nil {
				report(n, `expected a text such as viewed("price"): only what is asked for is remembered`)
			}
			if step, name := calledStep(n); step != nil {
				if fault := in.stepFault(name, step.Value); fault != "" {
					report(step, "%s", fault)
				}
			}
		}
	}))
}

type visitor func(exprast.Node)

func (v visitor) Visit(n *exprast.Node) { v(*n) }

// calledStep is the step that opened("…"), clicked("…") or happened("…") asks about.
func calledStep(call *exprast.CallNode) (step *exprast.StringNode, function string) {
	argument, function := stepArgument(call)
	step, _ = argument.(*exprast.StringNode)
	return step, function
}

// stepArgument is what stands between the brackets of opened(…), clicked(…) or happened(…); nil for other calls.
func stepArgument(call *exprast.CallNode) (argument exprast.Node, function string) {
	callee, ok := call.Callee.(*exprast.IdentifierNode)
	if !ok || !slices.Contains([]string{"opened", "clicked", "happened"}, callee.Value) || len(call.Arguments) != 1 {
		return nil, ""
	}
	return call.Arguments[0], callee.Value
}

// withQuotes is a call such as opened("first") whose step stands without quotes at an offset of the expression, as it
// should be; "" where none does. To the compiler the step is a name like any other, or even a function.
func withQuotes(text string, offset int) (quoted string) {
	tree, err := parser.Parse(text)
	if err != nil {
		return ""
	}
	exprast.Walk(&tree.Node, visitor(func(n exprast.Node) {
		call, ok := n.(*exprast.CallNode)
		if !ok {
			return
		}
		argument, function := stepArgument(call)
		if name, ok := argument.(*exprast.IdentifierNode); ok && name.Location().From == offset {
			quoted = fmt.Sprintf("%s(%q)", function, name.Value)
		}
	}))
	return quoted
}

// nameFault says why a condition can't ask for something that others can.
func (in scope) nameFault(name string) string {
	switch {
	case name == "item" && in.place != "item":
		return "item is known in only; elsewhere there are items"
	case name == "run" && in.place == "score":
		return "run is not known here: a score is the account's, whatever runs it has"
	case name == "viewed" && in.place == "score":
		return "viewed() is not known here: only what scenarios ask for is remembered"
	case slices.Contains([]string{"category", "url", "sku"}, name) && in.place != "score":
		return name + " is known in the rules of " + ScoresFile + "; elsewhere there is event." + name
	}
	return ""
}

// stepFault says why a condition can't ask about a step.
func (in scope) stepFault(function, step string) string {
	right, wrong, why := in.steps, in.waits, "sends nothing"
	if function == "happened" {
		right, wrong, why = in.waits, in.steps, "waits for no event"
	}
	switch {
	case in.place == "score":
		return function + "() is always false here: a score is not about the steps of one run"
	case in.place == "start" || in.place == "wait":
		return function + "() is always false here: no step has been taken"
	case slices.Contains(right, step):
		return ""
	case slices.Contains(wrong, step):
		return fmt.Sprintf("%s(%q) is always false: the step %s", function, step, why)
	case slices.Contains(in.all, step):
		return fmt.Sprintf("%s(%q) is always false here: the step has not been taken yet", function, step)
	}
	return fmt.Sprintf("there is no step %s before this one%s", shortened(step), didYouMean(step, right))
}

// inside is the place in the file of a character of an expression. Quotes, escapes and folded lines stand between the
// two, so the file is searched for one character of the expression after the other.
func (r *definitionReader) inside(node ast.Node, text string, offset int) position {
	at := positionOf(node)
	runes := []rune(text)
	if _, block := node.(*ast.LiteralNode); block { // begins below its | or >
		at = position{at.line + 1, 1}
	}
	last := at
	for i := 0; i <= offset && i < len(runes); i++ {
		if unicode.IsSpace(runes[i]) {
			continue
		}
		found, ok := r.find(runes[i], at)
		if !ok {
			return last
		}
		last, at = found, position{found.line, found.column + 1}
	}
	if offset >= len(runes) || unicode.IsSpace(runes[offset]) {
		return at
	}
	return last
}

// find looks for a character from a place on.
func (r *definitionReader) find(wanted rune, from position) (position, bool) {
	for line := from.line; line <= len(r.lines); line++ {
		for i, here := range []rune(r.lines[line-1]) {
			if here == wanted && (line > from.line || i+1 >= from.column) {
				return position{line, i + 1}, true
			}
		}
	}
	return position{}, false
}
