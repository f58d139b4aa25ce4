package scenarios

import (
	"bytes"
	"time"
)

// learnBuyer keeps what an event says about its buyer. It returns nil when the
// buyer was erased later than the event: such events are ignored.
func (t *draft) learnBuyer(ev *Event, at time.Time) *Buyer {
	known := t.buyer(ev.Buyer.ID)
	if known != nil && !known.ErasedAt.IsZero() && (!at.After(known.ErasedAt) || known.Erased() && feedback[ev.Type]) {
		return nil
	}
	b := known
	says := ev.Type != EventBuyerDeleted && (known == nil || !at.Before(known.ProfileAt))
	if known == nil || says && tellsNews(known, ev.Buyer) || known.Erased() || ev.Type == EventBuyerUpdated && at.After(known.ProfileAt) {
		b = t.editBuyer(ev.Buyer.ID)
		if says {
			applyProfile(b, ev.Buyer)
		}
		b.ProfileAt = at
	}
	t.learnAccount(b, ev.Buyer)
	if known != nil && known.AccountID != b.AccountID {
		t.moveRuns(known.AccountKey(), b)
	}
	t.learnConsents(b.ID, ev.Buyer.Consent, at)
	return t.buyer(b.ID) // a row of its own by now, if anything was new
}

func applyProfile(b *Buyer, u *BuyerUpdate) {
	u.AccountID.Apply(&b.AccountID)
	u.Name.Apply(&b.Name)
	u.Department.Apply(&b.Department)
	u.Email.Apply(&b.Email)
	u.LineUserID.Apply(&b.LineUserID)
	u.Locale.Apply(&b.Locale)
	u.PriceGroup.Apply(&b.PriceGroup)
	u.Rank.Apply(&b.Rank)
	u.Postal.Apply(&b.Postal)
	u.Attributes.Apply(&b.Attributes)
}

// tellsNews tells whether applying the profile would change the buyer.
func tellsNews(b *Buyer, u *BuyerUpdate) bool {
	return news(u.AccountID, b.AccountID) || news(u.Name, b.Name) || news(u.Department, b.Department) ||
		news(u.Email, b.Email) || news(u.LineUserID, b.LineUserID) || news(u.Locale, b.Locale) ||
		news(u.PriceGroup, b.PriceGroup) || news(u.Rank, b.Rank) ||
		u.Postal.Present && !equal(u.Postal.Value, b.Postal) ||
		u.Attributes.Present && !bytes.Equal(u.Attributes.Value, b.Attributes)
}

func news(said Field[string], known string) bool { return said.Present && said.Value != known }

func equal(a, b *Postal) bool { return a == b || a != nil && b != nil && *a == *b }

// learnAccount makes sure that the buyer's account exists, and takes its name.
func (t *draft) learnAccount(b *Buyer, u *BuyerUpdate) {
	key := t.keyOf(b)
	known, name := t.account(key), ""
	if known != nil {
		name = known.Name
	}
	if b.AccountID != "" {
		u.AccountName.Apply(&name)
	}
	if known == nil || known.Name != name {
		t.editAccount(key).Name = name
	}
}

// moveRuns takes a buyer's open runs along to another account: from now on its
// orders end them.
func (t *draft) moveRuns(from AccountKey, b *Buyer) {
	for _, r := range t.openRuns(from) {
		if r.BuyerID == b.ID {
			moved := t.editRun(r.ID)
			moved.AccountKey = b.AccountKey()
			t.moved = append(t.moved, moved)
		}
	}
}

// learnConsents keeps what the shop says about channels. What Kagobell
// recorded itself outlives it; only a newer opt-in lifts a block.
func (t *draft) learnConsents(buyerID string, said ByChannel[ConsentUpdate], at time.Time) {
	for _, c := range Channels {
		u, ok := said.Of(c)
		if !ok {
			continue
		}
		if u.SaidAt = at; u.At.IsZero() || u.At.After(at) {
			u.At = at
		}
		t.learnConsent(buyerID, c, u)
	}
}

