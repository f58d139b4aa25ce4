package store

import (
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"testing"
	"time"

	"kagobell/scenarios"
)

// TestSnapshotIsWhatWasSaved saves a row of every kind with every field set,
// and expects the next decision to see exactly these.
func TestSnapshotIsWhatWasSaved(t *testing.T) {
	onBoth(t, func(t *testing.T, s *testStore) {
		key := scenarios.KeyOfAccount("acme")
		at := base.Add(-time.Hour).Add(123456 * time.Microsecond)
		stock, low, moq := 12.5, 3.0, 10.0
		b := &scenarios.Buyer{ID: "b-1", AccountID: "acme", Name: "佐藤 花子😀", Department: "購買部", Email: "Sato@acme.example",
			LineUserID: "U1", Locale: "ja", PriceGroup: "gold", Rank: "7",
			Postal:     &scenarios.Postal{Code: "100-0001", Prefecture: "東京都", City: "千代田区", Recipient: "佐藤"},
			Attributes: json.RawMessage(`{"plan": "free",  "n": 1.50}`),
			Consents:   scenarios.ByChannel[scenarios.Consent](nil).With("email", scenarios.Consent{Granted: true, Basis: "opt_in", At: at, Proof: "form"}),
			Blocks:     scenarios.ByChannel[scenarios.Block](nil).With("line", scenarios.Block{Reason: scenarios.ReasonOptOut, At: at}),
			Dated:      map[string]time.Time{"renewal": at}, Viewed: map[string]time.Time{"price": at},
			ProfileAt: at}
		account := &scenarios.Account{Key: key, ID: "acme", Name: "アクメ", Orders: 2, OrderedAt: []time.Time{at.Add(-time.Hour), at},
			Dated: map[string]time.Time{"winback": at},
			Score: scenarios.Score{Points: 41.123457, At: at, SetAt: at.Add(-time.Hour), Marks: []string{"warm", "hot"},
				Days: []scenarios.DayPoints{{Rule: "r", Day: "2026-11-20", Points: 7.5}}},
			Hot: scenarios.Hot{Since: at, Mark: "hot", BuyerID: "b-1"}}
		product := &scenarios.Product{SKU: "A4-500", Name: "コピー用紙", URL: "https://shop.example/p", ImageURL: "https://shop.example/i",
			Category: "paper", Offer: scenarios.Offer{Price: money("480.5"), Prices: map[string]scenarios.Money{"gold": *money("450")}, Stock: &stock},
			LowStock: &low, MOQ: &moq, Active: true, Version: 9, OccurredAt: at}
		cart := &scenarios.Cart{BuyerID: "b-1", ID: "c-1", Items: []scenarios.Item{{SKU: "A4-500", Quantity: 100, UnitPrice: money("480")}},
			Total: money("48000"), Currency: "JPY", URL: "https://shop.example/cart", State: scenarios.CartAwaitingApproval, OccurredAt: at}
		order := &scenarios.Order{Source: "shop", ID: "o-1", AccountKey: key, BuyerID: "b-1", CartID: "c-0",
			Items: []scenarios.Item{{SKU: "A4-500", Quantity: 1}}, Total: money("480.123456"), Currency: "JPY", Medium: "fax", PlacedAt: at}
		favorite := &scenarios.Favorite{BuyerID: "b-1", SKU: "A4-500", Quantity: 3, AddedAt: at, RankKey: scenarios.RankKey(b), Baseline: money("500"), OccurredAt: at}
		fanOut := &scenarios.FanOut{ID: "f-1", SKU: "A4-500", Kind: scenarios.FanOutRestock, EdgeAt: at, Before: scenarios.Offer{Stock: &low},
			After: product.Offer, DueAt: at.Add(time.Minute), Cursor: scenarios.FavoriteCursor{RankKey: "0", AddedAt: at, BuyerID: "b-0"}, Told: 4, Status: scenarios.FanOutOpen}
		r := &scenarios.Run{ID: "run-1", Scenario: "cart_abandonment", Version: "abc", AccountKey: key, BuyerID: "b-1", Subject: "c-1",
			Ordinal: at.UnixMilli(), Status: scenarios.RunOpen, Items: []scenarios.RunItem{{Item: cart.Items[0], At: at, Views: 2, Need: 5, Baseline: money("9.5")}},
			Currency: "JPY", URL: cart.URL, Data: map[string]any{"a": "b", "n": 1.5}, StartedAt: at, FirstTriggerAt: at, LastTriggerAt: at,
			Anchor: at, Step: "first", PlannedAt: at, DueAt: at, ArmedAt: at, SweepAt: base.Add(time.Hour), Generation: 3, HeldSince: at, CapDeferred: true, PauseNoted: true, Happened: []string{"reply"}, LastSentAt: at}
		m := &scenarios.Message{ID: "m-1", RunID: "run-1", Scenario: "cart_abandonment", Version: "abc", Step: "first", Channel: "email",
			AccountKey: key, BuyerID: "b-1", Subject: "c-1", Status: scenarios.MessageSent, Reason: scenarios.ReasonRedirected, Detail: "250 ok", AddressHash: "hash",
			DedupKey: "dedup", Template: "cart_first", Items: []scenarios.MessageItem{{SKU: "A4-500", Name: "コピー用紙", Price: money("450"), Stock: &stock, PercentOff: 3}},
			Currency: "JPY", URL: cart.URL, Title: "お忘れ物", BatchID: "dm-1", ProviderID: "p-1", Attempts: 2, PlannedAt: at, ClaimedAt: at, ClaimUntil: at,
			FirstTryAt: at, NextAt: at, SentAt: at, OpenedAt: at, ClickedAt: at}
		suppression := &scenarios.Suppression{Channel: "email", AddressHash: b.AddressHash("email"), Reason: scenarios.ReasonHardBounce, At: at, LiftedAt: at}

		// A field that is new to the domain is to be stored, and set here.
		expectAllSet(t, account)
		expectAllSet(t, &account.Score)
		expectAllSet(t, &account.Hot)
		expectAllSet(t, b, "ErasedAt")
		expectAllSet(t, product, "Deleted")
		expectAllSet(t, cart)
		expectAllSet(t, order, "CancelledAt")
		expectAllSet(t, favorite, "RemovedAt")
		expectAllSet(t, fanOut)
		expectAllSet(t, r, "EndReason", "EndedAt")
		expectAllSet(t, m)
		expectAllSet(t, suppression)

		s.put(t, "b-1", scenarios.Decision{Accounts: []*scenarios.Account{account}, Buyers: []*scenarios.Buyer{b},
			Products: []*scenarios.Product{product}, Carts: []*scenarios.Cart{cart}, Orders: []*scenarios.Order{order},
			Favorites: []*scenarios.Favorite{favorite}, FanOuts: []*scenarios.FanOut{fanOut}, Runs: []*scenarios.Run{r},
			Messages: []*scenarios.Message{m}, Suppressions: []*scenarios.Suppression{suppression}})

		want := scenarios.NewSnapshot()
		want.PutAccount(account)
		want.PutBuyer(b)
		want.PutRun(r)
		want.PutCart(cart)
		want.PutProduct(product)
		want.PutFavorite(favorite)
		want.PutPurchase(scenarios.Purchase{AccountKey: key, Source: "shop", OrderID: "o-1", SKU: "A4-500", At: at})
		want.PutMessage(m)
		want.PutSuppression(suppression)
		got := s.snapshotFor(t, scenarios.Work{Due: &scenarios.RunRef{RunID: "run-1", Generation: 3}})
		expectSnapshot(t, "a due run", got, want)

		want = scenarios.NewSnapshot()
		want.PutProduct(product)
		want.PutFanOut(fanOut)
		got = s.snapshotFor(t, scenarios.Work{Event: &scenarios.Event{Source: "shop", Type: scenarios.EventProductUpdated,
			OccurredAt: base, Product: &scenarios.ProductUpdate{SKU: "A4-500"}}})
		expectSnapshot(t, "a catalogue event", got, want)

		got = s.snapshotFor(t, scenarios.Work{Event: &scenarios.Event{Source: "shop", Type: scenarios.EventOrderCancelled, OccurredAt: base,
			AccountID: "acme", Order: &scenarios.Order{Source: "shop", ID: "o-1"}}})
		want = scenarios.NewSnapshot()
		want.PutAccount(account)
		want.PutRun(r)
		want.PutMessage(m)
		want.PutOrder(order)
		expectSnapshot(t, "a cancellation", got, want)
	})
}

