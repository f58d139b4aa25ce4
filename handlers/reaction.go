package handlers

import (
	"context"
	"fmt"
	"strconv"
	"time"

	"github.com/gin-gonic/gin"

	"kagobell/scenarios"
)

// reaction is what a request to a tracking address tells of its message.
type reaction struct {
	kind    scenarios.InteractionKind
	link    int    // of a click
	address string // of a click
}

// record keeps a reaction; failing at it is no reason to keep anybody from the shop. What a person does for the first
// time is an event, which is decided like any other and keeps the reaction with what follows from it; all else is
// kept alone.
func (t *tracking) record(c *gin.Context, message *scenarios.Message, r reaction) {
	ctx, cancel := context.WithTimeout(c.Request.Context(), recordWithin)
	defer cancel()
	now := t.now().UTC()
	machine := byMachine(c.Request, r.kind, message.SentAt, now)
	if !machine && t.isNews(message, r, now) {
		kept, err := t.decide(ctx, message, r, now)
		if err != nil {
			t.log.Error("what a buyer did with a message is no event", "message_id", message.ID, "kind", string(r.kind), "error", err)
		}
		if kept || ctx.Err() != nil { // a decision that was waited for in vain may yet be saved
			return
		}
	}
	err := t.tracker.RecordInteraction(ctx, scenarios.Interaction{
		MessageID: message.ID,
		BuyerID:   message.BuyerID,
		Kind:      r.kind,
		Machine:   machine,
		URL:       r.address,
		At:        now,
	})
	if err != nil {
		t.log.Error("interaction not recorded", "message_id", message.ID, "kind", string(r.kind), "error", err)
	}
}

// isNews tells whether a reaction may be the first of its kind. Whoever opens again can be seen from the message; a
// click that opened it was no open. Of a message older than the events that are kept nobody knows.
func (t *tracking) isNews(message *scenarios.Message, r reaction, now time.Time) bool {
	if t.eventsKept > 0 && !message.SentAt.IsZero() && now.Sub(message.SentAt) >= t.eventsKept {
		return false
	}
	return r.kind == scenarios.InteractionClick || message.OpenedAt.IsZero() || message.OpenedAt.Equal(message.ClickedAt)
}

// decide makes the event and tells whether the reaction is kept with it: not when it is a repetition, nor when the
// buyer was erased.
func (t *tracking) decide(ctx context.Context, message *scenarios.Message, r reaction, now time.Time) (kept bool, err error) {
	event, err := r.event(message, now)
	if err != nil {
		return false, err
	}
	results, err := t.ingest.Ingest(ctx, []*scenarios.Event{event})
	switch {
	case err != nil:
		return false, err
	case len(results) != 1:
		return false, fmt.Errorf("%d results for one event", len(results))
	case results[0].Err != nil:
		t.log.Error("event could not be decided", "event_id", event.ID, "error", results[0].Err)
		return false, nil
	}
	return len(results[0].Decision.Interactions) > 0, nil
}

// event is named after the message, the kind and the link, so that a repetition is a duplicate.
func (r reaction) event(message *scenarios.Message, now time.Time) (*scenarios.Event, error) {
	data := map[string]any{"message_id": message.ID, "scenario": message.Scenario, "step": message.Step}
	if r.kind == scenarios.InteractionOpen {
		return ownEvent(scenarios.EventMessageOpened, "open:"+message.ID, message.BuyerID, now, data)
	}
	data["url"] = r.address
	return ownEvent(scenarios.EventMessageClicked, "click:"+message.ID+":"+strconv.Itoa(r.link), message.BuyerID, now, data)
}
