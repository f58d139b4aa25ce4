package channels

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"sync"
	"text/template"
	"text/template/parse"

	"kagobell/scenarios"
)

var buffers = sync.Pool{New: func() any { return new(bytes.Buffer) }}

// run executes a compiled part.
func (r *Renderer) run(part *template.Template, v *view) (string, error) {
	if part == nil {
		return "", nil
	}
	if text, ok := constant(part); ok {
		return text, nil
	}
	b := buffers.Get().(*bytes.Buffer)
	defer buffers.Put(b)
	b.Reset()
	if err := part.Execute(output{b, largestText, v.left}, v); err != nil {
		return "", fmt.Errorf("render: %w", r.templates.locate(part.Name(), err))
	}
	return b.String(), nil
}

// constant is the text of a part that has nothing to fill in, as most have.
func constant(part *template.Template) (string, bool) {
	nodes := part.Root.Nodes
	if len(nodes) != 1 {
		return "", len(nodes) == 0
	}
	text, ok := nodes[0].(*parse.TextNode)
	if !ok {
		return "", false
	}
	return string(text.Text), true
}

func (r *Renderer) line(part *template.Template, v *view) (string, error) {
	text, err := r.run(part, v)
	return cleanLine(text), err
}

func (r *Renderer) block(part *template.Template, v *view) (string, error) {
	text, err := r.run(part, v)
	return strings.TrimSpace(text), err
}

// fill renders the words of a file into the view.
func (r *Renderer) fill(v *view, w *words, c scenarios.Channel) error {
	subject, err := r.subject(v, w, c)
	if err != nil {
		return err
	}
	v.Subject, v.Title = subject, subject
	for _, field := range []struct {
		name string
		to   *string
	}{{"preheader", &v.Preheader}, {"title", &v.Title}, {"button", &v.Button}, {"why", &v.Why}} {
		if part := w.fields[field.name]; part != nil {
			if *field.to, err = r.line(part, v); err != nil {
				return err
			}
		}
	}
	if v.Before, err = r.block(w.before, v); err != nil {
		return err
	}
	v.After, err = r.block(w.after, v)
	return err
}

// errEmptyTitle is returned for a subject, alternative text or headline that has
// nothing in it for this message.
var errEmptyTitle = errors.New("the first field came out empty")

// subject renders the title of a message: never empty.
func (r *Renderer) subject(v *view, w *words, c scenarios.Channel) (string, error) {
	subject, err := r.line(w.fields[titleField(c)], v)
	if err != nil {
		return "", err
	}
	if subject == "" {
		return "", fmt.Errorf("render: %s:1:1: %w", r.templates.path(w.file), errEmptyTitle)
	}
	return short(longestName, subject), nil
}
