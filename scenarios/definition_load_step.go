package scenarios

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/goccy/go-yaml/ast"
)

// windowMistake reports a mistake that the window itself found, at its place.
func (r *definitionReader) windowMistake(err error, places map[string]ast.Node) {
	where := new(WindowError)
	if !errors.As(err, &where) || places[where.Key] == nil {
		r.mistake(places[""], "window: %s", err)
		return
	}
	r.mistake(places[where.Key], "window: %s", where.Err)
}

// letterKeys are the keys of a step that belong to its message.
var letterKeys = []string{"only", "otherwise", "template", "message", "link", "expires", "window"}

// step reads a step but for what stands in its branches. before is what lies behind it on its way.
func (r *definitionReader) step(m mapping, before *stepsBehind) Step {
	step := Step{ID: r.stepID(m)}
	in := scope{place: "step", steps: before.messages, waits: before.waits, all: r.stepIDs}
	m.moment(&step, in)
	step.When = m.condition("when", in)
	if step.When.constant() == "false" {
		r.mistake(m.at("when"), "the condition is always false, so the step can't be reached")
	}
	switch kind := m.kindOfStep(); kind {
	case "":
		return step
	case "send":
		step.Send, step.SendAll = m.send()
		m.letter(&step, in)
		return step
	case "wait_for":
		step.WaitFor = m.waitFor()
		m.without(kind, letterKeys)
	default:
		m.without(kind, letterKeys)
	}
	return step
}

// stepID is the id in the file; a branch or a wait may go without.
func (r *definitionReader) stepID(m mapping) string {
	var id string
	switch {
	case m.has("id") || !m.has("branch") && !m.has("wait_for"):
		id = m.name("id")
	case m.has("branch"):
		id = r.freeID("branch")
	default:
		id = r.freeID("wait")
	}
	switch {
	case id == "":
	case r.taken[id]:
		r.mistake(m.at("id"), "the step %s stands twice", id)
	default:
		r.taken[id] = true
	}
	return id
}

// freeID names a step that has no id after its place in the file.
func (r *definitionReader) freeID(kind string) string {
	for n := len(r.flat) + 1; ; n++ {
		if id := fmt.Sprintf("%s_%d", kind, n); !slices.Contains(r.stepIDs, id) && !r.taken[id] {
			return id
		}
	}
}

// kindOfStep is the key that says what the step does; empty after a mistake.
func (m mapping) kindOfStep() string {
	var found []string
	for _, key := range []string{"send", "branch", "wait_for"} {
		if m.has(key) {
			found = append(found, key)
		}
	}
	switch len(found) {
	case 0:
		m.r.mistake(m.node, "send is missing (or branch or wait_for in its place)")
		return ""
	case 1:
		return found[0]
	}
	m.r.mistake(m.at(found[1]), "expected %s or %s in a step, not both", found[0], found[1])
	return ""
}

func (m mapping) without(kind string, keys []string) {
	for _, key := range keys {
		if m.has(key) {
			m.r.mistake(m.at(key), "%s means nothing here: it belongs to send, and this step has %s", key, kind)
		}
	}
}

// letter reads what belongs to the message of a step.
func (m mapping) letter(step *Step, in scope) {
	step.Link = m.link(in)
	in.place = "item"
	step.Only = m.condition("only", in)
	if m.has("otherwise") {
		step.Otherwise = m.r.reason(m.at("otherwise"))
	}
	if m.has("otherwise") && !m.has("only") {
		m.r.mistake(m.at("otherwise"), "otherwise means nothing here: it belongs to only")
	}
	if step.Only.constant() == "false" {
		m.r.mistake(m.at("only"), "the condition is always false, so the step can't be reached")
	}
	m.content(step)
	step.Expires = m.positive("expires", Duration{})
	step.Window = m.window("window", m.r.window)
}

// moment reads when a step is due: `after`, or a date and how far from it.
func (m mapping) moment(step *Step, in scope) {
	if m.has("on_date") {
		step.Date = m.dateAnchor(in)
		return
	}
	if m.has("before") {
		m.r.mistake(m.at("before"), "before means nothing here: it belongs to on_date")
	}
	step.After, step.FromAnchor = m.after()
}

