package handlers

import (
	"context"
	"fmt"
	"net/http"
	"slices"

	"github.com/gin-gonic/gin"

	"kagobell/scenarios"
)

// resultsPage is what pages/results.html shows.
type resultsPage struct {
	Period    period
	Total     statRow
	Funnel    []funnelBar
	Scenarios []scenarioResult
	Channels  []statRow
	Skipped   []skippedBar
}

// scenarioResult is one scenario, as a funnel and by its steps.
type scenarioResult struct {
	statRow
	Funnel  []funnelBar
	Steps   []statRow
	Skipped []skippedBar
}

// statRow is a line of statistics with its picture.
type statRow struct {
	Stat
	Layers   []layer
	NoOpens  bool // the channel can't tell
	NoClicks bool
}

// Blank tells whether nothing happened at all.
func (r statRow) Blank() bool {
	return r.Started == 0 && r.Sent == 0 && r.Ordered == 0 && len(r.Skipped) == 0
}

func (a *admin) showResults(c *gin.Context, v *visit) error {
	page := resultsPage{Period: periodOf(c, a.now(), a.zone)}
	byScenario, err := a.stats(c.Request.Context(), page.Period, ByScenario)
	if err != nil {
		return err
	}
	bySteps, err := a.stats(c.Request.Context(), page.Period, ByStep)
	if err != nil {
		return err
	}
	byChannel, err := a.stats(c.Request.Context(), page.Period, ByChannel)
	if err != nil {
		return err
	}
	var total Stat
	for _, stat := range byScenario {
		total = plus(total, stat)
	}
	page.Total, page.Funnel, page.Skipped = statRow{Stat: total}, funnel(total), skippedBars(total.Skipped)
	page.Scenarios = a.scenarioResults(byScenario, bySteps)
	page.Channels = channelRows(byChannel)
	return a.write(c, v, http.StatusOK, "results", page)
}

func (a *admin) stats(ctx context.Context, p period, by StatsBy) ([]Stat, error) {
	stats, err := a.reports.Stats(ctx, StatsFilter{By: by, From: p.From, To: p.To})
	if err != nil {
		return nil, fmt.Errorf("statistics by %s: %w", by, err)
	}
	return stats, nil
}

// scenarioResults keeps the order of the catalogue; scenarios that are gone come last. All share one scale.
func (a *admin) scenarioResults(stats, steps []Stat) []scenarioResult {
	place := map[string]int{}
	for i, name := range a.scenarioNames() {
		place[name] = i - len(a.scenarioNames())
	}
	stats = slices.Clone(stats)
	slices.SortStableFunc(stats, func(x, y Stat) int { return place[x.Scenario] - place[y.Scenario] })

	var results []scenarioResult
	for _, row := range layered(stats) {
		own := slices.DeleteFunc(slices.Clone(steps), func(s Stat) bool { return s.Scenario != row.Scenario || s.Step == "" })
		results = append(results, scenarioResult{
			statRow: row, Funnel: funnel(row.Stat), Steps: layered(a.inOrder(row.Scenario, own)), Skipped: skippedBars(row.Skipped),
		})
	}
	return results
}

// inOrder sorts steps as the definition has them; those of older versions come last.
func (a *admin) inOrder(scenario string, steps []Stat) []Stat {
	place := map[string]int{}
	if definition := a.definitionOf(scenario); definition != nil {
		for i, step := range definition.Steps {
			place[step.ID] = i - len(definition.Steps)
		}
	}
	slices.SortStableFunc(steps, func(x, y Stat) int { return place[x.Step] - place[y.Step] })
	return steps
}

// channelRows adds up each channel over all scenarios. Only e-mail tells of openings, and a letter of nothing.
func channelRows(stats []Stat) []statRow {
	var sums []Stat
	for _, channel := range scenarios.Channels {
		sum := Stat{Channel: channel}
		for _, stat := range stats {
			if stat.Channel == channel {
				sum = plus(sum, stat)
			}
		}
		if sum.Sent > 0 || len(sum.Skipped) > 0 || sum.Ordered > 0 {
			sums = append(sums, sum)
		}
	}
	rows := layered(sums)
	for i := range rows {
		rows[i].NoOpens = rows[i].Channel != scenarios.ChannelEmail
		rows[i].NoClicks = rows[i].Channel == scenarios.ChannelDM
	}
	return rows
}

// plus adds the figures of b to those of a, and leaves both alone.
func plus(a, b Stat) Stat {
	a.Started += b.Started
	a.Sent += b.Sent
	a.Opened += b.Opened
	a.Clicked += b.Clicked
	a.Ordered += b.Ordered
	skipped := map[scenarios.Reason]int{}
	for _, part := range []map[scenarios.Reason]int{a.Skipped, b.Skipped} {
		for reason, n := range part {
			skipped[reason] += n
		}
	}
	revenue := map[string]scenarios.Money{}
	for _, part := range []map[string]scenarios.Money{a.Revenue, b.Revenue} {
		for currency, sum := range part {
			revenue[currency] = revenue[currency].Add(sum)
		}
	}
	a.Skipped, a.Revenue = skipped, revenue
	return a
}
