package handlers

import (
	"net/http"
	"net/url"
	"slices"

	"github.com/gin-gonic/gin"

	"kagobell/scenarios"
)

// scenariosPage is what pages/scenarios.html shows.
type scenariosPage struct {
	AllPaused bool
	Scenarios []scenarioCard
}

// scenarioCard is a definition and whether it may send.
type scenarioCard struct {
	*scenarios.Definition
	Paused bool
}

// State is the word for it.
func (s scenarioCard) State() string {
	switch {
	case !s.Enabled:
		return "off"
	case s.Paused:
		return "paused"
	}
	return "running"
}

func (a *admin) listScenarios(c *gin.Context, v *visit) error {
	paused, err := a.catalogue.Paused(c.Request.Context())
	if err != nil {
		return err
	}
	page := scenariosPage{AllPaused: a.allPaused}
	for _, definition := range a.catalogue.Definitions() {
		page.Scenarios = append(page.Scenarios, scenarioCard{definition, paused[definition.Name]})
	}
	slices.SortStableFunc(page.Scenarios, func(a, b scenarioCard) int { // what is off stands below
		switch {
		case a.Enabled == b.Enabled:
			return 0
		case a.Enabled:
			return -1
		}
		return 1
	})
	return a.write(c, v, http.StatusOK, "scenarios", page)
}

// switchScenario pauses a scenario, or lets it go on.
func (a *admin) switchScenario(pause bool) adminFunc {
	done := "resumed"
	if pause {
		done = "paused"
	}
	return func(c *gin.Context, _ *visit) error {
		name := pathValue(c, "name")
		if !a.switches.HasScenario(name) {
			return ErrNotFound
		}
		if err := a.switches.SetPaused(c.Request.Context(), name, pause); err != nil {
			return err
		}
		a.log.Info("scenario switched", "scenario", name, "paused", pause)
		c.Redirect(http.StatusSeeOther, "/admin/scenarios?done="+done+"#"+url.PathEscape(name))
		return nil
	}
}
