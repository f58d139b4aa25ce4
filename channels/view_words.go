package channels

import (
	"fmt"
	"html/template"
	"strconv"
	"strings"
)

// mostOnLine is how many items a LINE message lists: a telephone shows no more
// without scrolling, and a bubble holds 30 KB.
const mostOnLine = 5

// SavingWords says what the buyer saves on an item: 1,200円もお得.
func (v *view) SavingWords(it viewItem) string {
	if it.Saving == "" {
		return ""
	}
	return v.Say(it.Saving+"もお得", "You save "+it.SavingAmount)
}

// Cut is the size of an item's price cut, for a subject: 15%OFF, and where that
// would be 0%, the amount.
func (v *view) Cut(it viewItem) string {
	if it.PercentOff > 0 {
		return strconv.Itoa(it.PercentOff) + v.Say("%OFF", "% off")
	}
	return v.SavingWords(it)
}

// HiddenWords counts the items that a list leaves out; empty for none.
func (v *view) HiddenWords() string { return v.restWords(v.Hidden) }

func (v *view) restWords(n int) string {
	if n <= 0 {
		return ""
	}
	return fmt.Sprintf(v.Say("ほか %d 点の商品", "and %d more"), n)
}

// Rank is the place in the ranking, from 1.
func (v *view) Rank(index int) int { return index + 1 }

// ContactLink is sender.contact_url, which may be mailto: or tel: as well. The
// configuration and From.clean have checked it.
func (v *view) ContactLink() template.URL { return template.URL(v.From.ContactURL) }

// LineItems are the items of a LINE message.
func (v *view) LineItems() []viewItem { return v.Items[:min(len(v.Items), mostOnLine)] }

// LineHidden counts the items that LineItems leaves out; empty for none.
func (v *view) LineHidden() string { return v.restWords(v.Count - min(len(v.Items), mostOnLine)) }

// LineURL is URL if LINE takes it: a button's address has 1,000 characters at
// most.
func (v *view) LineURL() string {
	if len(v.URL) > 1000 {
		return ""
	}
	return v.URL
}

// LineWords are the words of a LINE message in one text, which LINE wants not
// to be empty.
func (v *view) LineWords() string {
	parts := []string{v.Addressee()}
	for _, part := range []string{v.Before, v.After, v.Why} {
		if part != "" {
			parts = append(parts, part)
		}
	}
	return strings.Join(parts, "\n\n")
}
