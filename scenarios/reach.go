package scenarios

import (
	"strconv"
	"time"
)

// refusedChannel is a channel of a step that can't carry its message.
type refusedChannel struct {
	channel Channel
	why     Reason
	old     *Message // of an earlier try
	noted   bool     // in the journal already: the message failed there, or it was refused before
}

func lastReason(refused []refusedChannel) Reason {
	if len(refused) == 0 {
		return ReasonNoAddress
	}
	return refused[len(refused)-1].why
}

// reach is where a step's message can go.
type reach struct {
	open    []Channel // the first that the buyer can be reached on, or with `all` every one
	refused []refusedChannel
	again   time.Time // a channel backs off until then; zero: none does
}

func (t *draft) reachable(r *Run, d *Definition, step *Step, b *Buyer) (x reach) {
	asked := t.channelsAsked(r, step)
	for i, c := range step.Send {
		if !step.SendAll && (len(x.open) > 0 || !x.again.IsZero()) {
			break
		}
		old := t.messageFor(r, step, c)
		if old != nil && old.Status.Final() {
			x.refused = append(x.refused, refusedChannel{c, old.Reason, old, true})
			continue
		}
		if why := t.barred(r, d, step, b, c, old); why != "" {
			x.refused = append(x.refused, refusedChannel{c, why, old, old == nil && i < asked})
			continue
		}
		if old != nil && old.Status == MessageRetry && old.NextAt.After(t.now) {
			if x.again.IsZero() || old.NextAt.Before(x.again) {
				x.again = old.NextAt
			}
			continue
		}
		x.open = append(x.open, c)
	}
	return x
}

// channelsAsked is how many channels of a step were asked when it was decided
// before: those of them that were refused are in the journal already.
func (t *draft) channelsAsked(r *Run, step *Step) int {
	for i := len(step.Send) - 1; i >= 0; i-- {
		if t.messageFor(r, step, step.Send[i]) == nil {
			continue
		}
		if step.SendAll {
			return len(step.Send)
		}
		return i
	}
	return 0
}

// barred is why a channel can't be used for this buyer; empty when it can.
func (t *draft) barred(r *Run, d *Definition, step *Step, b *Buyer, c Channel, old *Message) Reason {
	if consent, _ := b.Consents.Of(c); !consent.Granted {
		return ReasonNoConsent
	}
	if b.Blocks.Has(c) {
		return ReasonNoConsent
	}
	hash, key := t.addressed(r, d, step, b, c)
	if hash == "" {
		return ReasonNoAddress
	}
	if x := t.suppression(c, hash); x != nil && x.InForce() {
		return ReasonSuppressed
	}
	if other := t.s.dedup[key]; other != "" && (old == nil || other != old.ID) {
		return ReasonDuplicateAddress
	}
	if c == ChannelLine && old != nil && t.now.After(old.FirstTryAt.Add(retryKeyValid)) {
		return ReasonRetryKeyExpired
	}
	return ""
}

// addressed is where a step's message would go, and the dedup key that it would have. Whoever asks whether it may go
// there sends it next: the last answer is kept.
func (t *draft) addressed(r *Run, d *Definition, step *Step, b *Buyer, c Channel) (hash, key string) {
	last := &t.last
	if last.run != r || last.buyer != b || last.step != step || last.channel != c {
		*last = addressed{run: r, buyer: b, step: step, channel: c, hash: b.AddressHash(c)}
		if last.hash != "" {
			last.key = t.e.dedupKey(r, d, step, last.hash)
		}
	}
	return last.hash, last.key
}

// addressed is an address and dedup key that were asked for.
type addressed struct {
	run       *Run
	buyer     *Buyer
	step      *Step
	channel   Channel
	hash, key string
}

func (t *draft) suppression(c Channel, hash string) *Suppression {
	if hash == "" {
		return nil
	}
	for _, x := range t.d.Suppressions {
		if x.Channel == c && x.AddressHash == hash {
			return x
		}
	}
	return t.s.suppressions[suppressionKey{c, hash}]
}

// dedupKey keeps two buyers with one mailbox from getting the same twice:
// scenario, step, subject (cart and day; SKU and edge; day; event) and address.
// The day tells the messages about one cart apart that a cool-down parts. It is
// the day to which the window moves the plan, so that the key is known before
// the step is decided.
func (e *Engine) dedupKey(r *Run, d *Definition, step *Step, addressHash string) string {
	subject := r.Subject
	switch d.Start.Per {
	case PerEvent:
	case PerItems:
		subject += "@" + strconv.FormatInt(r.Ordinal, 10)
	default:
		day, opens := e.windowOf(d, step).Next(r.PlannedAt, e.settings.Zone)
		if !opens {
			day = r.PlannedAt
		}
		subject += "@" + e.dayOf(day)
	}
	return identifier("dedup", r.Scenario, step.ID, subject, addressHash)
}

// dayOf names the calendar day of the shop; where time runs faster, the time that
// a day takes.
func (e *Engine) dayOf(at time.Time) string {
	if e.settings.Speed == 1 {
		return at.In(e.settings.Zone).Format(time.DateOnly)
	}
	length := e.scaled(Duration{Days: 1}).Approx()
	return strconv.FormatInt(at.UnixMilli()/max(length.Milliseconds(), 1), 10)
}

// DedupKeys are the dedup keys that a due run may use, and those of the buyer's
// stronger runs, for which it may have to give way: the store looks up which
// messages hold them.
func (e *Engine) DedupKeys(s *Snapshot, id RunID) []string {
	r := s.Run(id)
	if r == nil || !r.Open() {
		return nil
	}
	d := e.Definition(r.Scenario, r.Version)
	if d == nil {
		return nil
	}
	keys := e.dedupKeysOf(s, r)
	for _, other := range s.ofBuyer(r.BuyerID).open {
		od := e.Definition(other.Scenario, other.Version)
		if od != nil && od.Priority > d.Priority {
			keys = append(keys, e.dedupKeysOf(s, other)...)
		}
	}
	return keys
}

func (e *Engine) dedupKeysOf(s *Snapshot, r *Run) []string {
	d := e.Definition(r.Scenario, r.Version)
	b := s.Buyer(r.BuyerID)
	step, _ := d.step(r.Step)
	if step == nil || b == nil {
		return nil
	}
	var keys []string
	for _, c := range step.Send {
		if hash := b.AddressHash(c); hash != "" {
			keys = append(keys, e.dedupKey(r, d, step, hash))
		}
	}
	return keys
}
