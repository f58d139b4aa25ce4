package handlers

import (
	"net/http"

	"github.com/gin-gonic/gin"

	"kagobell/scenarios"
)

// runView is a run as JSON.
type runView struct {
	ID         scenarios.RunID     `json:"id"`
	Scenario   string              `json:"scenario"`
	Version    string              `json:"version"`
	AccountID  string              `json:"account_id,omitempty"`
	BuyerID    string              `json:"buyer_id"`
	Subject    string              `json:"subject,omitempty"`
	Status     scenarios.RunStatus `json:"status"`
	Reason     scenarios.Reason    `json:"reason,omitempty"`
	Items      []runItemView       `json:"items"`
	Currency   string              `json:"currency,omitempty"`
	URL        string              `json:"url,omitempty"`
	Step       string              `json:"step,omitempty"`
	StartedAt  string              `json:"started_at,omitempty"`
	Anchor     string              `json:"anchor,omitempty"`
	PlannedAt  string              `json:"planned_at,omitempty"`
	DueAt      string              `json:"due_at,omitempty"`
	HeldSince  string              `json:"held_since,omitempty"`
	LastSentAt string              `json:"last_sent_at,omitempty"`
	EndedAt    string              `json:"ended_at,omitempty"`
}

type runItemView struct {
	SKU       string  `json:"sku"`
	Name      string  `json:"name,omitempty"`
	Quantity  float64 `json:"quantity,omitempty"`
	UnitPrice string  `json:"unit_price,omitempty"`
	URL       string  `json:"url,omitempty"`
}

func (a *api) viewRun(r scenarios.Run) runView {
	view := runView{
		ID: r.ID, Scenario: r.Scenario, Version: r.Version, AccountID: accountOf(r.AccountKey), BuyerID: r.BuyerID,
		Subject: r.Subject, Status: r.Status, Reason: r.EndReason, Items: make([]runItemView, 0, len(r.Items)),
		Currency: r.Currency, URL: r.URL, StartedAt: a.when(r.StartedAt), Anchor: a.when(r.Anchor),
		HeldSince: a.when(r.HeldSince), LastSentAt: a.when(r.LastSentAt), EndedAt: a.when(r.EndedAt),
	}
	if r.Open() { // what is to come
		view.Step, view.PlannedAt, view.DueAt = r.Step, a.when(r.PlannedAt), a.when(r.DueAt)
	}
	for _, item := range r.Items {
		view.Items = append(view.Items, runItemView{
			SKU: item.SKU, Name: item.Name, Quantity: item.Quantity, UnitPrice: amount(item.UnitPrice), URL: item.URL,
		})
	}
	return view
}

func (a *api) listRuns(c *gin.Context) error {
	q := a.query(c)
	filter := RunFilter{
		Scenario: q.text("scenario"), BuyerID: q.text("buyer_id"),
		Status: oneOf(q, "status", scenarios.RunOpen, scenarios.RunCompleted, scenarios.RunExited),
		Since:  q.time("since", false), Cursor: q.text("cursor"), Limit: q.limit(),
	}
	if err := q.err(); err != nil {
		return err
	}
	page, err := a.reports.Runs(c.Request.Context(), filter)
	if err != nil {
		return err
	}
	return writeJSON(c, http.StatusOK, viewPage(page, a.viewRun))
}
