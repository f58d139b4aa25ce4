package bench

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strconv"
	"sync/atomic"
	"time"

	"kagobell/queue"
	"kagobell/scenarios"
)

// untilFirstStep is how long after a cart's last change cart_abandonment sends its first step: 3 h of quiet and an hour.
const untilFirstStep = 4 * time.Hour

// leastAhead is how long before the first step is due its run is stored at the latest.
const leastAhead = 3 * time.Second

// setAlone keeps every run's alarm a task of its own, however many are due in one second.
const setAlone = 1 << 30

// comingDue is a number of runs whose first step comes due at a steady rate from a moment on.
type comingDue struct {
	from  time.Time   // the first step's
	first int         // buyer; another one in each measurement, so that none has an open run
	dueAt []time.Time // of the first buyer's step, and so on
	bytes float64     // of Redis, an armed step
}

// steps measures how many single steps a second are decided, rendered and handed to an SMTP server.
func steps(ctx context.Context, s *stage, r *Report) error {
	tasks, err := s.ceilingTasks(ctx, r)
	if err != nil {
		return err
	}
	due, err := s.prepareSteps(ctx, s.o.Rate, s.o.For)
	if err != nil {
		return err
	}
	r.Settings["offered_per_second"] = s.o.Rate
	var last atomic.Int64
	s.sink.onAccepted(func(a accepted) { last.Store(a.at.UnixNano()) })
	if err := s.awaitDue(ctx, due); err != nil {
		return err
	}
	profiled := s.profile(ctx, 0, s.o.For, "steps")
	measuring := s.meter(ctx)
	stop := s.say.watch(func() string { return fmt.Sprintf("配信 %d 通 messages accepted", s.sink.mails.Load()) })
	sent, span, err := s.awaitMails(ctx, len(due.dueAt), due.from.Add(s.o.For), &last, due.from)
	stop()
	if err = errors.Join(err, <-profiled); err != nil {
		return err
	}
	measuring.into(ctx, r, "steps")
	if sent == 0 {
		return fmt.Errorf("no message came: %s", s.sidecar.lastWords())
	}
	size := float64(s.sink.bytes.Load()) / float64(s.sink.mails.Load())
	smtp, err := s.ceilingSMTP(ctx, r, int(size))
	if err != nil {
		return err
	}
	r.add("steps.rate", "配信/秒（1件ずつのステップ）", "messages/s, single steps", float64(sent)/span.Seconds(), "messages/s").
		atLeast(4000).of(tasks, smtp)
	r.add("steps.mail", "メールの大きさ", "size of a mail as sent", size, "bytes")
	r.add("redis.bytes", "Redis のメモリー（1ステップ）", "Redis memory an armed step", due.bytes, "bytes").atMost(500)
	return nil
}

// prepareSteps fills the database with runs that are not due, starts the sidecar, and adds those whose first step comes
// due at so many a second.
func (s *stage) prepareSteps(ctx context.Context, rate int, span time.Duration) (_ *comingDue, err error) {
	// Runs that are not due soon have no alarm: those in Redis are all of what is measured.
	shop, err := s.open(ctx, map[string]any{"horizon": "1h"})
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, shop.Close(ctx)) }()
	count := int(float64(rate) * span.Seconds())
	perSecond, err := s.fillOpenRuns(ctx, shop)
	if err != nil {
		return nil, err
	}
	if err := s.startSwept(ctx); err != nil {
		return nil, err
	}
	if perSecond == 0 {
		perSecond = 1000 // nothing was measured: with care
	}
	// Filling and setting the alarms, with half as much again to be on the safe side.
	ahead := time.Duration((float64(count)/perSecond*1.5 + float64(count)/10_000) * float64(time.Second))
	due := &comingDue{from: time.Now().Add(ahead + leastAhead).Truncate(time.Second), first: int(time.Now().Unix()) * 1_000_000}
	restore, err := s.hurry(ctx)
	if err != nil {
		return nil, err
	}
	for n := range count {
		after := time.Duration(float64(n) / float64(rate) * float64(time.Second))
		due.dueAt = append(due.dueAt, due.from.Add(after).Truncate(time.Second))
	}
	filled, err := s.fill(ctx, shop, fmt.Sprintf("期日の来るステップを %d 件入れています。 Loading %d steps to come due.", count, count), due.first, count,
		func(b []byte, n int) []byte {
			return s.crowd.appendCart(b, "due-"+strconv.Itoa(n), n, due.dueAt[n-due.first].Add(-untilFirstStep), s.crowd.random(uint64(n)))
		})
	if err = errors.Join(err, restore()); err != nil {
		return nil, err
	}
	due.bytes, err = s.arm(ctx, shop, filled.alarms)
	return due, err
}

