package handlers

import (
	"encoding/json"
	"log/slog"
	"net/http"
	"time"

	"github.com/gin-gonic/gin"

	"kagobell/scenarios"
)

// Page is a part of a list, and where the next part begins.
type Page[T any] struct {
	Items []T
	Next  string // the cursor of the next page; empty: there is none
}

// pageView is a page as JSON.
type pageView[T any] struct {
	Items      []T    `json:"items"`
	NextCursor string `json:"next_cursor,omitempty"`
}

func viewPage[T, V any](page Page[T], view func(T) V) pageView[V] {
	out := pageView[V]{Items: make([]V, 0, len(page.Items)), NextCursor: page.Next}
	for _, item := range page.Items {
		out.Items = append(out.Items, view(item))
	}
	return out
}

// api answers /api/…; openapi.yaml describes it. Each resource has a file of its own.
type api struct {
	buyers    Buyers
	reports   Reports
	letters   DeadLetters
	dm        DMBatches
	hot       HotList
	scenarios ScenarioSwitch
	ingest    Ingester
	replayer  *Replayer
	zone      *time.Location
	now       func() time.Time
	log       *slog.Logger
}

func apiRoutes(engine *gin.Engine, o Options, posts *webhooks) {
	a := &api{
		buyers: o.Buyers, reports: o.Reports, letters: o.DeadLetters, dm: o.DM, hot: o.HotList, scenarios: o.Scenarios,
		ingest: o.Ingest, replayer: newReplayer(o, posts), zone: o.Zone, now: o.Now, log: o.Log,
	}
	engine.GET("/api/openapi.yaml", description)
	group := engine.Group("/api", authorised(o.Tokens))
	for _, route := range []struct {
		method, path string
		handler      handlerFunc
	}{
		{http.MethodGet, "/buyers/:id", a.getBuyer},
		{http.MethodDelete, "/buyers/:id", a.eraseBuyer},
		{http.MethodGet, "/runs", a.listRuns},
		{http.MethodGet, "/messages", a.listMessages},
		{http.MethodGet, "/stats", a.getStats},
		{http.MethodGet, "/dead-letters", a.listDeadLetters},
		{http.MethodPost, "/dead-letters/replay", a.replayDeadLetters},
		{http.MethodPost, "/dead-letters/:id/replay", a.replayDeadLetter},
		{http.MethodPost, "/dead-letters/:id/dismiss", a.dismissDeadLetter},
		{http.MethodGet, "/dm/batches", a.listBatches},
		{http.MethodGet, "/hot-list", a.listHot},
		{http.MethodPost, "/scenarios/:name/pause", a.pauseScenario},
		{http.MethodPost, "/scenarios/:name/resume", a.resumeScenario},
	} {
		group.Handle(route.method, route.path, within(answerWithin), fallible(o.Log, route.handler))
	}
	group.GET("/dm/batches/:file", within(downloadWithin), fallible(o.Log, a.getBatch))
	group.GET("/hot-list.csv", within(downloadWithin), fallible(o.Log, a.getHotCSV))
}

// when is a time as the API writes it: RFC 3339 in the shop's zone; the zero time is left out.
func (a *api) when(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.In(a.zone).Format(time.RFC3339)
}

// accountOf is the account behind a key; empty for a buyer without one.
func accountOf(key scenarios.AccountKey) string {
	if len(key) > 2 && key[:2] == "a:" {
		return string(key[2:])
	}
	return ""
}

// amount is money as a decimal text in major units, exact as it was given.
func amount(m *scenarios.Money) string {
	if m == nil {
		return ""
	}
	return m.String()
}

// object is a JSON object that is passed on as it was given; nil is left out.
func object(raw json.RawMessage) json.RawMessage {
	if len(raw) == 0 {
		return nil
	}
	return raw
}
