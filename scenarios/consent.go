package scenarios

import "time"

// Consent is what the shop said about one channel.
type Consent struct {
	Granted bool      `json:"granted"`
	Basis   string    `json:"basis,omitempty"` // opt_in or business_relationship
	At      time.Time `json:"at"`              // when it was given or withdrawn
	SaidAt  time.Time `json:"said_at"`         // occurred_at of the event that said so: the newest word counts
	Proof   string    `json:"proof,omitempty"`
}

// The bases on which 特定電子メール法 art. 3 lets one write.
const (
	BasisOptIn                = "opt_in"
	BasisBusinessRelationship = "business_relationship"
)

// Block is an opt-out, a complaint or a hard bounce that Kagobell recorded
// itself for a buyer's channel. Only a newer opt-in lifts it.
type Block struct {
	Reason Reason    `json:"reason"` // opt_out or complaint
	At     time.Time `json:"at"`
}

// Suppression bars an address, whoever has it.
type Suppression struct {
	Channel     Channel
	AddressHash string
	Reason      Reason // hard_bounce, complaint, opt_out or rejected
	At          time.Time
	LiftedAt    time.Time // zero: in force
}

// InForce tells whether the address is barred.
func (s Suppression) InForce() bool { return s.LiftedAt.IsZero() }

// ConsentEntry is one line of the consent ledger: it is only ever added to.
type ConsentEntry struct {
	BuyerID string
	Channel Channel
	Granted bool
	Basis   string
	Proof   string
	Origin  string // "shop", or what Kagobell saw: opt_out, complaint, hard_bounce
	At      time.Time
}
