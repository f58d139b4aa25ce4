package handlers

import (
	"log/slog"
	"net/http"
	"time"

	"github.com/gin-gonic/gin"

	"kagobell/scenarios"
)

// Options are what the handlers stand on. All are needed.
type Options struct {
	Probes
	Sources     []Source
	Tokens      *Tokens
	Ingest      Ingester
	DeadLetters DeadLetters
	Tracker     Tracker
	Buyers      Buyers
	Reports     Reports
	DM          DMBatches
	HotList     HotList
	Scenarios   ScenarioSwitch
	Signer      *scenarios.TokenSigner
	Shop        Shop
	Zone        *time.Location // in which times are written
	EventsKept  time.Duration  // how long an event is known, and its repetition for one; 0: for ever
	Admin       AdminOptions
}

// Probes are what every process shows, whatever else it does.
type Probes struct {
	Checks  []Check
	Metrics *Metrics
	Lag     func() Lag // nil: nobody asks
	Now     func() time.Time
	Log     *slog.Logger
}

// New is all of Kagobell's HTTP.
func New(o Options) http.Handler { return newEngine(o) }

// NewProbes is what a worker serves: /healthz, /readyz and /metrics.
func NewProbes(p Probes) http.Handler {
	engine := bare(p)
	probeRoutes(engine, p)
	return engine
}

func newEngine(o Options) *gin.Engine {
	engine := bare(o.Probes)
	probeRoutes(engine, o.Probes)
	posts := newWebhooks(o)
	engine.POST("/webhooks/:source", fallible(o.Log, posts.post))
	trackingRoutes(engine, o)
	preferenceRoutes(engine, o)
	staticRoutes(engine)
	apiRoutes(engine, o, posts)
	mountAdmin(engine, o, posts)
	return engine
}

// bare is an engine without routes. It writes no line a request: at thousands of requests a second nobody reads it.
func bare(p Probes) *gin.Engine {
	gin.SetMode(gin.ReleaseMode)
	engine := gin.New()
	engine.UseEscapedPath, engine.UnescapePathValues = true, false // see pathValue
	engine.RedirectTrailingSlash = false                           // RFC 8058 section 3.1: a POST is not redirected
	engine.HandleMethodNotAllowed = true
	engine.Use(observed(p.Metrics, p.Log, p.Now))
	engine.NoRoute(func(c *gin.Context) {
		writeProblem(c, problem(http.StatusNotFound, "there is nothing at this address"))
	})
	engine.NoMethod(func(c *gin.Context) {
		writeProblem(c, problem(http.StatusMethodNotAllowed, "this address takes "+c.Writer.Header().Get("Allow")))
	})
	return engine
}

func probeRoutes(engine *gin.Engine, p Probes) {
	h := &health{checks: p.Checks, lag: p.Lag, log: p.Log}
	for _, method := range []string{http.MethodGet, http.MethodHead} {
		engine.Handle(method, "/healthz", fallible(p.Log, h.alive))
		engine.Handle(method, "/readyz", fallible(p.Log, h.ready))
	}
	engine.GET("/metrics", gin.WrapH(p.Metrics.handler()))
}
