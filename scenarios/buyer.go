package scenarios

import (
	"encoding/json"
	"strings"
	"time"
)

// AccountKey names the unit of decision and of locking: the account, or the
// buyer who has none. Build it with KeyOfAccount or KeyOfBuyer.
type AccountKey string

// KeyOfAccount is the key of a buying company.
func KeyOfAccount(accountID string) AccountKey { return AccountKey("a:" + accountID) }

// KeyOfBuyer is the key of a buyer who belongs to no account.
func KeyOfBuyer(buyerID string) AccountKey { return AccountKey("b:" + buyerID) }

// AccountID is the account behind a key; empty for a buyer without one.
func (k AccountKey) AccountID() string {
	id, ok := strings.CutPrefix(string(k), string(KeyOfAccount("")))
	if !ok {
		return ""
	}
	return id
}

// Account is the buying company (取引先), or stands for a buyer without one.
type Account struct {
	Key  AccountKey
	ID   string // empty for a buyer without an account
	Name string

	Orders    int                  // that stand
	OrderedAt []time.Time          // when the last of them were placed, at most orderedAtMost, the newest last
	Dated     map[string]time.Time // by scenario: the anchor of the last run that a date began, for those per account
	Score     Score
	Hot       Hot
}

// Postal is where a DM goes.
type Postal struct {
	Code       string `json:"code,omitempty"`
	Prefecture string `json:"prefecture,omitempty"`
	City       string `json:"city,omitempty"`
	Street     string `json:"street,omitempty"`
	Building   string `json:"building,omitempty"`
	Company    string `json:"company,omitempty"`
	Department string `json:"department,omitempty"`
	Recipient  string `json:"recipient,omitempty"`
}

// Deliverable tells whether a letter with this address can arrive.
func (p *Postal) Deliverable() bool {
	return p != nil && p.Code != "" && (p.Prefecture != "" || p.City != "" || p.Street != "")
}

// Buyer is a person who can be written to (発注担当者).
type Buyer struct {
	ID         string
	AccountID  string
	Name       string
	Department string
	Email      string
	LineUserID string
	Locale     string
	PriceGroup string
	Rank       string // as the shop says it; see RankKey
	Postal     *Postal
	Attributes json.RawMessage // a JSON object or nil

	Consents ByChannel[Consent] // what the shop said; a missing channel is unknown, and unknown is no
	Blocks   ByChannel[Block]   // what Kagobell recorded; outlives a later `true`

	Dated  map[string]time.Time // by scenario: the anchor of the last run that a date began
	Viewed map[string]time.Time // when the buyer last looked at what conditions ask for by viewed()

	ProfileAt time.Time // occurred_at of the newest profile applied
	ErasedAt  time.Time // events up to then are ignored; zero: not erased
}

// AccountKey is the unit of decision that the buyer belongs to.
func (b *Buyer) AccountKey() AccountKey {
	if b.AccountID != "" {
		return KeyOfAccount(b.AccountID)
	}
	return KeyOfBuyer(b.ID)
}

// Erased tells whether the person was erased and has not come back.
func (b *Buyer) Erased() bool { return !b.ErasedAt.IsZero() && !b.ProfileAt.After(b.ErasedAt) }

// Address is the buyer's address on a channel; empty when there is none. For
// DM it is the postal address in one line.
func (b *Buyer) Address(c Channel) string {
	switch c {
	case ChannelEmail:
		return b.Email
	case ChannelLine:
		return b.LineUserID
	case ChannelDM:
		if b.Postal.Deliverable() {
			p := b.Postal
			return p.Code + p.Prefecture + p.City + p.Street + p.Building + p.Company + p.Recipient
		}
	}
	return ""
}

// AddressHash names the buyer's address on a channel; empty when there is none.
func (b *Buyer) AddressHash(c Channel) string { return AddressHash(c, b.Address(c)) }
