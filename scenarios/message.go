package scenarios

import (
	"fmt"
	"time"
)

// MessageStatus is how far a message has come.
type MessageStatus string

// The states of a message.
const (
	MessageClaimed   MessageStatus = "claimed"   // about to leave, or nobody knows (claim expired)
	MessageRetry     MessageStatus = "retry"     // failed for now; decided again at NextAt
	MessageSent      MessageStatus = "sent"      // accepted by the provider, or kept in the outbox
	MessageBatched   MessageStatus = "batched"   // in a DM batch
	MessageFailed    MessageStatus = "failed"    // refused for good, or expired
	MessageWithdrawn MessageStatus = "withdrawn" // left its DM batch, or its claim was given back
)

// Final tells whether nothing more will be done about a message in this state.
func (s MessageStatus) Final() bool { return s != MessageClaimed && s != MessageRetry }

// Claim times; design.md, rule 3.
const (
	ClaimTTL     = 30 * time.Second // a claim holds
	SendWithin   = 10 * time.Second // sending begins within this of the claim
	SendDeadline = 15 * time.Second // and every network deadline ends within this of its beginning
)

// Message is one thing to one buyer on one channel, for one step of one run.
type Message struct {
	ID          string // 32 hexadecimal digits derived from run, step and channel
	RunID       RunID
	Scenario    string
	Version     string
	Step        string
	Channel     Channel
	AccountKey  AccountKey
	BuyerID     string
	Subject     string
	Status      MessageStatus
	Reason      Reason // why it failed, waits or was withdrawn
	Detail      string // the provider's answer, without addresses
	AddressHash string
	DedupKey    string // scenario, step, subject and address: unique among messages that stand
	Template    string
	Items       []MessageItem
	Currency    string
	URL         string
	Title       string // as rendered
	BatchID     string // DM: the batch
	ProviderID  string // the provider's id for it
	Attempts    int
	PlannedAt   time.Time
	ClaimedAt   time.Time
	ClaimUntil  time.Time
	FirstTryAt  time.Time
	NextAt      time.Time
	SentAt      time.Time
	OpenedAt    time.Time // first, by a person
	ClickedAt   time.Time // first, by a person
}

// MessageIDFor derives a message's id.
func MessageIDFor(run RunID, step string, c Channel) string {
	return identifier("message", string(run), step, string(c))
}

// RetryKey is the message's id as the UUID that LINE wants in X-Line-Retry-Key.
func (m *Message) RetryKey() string {
	if len(m.ID) != 32 {
		return ""
	}
	return fmt.Sprintf("%s-%s-%s-%s-%s", m.ID[:8], m.ID[8:12], m.ID[12:16], m.ID[16:20], m.ID[20:])
}

// Stands tells whether the message went out, will, or may have.
func (m *Message) Stands() bool {
	if m.Status == MessageFailed {
		return m.Reason == ReasonUnknownOutcome
	}
	return m.Status != MessageWithdrawn
}

// batched tells whether the message is in a DM batch.
func (m *Message) batched() bool { return m.Status == MessageBatched }

func (m *Message) clone() *Message {
	c := *m
	return &c
}

// Delivery is a claimed message with all that its transmission needs. It is
// to begin within SendWithin of Message.ClaimedAt, or be given back. Its rows
// are shared and only read; none is nil.
type Delivery struct {
	Message *Message
	Buyer   *Buyer
	Account *Account
	Data    map[string]any // data of the event that started the run
	OrderBy string         // order cut-off of the window in which it leaves, "15:00"; empty: none
}

// OutcomeKind is how a transmission ended.
type OutcomeKind string

// The kinds of outcome.
const (
	OutcomeSent      OutcomeKind = "sent"
	OutcomeTemporary OutcomeKind = "temporary" // try again later, decided anew
	OutcomePermanent OutcomeKind = "permanent" // never; the next channel of the step is tried
	OutcomeReleased  OutcomeKind = "released"  // it was not taken for a reason that is not its own: the claim is given back, and no attempt is spent
)

// Outcome is what a channel says of a Delivery.
type Outcome struct {
	MessageID string
	ClaimedAt time.Time // of the claim that it answers: a later claim is not finished by an earlier outcome

	// Whose the message was when it was claimed: it saves looking that up. Empty where it is not known.
	RunID      RunID
	BuyerID    string
	AccountKey AccountKey

	Kind       OutcomeKind
	Reason     Reason        // for all but sent
	Detail     string        // code and text of the provider, without addresses
	Suppress   bool          // permanent, and the code says that the address itself is bad
	RetryAfter time.Duration // not before; 0: the usual back-off when temporary, at once when released
	Hold       Hold          // released: what the answer says of the channel, for RetryAfter or until it takes a message again
	ProviderID string
	Title      string // as rendered
}

// Answers makes the outcome that of a claimed message.
func (o *Outcome) Answers(m *Message) {
	o.MessageID, o.ClaimedAt = m.ID, m.ClaimedAt
	o.RunID, o.BuyerID, o.AccountKey = m.RunID, m.BuyerID, m.AccountKey
}
