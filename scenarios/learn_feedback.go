package scenarios

import (
	"cmp"
	"time"
)

// feedback are the types of event that tell what became of a message, or what a
// buyer said with the links in it.
var feedback = map[string]bool{
	EventMessageOpened: true, EventMessageClicked: true, EventMessageBounced: true,
	EventMessageComplained: true, EventBuyerOptedOut: true, EventBuyerOptedIn: true,
}

// learnFeedback keeps what became of a message, and what a buyer said with the
// links in it. Such events come from Kagobell's own addresses, or from the
// history that a simulation replays.
func (t *draft) learnFeedback(ev *Event, at time.Time, b *Buyer) {
	c := Channel(text(ev.Data["channel"]))
	switch ev.Type {
	case EventMessageOpened, EventMessageClicked:
		t.learnReaction(ev, at, b)
	case EventBuyerOptedOut:
		t.optOut(ev, b, c, ReasonOptOut, at)
	case EventMessageComplained:
		t.optOut(ev, b, c, ReasonComplaint, at)
	case EventBuyerOptedIn:
		t.learnConsent(b.ID, c, ConsentUpdate{Dated: true,
			Consent: Consent{Granted: true, Basis: BasisOptIn, At: at, SaidAt: at, Proof: ev.ID}})
	case EventMessageBounced:
		if m := t.message(text(ev.Data["message_id"])); m != nil && m.BuyerID == b.ID {
			t.suppress(b.ID, m.Channel, m.AddressHash, ReasonHardBounce, at)
		}
	}
}

// learnReaction marks the newest message of a scenario's step as opened or
// clicked; a message that was never sent can't be.
func (t *draft) learnReaction(ev *Event, at time.Time, b *Buyer) {
	var newest *Message
	for _, id := range t.s.messagesOf[b.ID] {
		m := t.message(id)
		if m.Status != MessageSent || m.Scenario != text(ev.Data["scenario"]) || m.Step != text(ev.Data["step"]) {
			continue
		}
		if newest == nil || newerMessage(m, newest) {
			newest = m
		}
	}
	if newest == nil {
		t.d.EventNote = ReasonIgnored
		return
	}
	m := t.editMessage(newest.ID)
	if m.OpenedAt.IsZero() {
		m.OpenedAt = at
	}
	if ev.Type == EventMessageClicked && m.ClickedAt.IsZero() {
		m.ClickedAt = at
	}
}

// newerMessage tells whether a was sent after b; two of one moment go by their names.
func newerMessage(a, b *Message) bool {
	return cmp.Or(a.SentAt.Compare(b.SentAt), cmp.Compare(a.ID, b.ID)) > 0
}

// optOut closes a channel to a buyer, and to his address whoever else has it:
// the one that the message went to, where that is known.
func (t *draft) optOut(ev *Event, b *Buyer, c Channel, why Reason, at time.Time) {
	if !c.Valid() {
		t.d.EventNote = ReasonIgnored
		return
	}
	t.editBuyer(b.ID).Blocks[c] = Block{Reason: why, At: at}
	t.ledger(b.ID, c, Consent{At: at}, string(why))
	hash := b.AddressHash(c)
	if m := t.message(text(ev.Data["message_id"])); m != nil && m.BuyerID == b.ID && m.Channel == c {
		hash = m.AddressHash
	}
	t.suppress(b.ID, c, hash, why, at)
	if c == ChannelDM {
		t.withdrawLetters(b.ID, ReasonNoConsent)
	}
}

// suppress bars an address.
func (t *draft) suppress(buyerID string, c Channel, hash string, why Reason, at time.Time) {
	if hash == "" {
		return
	}
	t.d.Suppressions = append(t.d.Suppressions, &Suppression{Channel: c, AddressHash: hash, Reason: why, At: at})
	if why == ReasonHardBounce {
		t.ledger(buyerID, c, Consent{At: at}, string(why))
	}
}

func text(v any) string {
	s, _ := v.(string)
	return s
}
