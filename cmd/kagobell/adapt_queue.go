package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"sync/atomic"

	"kagobell/channels"
	"kagobell/handlers"
	"kagobell/queue"
	"kagobell/scenarios"
	"kagobell/store"
)

// decider lets the store decide with the engine: what the queue calls a Decider.
type decider struct {
	store   *store.Store
	engine  *scenarios.Engine
	letters *letters
	metrics *handlers.Metrics
}

func (d *decider) Decide(ctx context.Context, works []scenarios.Work) ([]scenarios.Result, error) {
	results, err := d.store.Decide(ctx, works, d.engine)
	return results, d.note(ctx, results, err)
}

// DecideFree waits for no account about which somebody else is deciding.
func (d *decider) DecideFree(ctx context.Context, works []scenarios.Work) ([]scenarios.Result, error) {
	results, err := d.store.DecideFree(ctx, works, d.engine)
	return results, d.note(ctx, results, err)
}

// note counts what was decided, and says an error in the queue's words.
func (d *decider) note(ctx context.Context, results []scenarios.Result, err error) error {
	for i := range results {
		if results[i].Err == nil && !results[i].Left {
			d.metrics.Decided(&results[i].Decision)
			d.letters.keep(ctx, results[i].Decision.Messages)
		}
	}
	if errors.Is(err, store.ErrUnavailable) {
		return fmt.Errorf("%w: %w", queue.ErrUnavailable, err)
	}
	return err
}

// sweeper is what the queue's sweep asks the database.
type sweeper struct {
	*store.Store
	engine *scenarios.Engine
	cfg    *config
	log    *slog.Logger

	datesDone   atomic.Bool       // every buyer was looked at for scenarios that go by dates
	cartsPruned scenarios.CartKey // how far today's pruning of the carts has come; one task at a time prunes
}

func (s *sweeper) Arm(ctx context.Context, limit int) ([]scenarios.Alarm, error) {
	return s.Store.Arm(ctx, s.cfg.Horizon, limit)
}

func (s *sweeper) Armed(ctx context.Context, after string, limit int) ([]scenarios.Alarm, string, error) {
	return s.Store.Armed(ctx, after, s.cfg.Horizon, limit)
}

func (s *sweeper) WalkFanOut(ctx context.Context, limit int) (queue.FanOutProgress, error) {
	walked, err := s.Store.WalkFanOut(ctx, limit, s.engine)
	for _, failed := range walked.Failed {
		s.log.Error("a favourite could not be decided; the walk went on", "fan_out_id", walked.FanOut.ID, "error", failed)
	}
	ended := walked.FanOut.ID != "" && walked.FanOut.Status != scenarios.FanOutOpen
	return queue.FanOutProgress{Alarms: walked.Alarms, Walked: walked.Decided, Ended: ended, More: walked.More}, err
}

// deadLetterSender keeps a message that can't be rendered as a dead letter, with the cause.
type deadLetterSender struct {
	sender *channels.Sender
	store  *store.Store
	log    *slog.Logger
}

func (d *deadLetterSender) Send(ctx context.Context, delivery scenarios.Delivery) scenarios.Outcome {
	outcome := d.sender.Send(ctx, delivery)
	if outcome.Kind != scenarios.OutcomePermanent || outcome.Reason != scenarios.ReasonRenderFailed {
		return outcome
	}
	if err := keepUnrendered(ctx, d.store, delivery.Message, outcome.Detail); err != nil {
		d.log.Error("a message that could not be rendered could not be kept as a dead letter", "message_id", delivery.Message.ID, "error", err)
	}
	return outcome
}

// keepUnrendered keeps a message that can't be rendered as a dead letter, with the cause.
func keepUnrendered(ctx context.Context, s *store.Store, m *scenarios.Message, cause string) error {
	body, err := json.Marshal(m)
	if err != nil {
		return fmt.Errorf("message %s: %w", m.ID, err)
	}
	return s.KeepDeadLetters(ctx, []store.DeadLetter{{ID: m.ID, Kind: string(handlers.DeadLetterMessage), Subject: m.ID, Body: body,
		Errors: []scenarios.FieldError{{Message: cause}}}})
}