// startSwept starts the sidecar and waits until it has found Redis empty: later it would take alarms that are on their way
// for lost, and set them twice.
func (s *stage) startSwept(ctx context.Context) (err error) {
	if err := s.startSidecar(ctx); err != nil {
		return err
	}
	redis, err := queue.Connect(ctx, s.redisURL, slog.New(slog.DiscardHandler))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, redis.Close()) }()
	return s.sidecar.await(ctx, startPatience, func(ctx context.Context) error {
		swept, err := redis.Swept(ctx)
		if err == nil && !swept {
			err = errors.New("no sweep yet")
		}
		return err
	})
}

// arm sets the alarms, each as a task of its own, and tells what one takes of Redis's memory.
func (s *stage) arm(ctx context.Context, shop *Shop, alarms []scenarios.Alarm) (bytesEach float64, err error) {
	redis, err := queue.Connect(ctx, s.redisURL, slog.New(slog.DiscardHandler))
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, redis.Close()) }()
	service, err := queue.New(queue.Options{Redis: redis, Decider: noDecider{}, Clock: shop.Store, CrowdFrom: setAlone,
		Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		return 0, err
	}
	before, err := redisFigures(ctx, s.redisURL)
	if err != nil {
		return 0, err
	}
	bar := s.say.bar(fmt.Sprintf("アラームを %d 件かけています。 Setting %d alarms.", len(alarms), len(alarms)), len(alarms))
	defer func() { _ = bar.Finish() }()
	const part = 5000
	for from := 0; from < len(alarms); from += part {
		to := min(from+part, len(alarms))
		if err := service.SetAlarms(ctx, alarms[from:to]); err != nil {
			return 0, err
		}
		_ = bar.Add(to - from)
	}
	after, err := redisFigures(ctx, s.redisURL)
	return float64(after.Memory-before.Memory) / float64(max(1, len(alarms))), err
}

// noDecider stands in where only alarms are set.
type noDecider struct{}

func (noDecider) Decide(context.Context, []scenarios.Work) ([]scenarios.Result, error) {
	return nil, errors.New("nothing is decided here")
}

// awaitDue waits until the first step is due.
func (s *stage) awaitDue(ctx context.Context, due *comingDue) error {
	if late := time.Since(due.from); late > 0 {
		s.say.line("準備に時間がかかり、%s 遅れて始まります。 Preparing took longer than planned: it begins %s late.",
			late.Round(time.Second), late.Round(time.Second))
		due.from = time.Now()
		return nil
	}
	s.say.line("期日を待っています（%s）。 Waiting for the first step to come due.", time.Until(due.from).Round(time.Second))
	return sleepUntil(ctx, due.from)
}

// awaitMails waits until so many messages came or the time is over, and tells how many came within which span.
func (s *stage) awaitMails(ctx context.Context, count int, until time.Time, last *atomic.Int64, from time.Time) (int, time.Duration, error) {
	ticker := time.NewTicker(10 * time.Millisecond)
	defer ticker.Stop()
	for {
		sent := int(s.sink.mails.Load())
		switch {
		case sent >= count:
			return sent, time.Unix(0, last.Load()).Sub(from), nil
		case time.Now().After(until):
			return sent, time.Since(from), nil
		}
		select {
		case <-ctx.Done():
			return 0, 0, ctx.Err()
		case <-s.sidecar.ended:
			return 0, 0, s.sidecar.failed()
		case <-ticker.C:
		}
	}
}
