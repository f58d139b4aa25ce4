package channels

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	"kagobell/scenarios"
)

// RenderOptions are what a Renderer needs. Only Templates is required; without
// PublicURL and Tokens it can tell titles but not render.
type RenderOptions struct {
	Templates *Templates
	From      From
	PublicURL string // of Kagobell, for tracking and opt-out
	Tokens    *scenarios.TokenSigner
	Locale    string // of buyers without one: ja (default) or en

	// Popular lists the ranking (人気ランキング), best first. It is asked once a
	// minute. nil: no ranking.
	Popular func(ctx context.Context) []scenarios.MessageItem

	// Inline finds the message that stands in a step of a definition. nil: none.
	Inline func(scenario, version, step string) *scenarios.InlineMessage

	Now func() time.Time // nil: time.Now
}

// Renderer makes messages out of templates. It is safe for use by many at a
// time.
type Renderer struct {
	templates *Templates
	from      From
	publicURL string
	tokens    *scenarios.TokenSigner
	locale    string
	popular   *ranking
	inline    *inlineWords
	now       func() time.Time
}

// NewRenderer makes a Renderer.
func NewRenderer(o RenderOptions) (*Renderer, error) {
	if o.Templates == nil {
		return nil, errors.New("renderer: no templates")
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	r := &Renderer{
		templates: o.Templates,
		from:      o.From.clean(),
		publicURL: strings.TrimRight(o.PublicURL, "/"),
		tokens:    o.Tokens,
		locale:    o.Locale,
		inline:    &inlineWords{find: o.Inline},
		now:       o.Now,
	}
	r.popular = newRanking(o.Popular, o.Now, r.rankingBlocks)
	return r, nil
}

// Title is the e-mail subject, the LINE alternative text or the DM headline of
// a delivery. It does no I/O.
func (r *Renderer) Title(d scenarios.Delivery) (string, error) {
	w, where, err := r.find(d.Message, r.language(d.Buyer))
	if err != nil {
		return "", err
	}
	v := titleViews.Get().(*view)
	defer titleViews.Put(v)
	r.layInto(v, &d, where.lang)
	return r.subject(v, w, d.Message.Channel)
}

// titleViews are those of titles, of which nothing is left but the text.
var titleViews = sync.Pool{New: func() any { return new(view) }}

// Render makes the whole message. An error is for good: the same delivery would
// fail again.
func (r *Renderer) Render(ctx context.Context, d scenarios.Delivery) (scenarios.Rendered, error) {
	v, w, where, err := r.layOut(&d)
	if err != nil {
		return scenarios.Rendered{}, err
	}
	if d.Message.Channel == scenarios.ChannelEmail { // the words may ask whether there is a ranking
		v.Popular, v.PopularHTML, v.PopularText = r.popular.of(ctx, v.Lang)
	}
	if err := r.fill(v, w, d.Message.Channel); err != nil {
		return scenarios.Rendered{}, err
	}
	switch d.Message.Channel {
	case scenarios.ChannelEmail:
		return r.email(&d, v, where)
	case scenarios.ChannelLine:
		return r.flex(&d, v, where)
	case scenarios.ChannelDM:
		return r.letter(&d, v)
	}
	return scenarios.Rendered{}, fmt.Errorf("message %s: unknown channel %q", d.Message.ID, d.Message.Channel)
}

// layOut finds the words of a delivery and lays out, with links, what they are filled with.
func (r *Renderer) layOut(d *scenarios.Delivery) (*view, *words, slot, error) {
	w, where, err := r.find(d.Message, r.language(d.Buyer))
	if err != nil {
		return nil, nil, where, err
	}
	v := r.newView(d, where.lang) // a Japanese text has a Japanese frame
	l := &links{publicURL: r.publicURL, tokens: r.tokens, messageID: d.Message.ID}
	return v, w, where, v.addLinks(l, d.Message)
}

// find is the words file of a message, or the message that stands in its step.
func (r *Renderer) find(m *scenarios.Message, lang string) (*words, slot, error) {
	if m.Template == "" {
		w, err := r.inline.words(r.templates, m, lang)
		return w, slot{lang: lang, channel: m.Channel}, err
	}
	w, where := r.templates.wordsFor(m.Template, lang, m.Channel)
	if w == nil {
		return nil, where, fmt.Errorf("template %q: no file for channel %s", m.Template, m.Channel)
	}
	return w, where, nil
}
