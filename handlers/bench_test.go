package handlers

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/gin-gonic/gin"
	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"

	"kagobell/scenarios"
)

// BenchmarkWebhook measures what a post costs beside its decision and the database: one signed cart.updated a
// request, compared with a handler that reads the body and does nothing.
func BenchmarkWebhook(b *testing.B) {
	key, err := standardwebhooks.NewWebhook(secretOne)
	if err != nil {
		b.Fatal(err)
	}
	now := time.Date(2026, 11, 20, 1, 0, 0, 0, time.UTC)
	body := []byte(event("ev-1"))
	signature, err := key.Sign("msg_1", now, body)
	if err != nil {
		b.Fatal(err)
	}
	header := http.Header{"Content-Type": {"application/json"}, "Webhook-Id": {"msg_1"},
		"Webhook-Timestamp": {fmt.Sprint(now.Unix())}, "Webhook-Signature": {signature}}

	b.Run("bare", func(b *testing.B) { post(b, bareHandler(), header, body) })
	b.Run("kagobell", func(b *testing.B) { post(b, idleServer(b, now), header, body) })
	b.Run("reading the event alone", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			if events, _, err := scenarios.ReadEvents(body, "shop"); err != nil || len(events) != 1 {
				b.Fatal(err)
			}
		}
	})
}

func post(b *testing.B, handler http.Handler, header http.Header, body []byte) {
	b.ReportAllocs()
	reader := bytes.NewReader(body)
	for b.Loop() {
		reader.Reset(body)
		r := httptest.NewRequest(http.MethodPost, "/webhooks/shop", reader)
		r.Header = header
		w := httptest.NewRecorder()
		handler.ServeHTTP(w, r)
		if w.Code != http.StatusAccepted {
			b.Fatal(w.Code, w.Body)
		}
	}
}

func bareHandler() http.Handler {
	gin.SetMode(gin.ReleaseMode)
	engine := gin.New()
	engine.POST("/webhooks/:source", func(c *gin.Context) {
		if _, err := io.ReadAll(c.Request.Body); err != nil {
			c.Status(http.StatusBadRequest)
			return
		}
		c.Data(http.StatusAccepted, jsonType, oneAccepted)
	})
	return engine
}

// idle accepts everything and does nothing.
type idle struct{}

func (idle) Ingest(_ context.Context, events []*scenarios.Event) ([]scenarios.Result, error) {
	return make([]scenarios.Result, len(events)), nil
}

func idleServer(b *testing.B, now time.Time) http.Handler {
	tokens := NewTokens([]string{apiToken})
	native, err := NewNative([]string{secretOne}, tokens)
	if err != nil {
		b.Fatal(err)
	}
	return New(Options{
		Probes:  Probes{Metrics: NewMetrics(), Now: func() time.Time { return now }, Log: slog.New(slog.DiscardHandler)},
		Sources: []Source{{Name: "shop", Adapter: native}}, Tokens: tokens, Ingest: idle{}, DeadLetters: &letterbox{},
	})
}
