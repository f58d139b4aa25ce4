package channels

import (
	"fmt"
	"slices"
	"strings"

	"kagobell/scenarios"
)

// clippedBy is where Gmail cuts off the HTML of a mail, and with it the opt-out
// and the open pixel. In bytes; Google documents only "[Message clipped]", the
// figure is what senders have measured for years.
const clippedBy = 102_000

// weigh renders a mail with a full list of items under long names, and notes one
// that Gmail would clip.
func (t *Templates) weigh(r *Renderer, s slot) error {
	if s.channel != scenarios.ChannelEmail {
		return nil
	}
	d := examples(s.channel, s.name)[0]
	d.Buyer.Locale = s.lang
	item := d.Message.Items[0]
	item.Name = strings.Repeat("長い商品名", 12)
	d.Message.Items = slices.Repeat([]scenarios.MessageItem{item}, mostShown)
	mail, err := r.renderWithExampleData(d)
	if len(mail.HTML) > clippedBy {
		file := t.words[s].file
		if t.inside[s] != nil {
			file = s.htmlFile()
		}
		t.warnings = append(t.warnings, fmt.Sprintf("%s: with %d items the HTML has %d KB; Gmail clips a mail at %d KB, and its opt-out with it",
			t.path(file), mostShown, len(mail.HTML)/1000, clippedBy/1000))
	}
	return err
}

// Warnings are what is not wrong with the templates, but should be looked at: a
// line each.
func (t *Templates) Warnings() []string { return t.warnings }
