package channels

import (
	"fmt"
	"html/template"
	"strconv"
	"strings"

	"kagobell/scenarios"
)

// mostOnLine is how many items a LINE message lists: a telephone shows no more
// without scrolling, and a bubble holds 30 KB.
const mostOnLine = 5

// inLanguage picks one of two texts.
func inLanguage(lang, ja, en string) string {
	if lang == inEnglish {
		return en
	}
	return ja
}

// addressee is a person as one writes to him.
func addressee(lang, name string) string {
	if lang != inEnglish {
		return honoured(name)
	}
	if name == "" {
		name = "Sir or Madam"
	}
	return "Dear " + name + ","
}

// honoured adds 様, unless the name carries a title already.
func honoured(name string) string {
	if name == "" {
		name = "ご担当者"
	}
	for _, title := range []string{"様", "さま", "御中", "殿"} {
		if strings.HasSuffix(name, title) {
			return name
		}
	}
	return name + " 様"
}

// savingWords says what the buyer saves: 1,200円もお得. What is too little to be
// shown has no number.
func savingWords(lang string, saving scenarios.Money, iso string) string {
	shown := savingShown(saving, iso)
	switch {
	case !shown.IsPositive():
		return inLanguage(lang, "お得", "You save a little")
	case lang == inEnglish:
		return "You save " + formatMoney(shown, iso)
	}
	return formatSavingWords(saving, iso) + "もお得"
}

// cutWords is the size of a price cut for a subject: 15%OFF, and the amount
// where that would be 0%.
func cutWords(lang string, percent int, saving string) string {
	if percent <= 0 {
		return saving
	}
	return strconv.Itoa(percent) + inLanguage(lang, "%OFF", "% off")
}

// othersWords counts what comes after the lead item: " ほか2点".
func othersWords(lang string, n int) string {
	if n <= 0 {
		return ""
	}
	return fmt.Sprintf(inLanguage(lang, " ほか%d点", " and %d more"), n)
}

// restWords counts what a list leaves out: "ほか 3 点の商品".
func restWords(lang string, n int) string {
	if n <= 0 {
		return ""
	}
	return fmt.Sprintf(inLanguage(lang, "ほか %d 点の商品", "and %d more"), n)
}

// paragraphs divides words at empty lines, and writes them as HTML.
func paragraphs(text string) []template.HTML {
	var all []template.HTML
	for _, paragraph := range strings.Split(text, "\n\n") {
		if paragraph = strings.Trim(paragraph, "\n"); paragraph != "" {
			all = append(all, escapedLines(paragraph))
		}
	}
	return all
}

// escapedLines writes lines of text as HTML.
func escapedLines(text string) template.HTML {
	return template.HTML(strings.ReplaceAll(template.HTMLEscapeString(text), "\n", "<br>"))
}

// ContactLink is sender.contact_url, which may be mailto: or tel: as well. The
// configuration and From.clean have checked it.
func (v *view) ContactLink() template.URL { return template.URL(v.From.ContactURL) }

// LineItems are the items of a LINE message.
func (v *view) LineItems() []viewItem { return v.Items[:min(len(v.Items), mostOnLine)] }

// LineHidden counts the items that LineItems leaves out; empty for none.
func (v *view) LineHidden() string {
	return restWords(v.Lang, v.Count-min(len(v.Items), mostOnLine))
}

// longestURI is the length of a button's address (Messaging API reference, "URI
// action").
const longestURI = 1000

// LineURL is URL if LINE takes it.
func (v *view) LineURL() string {
	if len(v.URL) > longestURI {
		return ""
	}
	return v.URL
}

// LineContact is sender.contact_url if LINE takes it, for messages that have no
// address of their own. LINE wants https; mailto: and tel: stay in the mails.
func (v *view) LineContact() string {
	if !strings.HasPrefix(strings.ToLower(v.From.ContactURL), "https://") || len(v.From.ContactURL) > longestURI {
		return ""
	}
	return v.From.ContactURL
}

// LineWords are the words of a LINE message in one text, which LINE wants not
// to be empty.
func (v *view) LineWords() string {
	parts := []string{v.Addressee}
	for _, part := range []string{v.Before, v.After, v.Why} {
		if part != "" {
			parts = append(parts, part)
		}
	}
	return strings.Join(parts, "\n\n")
}
