package store

import (
	"errors"
	"testing"
	"time"

	"kagobell/scenarios"
)

func isNotFound(err error) bool { return errors.Is(err, ErrNotFound) }

// TestErase: when a buyer is erased, nothing that he said or was shown is left,
// and what he did can still be counted.
func TestErase(t *testing.T) {
	onBoth(t, func(t *testing.T, s *testStore) {
		for _, id := range []string{"b-1", "b-2"} {
			r := run("r-"+id, id, scenarios.KeyOfBuyer(id))
			r.Data = map[string]any{"name": "佐藤"}
			m := message("m-"+id, r)
			m.Title, m.Status = "佐藤様", scenarios.MessageSent
			s.mustDecide(t, answer(scenarios.Decision{
				Buyers: []*scenarios.Buyer{buyer(id, "")}, Runs: []*scenarios.Run{r}, Messages: []*scenarios.Message{m},
				Carts:        []*scenarios.Cart{{BuyerID: id, ID: "c-1", OccurredAt: base}},
				Favorites:    []*scenarios.Favorite{{BuyerID: id, SKU: "A4", AddedAt: base}},
				Orders:       []*scenarios.Order{{Source: "shop", ID: id, AccountKey: r.AccountKey, BuyerID: id, PlacedAt: base, Items: []scenarios.Item{{SKU: "A4"}}}},
				Ledger:       []scenarios.ConsentEntry{{BuyerID: id, Channel: "email", Granted: true, Proof: "form 佐藤", At: base}},
				Interactions: []scenarios.Interaction{{MessageID: m.ID, BuyerID: id, Kind: "click", URL: "https://shop.example/p", At: base}},
				Journal:      []scenarios.Entry{{At: base, BuyerID: id, Action: scenarios.ActionStart}},
			}), cartEvent(id, "e-"+id, "c-1"))
			if err := s.Keep(t.Context(), m.ID, scenarios.Rendered{Channel: "email", To: id + "@acme.example", Subject: "佐藤様"}); err != nil {
				t.Fatal(err)
			}
		}
		for id, body := range map[string]string{
			"his": `{"id":"x-1","buyer":{"id":"b-1","name":"佐藤"}}`, "another's": `{"id":"b-1","buyer":{"id":"b-2","name":"鈴木"}}`} {
			if err := s.KeepDeadLetters(t.Context(), []DeadLetter{{ID: id, Kind: "event", Body: []byte(body)}}); err != nil {
				t.Fatal(err)
			}
		}
		erased := &scenarios.Buyer{ID: "b-1", ErasedAt: base}
		deleted := eventOf("b-1", "e-delete")
		deleted.Type = scenarios.EventBuyerDeleted
		s.mustDecide(t, answer(scenarios.Decision{Buyers: []*scenarios.Buyer{erased}}), scenarios.Work{Event: deleted})

		for what, n := range map[string]struct {
			query string
			want  int
		}{
			"bodies of his events":   {"SELECT COUNT(*) FROM events WHERE buyer_id = 'b-1' AND body IS NOT NULL", 0},
			"his events":             {"SELECT COUNT(*) FROM events WHERE buyer_id = 'b-1'", 2},
			"bodies of the others'":  {"SELECT COUNT(*) FROM events WHERE buyer_id = 'b-2' AND body IS NOT NULL", 1},
			"his outbox":             {"SELECT COUNT(*) FROM outbox WHERE message_id = 'm-b-1'", 0},
			"the others' outbox":     {"SELECT COUNT(*) FROM outbox WHERE message_id = 'm-b-2'", 1},
			"his dead letters":       {"SELECT COUNT(*) FROM dead_letters WHERE dead_letter_id = 'his'", 0},
			"another's dead letters": {"SELECT COUNT(*) FROM dead_letters", 1},
			"titles":                 {"SELECT COUNT(*) FROM messages WHERE title <> ''", 1},
			"messages":               {"SELECT COUNT(*) FROM messages", 2},
			"data of runs":           {"SELECT COUNT(*) FROM runs WHERE data IS NOT NULL", 1},
			"proofs":                 {"SELECT COUNT(*) FROM consent_ledger WHERE proof <> ''", 1},
			"carts":                  {"SELECT COUNT(*) FROM carts", 1},
			"favourites":             {"SELECT COUNT(*) FROM favorites", 1},
			"orders":                 {"SELECT COUNT(*) FROM orders", 2},
			"order lines":            {"SELECT COUNT(*) FROM order_items", 2},
			"addresses of clicks":    {"SELECT COUNT(*) FROM interactions WHERE url <> ''", 2},
			"lines in the journal":   {"SELECT COUNT(*) FROM journal", 2},
			"names and addresses":    {"SELECT COUNT(*) FROM buyers WHERE name <> '' OR email <> ''", 1},
			"rows of the person":     {"SELECT COUNT(*) FROM buyers WHERE buyer_id = 'b-1' AND erased_at IS NOT NULL", 1},
			"lines of the consents":  {"SELECT COUNT(*) FROM consent_ledger", 2},
			"interactions of b-1":    {"SELECT COUNT(*) FROM interactions WHERE buyer_id = 'b-1'", 1},
			"open runs of the other": {"SELECT COUNT(*) FROM runs WHERE buyer_id = 'b-2' AND status = 'open'", 1},
		} {
			if got := count(t, s, n.query); got != n.want {
				t.Errorf("%s: %d, want %d", what, got, n.want)
			}
		}
		// A delivery that was under way when he was erased.
		if err := s.Keep(t.Context(), "m-b-1", scenarios.Rendered{Channel: "email", To: "b-1@acme.example"}); err != nil {
			t.Error(err)
		}
		if _, err := s.OutboxEntry(t.Context(), "m-b-1"); !isNotFound(err) {
			t.Errorf("the outbox kept a message to somebody who was erased: %v", err)
		}
	})
}

