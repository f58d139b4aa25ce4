package scenarios

import (
	"fmt"
	"testing"
	"time"
)

const underApproval = `{"id":"e2","type":"cart.updated","occurred_at":"2026-11-17T14:00:05+09:00","buyer":{"id":"sato"},
"data":{"cart_id":"c1","state":"awaiting_approval","items":[{"sku":"A","quantity":1}]}}`

func TestApprovalBeginsWhileAMessageIsUnderWay(t *testing.T) {
	s, first := claimed(t)
	s.now = s.now.Add(5 * time.Second)
	since := s.now
	s.post(underApproval)
	s.wantJournal("wait first  awaiting_approval")
	s.outcome(first, Outcome{Kind: OutcomeSent})
	s.wantJournal("send first email ")
	if r := s.run(); r.Step != "second" || !r.DueAt.Equal(since.AddDate(0, 0, 30)) {
		t.Errorf("it waits at %s until %v", r.Step, r.DueAt)
	}
	s.ring()
	s.wantJournal("exit second  wait_expired")
}

func TestApprovalOutlastsAnExpiredClaim(t *testing.T) {
	s, first := claimed(t)
	s.now = s.now.Add(5 * time.Second)
	s.post(underApproval)
	s.ring() // the claim expires
	if r := s.run(); !r.Open() || len(s.last.Deliveries) != 0 || r.DueAt.Before(s.now.AddDate(0, 0, 29)) {
		t.Errorf("after the claim expired: %+v", r)
	}
	s.now = s.now.AddDate(0, 0, 5)
	s.post(`{"id":"e3","type":"cart.updated","occurred_at":"2026-11-22T14:00:35+09:00","buyer":{"id":"sato"},
"data":{"cart_id":"c1","items":[{"sku":"A","quantity":1}]}}`)
	s.wantJournal("defer first  activity")
	again := s.ring()
	if len(again.Deliveries) != 1 || again.Deliveries[0].Message.ID != first.Message.ID || again.Deliveries[0].Message.Attempts != 2 {
		t.Errorf("back from approval: %+v", again)
	}
}

func TestPartOfItIsOrderedWhileAMessageIsUnderWay(t *testing.T) {
	s := newShop(t)
	s.post(`{"id":"e1","type":"cart.updated","occurred_at":"2026-11-17T10:00:00+09:00",
"buyer":{"id":"sato","account_id":"acme","email":"sato@acme.example","consent":{"email":true}},
"data":{"cart_id":"c1","items":[{"sku":"A"},{"sku":"B"}]}}`)
	first := s.ring().Deliveries[0]
	s.now = s.now.Add(5 * time.Second)
	s.post(`{"id":"o1","type":"order.placed","occurred_at":"2026-11-17T14:00:05+09:00","account_id":"acme",
"data":{"order_id":"o1","items":[{"sku":"A"}]}}`)
	s.wantJournal("skip   ordered")
	again := s.ring() // the claim expires: what was bought has left
	if len(again.Deliveries) != 1 || len(again.Deliveries[0].Message.Items) != 1 || again.Deliveries[0].Message.Items[0].SKU != "B" {
		t.Fatalf("deliveries %+v", again.Deliveries)
	}
	s.outcome(first, Outcome{Kind: OutcomeSent})
	s.wantMessage(first, MessageClaimed, "", 2)
}

// toLineOrMail brings a buyer who can't be reached by LINE to the second step of
// browse_dropoff, which goes by LINE or else by e-mail.
func toLineOrMail(t *testing.T) (*shop, Delivery) {
	t.Helper()
	s := newShop(t)
	s.post(`{"id":"v1","type":"product.viewed","occurred_at":"2026-11-17T10:00:00+09:00",
"buyer":{"id":"sato","account_id":"acme","email":"sato@acme.example","consent":{"email":true}},"data":{"sku":"A"}}`)
	s.outcome(s.ring().Deliveries[0], Outcome{Kind: OutcomeSent})
	mail := s.ring().Deliveries[0]
	s.wantJournal("skip second line no_consent")
	return s, mail
}

func TestARefusedChannelIsToldOnce(t *testing.T) {
	s, mail := toLineOrMail(t)
	s.outcome(mail, Outcome{Kind: OutcomeTemporary, Reason: ReasonTemporary})
	s.ring()
	s.wantJournal()
}

func TestAChannelLostWhileItBacksOffIsClosed(t *testing.T) {
	s, mail := toLineOrMail(t)
	s.outcome(mail, Outcome{Kind: OutcomeTemporary, Reason: ReasonTemporary})
	s.post(`{"id":"p1","type":"buyer.updated","occurred_at":"2026-11-19T10:00:01+09:00","buyer":{"id":"sato","consent":{"email":false}}}`)
	s.ring()
	s.wantJournal("skip second email no_consent", "complete   ")
	s.wantMessage(mail, MessageFailed, ReasonNoConsent, 1)
}

