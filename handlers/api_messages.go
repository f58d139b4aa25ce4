package handlers

import (
	"net/http"

	"github.com/gin-gonic/gin"

	"kagobell/scenarios"
)

// messageView is a message as JSON. It has no address: that is the buyer's.
type messageView struct {
	ID         string                  `json:"id"`
	RunID      scenarios.RunID         `json:"run_id"`
	Scenario   string                  `json:"scenario"`
	Version    string                  `json:"version"`
	Step       string                  `json:"step"`
	Channel    scenarios.Channel       `json:"channel"`
	AccountID  string                  `json:"account_id,omitempty"`
	BuyerID    string                  `json:"buyer_id"`
	Subject    string                  `json:"subject,omitempty"`
	Status     scenarios.MessageStatus `json:"status"`
	Reason     scenarios.Reason        `json:"reason,omitempty"`
	Detail     string                  `json:"detail,omitempty"`
	Template   string                  `json:"template,omitempty"`
	Title      string                  `json:"title,omitempty"`
	Items      []messageItemView       `json:"items"`
	Currency   string                  `json:"currency,omitempty"`
	URL        string                  `json:"url,omitempty"`
	BatchID    string                  `json:"batch_id,omitempty"`
	ProviderID string                  `json:"provider_id,omitempty"`
	Attempts   int                     `json:"attempts"`
	PlannedAt  string                  `json:"planned_at,omitempty"`
	ClaimedAt  string                  `json:"claimed_at,omitempty"`
	NextAt     string                  `json:"next_at,omitempty"`
	SentAt     string                  `json:"sent_at,omitempty"`
	OpenedAt   string                  `json:"opened_at,omitempty"`
	ClickedAt  string                  `json:"clicked_at,omitempty"`
}

type messageItemView struct {
	SKU        string  `json:"sku"`
	Name       string  `json:"name"`
	URL        string  `json:"url,omitempty"`
	Quantity   float64 `json:"quantity,omitempty"`
	Price      string  `json:"price,omitempty"`
	Was        string  `json:"was,omitempty"`
	PercentOff int     `json:"percent_off,omitempty"`
}

func (a *api) viewMessage(m scenarios.Message) messageView {
	view := messageView{
		ID: m.ID, RunID: m.RunID, Scenario: m.Scenario, Version: m.Version, Step: m.Step, Channel: m.Channel,
		AccountID: accountOf(m.AccountKey), BuyerID: m.BuyerID, Subject: m.Subject, Status: m.Status, Reason: m.Reason,
		Detail: m.Detail, Template: m.Template, Title: m.Title, Items: make([]messageItemView, 0, len(m.Items)),
		Currency: m.Currency, URL: m.URL, BatchID: m.BatchID, ProviderID: m.ProviderID, Attempts: m.Attempts,
		PlannedAt: a.when(m.PlannedAt), ClaimedAt: a.when(m.ClaimedAt), SentAt: a.when(m.SentAt),
		OpenedAt: a.when(m.OpenedAt), ClickedAt: a.when(m.ClickedAt),
	}
	if m.Status == scenarios.MessageRetry {
		view.NextAt = a.when(m.NextAt)
	}
	for _, item := range m.Items {
		view.Items = append(view.Items, messageItemView{
			SKU: item.SKU, Name: item.Name, URL: item.URL, Quantity: item.Quantity,
			Price: amount(item.Price), Was: amount(item.Was), PercentOff: item.PercentOff,
		})
	}
	return view
}

func (a *api) listMessages(c *gin.Context) error {
	q := a.query(c)
	filter := MessageFilter{
		Scenario: q.text("scenario"), BuyerID: q.text("buyer_id"),
		Status: oneOf(q, "status", messageStatuses...),
		Since:  q.time("since", false), Cursor: q.text("cursor"), Limit: q.limit(),
	}
	if err := q.err(); err != nil {
		return err
	}
	page, err := a.reports.Messages(c.Request.Context(), filter)
	if err != nil {
		return err
	}
	return writeJSON(c, http.StatusOK, viewPage(page, a.viewMessage))
}
