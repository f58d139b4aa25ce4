package channels

import (
	"bytes"
	"fmt"
	"net/url"
	"strings"

	"kagobell/scenarios"
)

// email renders both parts and the headers of a mail.
func (r *Renderer) email(d *scenarios.Delivery, v *view, where slot) (scenarios.Rendered, error) {
	none := scenarios.Rendered{}
	html, err := r.html(v, where)
	if err != nil {
		return none, err
	}
	text, err := r.block(r.templates.text[v.Lang].Lookup(layoutText), v)
	if err != nil {
		return none, err
	}
	from := r.from.Email
	if r.from.Name != "" {
		from = r.from.Name + " <" + r.from.Email + ">"
	}
	return scenarios.Rendered{
		Channel: scenarios.ChannelEmail,
		To:      cleanLine(d.Buyer.Email),
		From:    from,
		Subject: v.Subject,
		HTML:    html,
		Text:    text + "\n",
		Headers: r.headers(d.Message, v),
	}, nil
}

func (r *Renderer) html(v *view, where slot) (string, error) {
	v.SalutationHTML = escapedLines(strings.Join(v.Salutation, "\n"))
	v.BeforeParagraphs, v.AfterParagraphs = paragraphs(v.Before), paragraphs(v.After)
	layout, file := r.templates.html[v.Lang].Lookup(layoutHTML), layoutHTML
	if own := r.templates.inside[where]; own != nil {
		layout, file = own, where.htmlFile()
	}
	b := buffers.Get().(*bytes.Buffer)
	defer buffers.Put(b)
	b.Reset()
	if err := layout.Execute(output{b, largestHTML, v.left}, v); err != nil {
		return "", fmt.Errorf("render: %w", r.templates.locate(file, err))
	}
	return string(bytes.TrimSpace(b.Bytes())) + "\n", nil
}

// headers are those beyond From, To, Subject and Date.
func (r *Renderer) headers(m *scenarios.Message, v *view) [][2]string {
	var list [][2]string
	if r.from.ReplyTo != "" {
		list = append(list, [2]string{"Reply-To", r.from.ReplyTo})
	}
	list = append(list, [2]string{"Message-ID", "<" + m.ID + "@" + r.from.domain() + ">"})
	if oneClick(r.publicURL) {
		// RFC 8058 section 3.1: one HTTPS URI, and this key and value.
		list = append(list,
			[2]string{"List-Unsubscribe", "<" + v.OptOutURL + ">"},
			[2]string{"List-Unsubscribe-Post", "List-Unsubscribe=One-Click"})
	}
	return append(list,
		// Not an answer to anything, so that holiday notices stay away
		// (RFC 3834 sections 2 and 5.2).
		[2]string{"Auto-Submitted", "auto-generated"},
		// Campaign, customer, kind, sender: Gmail's complaint rates by step.
		[2]string{"Feedback-ID", feedbackPart(m.Step) + ":" + feedbackPart(m.Scenario) + ":marketing:kagobell"},
		[2]string{"X-Kagobell-Message", m.ID})
}

// oneClick tells whether the opt-out address may be given to mail programs: by
// RFC 8058 it has to be https; http is for trying things out on one machine.
func oneClick(publicURL string) bool {
	u, err := url.Parse(publicURL)
	if err != nil || u.Host == "" {
		return false
	}
	return u.Scheme == "https" || u.Scheme == "http" && isLoopback(u.Hostname())
}

// feedbackPart keeps a name apart from the colons that divide a Feedback-ID.
func feedbackPart(name string) string {
	if name == "" {
		return "none"
	}
	return strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || r == '_' || r == '-' {
			return r
		}
		return '_'
	}, name)
}
