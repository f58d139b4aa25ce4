package scenarios

// Hold is why a channel takes no message for now.
type Hold int

// The holds.
const (
	HoldBusy    Hold = iota + 1 // its senders have no room: the run is to be decided again when one has
	HoldStopped                 // it is out of order for everybody (a token that is refused): the run waits, and asks again
)

// onHold tells whether one of the channels on which a run would claim is held. A run waits for a stopped channel as for
// a scenario that is paused: its messages are kept, and exits go on.
func (t *draft) onHold(r *Run, open []Channel) bool {
	for _, c := range open {
		switch hold, _ := t.held.Of(c); hold {
		case HoldBusy:
			t.d.Busy = c
			return true
		case HoldStopped:
			t.pause(r, c, ReasonTemporary)
			return true
		}
	}
	return false
}

// likely is the first channel of a run's step that its buyer can be reached on, as far as can be told ahead: what the
// run will send on when its alarm rings.
func (t *draft) likely(r *Run) Channel {
	d, b := t.definition(r), t.buyer(r.BuyerID)
	if d == nil || b == nil {
		return ""
	}
	step, _ := d.step(r.Step)
	if step == nil {
		return ""
	}
	for _, c := range step.Send {
		consent, _ := b.Consents.Of(c)
		if consent.Granted && !b.Blocks.Has(c) && b.Address(c) != "" {
			return c
		}
	}
	return ""
}
