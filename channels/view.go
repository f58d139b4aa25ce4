package channels

import (
	"html/template"
	"slices"
	"strings"
	"time"

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
	Others string     // " ほか2点" for a subject; empty when there is but one

	HiddenWords string // "ほか 3 点の商品", not in Items; empty for none

	Salutation []string // how a letter begins: company, department, person, as far as known
	Addressee  string   // the person, as one writes to him: 佐藤 花子 様

	SalutationHTML   template.HTML   // the lines with <br> between them
	BeforeParagraphs []template.HTML // Before and After by paragraph, likewise
	AfterParagraphs  []template.HTML

	URL  string // to the cart or the product; empty when there is none
	Link string // the same, tracked

	OrderBy string // order cut-off of the day on which it is sent, "15:00"; empty: none, and in letters

	OptOutURL string
	PixelURL  string

	Data map[string]any // data of the event that started the run
	Now  moment         // when the message was decided, in the shop's zone

	Popular     []viewItem    // the ranking
	PopularHTML template.HTML // and as it stands in an e-mail
	PopularText string

	left *stopwatch // until the rendering has to be done
}

type viewBuyer struct{ ID, Name, Department string }

type viewAccount struct{ ID, Name string }

// viewItem is one SKU, ready to be shown.
type viewItem struct {
	SKU, Name   string
	URL         string // as the shop gave it; empty when it gave none that is safe
	Link        string // the same, tracked
	Image       string
	SecureImage string // Image if it is https: LINE takes no other
	Quantity    string // 1,000
	MOQ         string // empty up to 1
	Price       string // ￥480, for this buyer and now
	Was         string // before the cut
	Saving      string // 1,200円
	SavingWords string // 1,200円もお得
	Cut         string // 15%OFF, for a subject; SavingWords where that would be 0
	PercentOff  int
	Stock       string
	Rank        int // place in the ranking, from 1

	inStock *float64 // Stock as a number, for functions; nil: not known
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
func (r *Renderer) newView(d *scenarios.Delivery, lang string) *view {
	v := new(view)
	r.layInto(v, d, lang)
	return v
}

// layInto is newView in the memory of one that is not used any more.
func (r *Renderer) layInto(v *view, d *scenarios.Delivery, lang string) {
	*v = view{
		Lang:    lang,
		From:    r.from.named(lang),
		Buyer:   viewBuyer{ID: d.Buyer.ID, Name: cleanName(d.Buyer.Name), Department: cleanName(d.Buyer.Department)},
		Account: viewAccount{ID: d.Account.ID, Name: cleanName(d.Account.Name)},
		Data:    cleanData(d.Data),
		OrderBy: d.OrderBy,
		Now:     r.decidedAt(d.Message, lang),
		left:    newStopwatch(r.now),

		Items: v.Items[:0], Salutation: v.Salutation[:0],
	}
	v.addItems(d.Message)
	v.addPerson()
}

// decidedAt is when a message was decided: that is the same for its title, for
// its text and for a letter that is printed days later.
func (r *Renderer) decidedAt(m *scenarios.Message, lang string) moment {
	for _, at := range []time.Time{m.ClaimedAt, m.SentAt} {
		if !at.IsZero() {
			return r.moment(at, lang)
		}
	}
	return r.moment(r.now(), lang)
}

func (r *Renderer) moment(at time.Time, lang string) moment {
	return moment{at.In(r.templates.zone), lang}
}

// addItems lays out the items and the address that the message leads to.
func (v *view) addItems(m *scenarios.Message) {
	v.Count = len(m.Items)
	shown := m.Items[:min(len(m.Items), mostShown)]
	v.Items = slices.Grow(v.Items, len(shown))
	for i := range shown {
		v.Items = append(v.Items, newViewItem(&shown[i], m.Currency, v.Lang))
	}
	v.HiddenWords = restWords(v.Lang, v.Count-len(shown))
	v.Others = othersWords(v.Lang, v.Count-1)
	if len(v.Items) > 0 {
		v.Lead = v.Items[0]
	}
	v.URL = safeURL(m.URL)
	if v.URL == "" {
		v.URL = v.Lead.URL
	}
}

// addPerson lays out how the buyer is addressed.
func (v *view) addPerson() {
	if v.Account.Name != "" && v.Account.Name != v.Buyer.Name {
		v.Salutation = append(v.Salutation, v.Account.Name)
	}
	if v.Buyer.Department != "" {
		v.Salutation = append(v.Salutation, v.Buyer.Department)
	}
	v.Addressee = addressee(v.Lang, v.Buyer.Name)
	v.Salutation = append(v.Salutation, v.Addressee)
}

func newViewItem(it *scenarios.MessageItem, iso, lang string) viewItem {
	item := viewItem{
		SKU: cleanName(it.SKU), Name: cleanName(it.Name),
		URL: safeURL(it.URL), Image: safeURL(it.ImageURL),
		Quantity: formatQuantity(it.Quantity),
		Price:    formatPrice(it.Price, iso), PercentOff: it.PercentOff,
	}
	if item.Name == "" {
		item.Name = item.SKU
	}
	if it.MOQ > 1 { // that one has to be ordered goes without saying
		item.MOQ = formatQuantity(it.MOQ)
	}
	if strings.HasPrefix(item.Image, "https://") {
		item.SecureImage = item.Image
	}
	if it.Saving != nil && it.Saving.IsPositive() {
		item.addCut(it, iso, lang)
	}
	item.inStock = it.Stock
	if it.Stock != nil {
		item.Stock = formatQuantity(*it.Stock)
	}
	return item
}

// addCut lays out what an item has come down by. Where that is less than is ever
// shown, two prices side by side might look the same: there is the new one alone.
func (item *viewItem) addCut(it *scenarios.MessageItem, iso, lang string) {
	item.SavingWords = savingWords(lang, *it.Saving, iso)
	item.Cut = cutWords(lang, it.PercentOff, item.SavingWords)
	if savingShown(*it.Saving, iso).IsPositive() {
		item.Was = formatPrice(it.Was, iso)
		item.Saving = formatSavingWords(*it.Saving, iso)
	}
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
