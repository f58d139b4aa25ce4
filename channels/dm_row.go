package channels

import (
	"strings"

	"kagobell/scenarios"
)

// DMRow is one letter for the printer.
type DMRow struct {
	Batch      string
	MessageID  string
	PostalCode string // NNN-NNNN
	Prefecture string
	City       string
	Street     string
	Building   string
	Company    string
	Department string
	Recipient  string // with 様
	Headline   string
	Body       string
	Items      string // one a line
	URL        string
	BuyerID    string
	AccountID  string
}

// DMRow renders the letter of a delivery.
func (r *Renderer) DMRow(batch string, d scenarios.Delivery) (DMRow, error) {
	d.Message.Channel = scenarios.ChannelDM
	v, w, _, err := r.layOut(&d)
	if err != nil {
		return DMRow{}, err
	}
	if err := r.fill(v, w, d.Message.Channel); err != nil {
		return DMRow{}, err
	}
	items, err := r.block(r.templates.text[v.Lang].Lookup("letter items"), v)
	if err != nil {
		return DMRow{}, err
	}
	a := newAddress(&d)
	body := v.Before
	if v.After != "" {
		body += "\n\n" + v.After
	}
	return DMRow{
		Batch: cleanName(batch), MessageID: d.Message.ID,
		PostalCode: a.code, Prefecture: a.prefecture, City: a.city, Street: a.street, Building: a.building,
		Company: a.company, Department: a.department, Recipient: a.recipient,
		Headline: v.Subject, Body: strings.TrimSpace(body), Items: items, URL: v.URL,
		BuyerID: cleanName(d.Buyer.ID), AccountID: cleanName(firstOf(d.Account.ID, d.Buyer.AccountID)),
	}, nil
}

// dmColumns are the columns in order, with their titles as a printer's staff
// reads them.
var dmColumns = []struct {
	title string
	cell  func(*DMRow) string
}{
	{"バッチ", func(r *DMRow) string { return r.Batch }},
	{"配信ID", func(r *DMRow) string { return r.MessageID }},
	{"郵便番号", func(r *DMRow) string { return r.PostalCode }},
	{"都道府県", func(r *DMRow) string { return r.Prefecture }},
	{"市区町村", func(r *DMRow) string { return r.City }},
	{"町名・番地", func(r *DMRow) string { return r.Street }},
	{"建物名", func(r *DMRow) string { return r.Building }},
	{"会社名", func(r *DMRow) string { return r.Company }},
	{"部署名", func(r *DMRow) string { return r.Department }},
	{"宛名", func(r *DMRow) string { return r.Recipient }},
	{"見出し", func(r *DMRow) string { return r.Headline }},
	{"本文", func(r *DMRow) string { return r.Body }},
	{"商品", func(r *DMRow) string { return r.Items }},
	{"URL", func(r *DMRow) string { return r.URL }},
	{"発注担当者ID", func(r *DMRow) string { return r.BuyerID }},
	{"取引先ID", func(r *DMRow) string { return r.AccountID }},
}
