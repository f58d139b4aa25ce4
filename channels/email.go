package channels

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"kagobell/scenarios"
)

// mailer transmits mail over a pool of connections.
type mailer struct {
	pool  *smtpPool
	from  From
	now   func() time.Time
	fault *faultLog
}

func newMailer(o SMTP, from From, now func() time.Time, log *slog.Logger) (*mailer, error) {
	o, err := o.withDefaults()
	if err != nil {
		return nil, err
	}
	m := &mailer{from: from, now: now, fault: &faultLog{log: log, channel: scenarios.ChannelEmail}}
	m.pool = newSMTPPool(o.Pool, o.MaxMessages, o.IdleTimeout, func(ctx context.Context) (*smtpConn, error) {
		return o.dial(ctx, from.domain())
	})
	return m, nil
}

// send transmits one mail. begin ends when it is too late to begin.
func (m *mailer) send(ctx, begin context.Context, d *scenarios.Delivery, r *scenarios.Rendered) scenarios.Outcome {
	e, err := newEnvelope(r, m.from, cleanName(d.Buyer.Name), d.Message.ID, m.now())
	if errors.Is(err, errAddress) {
		// No server was asked. What only we can't read does not bar the address.
		return scenarios.Outcome{Kind: scenarios.OutcomePermanent, Reason: scenarios.ReasonRejected, Detail: err.Error()}
	}
	if err != nil {
		return scenarios.Outcome{Kind: scenarios.OutcomePermanent, Reason: scenarios.ReasonRenderFailed, Detail: errorDetail(err)}
	}
	for {
		c, err := m.pool.take(begin)
		if errors.Is(err, errNoConnection) {
			return released(err.Error())
		}
		if errors.Is(err, errConfiguration) {
			o := stopped(errorDetail(err)) // the log-in is refused, the certificate is wrong
			m.fault.report(err, &o)
			return o
		}
		if err != nil {
			o := scenarios.Outcome{Kind: scenarios.OutcomeTemporary, Reason: scenarios.ReasonTemporary, Detail: errorDetail(err)}
			m.fault.report(err, &o)
			return o
		}
		if e.utf8 && !c.utf8 {
			m.pool.put(c, true)
			return scenarios.Outcome{Kind: scenarios.OutcomePermanent, Reason: scenarios.ReasonRejected,
				Detail: "the server offers no SMTPUTF8, which this address needs"}
		}
		warm := c.used > 0
		text, failure := c.transmit(e, endOf(ctx))
		if failure == nil {
			m.pool.put(c, true)
			return scenarios.Outcome{Kind: scenarios.OutcomeSent, ProviderID: queueID(text)}
		}
		m.pool.put(c, failure.alive() && (failure.at == stageBody || c.reset()))
		if warm && failure.at != stageBody && !failure.alive() && begin.Err() == nil {
			continue // it had gone stale; nothing was said of this message
		}
		return m.judge(failure, e.to)
	}
}

// judge makes an outcome of a failed transaction.
func (m *mailer) judge(f *smtpFailure, to string) scenarios.Outcome {
	reply := f.reply()
	if reply == nil {
		reason := scenarios.ReasonTemporary
		if f.at == stageBody {
			// The server may have it. The same Message-ID goes again, by which
			// receivers tell the two apart from two messages.
			reason = scenarios.ReasonUnknownOutcome
		}
		return scenarios.Outcome{Kind: scenarios.OutcomeTemporary, Reason: reason, Detail: errorDetail(f.err)}
	}
	v := judge(reply.Code, reply.Msg, f.at)
	o := scenarios.Outcome{Kind: v.kind, Reason: v.reason, Suppress: v.suppress, RetryAfter: v.retryAfter,
		Detail: detailOf(reply.Code, reply.Msg, to)}
	if v.fault {
		m.fault.report(errors.New(o.Detail), &o)
	}
	return o
}

func (m *mailer) close() { m.pool.close() }

// released gives a claim back: nothing has left the machine.
func released(why string) scenarios.Outcome {
	return scenarios.Outcome{Kind: scenarios.OutcomeReleased, Reason: scenarios.ReasonTemporary, Detail: why}
}

// stoppedRests is how long a message waits, before it is decided again, that met a channel out of order.
const stoppedRests = 2 * time.Second

// stopped gives a claim back and stops the channel, since no message would go through: none is lost by it.
func stopped(why string) scenarios.Outcome {
	o := released(why)
	o.Hold, o.RetryAfter = scenarios.HoldStopped, stoppedRests
	return o
}
