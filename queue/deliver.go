package queue

import (
	"context"
	"fmt"
	"time"

	"kagobell/scenarios"
)

const (
	finishAgain = 100 * time.Millisecond // before an outcome is saved again, doubled each time
	finishMost  = 2 * time.Second
	finishTries = 3 // for an outcome that fails by itself, with the database there
)

// outcomeKinds are counted, in this order.
var outcomeKinds = [...]scenarios.OutcomeKind{
	scenarios.OutcomeSent, scenarios.OutcomeTemporary, scenarios.OutcomePermanent, scenarios.OutcomeReleased,
}

// claim is a claimed message and the latest time, by this machine's monotonic clock, at which its sending may begin.
type claim struct {
	scenarios.Delivery
	until time.Time
}

// claimsOf counts from when the deciding began, which is a little before the claim.
func claimsOf(decision scenarios.Decision, began time.Time) []claim {
	claims := make([]claim, len(decision.Deliveries))
	for i, delivery := range decision.Deliveries {
		claims[i] = claim{Delivery: delivery, until: began.Add(scenarios.SendWithin)}
	}
	return claims
}

// deliverAll delivers a message, and what the decision about its outcome adds: the next channel of the step after a
// permanent failure. The caller counts it among what is under way.
func (w *worker) deliverAll(first claim) {
	for claims := []claim{first}; len(claims) > 0; {
		claims = append(claims[1:], w.deliver(claims[0])...)
	}
}

// deliver sends one message and commits how it went, and only then lets its connection go: a channel has as many slots
// as its pool has connections, and a slot is held from before the first byte until the outcome is on disk. So one crash
// can double at most one message a connection. It returns the claims that came of the outcome.
func (w *worker) deliver(c claim) []claim {
	defer w.survive("message_id", c.Message.ID)
	lane := w.lane(c.Message.Channel)
	// Once the worker stops, what has not begun is given back: only what is on its way is waited for.
	waiting, cancel := context.WithTimeout(w.phases.claiming, c.until.Sub(w.now()))
	defer cancel()
	select {
	case lane.slots <- struct{}{}:
		defer func() { <-lane.slots }()
	case <-waiting.Done():
	}
	if lane.limit != nil && w.sender != nil {
		_ = lane.limit.wait(waiting) // too late is told below
	}
	started := w.now()
	outcome := scenarios.Outcome{Kind: scenarios.OutcomeReleased, Reason: scenarios.ReasonTemporary,
		Detail: fmt.Sprintf("not begun within %s of its claim", scenarios.SendWithin)}
	if w.sender != nil && waiting.Err() == nil && started.Before(c.until) {
		outcome = w.transmit(c.Delivery)
		defer func() { lane.pace.took(w.now().Sub(started)) }()
	}
	if lane.learn(&outcome) && outcome.Kind == scenarios.OutcomeSent {
		w.log.Info("the channel is in order again", "channel", string(lane.channel))
	}
	outcome.Answers(c.Message)
	decided := w.commit(&outcome)
	var next []claim
	for _, result := range decided.results {
		w.alarms.put(result.Decision.Alarms)
		next = append(next, claimsOf(result.Decision, decided.began)...)
	}
	return next
}

func (w *worker) transmit(delivery scenarios.Delivery) scenarios.Outcome {
	ctx, cancel := context.WithTimeout(w.phases.sending, scenarios.SendDeadline)
	defer cancel()
	return w.sender.Send(ctx, delivery)
}

// commit saves an outcome. It goes on trying while the database is away: nobody can claim the message anew in the
// meantime, and it must not be sent twice because of that. When our time is over first, the claim is left to expire.
func (w *worker) commit(outcome *scenarios.Outcome) answer {
	for i, kind := range outcomeKinds {
		if kind == outcome.Kind {
			w.outcomes[i].Add(1)
		}
	}
	works := []scenarios.Work{{Outcome: outcome}}
	failures := 0
	for wait := finishAgain; ; wait = min(2*wait, finishMost) {
		decided, err := w.finish.submit(w.phases.saving, works, 0, nil)
		if err == nil {
			if err = decided.results[0].Err; err == nil {
				return decided
			}
			failures++
		}
		if failures == finishTries || w.phases.saving.Err() != nil {
			w.unsaved.Add(1)
			w.logFailure("outcome could not be saved: the message is decided again when its claim has expired", err,
				"message_id", outcome.MessageID, "outcome", string(outcome.Kind))
			return answer{}
		}
		select {
		case <-time.After(wait):
		case <-w.phases.saving.Done():
		}
	}
}
