package store

import (
	"fmt"
	"reflect"
	"sync"
	"testing"
	"time"

	"kagobell/scenarios"
)

// posting is a decider that puts a letter of each buyer into the first batch that
// has room for it.
func posting(limit int) fake {
	return fake{decide: func(s *scenarios.Snapshot, w scenarios.Work, now time.Time) scenarios.Decision {
		id := w.Event.BuyerID()
		r := run("r-"+id, id, scenarios.KeyOfBuyer(id))
		m := message("m-"+id, r)
		m.Channel, m.Status, m.BatchID = scenarios.ChannelDM, scenarios.MessageBatched, fake{}.BatchID(now)
		for batchSize(s, m.BatchID) >= limit {
			m.BatchID = fake{}.BatchID(fake{}.BatchClosesAt(m.BatchID))
		}
		return scenarios.Decision{Buyers: []*scenarios.Buyer{{ID: id, Postal: &scenarios.Postal{Code: "100-0001"}}},
			Runs: []*scenarios.Run{r}, Messages: []*scenarios.Message{m}}
	}}
}

// batchSize looks into a snapshot, as only the engine may.
func batchSize(s *scenarios.Snapshot, id string) int {
	size := reflect.ValueOf(s).Elem().FieldByName("batches").MapIndex(reflect.ValueOf(id))
	if !size.IsValid() {
		return 0
	}
	return int(size.Int())
}

// TestDailyCapIsExact: many accounts post letters at the same time.
func TestDailyCapIsExact(t *testing.T) {
	onBoth(t, func(t *testing.T, s *testStore) {
		const people, limit = 30, 4
		var all sync.WaitGroup
		for i := range people {
			all.Go(func() {
				id := fmt.Sprintf("b-%d", i)
				s.mustDecide(t, posting(limit), cartEvent(id, "e-"+id, "c-1"))
			})
		}
		all.Wait()
		page, err := s.DMBatches(t.Context(), "", 100)
		if err != nil {
			t.Fatal(err)
		}
		total := 0
		for i, b := range page.Items {
			total += b.Letters
			if full := i > 0; full && b.Letters != limit || b.Closed || !b.CutOffAt.Equal(fake{}.BatchClosesAt(b.ID)) {
				t.Errorf("batch %+v, want %d letters", b, limit)
			}
		}
		if total != people || len(page.Items) != (people+limit-1)/limit {
			t.Errorf("%d letters in %d batches, want %d", total, len(page.Items), people)
		}
	})
}

func TestLettersOfABatch(t *testing.T) {
	onBoth(t, func(t *testing.T, s *testStore) {
		s.mustDecide(t, posting(2), cartEvent("b-1", "e-1", "c-1"), cartEvent("b-2", "e-2", "c-1"), cartEvent("b-3", "e-3", "c-1"))
		first, err := s.DMBatches(t.Context(), "", 1)
		if err != nil || len(first.Items) != 1 || first.Items[0].Letters != 1 || first.Next == "" {
			t.Fatalf("%+v, %v", first, err)
		}
		rest, err := s.DMBatches(t.Context(), first.Next, 1)
		if err != nil || len(rest.Items) != 1 || rest.Items[0].Letters != 2 || rest.Next != "" {
			t.Fatalf("%+v, %v", rest, err)
		}
		id := rest.Items[0].ID
		letters, err := s.DMLetters(t.Context(), id)
		if err != nil || len(letters) != 2 || letters[0].Message.ID != "m-b-1" || letters[0].Buyer.Postal.Code != "100-0001" ||
			letters[1].Account.Key != "b:b-2" {
			t.Errorf("letters %+v, %v", letters, err)
		}

		// Whoever asks about the account sees its letter; one that is withdrawn makes room.
		now, _ := s.Now(t.Context())
		withdrawn := *message("m-b-1", run("r-b-1", "b-1", "b:b-1"))
		withdrawn.Channel, withdrawn.Status, withdrawn.BatchID = scenarios.ChannelDM, scenarios.MessageWithdrawn, id
		s.mustDecide(t, fake{decide: func(snapshot *scenarios.Snapshot, _ scenarios.Work, _ time.Time) scenarios.Decision {
			if batchSize(snapshot, fake{}.BatchID(now)) != 2 {
				t.Error("the decision does not know how full the batch is")
			}
			return scenarios.Decision{Messages: []*scenarios.Message{&withdrawn}}
		}}, cartEvent("b-1", "e-10", "c-1"))
		if letters, err = s.DMLetters(t.Context(), id); err != nil || len(letters) != 1 || letters[0].Message.ID != "m-b-2" {
			t.Errorf("after a withdrawal: %+v, %v", letters, err)
		}
		if err := s.MarkExported(t.Context(), id); err != nil {
			t.Error(err)
		}
		s.advance(72 * time.Hour)
		page, err := s.DMBatches(t.Context(), first.Next, 1)
		if err != nil || !page.Items[0].Closed || page.Items[0].ExportedAt.IsZero() {
			t.Errorf("three days later: %+v, %v", page, err)
		}
		if _, err := s.DMLetters(t.Context(), "dm-1999-01-01"); !isNotFound(err) {
			t.Errorf("letters of a batch that never was: %v", err)
		}
	})
}
