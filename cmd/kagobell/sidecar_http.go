package main

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/hibiken/asynqmon"

	"kagobell/handlers"
	"kagobell/queue"
	"kagobell/scenarios"
)

// openHandlers puts the HTTP side together; a worker only answers probes.
func (s *sidecar) openHandlers() error {
	load := newLoadGauges(s.store, s.clock, s.log)
	probes := handlers.Probes{
		Checks:  s.checks(),
		Metrics: s.metrics, Lag: load.lag, Now: time.Now, Log: s.log,
	}
	if err := s.addGauges(load); err != nil {
		return err
	}
	if s.role == roleWorker {
		s.handler = handlers.NewProbes(probes)
		return nil
	}
	tokens := handlers.NewTokens(s.cfg.APITokens)
	sources, err := sourcesOf(s.cfg, tokens)
	if err != nil {
		return err
	}
	s.limitSources(sources)
	names := switches{store: s.store, definitions: s.definitions}
	s.handler = handlers.New(handlers.Options{
		Probes: probes, Sources: sources, Tokens: tokens, Ingest: intake{s.queue}, DeadLetters: deadLetters{s.store},
		Tracker: records{s.store}, Buyers: records{s.store}, Reports: reports{s.store}, DM: s.letters, Scenarios: names,
		HotList: hotList{store: s.store, engine: s.engine, zone: s.cfg.TimeZone},
		Signer:  s.signer, Zone: s.cfg.TimeZone, EventsKept: s.cfg.Retention.Events,
		Shop: handlers.Shop{Name: s.cfg.Sender.Name, Company: s.cfg.Sender.Company, Address: s.cfg.Sender.Address,
			ContactURL: s.cfg.Sender.ContactURL},
		Admin: handlers.AdminOptions{
			User: s.cfg.Admin.User, PasswordHash: s.cfg.Admin.PasswordHash, SigningKey: s.key, PublicURL: s.cfg.PublicURL,
			AllPaused: s.cfg.Paused, Catalogue: names, Outbox: outbox{s.store}, Directory: records{s.store},
			Queues: asynqmon.New(asynqmon.Options{RootPath: "/admin/queues", RedisConnOpt: s.redis.ConnOpt(), ReadOnly: true,
				PayloadFormatter: asynqmon.PayloadFormatterFunc(queue.FormatPayload)}),
		},
	})
	return nil
}

// checks are what /readyz asks. A channel that its provider refuses to carry is told there by whoever sends.
func (s *sidecar) checks() []handlers.Check {
	checks := []handlers.Check{{Name: "database", Ping: s.store.Ping}, {Name: "redis", Ping: s.redis.Ping}}
	if s.role == roleAPI {
		return checks
	}
	connections, _ := s.connections()
	for _, channel := range slices.Sorted(maps.Keys(connections)) {
		checks = append(checks, handlers.Check{Name: string(channel), Mild: true,
			Ping: func(context.Context) error { return s.queue.InOrder(channel) }})
	}
	return checks
}

// sourcesOf are the configured ones, without their rate limits.
func sourcesOf(cfg *config, tokens *handlers.Tokens) ([]handlers.Source, error) {
	var sources []handlers.Source
	for _, c := range cfg.Sources {
		native, err := handlers.NewNative(c.Secrets, tokens)
		if err != nil {
			return nil, fmt.Errorf("source %s: %w", c.Name, err)
		}
		sources = append(sources, handlers.Source{Name: c.Name, Adapter: native})
	}
	return sources, nil
}

// limitSources gives sources the rates that hold over all replicas together.
func (s *sidecar) limitSources(sources []handlers.Source) {
	for i, c := range s.cfg.Sources {
		if n := c.RateLimit; n > 0 {
			sources[i].Limit = s.queue.IntakeLimit(c.Name, n, max(n, scenarios.MaxEvents))
		}
	}
}

// addGauges adds what is asked for whenever somebody looks at /metrics.
func (s *sidecar) addGauges(load *loadGauges) error {
	for _, g := range []struct {
		name, help string
		read       func() float64
	}{
		{"open_runs", "Runs that wait for their next step.", func() float64 { return float64(load.open.now()) }},
		{"late_runs", "Runs that are due for over half a minute and not done; 50000 stands for that many or more.", func() float64 { return float64(load.lag().LateRuns) }},
		{"oldest_late_seconds", "How long the oldest step that is not done has been due.", func() float64 { return load.lag().OldestDue.Seconds() }},
		{"open_fan_outs", "Catalogue changes on their way to favourites.", func() float64 { return float64(load.load.now().OpenFanOuts) }},
		{"dead_letters", "Dead letters that nobody replayed.", func() float64 { return float64(load.load.now().DeadLetters) }},
		{"waiting_works", "Events, due steps and outcomes that wait to be decided.", s.waiting},
		{"alarms_lost", "Runs whose alarm could not be set since the start; the sweep finds them.", s.alarmsLost},
		{"stopped_channels", "Channels that are out of order for every message, such as LINE with a token that it refuses.", s.stopped},
	} {
		if err := s.metrics.Gauge(g.name, g.help, g.read); err != nil {
			return err
		}
	}
	return nil
}

func (s *sidecar) waiting() float64 {
	stats, _ := s.queue.Stats() // what Redis has to say is not needed here
	return float64(stats.Waiting)
}

func (s *sidecar) alarmsLost() float64 {
	stats, _ := s.queue.Stats()
	return float64(stats.AlarmsLost)
}

func (s *sidecar) stopped() float64 {
	stats, _ := s.queue.Stats()
	return float64(stats.Stopped)
}
