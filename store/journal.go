package store

import "kagobell/scenarios"

var journal = &table{
	name:    "journal",
	columns: columns(`at account_key buyer_id scenario subject run_id step action channel reason message_id`),
}

func entryValues(x scenarios.Entry, r *row) {
	r.time(x.At)
	r.text(string(x.AccountKey), x.BuyerID, x.Scenario, x.Subject, string(x.RunID), x.Step, string(x.Action),
		string(x.Channel), string(x.Reason), x.MessageID)
}

// JournalEntry is a line of the journal with its place in it.
type JournalEntry struct {
	Seq int64
	scenarios.Entry
}

func readEntry(from scanner) (x JournalEntry, err error) {
	err = from.Scan(&x.Seq, (*stamp)(&x.At), (*string)(&x.AccountKey), &x.BuyerID, &x.Scenario, &x.Subject,
		(*string)(&x.RunID), &x.Step, (*string)(&x.Action), (*string)(&x.Channel), (*string)(&x.Reason), &x.MessageID)
	return x, err
}
