package main

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"
)

const (
	// demoTick is how often the narrator looks at the journal.
	demoTick = 100 * time.Millisecond
	// reactWithin is how long a buyer waits for a mail that he is to open.
	reactWithin = 20 * time.Second
	// demoPatience is how long after its end the story may take to come to its aims, on a machine that is busy.
	demoPatience = time.Minute
)

// play lets the scenes happen at their times. One goroutine does all of it, so that it is told in order.
type play struct {
	scenes   []posting
	next     int
	waiting  []*posting // due, and waiting for a mail to arrive; and behind them scenes of the same buyer
	opened   time.Time
	speed    float64
	poster   *sending
	mailbox  *mailbox
	narrator *narrator
}

func (p *play) dueAt(at time.Duration) time.Time { return p.opened.Add(sped(at, p.speed)) }

// until lets everything happen up to a time in the shop, and goes on until all aims were seen.
func (p *play) until(ctx context.Context, end time.Duration) error {
	for {
		if err := p.round(ctx, end); err != nil {
			return err
		}
		over := time.Since(p.dueAt(end))
		missing := p.narrator.told.missing()
		switch {
		case over >= 0 && len(missing) == 0 && len(p.waiting) == 0:
			return nil
		case over >= demoPatience:
			return fmt.Errorf("the story did not come to its end; missing: %s", strings.Join(missing, ", "))
		}
		if err := waitFor(ctx, p.pause(end)); err != nil {
			return err
		}
	}
}

// pause is how long nothing is to be done.
func (p *play) pause(end time.Duration) time.Duration {
	if p.next < len(p.scenes) {
		end = min(end, p.scenes[p.next].at)
	}
	return min(max(time.Until(p.dueAt(end)), time.Millisecond), demoTick)
}

// forEver tells what happens until ctx ends.
func (p *play) forEver(ctx context.Context) error {
	for {
		if err := p.narrator.follow(ctx); err != nil {
			return err
		}
		if err := waitFor(ctx, demoTick); err != nil {
			return err
		}
	}
}

// round tells what is new, then takes the scenes that are due, a buyer's in their order.
func (p *play) round(ctx context.Context, end time.Duration) error {
	if err := p.narrator.follow(ctx); err != nil {
		return err
	}
	for p.next < len(p.scenes) && p.scenes[p.next].at <= end && time.Until(p.dueAt(p.scenes[p.next].at)) <= 0 {
		p.waiting = append(p.waiting, &p.scenes[p.next])
		p.next++
	}
	busy := map[string]bool{}
	var due, left []*posting
	for _, scene := range p.waiting {
		who, done := scene.act.who(), false
		act, reacts := scene.act.(reaction)
		switch {
		case busy[who]:
		case !reacts:
			due, done = append(due, scene), true
		default:
			var err error
			if done, err = p.react(ctx, &scene.scene, act); err != nil {
				return err
			}
			busy[who] = !done
		}
		if !done {
			left = append(left, scene)
		}
	}
	p.waiting = left
	return p.post(ctx, due)
}

// post sends scenes to Kagobell: one as a rule, and in one request whatever has come due during the one before.
func (p *play) post(ctx context.Context, due []*posting) error {
	if len(due) == 0 {
		return nil
	}
	now := time.Now()
	at := func(i int) time.Time { return now.Add(time.Duration(i) * time.Millisecond) } // one after the other
	var lines []historyLine
	for i, scene := range due {
		bodies, err := scene.bodies(at(i), p.speed)
		if err != nil {
			return err
		}
		for _, body := range bodies {
			lines = append(lines, historyLine{number: len(lines) + 1, text: body})
		}
	}
	if err := p.poster.post(ctx, lines); err != nil {
		return err
	}
	if p.poster.rejected > 0 {
		return errors.New("the shop's own events were refused")
	}
	for i, scene := range due {
		p.narrator.happened(at(i), &scene.scene)
	}
	return p.narrator.follow(ctx)
}

// react lets a buyer do something with a mail as soon as that is there. A mail that does not come is passed over.
func (p *play) react(ctx context.Context, s *scene, r reaction) (done bool, err error) {
	err = errTooSoon
	if messageID := p.narrator.sent[sentKey{r.by, r.scenario, r.step}]; messageID != "" {
		err = p.mailbox.react(ctx, r.kind, messageID)
	}
	switch {
	case err == nil:
		p.narrator.happened(time.Now(), s)
		return true, nil
	case !errors.Is(err, errTooSoon):
		return false, fmt.Errorf("%s %s: %w", r.by, r.kind, err)
	}
	return time.Since(p.dueAt(s.at)) > reactWithin, nil
}
