package handlers

import (
	"net/http"
	"strconv"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promauto"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"kagobell/scenarios"
)

// Metrics are the figures of one process, in a registry of their own.
type Metrics struct {
	registry *prometheus.Registry
	posts    *prometheus.CounterVec
	taken    *prometheus.CounterVec
	actions  *prometheus.CounterVec
	messages *prometheus.CounterVec
	duration *prometheus.HistogramVec
}

// eventResults are what can become of an event that was posted.
var eventResults = []string{"accepted", "duplicate", "rejected"}

// NewMetrics makes the figures, all at zero. Those that alerts ask for are there from the start: nobody can tell
// whether a figure that is not there has grown.
func NewMetrics() *Metrics {
	registry := prometheus.NewRegistry()
	registry.MustRegister(collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	make := promauto.With(registry)
	counter := func(name, help string, labels ...string) *prometheus.CounterVec {
		return make.NewCounterVec(prometheus.CounterOpts{Namespace: "kagobell", Name: name, Help: help}, labels)
	}
	m := &Metrics{
		registry: registry,
		posts:    counter("webhooks_total", "Webhook posts, by source and the status they were answered with.", "source", "status"),
		taken:    counter("events_total", "Events posted, by source and whether they were accepted, duplicate or rejected.", "source", "result"),
		actions:  counter("actions_total", "What happened to runs and steps, and why.", "scenario", "action", "reason"),
		messages: counter("messages_total", "Messages that came to a state, by channel.", "channel", "status"),
		duration: make.NewHistogramVec(prometheus.HistogramOpts{
			Namespace: "kagobell", Name: "http_request_seconds", Help: "Time to answer a request, by route.",
			Buckets: []float64{.001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10},
		}, []string{"method", "route"}),
	}
	for _, channel := range scenarios.Channels {
		for _, status := range messageStatuses {
			m.messages.WithLabelValues(string(channel), string(status))
		}
	}
	return m
}

// listen begins the figures of a source's events.
func (m *Metrics) listen(source string) {
	for _, result := range eventResults {
		m.taken.WithLabelValues(source, result)
	}
}

// Decided counts what a decision that is committed did.
func (m *Metrics) Decided(d *scenarios.Decision) {
	for i := range d.Journal {
		entry := &d.Journal[i]
		m.actions.WithLabelValues(entry.Scenario, string(entry.Action), string(entry.Reason)).Inc()
	}
	for _, message := range d.Messages {
		m.messages.WithLabelValues(string(message.Channel), string(message.Status)).Inc()
	}
}

// Gauge adds a figure that is asked for whenever somebody looks, such as the age of the latest due step. The name
// gets the prefix kagobell_; read must answer within a second or so and be safe from several goroutines.
func (m *Metrics) Gauge(name, help string, read func() float64) error {
	return m.registry.Register(prometheus.NewGaugeFunc(
		prometheus.GaugeOpts{Namespace: "kagobell", Name: name, Help: help}, read))
}

func (m *Metrics) webhook(source string, status int) {
	m.posts.WithLabelValues(source, strconv.Itoa(status)).Inc()
}

func (m *Metrics) events(source string, out *outcome) {
	for i, n := range []int{out.Accepted, out.Duplicates, len(out.Rejected)} {
		if n > 0 {
			m.taken.WithLabelValues(source, eventResults[i]).Add(float64(n))
		}
	}
}

func (m *Metrics) observe(method, route string, took time.Duration) {
	m.duration.WithLabelValues(method, route).Observe(took.Seconds())
}

func (m *Metrics) handler() http.Handler {
	return promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{ErrorHandling: promhttp.ContinueOnError})
}
