package scenarios

import "time"

// Grace is how long after its time an alarm counts as lost, so that the sweep
// sets it again.
const Grace = 30 * time.Second

// maxAhead is how far ahead of now an event's occurred_at may be.
const maxAhead = 5 * time.Minute

// ceilSecond rounds up: Asynq floors the times of its alarms to the second, so
// a fraction would ring before its time.
func ceilSecond(t time.Time) time.Time {
	floor := t.Truncate(time.Second)
	if floor.Equal(t) {
		return floor
	}
	return floor.Add(time.Second)
}

// plan makes a step the next one and says when it should happen.
func (t *draft) plan(r *Run, step *Step, at time.Time) {
	r.Step = step.ID
	r.PlannedAt = at
	r.CapDeferred = false
	r.PauseNoted = false
	r.DueAt = ceilSecond(at)
}

// postpone moves the step to come.
func (t *draft) postpone(r *Run, at time.Time) {
	r.PlannedAt = at
	r.DueAt = ceilSecond(at)
}

// firstStepAt is when a run's first step should happen. Where several subjects
// are collected, the waiting for them comes before it: an edge at the end of
// `collect` is known for certain only after `hold`.
func (t *draft) firstStepAt(d *Definition, r *Run) time.Time {
	at := t.e.after(t.e.after(r.Anchor, d.Start.Hold), d.Start.Collect)
	return t.momentOf(r, &d.Steps[0], at)
}

// anchorOf is the moment from which a run's steps are counted: after a time of
// quiet since the last trigger, but not later than MaxQuiet after the first.
func (e *Engine) anchorOf(d *Definition, r *Run) time.Time {
	anchor := e.after(r.LastTriggerAt, d.Start.QuietFor)
	if !d.Start.MaxQuiet.IsZero() {
		if last := e.after(r.FirstTriggerAt, d.Start.MaxQuiet); anchor.After(last) {
			return last
		}
	}
	return anchor
}

// heldUntil is when a run stops waiting for the outside world; false for one
// that does not wait.
func (t *draft) heldUntil(r *Run) (time.Time, bool) {
	d := t.definition(r)
	if d == nil || r.HeldSince.IsZero() {
		return time.Time{}, false
	}
	return ceilSecond(t.e.after(r.HeldSince, d.Start.WaitUpTo)), true
}

// advance goes on to the step after the current one, or completes the run.
func (t *draft) advance(r *Run, d *Definition) {
	step, _ := d.step(r.Step)
	if step == nil {
		t.moveTo(r, d, 0)
		return
	}
	t.moveTo(r, d, step.Next)
}

// moveTo makes the step at a place of the definition the next one; 0 completes
// the run.
func (t *draft) moveTo(r *Run, d *Definition, place int) {
	if place == 0 { // no step comes before the first
		t.end(r, RunCompleted, "")
		t.note(r, ActionComplete, "", "", "", "")
		return
	}
	next := &d.Steps[place]
	t.plan(r, next, t.momentOf(r, next, r.PlannedAt))
}

// end closes a run.
func (t *draft) end(r *Run, status RunStatus, why Reason) {
	r.Status = status
	r.EndReason = why
	r.EndedAt = t.now
	r.HeldSince = time.Time{}
}

// exit ends a run early and says why.
func (t *draft) exit(r *Run, why Reason) {
	t.closeMessages(r, why)
	t.end(r, RunExited, why)
	t.note(r, ActionExit, r.Step, "", why, "")
}

// arm settles the alarm of a changed run. An alarm may be early, never late:
// one that is set for an earlier moment is left to ring.
func (t *draft) arm(r *Run) {
	was := t.keptRun(r.ID).row
	claim := t.outstanding(r)
	if until, held := t.heldUntil(r); held {
		r.DueAt = until
	}
	switch {
	case !r.Open() && claim == nil:
		r.ArmedAt, r.SweepAt = time.Time{}, time.Time{}
	case claim != nil:
		// The outcome will move the run on. Should it never come, the sweep looks when the claim expires.
		r.DueAt = ceilSecond(claim.ClaimUntil)
		r.ArmedAt, r.SweepAt = time.Time{}, r.DueAt
	case was != nil && t.rang != r.ID && !was.ArmedAt.IsZero() && !r.DueAt.Before(was.ArmedAt):
		return
	case r.DueAt.After(t.now.Add(t.e.settings.Horizon)):
		r.ArmedAt, r.SweepAt = time.Time{}, r.DueAt.Add(-t.e.settings.Horizon)
	default:
		r.Generation++
		r.ArmedAt, r.SweepAt = r.DueAt, later(r.DueAt, t.now).Add(Grace)
		t.d.Alarms = append(t.d.Alarms, Alarm{RunID: r.ID, Step: r.Step, Generation: r.Generation, At: r.DueAt,
			Channel: t.likely(r)})
	}
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}
