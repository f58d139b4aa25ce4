package handlers

import (
	"context"
	"errors"
	"net/http"
	"time"

	"github.com/gin-gonic/gin"

	"kagobell/scenarios"
)

// Outbox reads messages as their buyers see them.
type Outbox interface {
	// OutboxEntries lists the newest first; what they hold of Rendered need not be more than To and Subject.
	// ErrBadCursor.
	OutboxEntries(ctx context.Context, filter OutboxFilter) (Page[OutboxEntry], error)
	// OutboxEntry finds one, whole. ErrNotFound.
	OutboxEntry(ctx context.Context, messageID string) (OutboxEntry, error)
}

// OutboxEntry is a message that was kept for viewing.
type OutboxEntry struct {
	MessageID string
	Scenario  string
	Step      string
	BuyerID   string
	Rendered  scenarios.Rendered
	At        time.Time
}

// OutboxFilter narrows the list; empty fields do not.
type OutboxFilter struct {
	Channel  scenarios.Channel
	Scenario string
	Search   string // in subject, address or buyer's id
	Cursor   string
	Limit    int
}

// outboxPage is what pages/outbox.html shows.
type outboxPage struct {
	Entries   []OutboxEntry
	Pager     pager
	Filtered  bool
	Scenarios []string // to choose from, as the channels
	Channels  []scenarios.Channel
	Channel   scenarios.Channel // chosen, as the others
	Scenario  string
	Search    string
}

func (a *admin) listOutbox(c *gin.Context, v *visit) error {
	filter := OutboxFilter{
		Channel: chosen(c, "channel", scenarios.Channels), Scenario: filterText(c, "scenario"), Search: filterText(c, "q"),
		Cursor: c.Query("cursor"), Limit: adminLimit,
	}
	found, err := a.outbox.OutboxEntries(c.Request.Context(), filter)
	if err != nil {
		return err
	}
	return a.write(c, v, http.StatusOK, "outbox", outboxPage{
		Entries: found.Items, Pager: pagerOf(c, found.Next), Scenarios: a.scenarioNames(), Channels: scenarios.Channels,
		Channel: filter.Channel, Scenario: filter.Scenario, Search: filter.Search,
		Filtered: filter.Channel != "" || filter.Scenario != "" || filter.Search != "",
	})
}

// outboxMessagePage is what pages/outbox-message.html shows.
type outboxMessagePage struct {
	OutboxEntry
	Kept    bool               // the outbox has it; else only what became of it is known
	Message *scenarios.Message // nil: not known any more
}

// Framed tells whether the message is shown in a frame of its own. A letter is plain text.
func (p outboxMessagePage) Framed() bool { return p.Kept && p.Rendered.Channel != scenarios.ChannelDM }

func (a *admin) showOutbox(c *gin.Context, v *visit) error {
	ctx, id := c.Request.Context(), pathValue(c, "id")
	entry, err := a.outbox.OutboxEntry(ctx, id)
	kept := err == nil
	if err != nil && !errors.Is(err, ErrNotFound) {
		return err
	}
	message, err := a.tracker.Message(ctx, id)
	if err != nil && (!kept || !errors.Is(err, ErrNotFound)) {
		return err
	}
	if !kept {
		entry = unkept(message)
	}
	return a.write(c, v, http.StatusOK, "outbox-message", outboxMessagePage{entry, kept, message})
}

// unkept is what can be shown of a message that the outbox has no copy of.
func unkept(m *scenarios.Message) OutboxEntry {
	return OutboxEntry{
		MessageID: m.ID, Scenario: m.Scenario, Step: m.Step, BuyerID: m.BuyerID,
		Rendered: scenarios.Rendered{Channel: m.Channel, Subject: m.Title},
	}
}