// TestErasedAndBack: whoever comes back in the batch that erased him begins anew,
// and what was before stays wiped out.
func TestErasedAndBack(t *testing.T) {
	onBoth(t, func(t *testing.T, s *testStore) {
		works := []scenarios.Work{cartEvent("b-1", "before", "c-1"), {Event: eventOf("b-1", "delete")}, cartEvent("b-1", "after", "c-2"), cartEvent("b-2", "other", "c-1")}
		s.mustDecide(t, fake{decide: func(snapshot *scenarios.Snapshot, w scenarios.Work, _ time.Time) scenarios.Decision {
			b := &scenarios.Buyer{ID: w.Event.BuyerID(), ProfileAt: base}
			if known := snapshot.Buyer(b.ID); known != nil {
				*b = *known
			}
			d := scenarios.Decision{Buyers: []*scenarios.Buyer{b}}
			switch w.Event.ID {
			case "delete":
				b.ErasedAt, b.ProfileAt = base, time.Time{}
			case "after":
				b.ProfileAt = base.Add(time.Minute)
				fallthrough
			default:
				d.Carts = []*scenarios.Cart{w.Event.Cart}
			}
			return d
		}}, works...)
		if n := count(t, s, "SELECT COUNT(*) FROM carts WHERE buyer_id = 'b-1' AND cart_id = 'c-2'"); n != 1 {
			t.Error("the cart of the buyer who came back is gone")
		}
		if n := count(t, s, "SELECT COUNT(*) FROM carts WHERE cart_id = 'c-1' AND buyer_id = 'b-1'"); n != 0 {
			t.Error("the cart from before the erasure is there")
		}
		if n := count(t, s, "SELECT COUNT(*) FROM events WHERE body IS NOT NULL AND event_id IN ('after', 'other')"); n != 2 {
			t.Error("bodies from after the erasure are gone")
		}
		if n := count(t, s, "SELECT COUNT(*) FROM events WHERE body IS NULL"); n != 2 {
			t.Errorf("%d bodies are wiped out, want 2", n)
		}
	})
}

