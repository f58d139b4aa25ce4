package scenarios

import (
	"slices"

	exprast "github.com/expr-lang/expr/ast"
)

// A condition is asked while the rows of a company are locked, so what it costs must be bounded whatever is posted. It
// sees two sizes: the items of a cart or a run, 500 at most, and what a shop posts as it likes (an event of up to 1 MiB).
// A look at every item for every item is fine, and so is one over all that was posted for every item; more than that may
// take for ever. Whatever makes its result larger than what it was given is left out altogether: 2,000 characters are
// room enough for a doubling a hundred times over.

// maxLoops is how deep all(), filter() and the like may stand within each other: a cart has up to 500 items.
const maxLoops = 2

// maxLooks is how often a condition may look, from within loops, at what was posted: one takes up to two seconds, with
// 500 items and 1 MiB posted.
const maxLooks = 2

// maxInner is how many loops of a condition may stand within another one: each asks a quarter of a million times, with
// 500 items, which takes up to a third of a second.
const maxInner = 2

// refusedFunctions of expr, each with what to do instead.
var refusedFunctions = map[string]string{
	"now":        "a condition gives the same answer whenever it is asked again; use days_since",
	"reduce":     "what it adds up may grow without end; use sum, count, any or all",
	"repeat":     "what it makes may grow without end",
	"replace":    "what it makes may grow without end; use contains, startsWith or matches",
	"join":       "what it makes may grow without end; use any",
	"concat":     "what it makes may grow without end; ask both lists, with or",
	"flatten":    "what it makes may grow without end; use any within any",
	"toJSON":     "what it makes may grow without end",
	"toBase64":   "what it makes may grow without end",
	"fromJSON":   "attributes and events are objects already",
	"fromBase64": "what it makes is no text",
	"uniq":       "it looks at every entry for every entry; use any or count",
}

// keepsResults are the loops that keep what they make of every entry.
var keepsResults = []string{"map", "sum", "sortBy", "groupBy"}

// walkAll are the functions that go through the whole of what they are given, and are slow at it.
var walkAll = []string{"sort", "reverse", "split", "splitAfter", "keys", "values", "toPairs", "fromPairs", "mean", "median", "min", "max", "take", "string"}

// comparisons look at two values and keep neither.
var comparisons = []string{"==", "!=", "<", "<=", ">", ">="}

// costs reports what a condition may not do because it might take for ever.
type costs struct {
	report func(at exprast.Node, format string, args ...any)
	loops  []loop // around the node, the outermost first
	looks  int    // at what was posted, from within loops
	inner  int    // loops within another one
}

// loop is one loop around a node.
type loop struct {
	posted bool // over what a shop posts as it likes
	keeps  bool
}

// check goes down the tree; every node is looked at once.
func (c *costs) check(node exprast.Node) {
	switch n := node.(type) {
	case nil:
		return
	case *exprast.VariableDeclaratorNode:
		c.report(n, "let is not allowed: write the value in its place")
		return
	case *exprast.BuiltinNode:
		if why, refused := refusedFunctions[n.Name]; refused {
			c.report(n, "%s() is not allowed: %s", n.Name, why)
			return
		}
		c.builtin(n)
		return
	case *exprast.BinaryNode:
		if c.binary(n) {
			return
		}
	case *exprast.IdentifierNode, *exprast.MemberNode:
		switch posted := mentionsPosted(node); {
		case !posted && isField(node):
			return
		case posted && isField(node) && len(c.loops) > 0 && !c.heavy():
			if c.looks++; c.looks == maxLooks+1 {
				c.report(node, "event, attributes and data stand in loops over and over: expected it at most %d times", maxLooks)
			}
			return
		case posted && c.heavy():
			c.report(node, "in this loop it may take for ever: event, attributes and data can only be compared there, as in any(items, .sku == event.sku)")
			return
		}
	}
	c.checkAll(childrenOf(node))
}

func (c *costs) checkAll(nodes []exprast.Node) {
	for _, node := range nodes {
		c.check(node)
	}
}

// binary is true where the operands need no further look.
func (c *costs) binary(n *exprast.BinaryNode) bool {
	_, literal := n.Right.(*exprast.StringNode)
	switch {
	case n.Operator == "..":
		c.report(n, "a range of numbers may take for ever: loop over items")
		return true
	case n.Operator == "matches" && !literal:
		c.report(n.Right, `expected a text, such as "^A4": a pattern that is made up later may be wrong or take for ever`)
		return true
	case len(c.loops) > 0 && slices.Contains(comparisons, n.Operator) && mentionsPosted(n.Left) && mentionsPosted(n.Right):
		c.report(n, "both sides are the same for every entry of the loop: expected this beside it, with and")
		return true
	case slices.Contains(comparisons, n.Operator) && c.heavy() && mentionsPosted(n.Left) != mentionsPosted(n.Right):
		// Comparing ends with the shorter of two values.
		for _, side := range []exprast.Node{n.Left, n.Right} {
			if !isField(side) {
				c.check(side)
			}
		}
		return true
	}
	return false
}

