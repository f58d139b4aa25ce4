package channels

import (
	"fmt"
	"html/template"
	"strings"

	"kagobell/scenarios"
)

// mostShown is how many items a message lists; a longer cart ends with a line
// that counts the others. It bounds the size of a mail (Gmail clips at 102 KB).
const mostShown = 12

// view is what templates see, as the dot. Its exported fields and methods are
// the interface to a shop's own templates.
type view struct {
	Lang string // ja or en
	From From

	Buyer   viewBuyer
	Account viewAccount

	Subject   string // header fields of the words file, rendered
	Preheader string
	Title     string
	Button    string
	Why       string
	Before    string // its words, before and after the items
	After     string

	Items  []viewItem // at most mostShown
	Lead   viewItem   // the first; blank when there is none
	Count  int        // items in all
	Hidden int        // of those, not in Items

	URL  string // to the cart or the product; empty when there is none
	Link string // the same, tracked

	OptOutURL string
	PixelURL  string

	Data map[string]any // data of the event that started the run

	Popular     []viewItem    // the ranking
	PopularHTML template.HTML // and as it stands in an e-mail
	PopularText string
}

type viewBuyer struct{ ID, Name, Department string }

type viewAccount struct{ ID, Name string }

// viewItem is one SKU, ready to be shown.
type viewItem struct {
	SKU, Name    string
	URL          string // as the shop gave it; empty when it gave none that is safe
	Link         string // the same, tracked
	Image        string
	SecureImage  string // Image if it is https: LINE takes no other
	Quantity     string // 1,000
	MOQ          string
	Price        string // ￥480, for this buyer and now
	Was          string // before the cut
	Saving       string // 1,200円; SavingWords and Cut make sentences of it
	SavingAmount string // ￥1,200
	PercentOff   int
	Stock        string
}

// Say picks the language: {{.Say "数量" "Quantity"}}.
func (v *view) Say(ja, en string) string {
	if v.Lang == inEnglish {
		return en
	}
	return ja
}

// Others counts what comes after the lead item, for a subject: " ほか2点".
func (v *view) Others() string {
	if v.Count < 2 {
		return ""
	}
	return fmt.Sprintf(v.Say(" ほか%d点", " and %d more"), v.Count-1)
}

// Addressee is the person, in the form of an address: 佐藤 花子 様.
func (v *view) Addressee() string {
	name := v.Buyer.Name
	if v.Lang == inEnglish {
		if name == "" {
			name = "Sir or Madam"
		}
		return "Dear " + name + ","
	}
	return honoured(name)
}

// Salutation is how a letter begins: company, department and person, each on
// its line as far as known.
func (v *view) Salutation() []string {
	var lines []string
	if v.Account.Name != "" && v.Account.Name != v.Buyer.Name {
		lines = append(lines, v.Account.Name)
	}
	if v.Buyer.Department != "" {
		lines = append(lines, v.Buyer.Department)
	}
	return append(lines, v.Addressee())
}

// Paragraphs divides words at empty lines, and each paragraph into its lines.
func (v *view) Paragraphs(text string) [][]string {
	var all [][]string
	for _, paragraph := range strings.Split(text, "\n\n") {
		if paragraph = strings.Trim(paragraph, "\n"); paragraph != "" {
			all = append(all, strings.Split(paragraph, "\n"))
		}
	}
	return all
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

// language is the buyer's, by the first letters of his locale; the shop's where
// nothing is known of him.
func (r *Renderer) language(b *scenarios.Buyer) string {
	locale := b.Locale
	if locale == "" {
		locale = r.locale
	}
	if strings.HasPrefix(strings.ToLower(locale), inEnglish) {
		return inEnglish
	}
	return inJapanese
}

// newView lays out a delivery for the templates, without links to Kagobell.
func (r *Renderer) newView(d *scenarios.Delivery) *view {
	v := &view{
		Lang:    r.language(&d.Buyer),
		From:    r.from,
		Buyer:   viewBuyer{ID: d.Buyer.ID, Name: cleanName(d.Buyer.Name), Department: cleanName(d.Buyer.Department)},
		Account: viewAccount{ID: d.Account.ID, Name: cleanName(d.Account.Name)},
		Data:    d.Data,
		Count:   len(d.Message.Items),
	}
	if v.Data == nil {
		v.Data = map[string]any{}
	}
	shown := d.Message.Items
	if len(shown) > mostShown {
		shown = shown[:mostShown]
	}
	v.Hidden = v.Count - len(shown)
	v.Items = make([]viewItem, len(shown))
	for i := range shown {
		v.Items[i] = newViewItem(&shown[i], d.Message.Currency)
	}
	if len(v.Items) > 0 {
		v.Lead = v.Items[0]
	}
	v.URL = safeURL(d.Message.URL)
	if v.URL == "" {
		v.URL = v.Lead.URL
	}
	return v
}

func newViewItem(it *scenarios.MessageItem, iso string) viewItem {
	item := viewItem{
		SKU: cleanName(it.SKU), Name: cleanName(it.Name),
		URL: safeURL(it.URL), Image: safeURL(it.ImageURL),
		Quantity: formatQuantity(it.Quantity), MOQ: formatQuantity(it.MOQ),
		Price: formatMoney(it.Price, iso), PercentOff: it.PercentOff,
	}
	if item.Name == "" {
		item.Name = item.SKU
	}
	if strings.HasPrefix(item.Image, "https://") {
		item.SecureImage = item.Image
	}
	if it.Saving != nil && it.Saving.IsPositive() {
		item.Was = formatMoney(it.Was, iso)
		item.Saving, item.SavingAmount = formatMoneyWords(it.Saving, iso), formatMoney(it.Saving, iso)
	}
	if it.Stock != nil {
		item.Stock = formatQuantity(*it.Stock)
	}
	return item
}

// addLinks signs the addresses that lead to Kagobell.
func (v *view) addLinks(l *links, m *scenarios.Message) error {
	v.OptOutURL = l.optOut()
	if m.Channel == scenarios.ChannelEmail {
		v.PixelURL = l.open()
		for i := range v.Items {
			if v.Items[i].URL != "" {
				v.Items[i].Link = l.click(i)
			}
		}
		if len(v.Items) > 0 {
			v.Lead = v.Items[0]
		}
		switch {
		case safeURL(m.URL) != "":
			v.Link = l.click(scenarios.LinkMain)
		case v.URL != "":
			v.Link = v.Lead.Link
		}
	}
	return l.failed
}
