package scenarios

// refusedChannel is a channel of a step that can't carry its message.
type refusedChannel struct {
	channel Channel
	why     Reason
	noted   bool // in the journal already: the message failed there
}

func lastReason(refused []refusedChannel) Reason {
	if len(refused) == 0 {
		return ReasonNoAddress
	}
	return refused[len(refused)-1].why
}

// reachable are the channels on which the step's message goes: the first that
// the buyer can be reached on, or with `all` every one.
func (t *draft) reachable(r *Run, d *Definition, step *Step, b *Buyer) (open []Channel, refused []refusedChannel) {
	for _, c := range step.Send {
		if !step.SendAll && len(open) > 0 {
			break
		}
		old := t.message(MessageIDFor(r.ID, step.ID, c))
		if old != nil && old.Status.Final() {
			refused = append(refused, refusedChannel{c, old.Reason, true})
			continue
		}
		if why := t.barred(r, d, step, b, c, old); why != "" {
			refused = append(refused, refusedChannel{c, why, false})
			continue
		}
		open = append(open, c)
	}
	return open, refused
}

// barred is why a channel can't be used for this buyer; empty when it can.
func (t *draft) barred(r *Run, d *Definition, step *Step, b *Buyer, c Channel, old *Message) Reason {
	if !b.Consents[c].Granted {
		return ReasonNoConsent
	}
	if _, blocked := b.Blocks[c]; blocked {
		return ReasonNoConsent
	}
	hash := b.AddressHash(c)
	if hash == "" {
		return ReasonNoAddress
	}
	if x := t.suppression(c, hash); x != nil && x.InForce() {
		return ReasonSuppressed
	}
	key := t.e.dedupKey(r, d, step, hash)
	if other := t.s.dedup[key]; other != "" && (old == nil || other != old.ID) {
		return ReasonDuplicateAddress
	}
	if c == ChannelLine && old != nil && t.now.After(old.FirstTryAt.Add(retryKeyValid)) {
		t.failMessage(old, ReasonRetryKeyExpired)
		return ReasonRetryKeyExpired
	}
	return ""
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
// The day tells the messages about one cart apart that a cool-down parts.
func (e *Engine) dedupKey(r *Run, d *Definition, step *Step, addressHash string) string {
	subject := r.Subject
	switch d.Start.Per {
	case PerEvent:
	case PerItems:
		lead := r.Subject
		for _, it := range r.Items {
			lead = min(lead, it.SKU)
		}
		subject = lead + "@" + r.FirstTriggerAt.Format("20060102T150405.000")
	default:
		subject += "@" + r.PlannedAt.In(e.settings.Zone).Format("2006-01-02")
	}
	return identifier("dedup", r.Scenario, step.ID, subject, addressHash)
}

// DedupKeys are the dedup keys that a due run may use: the store looks up
// which messages hold them.
func (e *Engine) DedupKeys(s *Snapshot, id RunID) []string {
	r := s.runs[id]
	if r == nil || !r.Open() {
		return nil
	}
	d := e.Definition(r.Scenario, r.Version)
	b := s.buyers[r.BuyerID]
	if d == nil || b == nil {
		return nil
	}
	step, _ := d.step(r.Step)
	if step == nil {
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
