package channels

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"time"

	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"
)

// salesDeadline is how long the sales system may take to answer.
const salesDeadline = 10 * time.Second

// HotLead is what the sales system is told: a company, or a buyer who belongs to
// none, has reached a mark.
type HotLead struct {
	ID          string       `json:"-"` // webhook-id: the same however often it is sent
	At          time.Time    `json:"-"`
	AccountID   string       `json:"account_id"` // empty for a buyer without an account
	AccountName string       `json:"account_name"`
	Buyer       *LeadBuyer   `json:"buyer"` // whose event did it; nil where only the account is known
	Mark        string       `json:"mark"`
	Score       float64      `json:"score"` // whole points, when it was reached
	Reasons     []LeadReason `json:"reasons"`
}

// LeadBuyer is the person to call.
type LeadBuyer struct {
	ID    string `json:"id"`
	Name  string `json:"name"`
	Email string `json:"email"`
}

// LeadReason is one reason for the score.
type LeadReason struct {
	Rule   string    `json:"rule"`
	Event  string    `json:"event"`
	Points float64   `json:"points"`
	At     time.Time `json:"at"`
}

// SalesHook posts leads to the sales system, signed by Standard Webhooks.
type SalesHook struct {
	address string
	key     *standardwebhooks.Webhook
	client  *http.Client
	now     func() time.Time
}

// NewSalesHook takes the address and a secret of the form whsec_…; now is this
// machine's clock, by which receivers judge the age of a signature.
func NewSalesHook(address, secret string, now func() time.Time) (*SalesHook, error) {
	key, err := standardwebhooks.NewWebhook(secret)
	if err != nil {
		return nil, fmt.Errorf("secret of the sales system: %w", err)
	}
	client := &http.Client{Timeout: salesDeadline, CheckRedirect: func(*http.Request, []*http.Request) error {
		return http.ErrUseLastResponse // whoever answers there was not given the secret
	}}
	return &SalesHook{address: address, key: key, client: client, now: now}, nil
}

// Tell posts one lead and returns nil once it was answered with 2xx. The error holds
// neither the address nor anything of the lead.
func (h *SalesHook) Tell(ctx context.Context, lead HotLead) error {
	body, err := json.Marshal(struct {
		Type      string    `json:"type"`
		Timestamp time.Time `json:"timestamp"`
		Data      HotLead   `json:"data"`
	}{"lead.hot", lead.At.UTC(), lead})
	if err != nil {
		return err
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, h.address, bytes.NewReader(body))
	if err != nil {
		return errors.New("the address of the sales system is no URL")
	}
	at := h.now()
	signature, err := h.key.Sign(lead.ID, at, body)
	if err != nil {
		return fmt.Errorf("sign: %w", err)
	}
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("User-Agent", "Kagobell")
	request.Header.Set(standardwebhooks.HeaderWebhookID, lead.ID)
	request.Header.Set(standardwebhooks.HeaderWebhookTimestamp, strconv.FormatInt(at.Unix(), 10))
	request.Header.Set(standardwebhooks.HeaderWebhookSignature, signature)
	answer, err := h.client.Do(request)
	if err != nil {
		if wrapped := new(url.Error); errors.As(err, &wrapped) {
			err = wrapped.Err // it names the address, which may hold a secret
		}
		return fmt.Errorf("no answer: %w", err)
	}
	defer answer.Body.Close()
	_, _ = io.Copy(io.Discard, io.LimitReader(answer.Body, 64<<10)) // so that the connection can be used again
	if answer.StatusCode < 200 || answer.StatusCode > 299 {
		return fmt.Errorf("answered with status %d, expected 2xx", answer.StatusCode)
	}
	return nil
}
