package scenarios

import (
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/goccy/go-yaml/ast"
)

// NamePattern is the form of scenario names and step ids.
const NamePattern = `^[a-z][a-z0-9_]{0,63}$`

var nameForm = regexp.MustCompile(NamePattern)

const nameExpected = "a lower-case letter, then letters, digits and _ (64 at most)"

// What a definition says that leaves it out.
var (
	defaultExpires  = Duration{Clock: 24 * time.Hour}
	defaultCoolDown = Duration{Days: 7}
	maxCoolDown     = 60 * 24 * time.Hour // ended runs that wrote are loaded for so long
	defaultWaitUpTo = Duration{Days: 30}
	defaultCollect  = Duration{Clock: 15 * time.Minute}
	defaultHold     = Duration{Clock: 10 * time.Minute}
	defaultWave     = Duration{Days: 1}
)

const (
	defaultMinPercent = 3
	defaultMinAmount  = 1

	maxPriority = 1000
	MaxTitle    = 100 // characters
	maxSteps    = 100
)

// definition reads the whole mapping.
func (r *definitionReader) definition(root ast.Node) *Definition {
	d := &Definition{}
	m, ok := r.mapping(root, "a scenario", scenarioKeys)
	if !ok {
		return d
	}
	d.Name = m.name("name")
	r.nameAt = orElseNode(m.at("name"), root)
	d.Title = orElse(m.line("title", MaxTitle), d.Name)
	d.Priority = m.whole("priority", 0, maxPriority, 0)
	d.Enabled = m.boolean("enabled", true)
	if r.switches = !r.file.BuiltIn && m.consistsOf("name", "enabled"); r.switches {
		return d
	}
	d.Window = m.window("window", nil)
	r.enabled, r.window = d.Enabled, d.Window
	d.Expires = m.positive("expires", defaultExpires)
	d.CoolDown = m.atMost("cool_down", maxCoolDown, defaultCoolDown)
	d.Floor = m.whole("floor", 1, maxItems, 1)

	steps := m.stepNodes()
	if start := m.part("start", d.Enabled); start != nil {
		d.Start = r.start(start)
	}
	if exits := m.at("exit"); exits != nil {
		d.Exits = r.exits(exits)
	}
	d.Steps = r.steps(steps)
	d.OrderBy = m.orderBy(d)
	return d
}

func orElseNode(node, otherwise ast.Node) ast.Node {
	if node == nil {
		return otherwise
	}
	return node
}

// part is the node of a key that must be there, unless the scenario is switched off: then its name is enough.
func (m mapping) part(key string, needed bool) ast.Node {
	if !needed {
		return m.at(key)
	}
	node, _ := m.required(key)
	return node
}

// name is a name in a key that must be there.
func (m mapping) name(key string) string {
	node, ok := m.required(key)
	if !ok {
		return ""
	}
	text, ok := m.r.text(node, key+" to be "+nameExpected, false)
	if ok && !nameForm.MatchString(text) {
		m.r.unexpected(node, key+" to be "+nameExpected)
		return ""
	}
	return text
}

// line is one line of text.
func (m mapping) line(key string, most int) string {
	node := m.at(key)
	if node == nil {
		return ""
	}
	text, ok := m.r.text(node, key+" to be one line of text", false)
	switch {
	case !ok:
		return ""
	case strings.TrimSpace(text) == "" || strings.ContainsFunc(text, unicode.IsControl):
		m.r.unexpected(node, key+" to be one line of text")
	case utf8.RuneCountInString(text) > most:
		m.r.mistake(node, "%s is too long: expected at most %d characters, got %d", key, most, utf8.RuneCountInString(text))
	}
	return text
}

// positive is a duration above zero.
func (m mapping) positive(key string, otherwise Duration) Duration {
	d := m.duration(key, otherwise)
	if d.IsZero() && m.has(key) {
		m.r.unexpected(m.at(key), key+" to be above zero")
	}
	return d
}

// atMost is a duration up to the time that the store keeps what it is asked of.
func (m mapping) atMost(key string, most time.Duration, otherwise Duration) Duration {
	d := m.duration(key, otherwise)
	if days := most.Hours() / 24; d.Approx().Hours()/24 > days {
		m.r.mistake(m.at(key), "%s is too long: expected at most %gd, got %s", key, days, d)
	}
	return d
}

// exits reads the list of rules that end a run.
func (r *definitionReader) exits(node ast.Node) []Exit {
	list, ok := r.list(node, "exit to be a list of rules such as {on: order.placed, matching: items}")
	if !ok {
		return nil
	}
	var exits []Exit
	for _, entry := range list {
		if m, ok := r.mapping(entry, "a rule", ruleKeys); ok {
			exits = append(exits, r.exit(m))
		}
	}
	return exits
}

func (r *definitionReader) exit(m mapping) Exit {
	exit := Exit{When: m.condition("when", scope{place: "rule", steps: r.behindAll.messages, waits: r.behindAll.waits, all: r.stepIDs})}
	if on := m.at("on"); on != nil {
		exit.On = r.eventType(on)
	}
	if m.has("matching") {
		_, exit.MatchingItems = r.word(m.at("matching"), "value of matching", "items")
		if exit.MatchingItems && exit.On != "" && !slices.Contains(typesWithItems, exit.On) {
			r.mistake(m.at("matching"), "%s says nothing of items, so none can match", exit.On)
		}
	}
	exit.Reason = usualReason(exit)
	if m.has("reason") {
		exit.Reason = r.reason(m.at("reason"))
	}
	switch {
	case !m.has("on") && !m.has("when"):
		r.mistake(m.node, "a rule without on is asked when a step is due: expected when beside it")
	case !m.has("on") && m.has("matching"):
		r.mistake(m.at("matching"), "a rule without on has no event whose items could match")
	case exit.When.constant() == "false":
		r.mistake(m.at("when"), "the condition is always false, so the rule never holds")
	case !m.has("on") && exit.When.constant() == "true":
		r.mistake(m.at("when"), "the condition is always true, so no step can be reached")
	}
	return exit
}

// usualReason is the reason of a rule that gives none.
func usualReason(exit Exit) Reason {
	switch {
	case exit.On == EventOrderPlaced:
		return ReasonOrdered
	case exit.On == EventCartUpdated && exit.MatchingItems:
		return ReasonSuperseded
	case exit.On == EventCartUpdated:
		return ReasonEmptied
	case exit.On == EventFavoriteRemoved:
		return ReasonFavoriteRemoved
	}
	return ReasonGoal
}

func (r *definitionReader) reason(node ast.Node) Reason {
	word, _ := r.word(node, "reason", wordsOf(Reasons)...)
	return Reason(word)
}
