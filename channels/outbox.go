package channels

import (
	"context"
	"strings"

	"kagobell/scenarios"
)

// Keeper is the outbox: it keeps a message instead of sending it, for viewing.
// Keeping the same message again replaces it.
type Keeper interface {
	Keep(ctx context.Context, messageID string, r scenarios.Rendered) error
}

// recipients are the addresses and LINE ids that may really be written to; nil
// is everybody.
type recipients map[string]bool

// newRecipients reads send_only_to; nil stands for everybody, an empty list for
// nobody.
func newRecipients(list []string) recipients {
	if list == nil {
		return nil
	}
	r := recipients{}
	for _, address := range list {
		r[strings.ToLower(strings.TrimSpace(address))] = true
	}
	return r
}

func (r recipients) allow(address string) bool { return r == nil || r[strings.ToLower(address)] }

// keep puts a message into the outbox instead of sending it.
func (s *Sender) keep(ctx context.Context, d *scenarios.Delivery, r *scenarios.Rendered, why scenarios.Reason, detail string) scenarios.Outcome {
	if err := s.outbox.Keep(ctx, d.Message.ID, *r); err != nil {
		return scenarios.Outcome{Kind: scenarios.OutcomeTemporary, Reason: scenarios.ReasonTemporary, Detail: errorDetail(err)}
	}
	return scenarios.Outcome{Kind: scenarios.OutcomeSent, Reason: why, Detail: detail}
}
