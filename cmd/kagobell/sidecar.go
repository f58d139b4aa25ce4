package main

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"os"
	"time"

	"kagobell/channels"
	"kagobell/handlers"
	"kagobell/queue"
	"kagobell/scenarios"
	"kagobell/store"
)

// role is what a process does of the whole.
type role string

const (
	roleAll    role = "all"
	roleAPI    role = "api"
	roleWorker role = "worker"
)

// sidecar is Kagobell put together: every part, and nothing that is not handed in here.
type sidecar struct {
	cfg     *config
	role    role
	log     *slog.Logger
	store   *store.Store
	redis   *queue.Redis
	queue   *queue.Service
	sender  *channels.Sender
	letters *letters
	engine  *scenarios.Engine
	signer  *scenarios.TokenSigner
	metrics *handlers.Metrics
	handler http.Handler
	key     []byte // signs tracking tokens and sessions; all replicas have the same

	definitions []*scenarios.Definition // current ones, those switched off too
	clock       *databaseClock
}

// openSidecar connects everything and migrates the database. close gives it back.
func openSidecar(ctx context.Context, cfg *config, r role, log *slog.Logger) (*sidecar, error) {
	s, err := openShop(ctx, cfg, log)
	if err != nil {
		return nil, err
	}
	return s, s.openFor(ctx, r)
}

// openFor adds what a role needs to a shop: the queue and HTTP. When it fails, everything is closed.
func (s *sidecar) openFor(ctx context.Context, r role) error {
	s.role = r
	err := s.openQueue(ctx)
	if err == nil {
		err = s.openHandlers()
	}
	if err != nil {
		return errors.Join(err, s.close(ctx))
	}
	return nil
}

// openShop connects what is needed to read and render, but neither queue nor HTTP.
func openShop(ctx context.Context, cfg *config, log *slog.Logger) (_ *sidecar, err error) {
	s := &sidecar{cfg: cfg, role: roleAll, log: log, metrics: handlers.NewMetrics()}
	defer func() {
		if err != nil {
			err = errors.Join(err, s.close(ctx))
		}
	}()
	if s.store, err = openStore(ctx, cfg, log); err != nil {
		return nil, err
	}
	if err = s.store.Migrate(ctx); err != nil {
		return nil, err
	}
	if s.clock, err = newDatabaseClock(ctx, s.store); err != nil {
		return nil, err
	}
	if err = s.loadKey(ctx); err != nil {
		return nil, err
	}
	templates, err := channels.LoadTemplates(cfg.TemplatesDir, cfg.TimeZone)
	if err != nil {
		return nil, err
	}
	if err = s.loadEngine(ctx, templates); err != nil {
		return nil, err
	}
	return s, s.openChannels(templates)
}

// openStore opens the configured database. The default one lies in data_dir, which is made.
func openStore(ctx context.Context, cfg *config, log *slog.Logger) (*store.Store, error) {
	if err := os.MkdirAll(cfg.DataDir, 0o700); err != nil {
		return nil, fmt.Errorf("data_dir: %w", err)
	}
	return store.Open(ctx, cfg.DatabaseURL, store.WithLogger(log))
}

// loadKey reads the signing key, which the first process to start makes.
func (s *sidecar) loadKey(ctx context.Context) error {
	text, err := s.store.Setting(ctx, "signing_key", func() string {
		key := make([]byte, 32)
		_, _ = rand.Read(key) // never fails
		return hex.EncodeToString(key)
	})
	if err != nil {
		return err
	}
	if s.key, err = hex.DecodeString(text); err != nil {
		return fmt.Errorf("signing key in the database: %w", err)
	}
	s.signer, err = scenarios.NewTokenSigner(s.key)
	return err
}

// loadEngine reads the definitions, and from the database the older versions that runs are still on.
func (s *sidecar) loadEngine(ctx context.Context, templates *channels.Templates) error {
	settings, err := engineSettings(s.cfg)
	if err != nil {
		return err
	}
	if settings.Scores, err = loadScores(s.cfg.ScenariosDir); err != nil {
		return err
	}
	if s.definitions, err = loadDefinitions(s.cfg, templates, s.cfg.ScenariosDir); err != nil {
		return err
	}
	if err := s.store.SaveDefinitions(ctx, s.definitions); err != nil {
		return err
	}
	versions, err := s.store.DefinitionVersions(ctx)
	if err != nil {
		return err
	}
	s.engine = scenarios.NewEngine(settings, s.definitions, olderVersions(versions, s.log))
	return nil
}

// olderVersions reads definitions that runs began on. One that can't be read any more ends its runs.
func olderVersions(versions []store.DefinitionVersion, log *slog.Logger) []*scenarios.Definition {
	var older []*scenarios.Definition
	for _, v := range versions {
		file := scenarios.DefinitionFile{Path: v.Name + "@" + v.Version, Text: v.YAML, BuiltIn: true} // stands by itself
		read, wrong := scenarios.LoadDefinitions([]scenarios.DefinitionFile{file}, scenarios.Checks{})
		if len(wrong) > 0 || len(read) != 1 || read[0].Version != v.Version {
			log.Warn("an older version of a scenario can't be read; its runs end", "scenario", v.Name, "version", v.Version)
			continue
		}
		older = append(older, read[0])
	}
	return older
}

