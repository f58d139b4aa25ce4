package channels

import (
	"errors"
	"fmt"
	"sync"
	"text/template"

	"kagobell/scenarios"
)

// inlineWords compiles the messages that stand in definitions, each once. The
// definitions are few, and so are these.
type inlineWords struct {
	find     func(scenario, version, step string) *scenarios.InlineMessage
	compiled sync.Map // of inlineKey to *words
}

type inlineKey struct {
	scenario, version, step string
	channel                 scenarios.Channel
	lang                    string
}

func (in *inlineWords) words(t *Templates, m *scenarios.Message, lang string) (*words, error) {
	key := inlineKey{m.Scenario, m.Version, m.Step, m.Channel, lang}
	if w, ok := in.compiled.Load(key); ok {
		return w.(*words), nil
	}
	var message *scenarios.InlineMessage
	if in.find != nil {
		message = in.find(m.Scenario, m.Version, m.Step)
	}
	if message == nil {
		return nil, fmt.Errorf("scenario %s, step %s: neither a template nor a message", m.Scenario, m.Step)
	}
	w, err := t.parseInline(m.Scenario+"/"+m.Step, message, slot{channel: m.Channel, lang: lang})
	if err != nil {
		return nil, err
	}
	in.compiled.Store(key, w)
	return w, nil
}

// CheckInline tells what is wrong with a message that stands in a definition.
func (t *Templates) CheckInline(message *scenarios.InlineMessage) error {
	w, err := t.parseInline("message", message, slot{channel: scenarios.ChannelEmail, lang: inJapanese})
	if err != nil {
		return err
	}
	for _, part := range []*template.Template{w.fields[titleField(scenarios.ChannelEmail)], w.before} {
		part.Option(lenient) // what events carry is not known here
	}
	r := &Renderer{templates: t, from: exampleFrom, inline: &inlineWords{}}
	for _, d := range examples(scenarios.ChannelEmail, "") {
		if err := r.fill(r.newView(&d, inJapanese), w, scenarios.ChannelEmail); err != nil {
			return err
		}
	}
	return nil
}

// parseInline compiles a message of a definition: the subject is the title on
// every channel, and the items follow the text.
func (t *Templates) parseInline(name string, message *scenarios.InlineMessage, s slot) (*words, error) {
	if message.Subject == "" || message.Text == "" {
		return nil, errors.New("message: expected a subject and a text")
	}
	w := &words{file: name, fields: map[string]*template.Template{}}
	parse := func(part, text string) (*template.Template, error) {
		set, err := t.text[s.lang].Clone() // the shared set is not changed any more once in use
		if err != nil {
			return nil, fmt.Errorf("message: %w", err)
		}
		compiled, err := set.New(name + "#" + part).Parse(cleanText(text))
		if err != nil {
			return nil, fmt.Errorf("message %s: %w", part, err)
		}
		return compiled, nil
	}
	var err error
	if w.fields[titleField(s.channel)], err = parse("subject", message.Subject); err != nil {
		return nil, err
	}
	w.before, err = parse("text", message.Text)
	return w, err
}
