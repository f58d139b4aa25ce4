package scenarios

import (
	"errors"
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

// stepNodes finds the steps and their ids, which conditions anywhere in the file may name.
func (m mapping) stepNodes() []ast.Node {
	node := m.part("steps", m.r.enabled)
	if node == nil {
		return nil
	}
	list, ok := m.r.list(node, "steps to be a list")
	switch {
	case ok && len(list) == 0:
		m.r.mistake(node, "steps is empty: expected at least one step")
	case len(list) > maxSteps:
		m.r.mistake(node, "too many steps: expected at most %d, got %d", maxSteps, len(list))
	}
	for _, entry := range list {
		m.r.stepIDs = append(m.r.stepIDs, stepIDIn(entry))
	}
	return list
}

// stepIDIn looks for the id of a step ahead of its reading; empty when it has none.
func stepIDIn(node ast.Node) string {
	if mapping, ok := node.(*ast.MappingNode); ok {
		for _, pair := range mapping.Values {
			if id, ok := pair.Value.(*ast.StringNode); ok && pair.Key.GetToken().Value == "id" {
				return id.Value
			}
		}
	}
	return ""
}

func (r *definitionReader) steps(nodes []ast.Node) []Step {
	var steps []Step
	var last Duration // how long after the anchor the step before is due
	for i, node := range nodes {
		m, ok := r.mapping(node, "a step", "id", "after", "when", "only", "otherwise", "send", "template", "message", "expires", "window")
		if !ok {
			continue
		}
		step := r.step(m, i)
		due := Duration{Days: last.Days + step.After.Days, Clock: last.Clock + step.After.Clock}
		if step.FromAnchor {
			due = step.After
		}
		if due.Approx() < last.Approx() {
			r.mistake(m.at("after"), "the step would be due %s after the anchor, before the step ahead of it (%s)", due, last)
		}
		last = due
		steps = append(steps, step)
	}
	return steps
}

func (r *definitionReader) step(m mapping, i int) Step {
	step := Step{ID: m.name("id")}
	if step.ID != "" && slices.Index(r.stepIDs, step.ID) < i {
		r.mistake(m.at("id"), "the step %s stands twice", step.ID)
	}
	step.After, step.FromAnchor = m.after()
	step.When = m.condition("when", scope{place: "step", steps: r.stepIDs[:i], later: r.stepIDs[i:]})
	step.Only = m.condition("only", scope{place: "item", steps: r.stepIDs[:i], later: r.stepIDs[i:]})
	if m.has("otherwise") {
		step.Otherwise = r.reason(m.at("otherwise"))
	}
	if m.has("otherwise") && !m.has("only") {
		r.mistake(m.at("otherwise"), "otherwise means nothing here: it belongs to only")
	}
	for _, key := range []string{"when", "only"} {
		if condition := map[string]*Condition{"when": step.When, "only": step.Only}[key]; condition.constant() == "false" {
			r.mistake(m.at(key), "the condition is always false, so the step can't be reached")
		}
	}
	step.Send, step.SendAll = m.send()
	m.content(&step)
	step.Expires = m.positive("expires", Duration{})
	step.Window = m.window("window", r.window)
	return step
}

// after reads `1d`, counted from the step before, or `{anchor: 2d}`.
func (m mapping) after() (after Duration, fromAnchor bool) {
	node := m.at("after")
	if _, ok := node.(*ast.MappingNode); !ok {
		return m.duration("after", Duration{}), false
	}
	in, _ := m.r.mapping(node, "after", "anchor")
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
		in, _ := m.r.mapping(node, "send", "all")
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
		word, ok := m.r.word(node, "channel", string(ChannelEmail), string(ChannelLine), string(ChannelDM))
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

// templateForm is the form of template names, which are the beginnings of file names.
var templateForm = regexp.MustCompile(`^[a-z0-9][a-z0-9_-]{0,63}$`)

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
	var missing []string
	for _, channel := range step.Send {
		if !m.r.checks.HasTemplate(step.Template, channel) {
			missing = append(missing, string(channel))
		}
	}
	if len(missing) > 0 {
		near := ""
		if !slices.Contains(m.r.checks.Templates, step.Template) {
			near = didYouMean(step.Template, m.r.checks.Templates)
		}
		m.r.mistake(m.at("template"), "the template %s does not exist for %s%s", step.Template, strings.Join(missing, ", "), near)
	}
}

// message reads a short message. The subject is the headline of a letter and the alternative text of LINE.
func (m mapping) message() *InlineMessage {
	in, ok := m.r.mapping(m.at("message"), "message", "subject", "text")
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