func (s *sidecar) openChannels(templates *channels.Templates) error {
	renderer, err := channels.NewRenderer(channels.RenderOptions{
		Templates: templates, From: fromOf(s.cfg.Sender), PublicURL: s.cfg.PublicURL, Tokens: s.signer,
		Locale: s.cfg.Locale, Popular: s.popular, Inline: inlineOf(s.engine),
	})
	if err != nil {
		return err
	}
	s.letters = &letters{store: s.store, renderer: renderer, encoding: s.cfg.DM.Encoding, log: s.log}
	options := channels.Options{Renderer: renderer, Outbox: s.store, SendOnlyTo: s.cfg.SendOnlyTo, Log: s.log, Now: s.clock.now}
	if s.cfg.realSMTP() {
		smtp, err := parseSMTPURL(s.cfg.SMTPURL)
		if err != nil {
			return fmt.Errorf("smtp_url: %w", err)
		}
		options.SMTP = &channels.SMTP{Host: smtp.Host, Port: smtp.Port, User: smtp.User, Password: smtp.Password,
			ImplicitTLS: smtp.ImplicitTLS, TLS: smtp.TLS, Pool: smtp.Pool}
	}
	if s.cfg.Line.ChannelAccessToken != "" {
		options.Line = &channels.Line{ChannelAccessToken: s.cfg.Line.ChannelAccessToken, Endpoint: s.cfg.Line.Endpoint}
	}
	s.sender, err = channels.New(options)
	return err
}

// popular is the ranking that mails carry, from recent orders.
func (s *sidecar) popular(ctx context.Context) []scenarios.MessageItem {
	products, err := s.store.Popular(ctx, "", popularShown)
	if err != nil {
		s.log.Warn("the ranking of popular products can't be read", "error", err)
		return nil
	}
	items := make([]scenarios.MessageItem, len(products))
	for i, p := range products {
		items[i] = scenarios.MessageItem{SKU: p.SKU, Name: p.Name, URL: p.URL, ImageURL: p.ImageURL}
	}
	return items
}

const popularShown = 5

func (s *sidecar) openQueue(ctx context.Context) (err error) {
	if s.redis, err = queue.Connect(ctx, s.cfg.RedisURL, s.log); err != nil {
		return err
	}
	desk, err := newSalesDesk(s.cfg, s.store, s.log)
	if err != nil {
		return err
	}
	decider := &decider{store: s.store, engine: s.engine, letters: s.letters, metrics: s.metrics}
	options := queue.Options{
		Redis: s.redis, Decider: decider, Clock: s.store, Log: s.log,
		Sweeper: &sweeper{Store: s.store, engine: s.engine, cfg: s.cfg, log: s.log},
		Sender:  &deadLetterSender{sender: s.sender, store: s.store, log: s.log},
		Worker:  s.role != roleAPI, SweepEvery: sweepEvery(s.cfg.Speed), DrainWithin: drainWithin,
	}
	options.Connections, options.Rates = s.connections()
	if desk != nil { // a nil pointer in an interface would not be none
		options.Leads = desk
	}
	s.queue, err = queue.New(options)
	return err
}

// connections is how many messages a channel may have on their way at a time, a connection each, and how many it may
// send a second, all processes together. What goes to the outbox has the queue's own defaults.
func (s *sidecar) connections() (connections, rates map[scenarios.Channel]int) {
	connections, rates = map[scenarios.Channel]int{}, map[scenarios.Channel]int{}
	if smtp, err := parseSMTPURL(s.cfg.SMTPURL); s.cfg.realSMTP() && err == nil {
		connections[scenarios.ChannelEmail], rates[scenarios.ChannelEmail] = smtp.Pool, smtp.Rate
	}
	if s.cfg.Line.ChannelAccessToken != "" {
		connections[scenarios.ChannelLine], rates[scenarios.ChannelLine] = channels.LineConnections, channels.LineRate
	}
	return connections, rates
}

// sweepEvery is 10 s; when time runs faster, less, so that what the sweep finds is not late by days of the shop.
func sweepEvery(speed float64) time.Duration {
	if speed >= 60 {
		return time.Second
	}
	return 10 * time.Second
}

// close gives back what was opened, in the opposite order.
func (s *sidecar) close(ctx context.Context) error {
	var errs []error
	if s.sender != nil {
		errs = append(errs, s.sender.Close(ctx))
	}
	if s.redis != nil {
		errs = append(errs, s.redis.Close())
	}
	if s.clock != nil {
		s.clock.stop()
	}
	if s.store != nil {
		errs = append(errs, s.store.Close())
	}
	return errors.Join(errs...)
}
