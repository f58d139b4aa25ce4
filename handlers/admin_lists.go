package handlers

import (
	"net/http"

	"github.com/gin-gonic/gin"

	"kagobell/scenarios"
)

// adminLimit is how many lines a list shows on one page.
const adminLimit = 50

var (
	runStatuses     = []scenarios.RunStatus{scenarios.RunOpen, scenarios.RunCompleted, scenarios.RunExited}
	messageStatuses = []scenarios.MessageStatus{
		scenarios.MessageClaimed, scenarios.MessageRetry, scenarios.MessageSent,
		scenarios.MessageBatched, scenarios.MessageFailed, scenarios.MessageWithdrawn,
	}
)

// listPage is what pages/runs.html and pages/messages.html show.
type listPage[T any] struct {
	Items     []T
	Pager     pager
	Filtered  bool
	Scenarios []string // to choose from, as the statuses
	Statuses  []string
	Scenario  string // chosen, as the others
	Status    string
	BuyerID   string
}

func (a *admin) listRuns(c *gin.Context, v *visit) error {
	filter := RunFilter{
		Scenario: filterText(c, "scenario"), BuyerID: filterText(c, "buyer_id"), Status: chosen(c, "status", runStatuses),
		Cursor: c.Query("cursor"), Limit: adminLimit,
	}
	found, err := a.reports.Runs(c.Request.Context(), filter)
	if err != nil {
		return err
	}
	page := listPage[scenarios.Run]{
		Items: found.Items, Pager: pagerOf(c, found.Next), Scenarios: a.scenarioNames(), Statuses: plain(runStatuses),
		Scenario: filter.Scenario, Status: string(filter.Status), BuyerID: filter.BuyerID,
	}
	page.Filtered = page.Scenario != "" || page.Status != "" || page.BuyerID != ""
	return a.write(c, v, http.StatusOK, "runs", page)
}

func (a *admin) listMessages(c *gin.Context, v *visit) error {
	filter := MessageFilter{
		Scenario: filterText(c, "scenario"), BuyerID: filterText(c, "buyer_id"), Status: chosen(c, "status", messageStatuses),
		Cursor: c.Query("cursor"), Limit: adminLimit,
	}
	found, err := a.reports.Messages(c.Request.Context(), filter)
	if err != nil {
		return err
	}
	page := listPage[scenarios.Message]{
		Items: found.Items, Pager: pagerOf(c, found.Next), Scenarios: a.scenarioNames(), Statuses: plain(messageStatuses),
		Scenario: filter.Scenario, Status: string(filter.Status), BuyerID: filter.BuyerID,
	}
	page.Filtered = page.Scenario != "" || page.Status != "" || page.BuyerID != ""
	return a.write(c, v, http.StatusOK, "messages", page)
}

func plain[T ~string](values []T) []string {
	list := make([]string, 0, len(values))
	for _, value := range values {
		list = append(list, string(value))
	}
	return list
}
