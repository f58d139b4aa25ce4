package channels

import (
	"strings"

	"kagobell/scenarios"
)

// letter renders a DM as the outbox shows it; the printer gets a DMRow.
func (r *Renderer) letter(d *scenarios.Delivery, v *view) (scenarios.Rendered, error) {
	text, err := r.block(r.templates.text[v.Lang].Lookup(layoutDM), v)
	if err != nil {
		return scenarios.Rendered{}, err
	}
	return scenarios.Rendered{
		Channel: scenarios.ChannelDM,
		To:      strings.Join(addressLines(newAddress(d)), "\n"),
		Subject: v.Subject,
		Text:    text + "\n",
	}, nil
}

// address is where a letter goes, ready to be printed.
type address struct {
	code, prefecture, city, street, building string
	company, department, recipient           string
}

func newAddress(d *scenarios.Delivery) address {
	var p scenarios.Postal
	if d.Buyer.Postal != nil {
		p = *d.Buyer.Postal
	}
	return address{
		code: postalCode(p.Code), prefecture: cleanName(p.Prefecture), city: cleanName(p.City),
		street: cleanName(p.Street), building: cleanName(p.Building),
		company:    firstOf(cleanName(p.Company), cleanName(d.Account.Name)),
		department: firstOf(cleanName(p.Department), cleanName(d.Buyer.Department)),
		recipient:  honoured(firstOf(cleanName(p.Recipient), cleanName(d.Buyer.Name))),
	}
}

// addressLines writes an address as it stands on an envelope.
func addressLines(a address) []string {
	code := a.code
	if code != "" {
		code = "〒" + code
	}
	var lines []string
	for _, line := range []string{code, a.prefecture + a.city + a.street, a.building, a.company, a.department, a.recipient} {
		if line != "" {
			lines = append(lines, line)
		}
	}
	return lines
}

// postalCode writes a Japanese postal code as NNN-NNNN; what is not one stays.
func postalCode(code string) string {
	code = cleanName(code)
	digits := make([]byte, 0, 7)
	for _, r := range code {
		switch {
		case r >= '0' && r <= '9':
			digits = append(digits, byte(r))
		case r >= '０' && r <= '９':
			digits = append(digits, byte(r-'０')+'0')
		case strings.ContainsRune("〒-－ー‐‑–—−ｰ \u3000", r):
		default:
			return code
		}
	}
	if len(digits) != 7 {
		return code
	}
	return string(digits[:3]) + "-" + string(digits[3:])
}

func firstOf(a, b string) string {
	if a != "" {
		return a
	}
	return b
}