// TestWhatIsAppendedIsRead: the same for the rows that are only ever added to.
func TestWhatIsAppendedIsRead(t *testing.T) {
	onBoth(t, func(t *testing.T, s *testStore) {
		entry := scenarios.Entry{At: base, AccountKey: "b:b-1", BuyerID: "b-1", Scenario: "cart", Subject: "c-1", RunID: "r-1", Step: "first",
			Action: scenarios.ActionSkip, Channel: "email", Reason: scenarios.ReasonLate, MessageID: "m-1"}
		consent := scenarios.ConsentEntry{BuyerID: "b-1", Channel: "line", Granted: true, Basis: "opt_in", Proof: "form", Origin: "shop", At: base}
		score := scenarios.ScoreEntry{AccountKey: "b:b-1", BuyerID: "b-1", Rule: "料金ページを閲覧", Event: "page.viewed", Points: -2.5, At: base}
		interaction := scenarios.Interaction{MessageID: "m-1", BuyerID: "b-1", Kind: "click", Machine: true, URL: "https://shop.example/", At: base}
		expectAllSet(t, &entry)
		expectAllSet(t, &consent)
		expectAllSet(t, &interaction)
		expectAllSet(t, &score)
		s.put(t, "b-1", scenarios.Decision{Buyers: []*scenarios.Buyer{buyer("b-1", "")}, Journal: []scenarios.Entry{entry},
			Ledger: []scenarios.ConsentEntry{consent}, Interactions: []scenarios.Interaction{interaction},
			Scores: []scenarios.ScoreEntry{score}})
		if got, err := s.ScoreReasons(t.Context(), "b:b-1", lastTime, 5); err != nil || !slices.Equal(got, []scenarios.ScoreEntry{score}) {
			t.Errorf("reasons %+v, %v", got, err)
		}
		got, err := s.BuyerRecord(t.Context(), "b-1")
		if err != nil || !slices.Equal(got.Journal, []scenarios.Entry{entry}) || !slices.Equal(got.Ledger, []scenarios.ConsentEntry{consent}) {
			t.Errorf("%+v, %v", got, err)
		}
		if n := count(t, s, "SELECT COUNT(*) FROM interactions WHERE message_id = ? AND buyer_id = ? AND kind = ? AND machine = 1 AND url = ? AND at = ?",
			"m-1", "b-1", "click", "https://shop.example/", timeText(base)); n != 1 {
			t.Error("the interaction is not as it was")
		}
	})
}

