package scenarios

import (
	"slices"

	"github.com/goccy/go-yaml/ast"
)

var stepKeys = []string{"id", "after", "on_date", "before", "when", "only", "otherwise", "send", "branch", "wait_for", "template", "message",
	"link", "expires", "window"}

// stepTree is a step as the file nests it.
type stepTree struct {
	place int          // in Definition.Steps
	arms  [][]stepTree // of a branch
}

// stepsBehind is what lies behind a step on its way through the file.
type stepsBehind struct {
	messages, waits []string // ids of the steps that may have been taken
	due             Duration // how long after the anchor the step before is due
	dueUnknown      bool     // after a branch, a date or a wait for an event
}

func (b stepsBehind) clone() *stepsBehind {
	b.messages, b.waits = slices.Clone(b.messages), slices.Clone(b.waits)
	return &b
}

// steps reads the whole tree of steps and lays it out flat.
func (r *definitionReader) steps(nodes []ast.Node) []Step {
	r.taken = map[string]bool{}
	tree := r.stepList(nodes, &stepsBehind{})
	r.link(tree, 0)
	return r.flat
}

// stepList reads the steps of one list, one behind the other.
func (r *definitionReader) stepList(nodes []ast.Node, behind *stepsBehind) []stepTree {
	var list []stepTree
	for _, node := range nodes {
		if len(r.flat) >= maxSteps {
			break // reported
		}
		m, ok := r.mapping(node, "a step", stepKeys...)
		if !ok {
			continue
		}
		step := r.step(m, behind)
		m.checkOrder(&step, behind)
		tree := stepTree{place: len(r.flat)}
		r.flat = append(r.flat, step)
		if m.has("branch") && !m.has("send") && !m.has("wait_for") {
			tree.arms = r.arms(m, tree.place, behind)
		}
		list = append(list, tree)
		behind.passed(&step)
	}
	return list
}

// checkOrder reports a step that would be due before the one ahead of it.
func (m mapping) checkOrder(step *Step, behind *stepsBehind) {
	due := Duration{Days: behind.due.Days + step.After.Days, Clock: behind.due.Clock + step.After.Clock}
	if step.FromAnchor {
		due = step.After
	}
	if !behind.dueUnknown && step.Date == nil && due.Approx() < behind.due.Approx() {
		m.r.mistake(m.at("after"), "the step would be due %s after the anchor, before the step ahead of it (%s)", due, behind.due)
	}
	behind.due = due
	behind.dueUnknown = step.Date != nil || behind.dueUnknown && !step.FromAnchor
}

// passed puts a step behind those that follow.
func (b *stepsBehind) passed(step *Step) {
	switch {
	case step.WaitFor != nil:
		b.waits, b.dueUnknown = append(b.waits, step.ID), true
	case len(step.Send) > 0:
		b.messages = append(b.messages, step.ID)
	}
}

// arms reads the ways on from a branch. What any of them holds may lie behind the steps after it.
func (r *definitionReader) arms(m mapping, place int, behind *stepsBehind) [][]stepTree {
	nodes, ok := r.list(m.at("branch"), "branch to be a list of {when, steps}")
	if ok && len(nodes) == 0 {
		r.mistake(m.at("branch"), "branch is empty: expected at least one way, {when, steps}")
	}
	in := scope{place: "step", steps: slices.Clone(behind.messages), waits: slices.Clone(behind.waits), all: r.stepIDs}
	from := behind.clone()
	var lists [][]stepTree
	var arms []Arm
	for i, node := range nodes {
		arm, ok := r.mapping(node, "a way of the branch", "when", "steps")
		if !ok {
			continue
		}
		when := arm.condition("when", in)
		if always := !arm.has("when") || when.constant() == "true"; always && i < len(nodes)-1 {
			r.mistake(nodes[i+1], "this way can't be reached: the one above it always holds")
		}
		if when.constant() == "false" {
			r.mistake(arm.at("when"), "the condition is always false, so the way can't be reached")
		}
		within := from.clone()
		lists = append(lists, r.stepList(arm.stepsOfArm(), within))
		arms = append(arms, Arm{When: when})
		behind.messages = union(behind.messages, within.messages)
		behind.waits = union(behind.waits, within.waits)
	}
	behind.dueUnknown = true
	r.flat[place].Arms = arms
	return lists
}

func (m mapping) stepsOfArm() []ast.Node {
	node, ok := m.required("steps")
	if !ok {
		return nil
	}
	nodes, _ := m.r.list(node, "steps to be a list")
	return nodes
}

func union(list, more []string) []string {
	for _, x := range more {
		if !slices.Contains(list, x) {
			list = append(list, x)
		}
	}
	return list
}

// link tells every step of a list which one follows it; next is what follows the list.
func (r *definitionReader) link(list []stepTree, next int) {
	for i, tree := range list {
		follows := next
		if i+1 < len(list) {
			follows = list[i+1].place
		}
		r.flat[tree.place].Next = follows
		for k, arm := range tree.arms {
			first := follows
			if len(arm) > 0 {
				first = arm[0].place
			}
			r.flat[tree.place].Arms[k].First = first
			r.link(arm, follows)
		}
	}
}

// stepNodes finds the steps and the ids of all of them, which conditions anywhere in the file may name.
func (m mapping) stepNodes() []ast.Node {
	node := m.part("steps", m.r.enabled)
	if node == nil {
		return nil
	}
	list, ok := m.r.list(node, "steps to be a list")
	if ok && len(list) == 0 {
		m.r.mistake(node, "steps is empty: expected at least one step")
	}
	if n := m.r.collectIDs(list); n > maxSteps {
		m.r.mistake(node, "too many steps: expected at most %d, those of branches among them, got %d", maxSteps, n)
	}
	return list
}

// collectIDs looks for the ids of steps ahead of their reading, and counts the steps.
func (r *definitionReader) collectIDs(nodes []ast.Node) int {
	count := len(nodes)
	for _, node := range nodes {
		id := valueOf(node, "id")
		text, named := id.(*ast.StringNode)
		if named {
			r.stepIDs = append(r.stepIDs, text.Value)
		}
		switch {
		case named && valueOf(node, "wait_for") != nil:
			r.behindAll.waits = append(r.behindAll.waits, text.Value)
		case named && valueOf(node, "branch") == nil:
			r.behindAll.messages = append(r.behindAll.messages, text.Value)
		}
		ways, _ := valueOf(node, "branch").(*ast.SequenceNode)
		if ways == nil {
			continue
		}
		for _, way := range ways.Values {
			if steps, ok := valueOf(way, "steps").(*ast.SequenceNode); ok {
				count += r.collectIDs(steps.Values)
			}
		}
	}
	return count
}

// valueOf is the value of a key of a mapping that has not been read yet; nil where there is none.
func valueOf(node ast.Node, key string) ast.Node {
	mapping, ok := node.(*ast.MappingNode)
	if !ok {
		return nil
	}
	for _, pair := range mapping.Values {
		if pair.Key.GetToken().Value == key {
			return pair.Value
		}
	}
	return nil
}
