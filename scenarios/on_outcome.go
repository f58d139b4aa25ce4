package scenarios

import "time"

// backOff is the wait before the next try, by the number of tries made. A
// message gives up when its step expires, not after a number of tries.
var backOff = []time.Duration{time.Minute, 5 * time.Minute, 15 * time.Minute, time.Hour, 2 * time.Hour}

// OnOutcome finishes what a claim began.
func (e *Engine) OnOutcome(s *Snapshot, o Outcome, now time.Time) Decision {
	m := s.messages[o.MessageID]
	if m == nil {
		return Decision{} // erased
	}
	return e.onOutcome(s, s.ofRun(m.RunID), m, o, now)
}

// onOutcome is OnOutcome of a message that is found already, with its run.
func (e *Engine) onOutcome(s *Snapshot, of *runRows, m *Message, o Outcome, now time.Time) Decision {
	if !m.ClaimedAt.Equal(o.ClaimedAt) {
		return Decision{} // claimed anew in the meantime
	}
	if m.Status != MessageClaimed && (o.Kind != OutcomeSent || m.Status == MessageSent) {
		return Decision{}
	}
	t := e.draft(s, now)
	r := t.with(of)
	m = m.clone()
	t.putMessage(m)
	m.Detail, m.Title, m.ProviderID = o.Detail, either(o.Title, m.Title), either(o.ProviderID, m.ProviderID)
	if r != nil {
		r = t.editRun(r.ID)
	}
	switch o.Kind {
	case OutcomeSent:
		t.sent(r, m, o)
	case OutcomePermanent:
		t.refused(r, m, o)
	default:
		t.again(r, m, o)
	}
	return t.decision()
}

// sent records that a message went out; the run goes on when it was the last
// of its step.
func (t *draft) sent(r *Run, m *Message, o Outcome) {
	m.Status, m.SentAt, m.Reason = MessageSent, t.now, o.Reason
	if r == nil {
		return
	}
	r.LastSentAt = t.now
	t.note(r, ActionSend, m.Step, m.Channel, o.Reason, m.ID)
	t.rememberPrices(r, m)
	t.proceed(r, m.Step)
}

// refused records that a message will not go out; the next channel of the step
// is tried at once.
func (t *draft) refused(r *Run, m *Message, o Outcome) {
	m.Status, m.Reason = MessageFailed, o.Reason
	if o.Suppress {
		t.suppress(m.BuyerID, m.Channel, m.AddressHash, o.Reason, t.now)
	}
	if r == nil {
		return
	}
	t.note(r, ActionSkip, m.Step, m.Channel, o.Reason, m.ID)
	d := t.definition(r)
	if d == nil || !r.Open() || r.Step != m.Step {
		return
	}
	step, _ := d.step(r.Step)
	if step != nil && !step.SendAll && m.Channel != step.Send[len(step.Send)-1] {
		r.DueAt = ceilSecond(t.now)
		return
	}
	t.proceed(r, m.Step)
}

// again lets a message be decided anew: after a back-off, or at once when
// nothing had left the machine.
func (t *draft) again(r *Run, m *Message, o Outcome) {
	m.Status, m.Reason = MessageRetry, o.Reason
	wait := backOff[min(max(m.Attempts, 1), len(backOff))-1]
	if o.RetryAfter > wait {
		wait = o.RetryAfter
	}
	if o.Kind == OutcomeReleased {
		m.Attempts--
		wait = o.RetryAfter
	}
	m.NextAt = t.now.Add(wait)
	if r == nil || !r.Open() {
		t.failMessage(m, ReasonUnknownOutcome)
		if r != nil {
			m.Reason = r.EndReason
		}
		return
	}
	r.DueAt = ceilSecond(m.NextAt)
	if o.Kind == OutcomeTemporary || o.RetryAfter > 0 {
		t.note(r, ActionDefer, m.Step, m.Channel, o.Reason, m.ID)
	}
}

// proceed moves an open run on when all messages of the step are final.
func (t *draft) proceed(r *Run, step string) {
	d := t.definition(r)
	if !r.Open() || r.Step != step {
		return
	}
	if d == nil {
		r.DueAt = ceilSecond(t.now) // removed: ends when it is looked at
		return
	}
	for _, other := range t.messagesOfRun(r.ID) {
		if other.Step == step && !other.Status.Final() {
			r.DueAt = ceilSecond(later(other.NextAt, t.now))
			return
		}
	}
	t.advance(r, d)
}

// rememberPrices keeps the price that the buyer was told, so that only a
// further cut is news.
func (t *draft) rememberPrices(r *Run, m *Message) {
	if !t.e.RemembersPrices(r) {
		return
	}
	for _, it := range m.Items {
		known := t.favorite(r.BuyerID, it.SKU)
		if known == nil || it.Price == nil || known.Baseline != nil && !it.Price.LessThan(*known.Baseline) {
			continue
		}
		t.editFavorite(r.BuyerID, it.SKU).Baseline = it.Price
	}
}
