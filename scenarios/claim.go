package scenarios

import "time"

// retryKeyValid is how long LINE remembers a retry key, from the first request
// (LINE: "Retrying an API request").
const retryKeyValid = 24 * time.Hour

// outstanding is the run's message that is about to leave or on its way; nil
// when there is none. A claim that has expired is not outstanding: nobody knows
// what became of it, and it is decided again.
func (t *draft) outstanding(r *Run) *Message {
	for _, m := range t.messagesOfRun(r.ID) {
		if m.Status == MessageClaimed && m.ClaimUntil.After(t.now) {
			return m
		}
	}
	return nil
}

// claim writes a message down before it leaves the machine. A letter does not
// leave: it joins its batch at once.
func (t *draft) claim(r *Run, d *Definition, step *Step, b *Buyer, c Channel, items []MessageItem) {
	m := t.messageFor(r, step, c)
	if m != nil {
		m = t.editMessage(m.ID)
	} else {
		m = &Message{ID: MessageIDFor(r.ID, step.ID, c), RunID: r.ID, Scenario: r.Scenario, Version: r.Version, Step: step.ID, Channel: c,
			BuyerID: b.ID, Subject: r.Subject, Template: step.Template, FirstTryAt: t.now}
		t.putMessage(m)
	}
	m.AccountKey = r.AccountKey
	m.AddressHash, m.DedupKey = t.addressed(r, d, step, b, c)
	m.Items, m.URL, m.Currency = items, t.linkOf(r, step, b), r.Currency
	m.PlannedAt, m.ClaimedAt = r.PlannedAt, t.now
	m.Reason, m.Detail, m.NextAt = "", "", time.Time{}
	m.Attempts++
	if c == ChannelDM {
		t.postLetter(r, m)
		return
	}
	m.Status, m.ClaimUntil = MessageClaimed, t.now.Add(ClaimTTL)
	a := t.account(t.keyOf(b))
	if a == nil {
		a = &Account{}
	}
	t.d.Deliveries = append(t.d.Deliveries, Delivery{Message: m, Buyer: b, Account: a, Data: r.Data,
		OrderBy: t.e.windowOf(d, step).orderByText()})
}

// failMessage marks a message as one that will not be tried again.
func (t *draft) failMessage(m *Message, why Reason) {
	m = t.editMessage(m.ID)
	m.Status, m.Reason = MessageFailed, why
}

// closeMessages ends what a run left undone: a message that was to be tried
// again, or one of which nobody knows whether it left.
func (t *draft) closeMessages(r *Run, why Reason) {
	for _, m := range t.messagesOfRun(r.ID) {
		t.closeMessage(m, why)
	}
}

func (t *draft) closeMessage(m *Message, why Reason) {
	switch {
	case m.Status == MessageRetry:
		t.failMessage(m, why)
	case m.Status == MessageClaimed && !m.ClaimUntil.After(t.now):
		t.failMessage(m, ReasonUnknownOutcome)
	}
}
