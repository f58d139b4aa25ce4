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
// history that a simulation replays. It returns true for what the buyer did with
// a message: that may end, move and begin runs. A word on a channel does none of it.
func (t *draft) learnFeedback(ev *Event, at time.Time, b *Buyer) bool {
	c := Channel(text(ev.Data["channel"]))
	switch ev.Type {
	case EventMessageOpened, EventMessageClicked:
		return t.learnReaction(ev, at, b)
	case EventBuyerOptedOut:
		t.optOut(ev, b, c, ReasonOptOut, at)
	case EventMessageComplained:
		t.optOut(ev, b, c, ReasonComplaint, at)
	case EventBuyerOptedIn:
		t.learnConsent(b.ID, c, ConsentUpdate{Dated: true,
			Consent: Consent{Granted: true, Basis: BasisOptIn, At: at, SaidAt: at, Proof: ev.ID}})
	case EventMessageBounced:
		if m := t.reactedTo(ev, b); m != nil {
			t.suppress(b.ID, m.Channel, m.AddressHash, ReasonHardBounce, at)
		}
	}
	return false
}

// learnReaction marks a message as opened or clicked and keeps the interaction;
// false when there is no such message.
func (t *draft) learnReaction(ev *Event, at time.Time, b *Buyer) bool {
	m := t.reactedTo(ev, b)
	if m == nil {
		t.d.EventNote = ReasonIgnored
		return false
	}
	m = t.editMessage(m.ID)
	kind := InteractionOpen
	if m.OpenedAt.IsZero() {
		m.OpenedAt = at
	}
	if ev.Type == EventMessageClicked {
		kind = InteractionClick
		if m.ClickedAt.IsZero() {
			m.ClickedAt = at
		}
	}
	t.d.Interactions = append(t.d.Interactions,
		Interaction{MessageID: m.ID, BuyerID: b.ID, Kind: kind, URL: text(ev.Data["url"]), At: at})
	return true
}

// reactedTo is the message that an event names: it may still count as claimed,
// since a buyer can be quicker than the provider's answer is saved. In a history a
// scenario and a step stand for the newest that was sent.
func (t *draft) reactedTo(ev *Event, b *Buyer) *Message {
	if id := text(ev.Data["message_id"]); id != "" {
		if m := t.message(id); m != nil && m.BuyerID == b.ID {
			return m
		}
		return nil
	}
	var newest *Message
	for _, m := range t.keptBuyer(b.ID).messages {
		if m = t.asKept(m); m.Status != MessageSent || m.Scenario != text(ev.Data["scenario"]) || m.Step != text(ev.Data["step"]) {
			continue
		}
		if newest == nil || newerMessage(m, newest) {
			newest = m
		}
	}
	return newest
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
	blocked := t.editBuyer(b.ID)
	blocked.Blocks = blocked.Blocks.With(c, Block{Reason: why, At: at})
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
