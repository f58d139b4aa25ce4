package store

import "kagobell/scenarios"

var consentLedger = &table{
	name:    "consent_ledger",
	columns: columns("buyer_id channel granted basis proof origin at"),
}

func consentValues(x scenarios.ConsentEntry, r *row) {
	r.text(x.BuyerID, string(x.Channel))
	r.flag(x.Granted)
	r.text(x.Basis, x.Proof, x.Origin)
	r.time(x.At)
}

func readConsent(from scanner) (x scenarios.ConsentEntry, err error) {
	err = from.Scan(&x.BuyerID, (*string)(&x.Channel), &x.Granted, &x.Basis, &x.Proof, &x.Origin, (*stamp)(&x.At))
	return x, err
}
