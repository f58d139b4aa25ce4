package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"strconv"
	"time"

	"kagobell/channels"
	"kagobell/scenarios"
	"kagobell/store"
)

const (
	leadHold    = time.Minute        // of a claim: longer than the deadline of a post
	leadGiveUp  = 3 * 24 * time.Hour // after which a lead is a dead letter
	leadReasons = 10                 // that are told with a lead
)

// leadBackOff is the wait after a failure, by the number of tries; the last one goes on.
var leadBackOff = []time.Duration{time.Minute, 5 * time.Minute, 15 * time.Minute, time.Hour, 2 * time.Hour}

// salesDesk tells the sales system what marks were reached: what the queue calls a LeadTeller.
type salesDesk struct {
	store *store.Store
	hook  *channels.SalesHook
	log   *slog.Logger
}

// newSalesDesk is nil where no sales system is configured.
func newSalesDesk(cfg *config, s *store.Store, log *slog.Logger) (*salesDesk, error) {
	if cfg.HotList.WebhookURL == "" {
		return nil, nil
	}
	hook, err := channels.NewSalesHook(cfg.HotList.WebhookURL, cfg.HotList.Secret, time.Now)
	if err != nil {
		return nil, fmt.Errorf("hot_list: %w", err)
	}
	return &salesDesk{store: s, hook: hook, log: log}, nil
}

func (d *salesDesk) TellLeads(ctx context.Context, limit int) (int, error) {
	for made := range limit {
		lead, err := d.store.ClaimLead(ctx, leadHold)
		switch {
		case errors.Is(err, store.ErrNotFound):
			return made, nil
		case err != nil:
			return made, err
		}
		if err := d.tell(ctx, lead); err != nil {
			return made, err
		}
	}
	return limit, nil
}

// tell makes one attempt. The error is the database's; what the sales system answers is taken down.
func (d *salesDesk) tell(ctx context.Context, lead store.Lead) error {
	news, err := d.news(ctx, lead)
	if err != nil {
		return err
	}
	cause := d.hook.Tell(ctx, news)
	if ctx.Err() != nil && cause != nil {
		return ctx.Err() // broken off by us: due again when the claim ends
	}
	now, err := d.store.Now(ctx)
	if err != nil {
		return err
	}
	next := now.Add(leadBackOff[min(lead.Tries, len(leadBackOff))-1])
	switch {
	case cause == nil:
		return d.store.FinishLead(ctx, lead, store.LeadTold, now)
	case next.Sub(lead.TriesSince) > leadGiveUp:
		return d.giveUp(ctx, lead, cause)
	}
	d.log.Warn("the sales system did not take a lead; it is told again", "lead_id", lead.ID, "attempt", lead.Attempts, "error", cause)
	return d.store.FinishLead(ctx, lead, store.LeadWaiting, next)
}

// giveUp keeps the lead as a dead letter first: a crash in between gives it up twice, and never silently.
func (d *salesDesk) giveUp(ctx context.Context, lead store.Lead, cause error) error {
	body, err := json.Marshal(map[string]any{"lead_id": lead.ID, "account_id": lead.AccountKey.AccountID(), "buyer_id": lead.BuyerID,
		"mark": lead.Mark, "score": lead.Score, "at": lead.At, "attempts": lead.Attempts})
	if err != nil {
		return err
	}
	letter := store.DeadLetter{ID: lead.ID + "-" + strconv.Itoa(lead.Attempts), Kind: "lead", Subject: lead.ID, Body: body,
		Errors: []scenarios.FieldError{{Message: cause.Error()}}}
	if err := d.store.KeepDeadLetters(ctx, []store.DeadLetter{letter}); err != nil {
		return err
	}
	d.log.Error("the sales system never took a lead; it is a dead letter", "lead_id", lead.ID, "error", cause)
	return d.store.FinishLead(ctx, lead, store.LeadDead, lead.At)
}

// news reads names and reasons when they are told: what was erased in the meantime is not.
func (d *salesDesk) news(ctx context.Context, lead store.Lead) (channels.HotLead, error) {
	news := channels.HotLead{ID: lead.ID, At: lead.At, AccountID: lead.AccountKey.AccountID(), Mark: lead.Mark, Score: lead.Score,
		Reasons: []channels.LeadReason{}}
	account, err := d.store.Account(ctx, lead.AccountKey)
	if err != nil {
		return news, err
	}
	news.AccountName = account.Name
	buyers, err := d.store.BuyersByID(ctx, []string{lead.BuyerID})
	if err != nil {
		return news, err
	}
	if b := buyers[lead.BuyerID]; b != nil {
		news.Buyer = &channels.LeadBuyer{ID: b.ID, Name: b.Name, Email: b.Email}
	}
	reasons, err := d.store.ScoreReasons(ctx, lead.AccountKey, lead.At, leadReasons)
	for _, r := range reasons {
		news.Reasons = append(news.Reasons, channels.LeadReason{Rule: r.Rule, Event: r.Event, Points: r.Points, At: r.At})
	}
	return news, err
}
