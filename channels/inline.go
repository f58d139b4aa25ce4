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

// parseInline compiles a message of a definition: the subject is the title on
// every channel, and the items follow the text.
func (t *Templates) parseInline(name string, message *scenarios.InlineMessage, s slot) (*words, error) {
	if message.Subject == "" || message.Text == "" {
		return nil, errors.New("message: expected a subject and a text")
	}
	subject, err := t.inlinePart(name+"#subject", message.Subject, s.lang)
	if err != nil {
		return nil, fmt.Errorf("message: %w", err)
	}
	text, err := t.inlinePart(name+"#text", message.Text, s.lang)
	if err != nil {
		return nil, fmt.Errorf("message: %w", err)
	}
	return &words{file: name, fields: map[string]*template.Template{titleField(s.channel): subject}, before: text}, nil
}

// inlinePart compiles a subject or a text beside the shared templates, which are
// not changed any more once in use.
func (t *Templates) inlinePart(name, text, lang string) (*template.Template, error) {
	set, err := t.text[lang].Clone()
	if err != nil {
		return nil, err
	}
	part, err := set.New(name).Parse(cleanText(text))
	if err != nil {
		return nil, err
	}
	return part, textTrees(part).bound()
}
