package handlers

import (
	"context"
	"net/http"

	"github.com/gin-gonic/gin"
)

// ScenarioSwitch pauses scenarios. A paused one sends nothing; what gets too late meanwhile expires.
type ScenarioSwitch interface {
	// HasScenario tells whether a scenario of this name is defined.
	HasScenario(name string) bool
	// SetPaused pauses a scenario or lets it go on, on all replicas.
	SetPaused(ctx context.Context, name string, paused bool) error
}

type scenarioView struct {
	Scenario string `json:"scenario"`
	Paused   bool   `json:"paused"`
}

func (a *api) pauseScenario(c *gin.Context) error  { return a.setPaused(c, true) }
func (a *api) resumeScenario(c *gin.Context) error { return a.setPaused(c, false) }

func (a *api) setPaused(c *gin.Context, paused bool) error {
	name := pathValue(c, "name")
	if !a.scenarios.HasScenario(name) {
		return problem(http.StatusNotFound, "there is no such scenario")
	}
	if err := a.scenarios.SetPaused(c.Request.Context(), name, paused); err != nil {
		return err
	}
	a.log.Info("scenario switched", "scenario", name, "paused", paused)
	return writeJSON(c, http.StatusOK, scenarioView{name, paused})
}
