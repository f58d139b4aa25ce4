package scenarios

import (
	"slices"
	"strings"
	"time"
)

// BatchID names the DM batch that closes next: the day of its cut-off in the
// shop's zone, `dm-2026-11-20`.
func (e *Engine) BatchID(now time.Time) string {
	y, m, d := now.In(e.settings.Zone).Date()
	if !now.Before(e.cutOff(y, m, d)) {
		d++
	}
	return time.Date(y, m, d, 0, 0, 0, 0, time.UTC).Format("dm-" + time.DateOnly)
}

// cutOff is when the batch of a day closes. Where the clocks are put forward over
// that time, it is an hour early or late.
func (e *Engine) cutOff(y int, m time.Month, d int) time.Time {
	hour, minute := int(e.settings.DMCutOff/time.Hour), int(e.settings.DMCutOff%time.Hour/time.Minute)
	return time.Date(y, m, d, hour, minute, 0, 0, e.settings.Zone).UTC()
}

// BatchClosesAt is the cut-off of a batch; zero when the id is not one.
func (e *Engine) BatchClosesAt(id string) time.Time {
	day, err := time.Parse("dm-"+time.DateOnly, id)
	if err != nil {
		return time.Time{}
	}
	return e.cutOff(day.Date())
}

// postLetter puts a letter into the first batch that has room for it.
func (t *draft) postLetter(r *Run, m *Message) {
	id := t.e.BatchID(t.now)
	for limit := t.e.settings.DMDailyCap; limit > 0 && t.s.batches[id] >= limit; {
		id = t.e.BatchID(t.e.BatchClosesAt(id))
	}
	m.Status, m.BatchID, m.SentAt = MessageBatched, id, t.now
	r.LastSentAt = t.now
	t.note(r, ActionSend, m.Step, m.Channel, "", m.ID)
	t.rememberPrices(r, m)
}

// withdrawOrdered takes what an order bought out of the letters that have not
// gone to the printer yet.
func (t *draft) withdrawOrdered(key AccountKey, order *Order) {
	bought := map[string]bool{}
	for _, it := range order.Items {
		bought[it.SKU] = true
	}
	for _, m := range t.openLetters(t.keptAccount(key).letters) {
		var kept []MessageItem
		for _, it := range m.Items {
			if !bought[it.SKU] || order.PlacedAt.Before(it.At) {
				kept = append(kept, it)
			}
		}
		if len(kept) == len(m.Items) {
			continue
		}
		m = t.editMessage(m.ID)
		m.Items = kept
		if len(kept) == 0 {
			t.withdraw(m, ReasonOrdered)
		}
	}
}

// withdrawLetters takes a buyer's letters out of the batches that are open.
func (t *draft) withdrawLetters(buyerID string, why Reason) {
	for _, m := range t.openLetters(t.keptBuyer(buyerID).messages) {
		t.withdraw(t.editMessage(m.ID), why)
	}
}

func (t *draft) withdraw(m *Message, why Reason) {
	m.Status, m.Reason = MessageWithdrawn, why
	t.d.Journal = append(t.d.Journal, Entry{At: t.now, AccountKey: m.AccountKey, BuyerID: m.BuyerID,
		Scenario: m.Scenario, Subject: m.Subject, RunID: m.RunID, Step: m.Step, Action: ActionSkip,
		Channel: m.Channel, Reason: why, MessageID: m.ID})
}

// openLetters are those of some messages that are in batches before their
// cut-off, in an order that no snapshot changes.
func (t *draft) openLetters(list []*Message) []*Message {
	var open []*Message
	for _, m := range list {
		if m = t.asKept(m); m.Status == MessageBatched && t.now.Before(t.e.BatchClosesAt(m.BatchID)) {
			open = append(open, m)
		}
	}
	slices.SortFunc(open, func(a, b *Message) int { return strings.Compare(a.ID, b.ID) })
	return open
}
