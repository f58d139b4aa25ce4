package channels

import (
	"bytes"
	"fmt"
	"strings"
	"sync"
	"text/template"

	"kagobell/scenarios"
)

var buffers = sync.Pool{New: func() any { return new(bytes.Buffer) }}

// run executes a compiled part.
func (r *Renderer) run(part *template.Template, v *view) (string, error) {
	if part == nil {
		return "", nil
	}
	b := buffers.Get().(*bytes.Buffer)
	defer buffers.Put(b)
	b.Reset()
	if err := part.Execute(b, v); err != nil {
		return "", fmt.Errorf("render: %w", r.templates.locate(part.Name(), err))
	}
	return b.String(), nil
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

// subject renders the title of a message: never empty.
func (r *Renderer) subject(v *view, w *words, c scenarios.Channel) (string, error) {
	subject, err := r.line(w.fields[titleField(c)], v)
	if err != nil {
		return "", err
	}
	if subject == "" {
		return "", fmt.Errorf("render: %w", at(r.templates.path(w.file), 1, 1, "%s came out empty", titleField(c)))
	}
	return short(longestName, subject), nil
}