// learnConsent takes the newest word about a channel. What was said before the
// last word known changes nothing, whatever time it gives for the consent itself.
func (t *draft) learnConsent(buyerID string, c Channel, u ConsentUpdate) {
	old, has := t.buyer(buyerID).Consents.Of(c)
	if has && u.SaidAt.Before(old.SaidAt) {
		return
	}
	if u.Null { // unknown is no
		u.Consent = Consent{At: u.At, SaidAt: u.SaidAt}
	}
	switch {
	case old.Granted != u.Granted || !has && !u.Null || u.tellsMoreThan(old):
		t.setConsent(buyerID, c, u.Consent)
		t.ledger(buyerID, c, u.Consent, "shop")
	case !u.Granted && u.SaidAt.After(old.SaidAt):
		// A yes that comes late must not win over this no. The other way round a row would be written with every event
		// of every buyer, and a late no is on the safe side.
		u.Consent, u.Consent.SaidAt = old, u.SaidAt
		t.setConsent(buyerID, c, u.Consent)
	}
	if u.Granted && u.Basis == BasisOptIn && u.Dated {
		t.liftBlocks(buyerID, c, u.At)
	}
	if !u.Granted && c == ChannelDM {
		t.withdrawLetters(buyerID, ReasonNoConsent)
	}
}

func (t *draft) setConsent(buyerID string, c Channel, said Consent) {
	b := t.editBuyer(buyerID)
	b.Consents = b.Consents.With(c, said)
}

// tellsMoreThan tells whether an object in full gives a consent another ground.
func (u ConsentUpdate) tellsMoreThan(old Consent) bool {
	return !u.Plain && !u.Null && (old.Basis != u.Basis || old.Proof != u.Proof || u.Dated && !old.At.Equal(u.At))
}

// liftBlocks takes back what an opt-in is newer than.
func (t *draft) liftBlocks(buyerID string, c Channel, at time.Time) {
	b := t.buyer(buyerID)
	if block, ok := b.Blocks.Of(c); ok && at.After(block.At) {
		lifted := t.editBuyer(buyerID)
		lifted.Blocks = lifted.Blocks.Without(c)
	}
	x := t.suppression(c, b.AddressHash(c))
	if x != nil && x.InForce() && at.After(x.At) {
		lifted := *x
		lifted.LiftedAt = at
		t.d.Suppressions = append(t.d.Suppressions, &lifted)
	}
}

func (t *draft) ledger(buyerID string, c Channel, said Consent, origin string) {
	t.d.Ledger = append(t.d.Ledger, ConsentEntry{BuyerID: buyerID, Channel: c, Granted: said.Granted,
		Basis: said.Basis, Proof: said.Proof, Origin: origin, At: said.At})
}

// erase forgets the person and keeps that there was one, and where he opted out.
func (t *draft) erase(b *Buyer, at time.Time) {
	for _, r := range t.openRunsOf(b) {
		t.exit(t.editRun(r.ID), ReasonErased)
	}
	t.withdrawLetters(b.ID, ReasonErased)
	t.forgetLead(b)
	gone := t.editBuyer(b.ID)
	*gone = Buyer{ID: b.ID, AccountID: b.AccountID, ErasedAt: at, Blocks: gone.Blocks} // what he looked at goes, too
}

// forgetLead takes the person off the list for sales. The score of a company stays.
func (t *draft) forgetLead(b *Buyer) {
	key := b.AccountKey()
	switch a := t.account(key); {
	case a == nil:
	case b.AccountID == "":
		if !a.Score.At.IsZero() {
			a = t.editAccount(key)
			a.Score, a.Hot = Score{}, Hot{}
		}
	case a.Hot.BuyerID == b.ID:
		t.editAccount(key).Hot.BuyerID = ""
	}
}

// RankKey orders buyers when not all can be told at once: those with a contract
// price first, then by rank (numbers: the higher first; then texts, in
// alphabetical order; then none). It sorts as bytes.
func RankKey(b *Buyer) string {
	contract := "1"
	if b.PriceGroup != "" {
		contract = "0"
	}
	return contract + rankOrder(b.Rank)
}