func expectAllSet(t *testing.T, x any, but ...string) {
	t.Helper()
	v := reflect.ValueOf(x).Elem()
	for i := range v.NumField() {
		if name := v.Type().Field(i).Name; v.Field(i).IsZero() && !slices.Contains(but, name) {
			t.Errorf("%T: %s is not set", x, name)
		}
	}
}

// difference finds the first place in which two values differ, with unexported
// fields; empty when there is none.
func difference(path string, got, want reflect.Value) string {
	if got.IsValid() != want.IsValid() {
		return fmt.Sprintf("%s: there %t, want %t", path, got.IsValid(), want.IsValid())
	}
	switch got.Kind() {
	case reflect.Pointer, reflect.Interface:
		if got.IsNil() != want.IsNil() {
			return fmt.Sprintf("%s: nil %t, want nil %t", path, got.IsNil(), want.IsNil())
		}
		if !got.IsNil() {
			return difference(path, got.Elem(), want.Elem())
		}
		return ""
	case reflect.Map:
		for _, k := range append(got.MapKeys(), want.MapKeys()...) {
			if d := difference(fmt.Sprintf("%s[%v]", path, k), got.MapIndex(k), want.MapIndex(k)); d != "" {
				return d
			}
		}
		return ""
	case reflect.Slice:
		if got.Len() != want.Len() {
			return fmt.Sprintf("%s: %d elements, want %d", path, got.Len(), want.Len())
		}
		for i := range got.Len() {
			if d := difference(fmt.Sprintf("%s[%d]", path, i), got.Index(i), want.Index(i)); d != "" {
				return d
			}
		}
		return ""
	case reflect.Struct:
		for i := range got.NumField() {
			if d := difference(path+"."+got.Type().Field(i).Name, got.Field(i), want.Field(i)); d != "" {
				return d
			}
		}
		return ""
	}
	if !got.Equal(want) {
		return fmt.Sprintf("%s: %v, want %v", path, got, want)
	}
	return ""
}

func expectSnapshot(t *testing.T, what string, got, want *scenarios.Snapshot) {
	t.Helper()
	if d := difference("snapshot", reflect.ValueOf(got), reflect.ValueOf(want)); d != "" {
		t.Errorf("%s sees %s", what, d)
	}
}
