package scenarios

import (
	"net/url"
	"strings"
	"time"

	exprast "github.com/expr-lang/expr/ast"
)

// Only what a condition asks for by viewed("…") is remembered of a buyer: a row
// for every page looked at would cost more than it tells.

// watchedBy lists the arguments of viewed() in a condition. They are literals,
// which the reading of definitions makes sure of.
func watchedBy(c *Condition) []string {
	if c == nil || !c.asks.viewed {
		return nil
	}
	var found []string
	root := c.program.Node()
	exprast.Walk(&root, visitor(func(n exprast.Node) {
		if call, ok := n.(*exprast.CallNode); ok {
			if what := viewedArgument(call); what != nil {
				found = append(found, what.Value)
			}
		}
	}))
	return found
}

// viewedArgument is the text in viewed("…"); nil for any other call.
func viewedArgument(call *exprast.CallNode) *exprast.StringNode {
	callee, ok := call.Callee.(*exprast.IdentifierNode)
	if !ok || callee.Value != "viewed" || len(call.Arguments) == 0 {
		return nil
	}
	what, _ := call.Arguments[0].(*exprast.StringNode)
	return what
}

// learnView remembers that the buyer looked at what some condition asks for.
func (t *draft) learnView(ev *Event, at time.Time, b *Buyer) {
	for _, what := range t.e.watched {
		if !viewOf(ev, what) || !at.After(b.Viewed[what]) {
			continue
		}
		put(&t.editBuyer(b.ID).Viewed, what, at)
	}
}

// viewOf tells whether an event is a look at something: a page by its category
// or by how its path begins, a product by its SKU.
func viewOf(ev *Event, what string) bool {
	switch {
	case ev.Page != nil && strings.HasPrefix(what, "/"):
		u, err := url.Parse(ev.Page.URL)
		return err == nil && strings.HasPrefix(u.Path, what)
	case ev.Page != nil:
		return ev.Page.Category == what
	case ev.View != nil:
		return ev.View.SKU == what
	}
	return false
}

// viewed is the function viewed("price"): within so many days, else since the
// run began; at any time where there is no run.
func (t *draft) viewed(r *Run, b *Buyer) func(string, ...float64) bool {
	return func(what string, days ...float64) bool {
		if b == nil {
			return false
		}
		at, seen := b.Viewed[what]
		switch {
		case !seen:
			return false
		case len(days) > 0:
			return t.now.Sub(at).Hours()/24 <= days[0]
		case r != nil:
			return !at.Before(r.FirstTriggerAt)
		}
		return true
	}
}