// heavy tells whether a node is asked so often, or its results kept so long, that it must not look at all that was posted.
func (c *costs) heavy() bool {
	for _, around := range c.loops {
		if around.posted || around.keeps {
			return true
		}
	}
	return len(c.loops) >= maxLoops
}

// builtin checks a function of expr, which may be a loop.
func (c *costs) builtin(n *exprast.BuiltinNode) {
	over := n.Arguments[:min(1, len(n.Arguments))]
	looped := slices.ContainsFunc(n.Arguments, isPredicate)
	slow := slices.Contains(walkAll, n.Name) || slices.ContainsFunc(n.Arguments, callsFunction)
	if !looped && len(c.loops) > 0 && slow && slices.ContainsFunc(n.Arguments, mentionsPosted) {
		c.report(n, "%s() of event, attributes or data may take for ever in a loop: expected it beside the loop", n.Name)
		return
	}
	if !looped {
		c.checkAll(n.Arguments)
		return
	}
	posted := len(over) > 0 && mentionsPosted(over[0])
	part := len(over) > 0 && isPart(over[0])
	depth := len(c.loops) + 1
	switch {
	case depth > maxLoops:
		c.report(n, "%d loops within each other may take for ever: expected at most %d", depth, maxLoops)
		return
	case posted && depth > 1:
		c.report(n, "a loop over event, attributes or data within another one may take for ever: expected it to stand alone")
		return
	case !part && slices.ContainsFunc(c.loops, func(l loop) bool { return l.posted }):
		c.report(n, "a loop within one over event, attributes or data may take for ever: loop over items, as in any(items, .sku in event.skus)")
		return
	}
	if depth > 1 {
		if c.inner++; c.inner == maxInner+1 {
			c.report(n, "loops within others stand here over and over, which may take for ever: expected it at most %d times", maxInner)
		}
	}
	c.checkAll(over)
	c.loops = append(c.loops, loop{posted: posted, keeps: slices.Contains(keepsResults, n.Name)})
	c.checkAll(n.Arguments[len(over):])
	c.loops = c.loops[:depth-1]
}

func isPredicate(n exprast.Node) bool {
	_, is := n.(*exprast.PredicateNode)
	return is
}

// callsFunction tells whether a function of expr stands in an expression.
func callsFunction(node exprast.Node) bool {
	if _, is := node.(*exprast.BuiltinNode); is {
		return true
	}
	return slices.ContainsFunc(childrenOf(node), callsFunction)
}

// isField tells whether a node is a value that is only looked up: a name, or what lies below it.
func isField(n exprast.Node) bool {
	switch n := n.(type) {
	case *exprast.IdentifierNode, *exprast.PointerNode:
		return true
	case *exprast.ChainNode:
		return isField(n.Node)
	case *exprast.MemberNode:
		_, text := n.Property.(*exprast.StringNode)
		_, number := n.Property.(*exprast.IntegerNode)
		return (text || number) && isField(n.Node)
	}
	return false
}

// isPart tells whether a node is something of the entry that a loop stands at.
func isPart(n exprast.Node) bool {
	switch n := n.(type) {
	case *exprast.PointerNode:
		return true
	case *exprast.ChainNode:
		return isPart(n.Node)
	case *exprast.MemberNode:
		return isPart(n.Node)
	}
	return false
}

// mentionsPosted tells whether an expression looks at what a shop posts as it likes. An entry of it, the # of a loop, is
// not meant: all entries together are no more than the whole.
func mentionsPosted(node exprast.Node) bool {
	switch n := node.(type) {
	case *exprast.IdentifierNode:
		return slices.Contains([]string{"event", "buyer", "run", "$env"}, n.Value)
	case *exprast.MemberNode:
		of, isName := n.Node.(*exprast.IdentifierNode)
		property, isText := n.Property.(*exprast.StringNode)
		if isName && isText && (of.Value == "buyer" && property.Value != "attributes" || of.Value == "run" && property.Value != "data") {
			return false // short by what events are read with
		}
	}
	return slices.ContainsFunc(childrenOf(node), mentionsPosted)
}

// childrenOf lists the nodes directly below one.
func childrenOf(node exprast.Node) []exprast.Node {
	switch n := node.(type) {
	case *exprast.UnaryNode:
		return []exprast.Node{n.Node}
	case *exprast.BinaryNode:
		return []exprast.Node{n.Left, n.Right}
	case *exprast.ChainNode:
		return []exprast.Node{n.Node}
	case *exprast.MemberNode:
		return []exprast.Node{n.Node, n.Property}
	case *exprast.SliceNode:
		return []exprast.Node{n.Node, n.From, n.To}
	case *exprast.BuiltinNode:
		return n.Arguments
	case *exprast.CallNode:
		return append([]exprast.Node{n.Callee}, n.Arguments...)
	case *exprast.PredicateNode:
		return []exprast.Node{n.Node}
	case *exprast.SequenceNode:
		return n.Nodes
	case *exprast.ConditionalNode:
		return []exprast.Node{n.Cond, n.Exp1, n.Exp2}
	case *exprast.ArrayNode:
		return n.Nodes
	case *exprast.MapNode:
		return n.Pairs
	case *exprast.PairNode:
		return []exprast.Node{n.Key, n.Value}
	}
	return nil
}
