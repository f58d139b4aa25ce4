package handlers

import (
	"context"
	"log/slog"
	"net/http"
	"sync"
	"time"

	"github.com/gin-gonic/gin"
)

// readyWithin is how long a check of GET /readyz may take; load balancers ask every few seconds.
const readyWithin = 2 * time.Second

// Check is something that must answer for the sidecar to be ready: the database, Redis.
type Check struct {
	Name string
	Ping func(ctx context.Context) error
	Mild bool // a failure is told, and the sidecar ready all the same: no other replica could do better
}

// Lag is how far the work is behind, over all replicas.
type Lag struct {
	LateRuns  int           // due for over half a minute and not done
	OldestDue time.Duration // for how long the oldest of all that is due has been
}

// health answers the probes.
type health struct {
	checks []Check
	lag    func() Lag
	log    *slog.Logger
}

// alive says that the process answers, and nothing about what stands behind it: restarting it would not help that.
func (*health) alive(c *gin.Context) error {
	return writeJSON(c, http.StatusOK, gin.H{"status": "ok"})
}

// ready asks all the checks at once and says which of them failed. It tells of lag, and stays ready: this process can
// do its work, and one that is taken away while all are behind leaves the others further behind.
func (h *health) ready(c *gin.Context) error {
	ctx, cancel := context.WithTimeout(c.Request.Context(), readyWithin)
	defer cancel()
	failures := make([]error, len(h.checks))
	var waiting sync.WaitGroup
	for i, check := range h.checks {
		waiting.Go(func() { failures[i] = check.Ping(ctx) })
	}
	waiting.Wait()

	status, answers := http.StatusOK, map[string]string{}
	for i, check := range h.checks {
		answers[check.Name] = "ok"
		switch {
		case failures[i] == nil:
		case check.Mild:
			answers[check.Name] = "out of order"
			h.log.Warn("ready in part", "check", check.Name, "error", failures[i])
		default:
			status, answers[check.Name] = http.StatusServiceUnavailable, "unavailable"
			h.log.Warn("not ready", "check", check.Name, "error", failures[i])
		}
	}
	c.Header("Cache-Control", "no-store")
	if status == http.StatusOK {
		return writeJSON(c, status, readiness{"ok", answers, h.lagView()})
	}
	p := problem(status, "not ready").after(retryAfter)
	p.Instance = c.Request.URL.EscapedPath()
	writeProblemBody(c, p, struct {
		*Problem
		Checks map[string]string `json:"checks"`
	}{p, answers})
	return nil
}

func (h *health) lagView() *lagView {
	if h.lag == nil {
		return nil
	}
	lag := h.lag()
	return &lagView{lag.LateRuns, lag.OldestDue.Round(100 * time.Millisecond).Seconds()}
}

type readiness struct {
	Status string            `json:"status"`
	Checks map[string]string `json:"checks"`
	Lag    *lagView          `json:"lag,omitempty"`
}

type lagView struct {
	LateRuns         int     `json:"late_runs"`
	OldestDueSeconds float64 `json:"oldest_due_seconds"`
}