// after reads `1d`, counted from the step before, or `{anchor: 2d}`.
func (m mapping) after() (after Duration, fromAnchor bool) {
	node := m.at("after")
	if _, ok := node.(*ast.MappingNode); !ok {
		return m.duration("after", Duration{}), false
	}
	in, _ := m.r.mapping(node, "after", anchorKeys)
	if anchor, ok := in.required("anchor"); ok {
		after, _ = m.r.durationIn(anchor, "anchor")
	}
	return after, true
}

// send reads one channel, a list of them, or {all: a list}.
func (m mapping) send() (channels []Channel, all bool) {
	node, ok := m.required("send")
	if !ok {
		return nil, false
	}
	if _, isMapping := node.(*ast.MappingNode); isMapping {
		in, _ := m.r.mapping(node, "send", allKeys)
		if node, ok = in.required("all"); !ok {
			return nil, true
		}
		all = true
	}
	nodes := []ast.Node{node}
	if _, isList := node.(*ast.SequenceNode); isList || all {
		nodes, ok = m.r.list(node, "a list of channels")
		if ok && len(nodes) == 0 {
			m.r.mistake(node, "the list is empty: expected at least one channel (email, line, dm)")
		}
	}
	for _, node := range nodes {
		word, ok := m.r.word(node, "channel", wordsOf(Channels)...)
		switch channel := Channel(word); {
		case !ok:
		case slices.Contains(channels, channel):
			m.r.mistake(node, "the channel %s stands twice", channel)
		default:
			channels = append(channels, channel)
		}
	}
	return channels, all
}

// content reads the template, or the message in its place.
func (m mapping) content(step *Step) {
	switch {
	case m.has("template") && m.has("message"):
		m.r.mistake(m.at("message"), "expected template or message, not both")
	case m.has("template"):
		step.Template = m.templateName()
		m.checkTemplate(step)
	case m.has("message"):
		step.Message = m.message()
	default:
		m.r.mistake(m.node, "template is missing (or message in its place)")
	}
}

// TemplatePattern is the form of template names, which are the beginnings of file names.
const TemplatePattern = `^[a-z0-9][a-z0-9_-]{0,63}$`

var templateForm = regexp.MustCompile(TemplatePattern)

func (m mapping) templateName() string {
	const expected = "template to be the name of a template such as cart_first"
	text, ok := m.r.text(m.at("template"), expected, false)
	if ok && !templateForm.MatchString(text) {
		m.r.unexpected(m.at("template"), expected)
		return ""
	}
	return text
}

func (m mapping) checkTemplate(step *Step) {
	if step.Template == "" || m.r.checks.HasTemplate == nil {
		return
	}
	near, known := "", slices.Contains(m.r.checks.Templates, step.Template)
	if !known {
		near = didYouMean(step.Template, m.r.checks.Templates)
	}
	var missing []string
	for _, channel := range step.Send {
		if !m.r.checks.HasTemplate(step.Template, channel) {
			missing = append(missing, string(channel))
		}
	}
	switch {
	case len(missing) > 0:
		m.r.mistake(m.at("template"), "the template %s does not exist for %s%s", step.Template, strings.Join(missing, ", "), near)
	case len(step.Send) == 0 && !known: // the channel is wrong too
		m.r.mistake(m.at("template"), "there is no template %s%s", step.Template, near)
	}
}

// message reads a short message. The subject is the headline of a letter and the alternative text of LINE.
func (m mapping) message() *InlineMessage {
	in, ok := m.r.mapping(m.at("message"), "message", messageKeys)
	if !ok {
		return nil
	}
	const most = 5000
	before := len(m.r.found)
	message := &InlineMessage{Subject: in.line("subject", maxName)}
	in.required("subject")
	node, ok := in.required("text")
	if !ok {
		return message
	}
	if message.Text, ok = m.r.text(node, "text to be a text", false); !ok {
		return message
	}
	switch n := utf8.RuneCountInString(message.Text); {
	case strings.TrimSpace(message.Text) == "" || strings.ContainsFunc(message.Text, isRefusedControl):
		m.r.unexpected(node, "text to be a text without control characters")
	case n > most:
		m.r.mistake(node, "text is too long: expected at most %d characters, got %d", most, n)
	}
	if check := m.r.checks.CheckMessage; check != nil && len(m.r.found) == before {
		if err := check(message); err != nil {
			m.r.mistake(in.node, "message: %s", err)
		}
	}
	return message
}
