package main

import (
	"path/filepath"
	"testing"
	"time"

	"kagobell/handlers"
	"kagobell/scenarios"
)

// Three buyers on pages of two: the second page is the last, and whoever is on it was not on the first.
func TestBuyersAreFoundPageByPage(t *testing.T) {
	r := newReplay(t, scenarios.NewEngine(scenarios.Settings{}, nil, nil), "sqlite://"+filepath.Join(t.TempDir(), "kagobell.db"))
	r.now = time.Date(2026, 11, 20, 1, 0, 0, 0, time.UTC)
	for _, id := range []string{"b-1", "b-2", "b-3", "c-1"} {
		r.ingest(&scenarios.Event{Source: "shop", ID: "profile-" + id, Type: scenarios.EventBuyerUpdated,
			OccurredAt: r.now, Raw: []byte("{}"), Buyer: &scenarios.BuyerUpdate{ID: id,
				AccountID: scenarios.Field[string]{Present: true, Value: "acme"}, Name: scenarios.Field[string]{Present: true, Value: "佐藤"},
				Postal: scenarios.Field[*scenarios.Postal]{Present: true, Value: &scenarios.Postal{Company: "アクメ商事"}}}})
	}
	filter := handlers.BuyerFilter{Search: "B-", Limit: 2}
	first, err := records{r.store}.FindBuyers(t.Context(), filter)
	if err != nil {
		t.Fatal(err)
	}
	want := handlers.BuyerLine{ID: "b-1", Name: "佐藤", Company: "アクメ商事", AccountID: "acme"}
	if len(first.Items) != 2 || first.Items[0] != want || first.Next == "" {
		t.Fatalf("first page %+v", first)
	}
	filter.Cursor = first.Next
	second, err := records{r.store}.FindBuyers(t.Context(), filter)
	if err != nil {
		t.Fatal(err)
	}
	if len(second.Items) != 1 || second.Items[0].ID != "b-3" || second.Next != "" {
		t.Errorf("second page %+v", second)
	}
}
