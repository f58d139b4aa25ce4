package channels

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"time"

	"kagobell/scenarios"
)

// Options are what a Sender needs.
type Options struct {
	Renderer   *Renderer
	SMTP       *SMTP    // nil: mail goes to the outbox
	Line       *Line    // nil: LINE messages go to the outbox
	Outbox     Keeper   // required where anything goes to it
	SendOnlyTo []string // nil: everybody
	Log        *slog.Logger
	Now        func() time.Time // the clock that claims are stamped with; nil: time.Now
}

// Sender transmits claimed messages. It is safe for use by many at a time.
type Sender struct {
	renderer *Renderer
	mail     *mailer  // nil: outbox
	line     *lineAPI // nil: outbox
	outbox   Keeper
	only     recipients
	now      func() time.Time

	mu       sync.Mutex
	closed   bool
	underWay sync.WaitGroup
}

// New makes a Sender. With a real SMTP server the sender has to be named in
// full: what is missing is an error.
func New(o Options) (*Sender, error) {
	if o.Renderer == nil {
		return nil, errors.New("channels: no renderer")
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Outbox == nil && (o.SMTP == nil || o.Line == nil || o.SendOnlyTo != nil) {
		return nil, errors.New("channels: no outbox, and something goes to it")
	}
	s := &Sender{renderer: o.Renderer, outbox: o.Outbox, only: newRecipients(o.SendOnlyTo), now: o.Now}
	if o.SMTP != nil {
		from := o.Renderer.from
		if err := from.check(); err != nil {
			return nil, err
		}
		if !oneClick(o.Renderer.publicURL) {
			o.Log.Warn("public_url is not https: mails carry no one-click unsubscribe (RFC 8058), which large mail providers want", "public_url", o.Renderer.publicURL)
		}
		mail, err := newMailer(*o.SMTP, from, o.Now, o.Log)
		if err != nil {
			return nil, err
		}
		s.mail = mail
	}
	if o.Line != nil {
		line, err := newLineAPI(*o.Line, o.Log)
		if err != nil {
			return nil, err
		}
		s.line = line
	}
	return s, nil
}

// Send renders a claimed message and transmits it, or puts it into the outbox.
// It begins within scenarios.SendWithin of the claim or gives the claim back,
// and ends within scenarios.SendDeadline of the beginning. It does not return
// before the outcome is known; the outcome is to be committed before the next
// message takes this one's place.
func (s *Sender) Send(ctx context.Context, d scenarios.Delivery) scenarios.Outcome {
	o := s.send(ctx, &d)
	o.MessageID, o.ClaimedAt = d.Message.ID, d.Message.ClaimedAt
	return o
}

func (s *Sender) send(ctx context.Context, d *scenarios.Delivery) scenarios.Outcome {
	if !s.enter() {
		return released("shutting down")
	}
	defer s.underWay.Done()
	left := s.left(d.Message.ClaimedAt)
	if left <= 0 || ctx.Err() != nil {
		return released("too late after the claim to begin")
	}
	rendered, err := s.renderer.Render(ctx, *d)
	if err != nil {
		return scenarios.Outcome{Kind: scenarios.OutcomePermanent, Reason: scenarios.ReasonRenderFailed, Detail: errorDetail(err)}
	}
	begin, cancel := context.WithTimeout(ctx, left)
	defer cancel()
	o := s.transmit(ctx, begin, d, &rendered)
	o.Title = rendered.Subject
	return o
}

// transmit picks the way out.
func (s *Sender) transmit(ctx, begin context.Context, d *scenarios.Delivery, r *scenarios.Rendered) scenarios.Outcome {
	switch {
	case d.Message.Channel == scenarios.ChannelDM:
		return s.keep(ctx, d, r, "", "outbox") // the letter itself leaves with its batch
	case d.Message.Channel == scenarios.ChannelEmail && s.mail == nil,
		d.Message.Channel == scenarios.ChannelLine && s.line == nil:
		return s.keep(ctx, d, r, "", "outbox")
	case r.To == "":
		return scenarios.Outcome{Kind: scenarios.OutcomePermanent, Reason: scenarios.ReasonNoAddress}
	case !s.only.allow(r.To):
		return s.keep(ctx, d, r, scenarios.ReasonRedirected, "redirected")
	case d.Message.Channel == scenarios.ChannelEmail:
		return s.mail.send(ctx, begin, d, r)
	}
	return s.line.send(ctx, begin, d, r)
}

// left is how much time there is to begin in. A message without a claim (a
// trial) is as good as claimed now.
func (s *Sender) left(claimed time.Time) time.Duration {
	if claimed.IsZero() {
		return scenarios.SendWithin
	}
	return min(scenarios.SendWithin-s.now().Sub(claimed), scenarios.SendWithin)
}

// endOf is when a transmission that begins now has to have ended. That ctx is
// cancelled is no reason to break it off: its outcome would be unknown.
func endOf(ctx context.Context) time.Time {
	end := time.Now().Add(scenarios.SendDeadline)
	if deadline, ok := ctx.Deadline(); ok && deadline.Before(end) {
		return deadline
	}
	return end
}

func (s *Sender) enter() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return false
	}
	s.underWay.Add(1)
	return true
}

// Close lets what is under way end, until ctx does, and closes the connections.
// What comes after is given back.
func (s *Sender) Close(ctx context.Context) error {
	s.mu.Lock()
	s.closed = true
	s.mu.Unlock()
	drained := make(chan struct{})
	go func() {
		s.underWay.Wait()
		close(drained)
	}()
	var err error
	select {
	case <-drained:
	case <-ctx.Done():
		err = ctx.Err()
	}
	if s.mail != nil {
		s.mail.close()
	}
	if s.line != nil {
		s.line.close()
	}
	return err
}