// TestInteractions: the first by a person marks the message; no decision wipes
// that out, and the mark is never moved.
func TestInteractions(t *testing.T) {
	onBoth(t, func(t *testing.T, s *testStore) {
		r := run("r-1", "b-1", "b:b-1")
		m := message("m-1", r)
		m.Status = scenarios.MessageSent
		s.put(t, "b-1", scenarios.Decision{Buyers: []*scenarios.Buyer{buyer("b-1", "")}, Runs: []*scenarios.Run{r}, Messages: []*scenarios.Message{m}})
		record := func(kind scenarios.InteractionKind, machine bool, after time.Duration) {
			t.Helper()
			err := s.RecordInteraction(t.Context(), scenarios.Interaction{MessageID: "m-1", Kind: kind, Machine: machine, URL: "u", At: base.Add(after)})
			if err != nil {
				t.Error(err)
			}
		}
		expect := func(opened, clicked time.Duration) {
			t.Helper()
			want := func(d time.Duration) time.Time {
				if d == 0 {
					return time.Time{}
				}
				return base.Add(d)
			}
			got, err := s.Message(t.Context(), "m-1")
			if err != nil || !got.OpenedAt.Equal(want(opened)) || !got.ClickedAt.Equal(want(clicked)) {
				t.Errorf("opened %s, clicked %s (%v); want %s, %s", got.OpenedAt, got.ClickedAt, err, want(opened), want(clicked))
			}
		}
		record(scenarios.InteractionOpen, true, time.Minute)
		record(scenarios.InteractionClick, true, time.Minute)
		expect(0, 0)
		record(scenarios.InteractionOpen, false, 2*time.Minute)
		record(scenarios.InteractionOpen, false, 3*time.Minute)
		expect(2*time.Minute, 0)
		record(scenarios.InteractionClick, false, 4*time.Minute)
		record(scenarios.InteractionClick, false, 5*time.Minute)
		expect(2*time.Minute, 4*time.Minute)

		// A decision that had loaded the message before.
		stale := *m
		stale.Detail = "later"
		s.put(t, "b-1", scenarios.Decision{Messages: []*scenarios.Message{&stale}})
		expect(2*time.Minute, 4*time.Minute)

		if n := count(t, s, "SELECT COUNT(*) FROM interactions WHERE buyer_id = 'b-1'"); n != 6 {
			t.Errorf("%d interactions are kept, want 6", n)
		}
		if err := s.RecordInteraction(t.Context(), scenarios.Interaction{MessageID: "gone", Kind: "open"}); !isNotFound(err) {
			t.Errorf("of a message that never was: %v", err)
		}
	})
}

// TestClickOpens: whoever clicks has opened, with pictures off too.
func TestClickOpens(t *testing.T) {
	onBoth(t, func(t *testing.T, s *testStore) {
		r := run("r-1", "b-1", "b:b-1")
		s.put(t, "b-1", scenarios.Decision{Runs: []*scenarios.Run{r}, Messages: []*scenarios.Message{message("m-1", r)}})
		if err := s.RecordInteraction(t.Context(), scenarios.Interaction{MessageID: "m-1", Kind: scenarios.InteractionClick}); err != nil {
			t.Fatal(err)
		}
		now, _ := s.Now(t.Context())
		m, err := s.Message(t.Context(), "m-1")
		if err != nil || m.OpenedAt.IsZero() || !m.OpenedAt.Equal(m.ClickedAt) || now.Sub(m.OpenedAt) > time.Minute {
			t.Errorf("opened %s, clicked %s, %v", m.OpenedAt, m.ClickedAt, err)
		}
	})
}

// TestBuyerRecord reads all that is kept of a buyer, oldest first.
func TestBuyerRecord(t *testing.T) {
	onBoth(t, func(t *testing.T, s *testStore) {
		b := buyer("b-1", "acme")
		first, second := run("r-1", "b-1", "a:acme"), run("r-2", "b-1", "a:acme")
		second.StartedAt = base.Add(time.Minute)
		event := eventOf("b-1", "e-1")
		event.Buyer.AccountID = scenarios.Field[string]{Present: true, Value: "acme"}
		s.mustDecide(t, answer(scenarios.Decision{Accounts: []*scenarios.Account{{Key: "a:acme", ID: "acme", Name: "アクメ"}},
			Buyers: []*scenarios.Buyer{b}, Runs: []*scenarios.Run{second, first}, Messages: []*scenarios.Message{message("m-1", first)},
			Suppressions: []*scenarios.Suppression{{Channel: "email", AddressHash: b.AddressHash("email"), Reason: scenarios.ReasonHardBounce, At: base}},
			Ledger:       []scenarios.ConsentEntry{{BuyerID: "b-1", Channel: "email", Granted: true, Origin: "shop", At: base}, {BuyerID: "b-1", Channel: "email", Origin: "hard_bounce", At: base}},
			Journal:      []scenarios.Entry{{At: base, BuyerID: "b-1", Action: scenarios.ActionStart}, {At: base, BuyerID: "b-1", Action: scenarios.ActionSend, Reason: scenarios.ReasonRedirected}},
		}), scenarios.Work{Event: event})
		got, err := s.BuyerRecord(t.Context(), "b-1")
		if err != nil || got.Buyer.Name != b.Name || got.Account.Name != "アクメ" || len(got.Suppressions) != 1 ||
			len(got.Runs) != 2 || got.Runs[0].ID != "r-1" || len(got.Messages) != 1 ||
			len(got.Ledger) != 2 || got.Ledger[1].Origin != "hard_bounce" || len(got.Journal) != 2 || got.Journal[1].Action != scenarios.ActionSend {
			t.Errorf("%+v, %v", got, err)
		}
		if _, err := s.BuyerRecord(t.Context(), "nobody"); !isNotFound(err) {
			t.Errorf("nobody: %v", err)
		}
	})
}
