package handlers

import (
	"encoding/json"
	"fmt"
	"time"

	"kagobell/scenarios"
)

// ownEvent is an event that Kagobell itself makes. It goes the way of all events, so that it is stored, decided and
// told apart from its repetition like any other.
func ownEvent(kind, id, buyerID string, at time.Time, data map[string]any) (*scenarios.Event, error) {
	type buyer struct {
		ID string `json:"id"`
	}
	raw, err := json.Marshal(struct {
		ID         string         `json:"id"`
		Type       string         `json:"type"`
		OccurredAt time.Time      `json:"occurred_at"`
		Buyer      buyer          `json:"buyer"`
		Data       map[string]any `json:"data,omitempty"`
	}{id, kind, at.UTC(), buyer{buyerID}, data})
	if err != nil {
		return nil, fmt.Errorf("event %s: %w", id, err)
	}
	return &scenarios.Event{
		Source:     scenarios.SourceKagobell,
		ID:         id,
		Type:       kind,
		OccurredAt: at.UTC(),
		Buyer:      &scenarios.BuyerUpdate{ID: buyerID},
		Data:       data,
		Raw:        raw,
	}, nil
}
