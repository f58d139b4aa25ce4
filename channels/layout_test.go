package channels

import (
	"slices"
	"strings"
	"testing"

	"kagobell/scenarios"
)

// awkward are items as shops have them: long names without a space, long SKUs,
// no picture.
func awkward(base []scenarios.MessageItem, n int) []scenarios.MessageItem {
	var items []scenarios.MessageItem
	for i := range n {
		item := base[i%len(base)]
		item.Name = strings.Repeat("業務用超強力粘着布", 7)[:60*len("業")]
		item.SKU = strings.Repeat("ABCDEFGHIJ0123456789", 3)
		if i%2 == 1 {
			item.ImageURL, item.Name = "", strings.Repeat("SUPERLONG", 7)
		}
		items = append(items, item)
	}
	return items
}

// TestNothingPushesTheLayoutApart: every message that ships, with one item and
// with a full list of awkward ones. What a browser makes of it was looked at, at
// 320, 390 and 1280 pixels; this holds the layout to what made the difference: a
// table takes its widths from its first row and not from the longest word, and
// words break anywhere.
func TestNothingPushesTheLayoutApart(t *testing.T) {
	r := renderer(t, nil)
	for _, s := range r.templates.slots() {
		for _, n := range []int{1, mostShown} {
			d := delivery(s.name, s.channel)
			d.Buyer.Locale = s.lang
			d.Account.Name = strings.Repeat("東日本産業機械", 8)
			d.Message.Items = awkward(d.Message.Items, n)
			got := mustRender(t, r, d)
			switch s.channel {
			case scenarios.ChannelEmail:
				checkTables(t, s.name, got.HTML)
			case scenarios.ChannelLine:
				if strings.Count(string(got.Flex), `"wrap":true`) < 2+min(n, mostOnLine) {
					t.Errorf("%s: a name does not wrap:\n%s", s.name, got.Flex)
				}
			}
		}
	}
}

func checkTables(t *testing.T, name, html string) {
	t.Helper()
	if len(html) > clippedBy/2 {
		t.Errorf("%s: %d bytes", name, len(html))
	}
	if !strings.Contains(html, "max-width:600px;table-layout:fixed;word-break:break-word;overflow-wrap:anywhere;") {
		t.Errorf("%s: long words do not break", name)
	}
	for _, table := range strings.Split(html, "<table ")[1:] {
		table, _, _ = strings.Cut(table, "</table>")
		tag, rows, _ := strings.Cut(table, ">")
		if strings.Contains(rows, " width=\"88\"") && !strings.Contains(rows, "<table ") && !strings.Contains(tag, "table-layout:fixed") {
			t.Errorf("%s: a column may be squeezed: <table %s>", name, tag)
		}
	}
	if images := strings.Split(html, "<img ")[1:]; slices.ContainsFunc(images, func(image string) bool {
		tag, _, _ := strings.Cut(image, ">")
		return !strings.Contains(tag, "width=") || !strings.Contains(tag, "height=") || !strings.Contains(tag, "alt=")
	}) {
		t.Errorf("%s: an image that does not come has no place", name)
	}
}
