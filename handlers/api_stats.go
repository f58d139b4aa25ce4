package handlers

import (
	"net/http"

	"github.com/gin-gonic/gin"

	"kagobell/scenarios"
)

// statView is one line of statistics as JSON.
type statView struct {
	Scenario string                   `json:"scenario"`
	Step     string                   `json:"step,omitempty"`
	Channel  scenarios.Channel        `json:"channel,omitempty"`
	Started  int                      `json:"started"`
	Sent     int                      `json:"sent"`
	Skipped  map[scenarios.Reason]int `json:"skipped"`
	Opened   int                      `json:"opened"`
	Clicked  int                      `json:"clicked"`
	Ordered  int                      `json:"ordered"`
	Revenue  map[string]string        `json:"revenue"` // by currency
}

type statsView struct {
	By    StatsBy    `json:"by"`
	From  string     `json:"from,omitempty"`
	To    string     `json:"to,omitempty"`
	Items []statView `json:"items"`
}

func viewStat(s Stat) statView {
	view := statView{
		Scenario: s.Scenario, Step: s.Step, Channel: s.Channel, Started: s.Started, Sent: s.Sent, Skipped: s.Skipped,
		Opened: s.Opened, Clicked: s.Clicked, Ordered: s.Ordered, Revenue: map[string]string{},
	}
	if view.Skipped == nil {
		view.Skipped = map[scenarios.Reason]int{}
	}
	for currency, money := range s.Revenue {
		view.Revenue[currency] = money.String()
	}
	return view
}

func (a *api) getStats(c *gin.Context) error {
	q := a.query(c)
	filter := StatsFilter{
		By:   oneOf(q, "by", ByScenario, ByStep, ByChannel),
		From: q.time("from", false), To: q.time("to", true),
	}
	if filter.By == "" {
		filter.By = ByScenario
	}
	if !filter.From.IsZero() && !filter.To.IsZero() && !filter.From.Before(filter.To) {
		q.fail("to", "expected a time after from")
	}
	if err := q.err(); err != nil {
		return err
	}
	stats, err := a.reports.Stats(c.Request.Context(), filter)
	if err != nil {
		return err
	}
	view := statsView{By: filter.By, From: a.when(filter.From), To: a.when(filter.To), Items: make([]statView, 0, len(stats))}
	for _, stat := range stats {
		view.Items = append(view.Items, viewStat(stat))
	}
	return writeJSON(c, http.StatusOK, view)
}
