package handlers

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/http"

	"github.com/gin-gonic/gin"

	"kagobell/scenarios"
)

// Buyers reads all that is kept of one buyer.
type Buyers interface {
	// BuyerRecord finds a buyer, an erased one too. ErrNotFound.
	BuyerRecord(ctx context.Context, id string) (BuyerRecord, error)
}

// BuyerRecord is all that is kept of one buyer, each list oldest first.
type BuyerRecord struct {
	Recipient
	Account  scenarios.Account
	Ledger   []scenarios.ConsentEntry
	Runs     []scenarios.Run
	Messages []scenarios.Message
	Journal  []scenarios.Entry
}

// buyerView is a record as JSON.
type buyerView struct {
	Profile      profileView       `json:"profile"`
	Suppressions []suppressionView `json:"suppressions"`
	Ledger       []ledgerView      `json:"consent_ledger"`
	Runs         []runView         `json:"runs"`
	Messages     []messageView     `json:"messages"`
	Journal      []entryView       `json:"journal"`
}

type profileView struct {
	ID          string                            `json:"id"`
	AccountID   string                            `json:"account_id,omitempty"`
	AccountName string                            `json:"account_name,omitempty"`
	Name        string                            `json:"name,omitempty"`
	Department  string                            `json:"department,omitempty"`
	Email       string                            `json:"email,omitempty"`
	LineUserID  string                            `json:"line_user_id,omitempty"`
	Locale      string                            `json:"locale,omitempty"`
	PriceGroup  string                            `json:"price_group,omitempty"`
	Rank        string                            `json:"rank,omitempty"`
	Postal      *scenarios.Postal                 `json:"postal,omitempty"`
	Attributes  json.RawMessage                   `json:"attributes,omitempty"`
	Consent     map[scenarios.Channel]consentView `json:"consent"`
	Blocks      map[scenarios.Channel]blockView   `json:"blocks"`
	UpdatedAt   string                            `json:"updated_at,omitempty"`
	ErasedAt    string                            `json:"erased_at,omitempty"`
}

type consentView struct {
	Granted bool   `json:"granted"`
	Basis   string `json:"basis,omitempty"`
	At      string `json:"at,omitempty"`
	Proof   string `json:"proof,omitempty"`
}

type blockView struct {
	Reason scenarios.Reason `json:"reason"`
	At     string           `json:"at,omitempty"`
}

type suppressionView struct {
	Channel  scenarios.Channel `json:"channel"`
	Reason   scenarios.Reason  `json:"reason"`
	At       string            `json:"at,omitempty"`
	LiftedAt string            `json:"lifted_at,omitempty"`
}

type ledgerView struct {
	At      string            `json:"at"`
	Channel scenarios.Channel `json:"channel"`
	Granted bool              `json:"granted"`
	Basis   string            `json:"basis,omitempty"`
	Proof   string            `json:"proof,omitempty"`
	Origin  string            `json:"origin"`
}

type entryView struct {
	At        string            `json:"at"`
	Scenario  string            `json:"scenario"`
	Subject   string            `json:"subject,omitempty"`
	Run       scenarios.RunID   `json:"run,omitempty"`
	Step      string            `json:"step,omitempty"`
	Action    scenarios.Action  `json:"action"`
	Channel   scenarios.Channel `json:"channel,omitempty"`
	Reason    scenarios.Reason  `json:"reason,omitempty"`
	MessageID string            `json:"message_id,omitempty"`
}

func (a *api) getBuyer(c *gin.Context) error {
	record, err := a.buyers.BuyerRecord(c.Request.Context(), pathValue(c, "id"))
	if err != nil {
		return err
	}
	return writeJSON(c, http.StatusOK, a.viewBuyer(record))
}

func (a *api) viewBuyer(r BuyerRecord) buyerView {
	return buyerView{
		Profile: a.viewProfile(r),
		Suppressions: each(r.Suppressions, func(x scenarios.Suppression) suppressionView {
			return suppressionView{x.Channel, x.Reason, a.when(x.At), a.when(x.LiftedAt)}
		}),
		Ledger: each(r.Ledger, func(e scenarios.ConsentEntry) ledgerView {
			return ledgerView{a.when(e.At), e.Channel, e.Granted, e.Basis, e.Proof, e.Origin}
		}),
		Runs:     each(r.Runs, a.viewRun),
		Messages: each(r.Messages, a.viewMessage),
		Journal: each(r.Journal, func(e scenarios.Entry) entryView {
			return entryView{a.when(e.At), e.Scenario, e.Subject, e.RunID, e.Step, e.Action, e.Channel, e.Reason, e.MessageID}
		}),
	}
}

func (a *api) viewProfile(r BuyerRecord) profileView {
	b := r.Buyer
	view := profileView{
		ID: b.ID, AccountID: b.AccountID, AccountName: r.Account.Name, Name: b.Name, Department: b.Department,
		Email: b.Email, LineUserID: b.LineUserID, Locale: b.Locale, PriceGroup: b.PriceGroup, Rank: b.Rank,
		Postal: b.Postal, Attributes: object(b.Attributes),
		Consent: map[scenarios.Channel]consentView{}, Blocks: map[scenarios.Channel]blockView{},
		UpdatedAt: a.when(b.ProfileAt),
	}
	for _, of := range b.Consents {
		view.Consent[of.Channel] = consentView{of.Value.Granted, of.Value.Basis, a.when(of.Value.At), of.Value.Proof}
	}
	for _, of := range b.Blocks {
		view.Blocks[of.Channel] = blockView{of.Value.Reason, a.when(of.Value.At)}
	}
	if b.Erased() {
		view.ErasedAt = a.when(b.ErasedAt)
	}
	return view
}

func each[T, V any](list []T, view func(T) V) []V {
	return viewPage(Page[T]{Items: list}, view).Items
}

// eraseBuyer answers once the person is gone from the disk. Erasing again changes nothing.
func (a *api) eraseBuyer(c *gin.Context) error {
	id := pathValue(c, "id")
	ctx, cancel := context.WithTimeout(c.Request.Context(), ingestWithin)
	defer cancel()
	record, err := a.buyers.BuyerRecord(ctx, id)
	if err != nil {
		return err
	}
	if !record.Buyer.Erased() {
		if err := a.erase(ctx, id); err != nil {
			return err
		}
	}
	c.Status(http.StatusNoContent)
	return nil
}

func (a *api) erase(ctx context.Context, id string) error {
	now, digest := a.now(), sha256.Sum256([]byte(id))
	event, err := ownEvent(scenarios.EventBuyerDeleted,
		"erase:"+hex.EncodeToString(digest[:16])+":"+stamp36(now), id, now, nil)
	if err != nil {
		return err
	}
	results, err := a.ingest.Ingest(ctx, []*scenarios.Event{event})
	if err == nil && len(results) == 1 {
		err = results[0].Err
	}
	if err != nil {
		return fmt.Errorf("erase: %w", err)
	}
	return nil
}
