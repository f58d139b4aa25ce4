package bench

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"
	"time"
)

// latency measures how long after its time a step is delivered, at a steady rate.
func latency(ctx context.Context, s *stage, r *Report) error {
	due, err := s.prepareSteps(ctx, s.o.Rate, s.o.For)
	if err != nil {
		return err
	}
	r.Settings["steps_per_second"] = s.o.Rate
	late := make([]time.Duration, 0, len(due.dueAt))
	var last atomic.Int64
	s.sink.onAccepted(func(a accepted) {
		if n, ok := buyerAt(a.to); ok && n >= due.first && n < due.first+len(due.dueAt) {
			late = append(late, a.at.Sub(due.dueAt[n-due.first]))
		}
		last.Store(a.at.UnixNano())
	})
	planned := due.from
	if err := s.awaitDue(ctx, due); err != nil {
		return err
	}
	if !due.from.Equal(planned) {
		return errors.New("preparing took longer than planned, so every step would be late: try again with a smaller --rate or --for")
	}
	profiled, measuring := s.profile(ctx, 0, s.o.For, "latency"), s.meter(ctx)
	stop := s.say.watch(func() string { return fmt.Sprintf("配信 %d 通 messages accepted", s.sink.mails.Load()) })
	sent, _, err := s.awaitMails(ctx, len(due.dueAt), due.from.Add(s.o.For+silent), &last, due.from)
	stop()
	if err = errors.Join(err, <-profiled); err != nil {
		return err
	}
	measuring.into(ctx, r, "latency")
	s.sink.onAccepted(nil) // what was noted is ours alone from here on
	if sent == 0 {
		return fmt.Errorf("no message came: %s", s.sidecar.lastWords())
	}
	r.add("latency.rate", "期日の来るステップ/秒", "steps coming due a second", float64(s.o.Rate), "steps/s")
	p99 := r.percentiles("latency", "期日から配信まで", "due time to delivery", late)
	if s.o.Rate == 500 {
		p99.atMost(2000)
	}
	r.add("redis.bytes", "Redis のメモリー（1ステップ）", "Redis memory an armed step", due.bytes, "bytes").atMost(500)
	r.check("全件が届いた", "every step was delivered", sent == len(due.dueAt), fmt.Sprintf("%d of %d", sent, len(due.dueAt)))
	return nil
}
