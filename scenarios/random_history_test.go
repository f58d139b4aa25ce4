package scenarios

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"time"
)

// randomHistory writes a history in the language of the timelines: whatever
// buyers, shops and the network do, in no sensible order. The same seed gives
// the same text, so that what fails can be cut down to a timeline.
type randomHistory struct {
	*rand.Rand
	at   time.Time
	text strings.Builder

	filled map[string][]string // what buyers have put into a cart that they only fill
}

var (
	randomBuyers = []string{"sato", "ueda", "mori", "kato"}
	randomSKUs   = []string{"A", "B", "C", "D", "E", "F"}
)

func historyOf(seed uint64, lines int) string {
	h := &randomHistory{Rand: rand.New(rand.NewPCG(seed, 7)), at: time.Date(2026, 11, 9, 9, 0, 0, 0, time.UTC)}
	h.say("set cap=%d dm_cap=%d", 1+h.IntN(2), h.IntN(2))
	if h.IntN(2) == 0 {
		h.say("set window=always")
	}
	h.say("buyer sato consent=email,line,dm line=U1 postal=yes")
	h.say("buyer ueda consent=email,dm postal=yes email=office@acme.example")
	h.say("buyer mori account=other group=gold consent=email email=office@acme.example")
	h.say("buyer kato account= consent=line,email line=U9")
	h.say("11-09 09:00 sato view A")
	for range lines {
		h.line()
	}
	return h.text.String()
}

func (h *randomHistory) say(format string, args ...any) { fmt.Fprintf(&h.text, format+"\n", args...) }

func (h *randomHistory) sku() string   { return randomSKUs[h.IntN(len(randomSKUs))] }
func (h *randomHistory) buyer() string { return randomBuyers[h.IntN(len(randomBuyers))] }

func (h *randomHistory) line() {
	switch n := h.IntN(20); {
	case n == 0:
		h.say("*") // a duplicate
		return
	case n < 4: // the very second of the one before
	case n < 14:
		h.at = h.at.Add(time.Duration(h.IntN(3600)) * time.Second)
	default:
		h.at = h.at.Add(time.Duration(h.IntN(12*60)) * time.Minute)
	}
	words := h.words()
	if h.IntN(7) == 0 {
		words += h.at.Add(-time.Duration(h.IntN(30*60)) * time.Minute).Format(" at=01-02 15:04:05")
	}
	h.say("%s %s", h.at.Format("01-02 15:04:05"), words)
}

func (h *randomHistory) words() string {
	who := h.buyer()
	switch n := h.IntN(100); {
	case n < 26:
		return h.cart(who)
	case n < 44:
		return who + " view " + h.sku()
	case n < 54:
		return fmt.Sprintf("%s favorite %s qty=%d", who, h.sku(), 1+h.IntN(3))
	case n < 57:
		return who + " unfavorite " + h.sku()
	case n < 69:
		return fmt.Sprintf("product %s stock=%d low=4 price=1000", h.sku(), h.IntN(3)*h.IntN(6))
	case n < 78:
		return fmt.Sprintf("product %s price=%d price.gold=%d stock=9", h.sku(), 500+100*h.IntN(6), 400+100*h.IntN(6))
	case n < 80:
		return "product " + h.sku() + " " + []string{"active=no", "active=yes", "stock=null", "price=null", "deleted"}[h.IntN(5)]
	case n < 83:
		return fmt.Sprintf("%s order o%d %s %s", who, h.IntN(40), h.sku(), h.sku())
	case n < 85:
		return fmt.Sprintf("%s order o%d %s until:2026-%02d-%02d", who, h.IntN(40), h.sku(), 11+h.IntN(2), 1+h.IntN(30))
	case n < 86:
		return fmt.Sprintf("@acme order o%d %s", h.IntN(40), h.sku())
	case n < 87:
		return fmt.Sprintf("%s cancel o%d", who, h.IntN(40))
	case n < 90:
		return who + []string{" event seminar.attended title=x", " event document.downloaded title=x", " event quote.sent number=1",
			" page price /price/1", " event seminar.booked kind=online", " page price /price/2", " rejected", " accepted"}[h.IntN(8)]
	case n < 94:
		return who + []string{" opened cart_abandonment first", " clicked browse_dropoff first", " opted_out email",
			" opted_out dm", " opted_out line", " clicked nurture_test thanks", " opened nurture_test thanks"}[h.IntN(7)]
	}
	return h.profile(who)
}

func (h *randomHistory) cart(who string) string {
	words := fmt.Sprintf("%s cart %s-c%d", who, who, h.IntN(2))
	if h.IntN(8) == 0 {
		words += " -"
	} else {
		for range 1 + h.IntN(3) {
			words += fmt.Sprintf(" %s*%d", h.sku(), 1+h.IntN(5))
		}
	}
	switch h.IntN(12) {
	case 0, 1:
		words += " state=awaiting_approval"
	case 2:
		words += " state=quote_requested"
	case 3:
		words += fmt.Sprintf(" previous=%s-c%d", who, h.IntN(2))
	}
	return words
}

func (h *randomHistory) profile(who string) string {
	switch h.IntN(11) {
	case 0:
		return who + " delete"
	case 1, 2:
		return who + " profile account=" + []string{"acme", "other", ""}[h.IntN(3)]
	case 3:
		return who + " profile email=" + []string{"office@acme.example", who + "@new.example", ""}[h.IntN(3)]
	case 9, 10:
		return fmt.Sprintf("%s profile renewal_date:2026-12-%02d", who, 1+h.IntN(31))
	case 4:
		return who + " profile group=" + []string{"gold", ""}[h.IntN(2)]
	default:
		return who + " profile consent=" + []string{"email,line,dm", "+email,+line,+dm", "~email,-line", "-email", "?dm,email",
			"+email@11-12"}[h.IntN(6)]
	}
}