func TestAChangeDoesNotCutABackOffShort(t *testing.T) {
	s, first := claimed(t)
	s.outcome(first, Outcome{Kind: OutcomeTemporary, Reason: ReasonTemporary, RetryAfter: 10 * time.Hour})
	backedOff := s.run().DueAt
	s.now = s.now.Add(time.Minute)
	s.post(fmt.Sprintf(`{"id":"e2","type":"cart.updated","occurred_at":%q,"buyer":{"id":"sato"},
"data":{"cart_id":"c1","items":[{"sku":"A","quantity":2}]}}`, s.now.Format(time.RFC3339)))
	s.wantJournal("defer first  activity")
	if d := s.ring(); len(d.Deliveries) != 0 || !s.run().DueAt.Equal(backedOff) {
		t.Errorf("tried again at %v, not at %v: %+v", s.now, backedOff, d.Deliveries)
	}
	if d := s.ring(); len(d.Deliveries) != 1 {
		t.Errorf("after the back-off: %+v", d)
	}
}

func TestAnOptOutBarsTheAddressThatWasWrittenTo(t *testing.T) {
	s, first := claimed(t)
	s.outcome(first, Outcome{Kind: OutcomeSent})
	s.post(`{"id":"p1","type":"buyer.updated","occurred_at":"2026-11-17T14:00:00+09:00","buyer":{"id":"sato","email":"new@acme.example"}}`)
	out := &Event{Source: SourceKagobell, ID: "x1", Type: EventMessageComplained, OccurredAt: s.now, Buyer: &BuyerUpdate{ID: "sato"},
		Data: map[string]any{"channel": "email", "message_id": first.Message.ID}}
	d := s.decide(Work{Event: out})
	if len(d.Suppressions) != 1 || d.Suppressions[0].AddressHash != AddressHash(ChannelEmail, "sato@acme.example") {
		t.Errorf("suppressions %+v", d.Suppressions)
	}
	s.ring()
	s.wantJournal("skip second email no_consent")
}

func TestARunHoldsSoManySKUs(t *testing.T) {
	s := newShop(t)
	for i := range maxRunItems + 10 {
		s.now = tuesday.Add(time.Duration(i) * time.Second)
		s.post(fmt.Sprintf(`{"id":"v%d","type":"product.viewed","occurred_at":%q,"buyer":{"id":"sato"},"data":{"sku":"S%d"}}`,
			i, s.now.Format(time.RFC3339), i))
	}
	if r := s.run(); len(r.Items) != maxRunItems || r.Has("S9") || !r.Has("S10") {
		t.Errorf("%d SKUs, the oldest %s", len(r.Items), r.Items[0].SKU)
	}
	for i := range maxRunItems + 1 {
		sku := fmt.Sprintf("F%d", i)
		price, cut := amount("1000"), amount("800")
		s.world.PutFavorite(&Favorite{BuyerID: "sato", SKU: sku, Baseline: price})
		s.world.PutProduct(&Product{SKU: sku, Active: true, Offer: Offer{Price: cut}})
		s.decide(Work{Favorite: &FavoriteRef{BuyerID: "sato", FanOut: FanOut{ID: sku, SKU: sku, Kind: FanOutPrice,
			EdgeAt: s.now, DueAt: s.now, Before: Offer{Price: price}, After: Offer{Price: cut}}}})
	}
	s.wantJournal("start first  ") // the one too many begins another run
}

// A step of which the night would make another day's can be tried again in the
// morning, but not night after night.
func TestATransportThatStaysAwayMakesStepsLate(t *testing.T) {
	s, first := claimed(t, func(set *Settings) { set.Window = BusinessHours() })
	for tries := 1; s.run().Step == "first"; tries++ {
		if tries > 100 {
			t.Fatal("it is tried for ever")
		}
		s.outcome(first, Outcome{Kind: OutcomeTemporary, Reason: ReasonTemporary})
		for s.run().Step == "first" && len(s.ring().Deliveries) == 0 {
		}
		if len(s.last.Deliveries) > 0 {
			first = s.last.Deliveries[0]
		}
	}
	s.wantJournal("expire first  late")
	if took := s.now.Sub(tuesday); took < 24*time.Hour || took > 72*time.Hour {
		t.Errorf("given up after %v", took)
	}
}

func TestAnUnknownOutcomeMayHaveBeenRead(t *testing.T) {
	s := newShop(t, func(set *Settings) { set.CapPerDay = 1 })
	s.post(satoCart)
	s.ring()
	s.now = s.now.Add(time.Second)
	s.post(`{"id":"e2","type":"cart.updated","occurred_at":"2026-11-17T14:00:01+09:00","buyer":{"id":"sato"},"data":{"cart_id":"c1","items":[]}}`)
	s.ring() // the claim of the ended run expires
	if m := s.world.ofBuyer("sato").messages[0]; m.Reason != ReasonUnknownOutcome || !m.Stands() {
		t.Errorf("message %+v", m)
	}
}

func TestAnOrderSpeaksForTheAccountThatItNames(t *testing.T) {
	s := newShop(t)
	s.post(satoCart)
	s.post(`{"id":"o1","type":"order.placed","occurred_at":"2026-11-17T10:00:00+09:00","account_id":"acme","buyer":{"id":"newcomer"},
"data":{"order_id":"o1","items":[{"sku":"A"}]}}`)
	s.wantJournal("exit first  ordered")

	s = newShop(t)
	s.post(satoCart)
	s.post(`{"id":"o1","type":"order.placed","occurred_at":"2026-11-17T10:00:00+09:00","account_id":"daughter","buyer":{"id":"sato"},
"data":{"order_id":"o1","items":[{"sku":"A"}]}}`)
	s.wantJournal("exit first  ordered")
}
