package bench

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"time"
)

// ingest measures webhooks: as many as are taken, then the latency at half of that.
func ingest(ctx context.Context, s *stage, r *Report) error {
	config, err := s.configure(ctx, nil)
	if err != nil {
		return err
	}
	shop, err := s.o.OpenShop(ctx, config)
	if err != nil {
		return err
	}
	_, err = s.fillOpenRuns(ctx, shop, 0, s.o.OpenRuns)
	if err = errors.Join(err, shop.Close(ctx)); err != nil {
		return err
	}
	if err := s.startSidecar(ctx, config); err != nil {
		return err
	}
	for _, batch := range s.o.Batches {
		if err := s.ingestBatches(ctx, r, batch); err != nil {
			return err
		}
	}
	return nil
}

// carts is a stream of cart.updated of known buyers.
func (s *stage) carts(name string, batch int, rate float64) *posting {
	return &posting{url: s.url + "/webhooks/" + sourceName, secret: s.secret, batch: batch, connections: s.o.Connections, rate: rate,
		name: name, random: s.crowd.random,
		event: func(b []byte, id string, random *rand.Rand) []byte {
			return s.crowd.appendCart(b, id, random.IntN(s.crowd.known), time.Now(), random)
		}}
}

// warmth is how long the first requests are not counted: connections open, caches fill.
func warmth(span time.Duration) time.Duration { return min(span/5, 5*time.Second) }

func (s *stage) ingestBatches(ctx context.Context, r *Report, batch int) error {
	name, ja, en := fmt.Sprintf("batch_%d", batch), fmt.Sprintf("%d件ずつ", batch), fmt.Sprintf("%d a request", batch)
	s.say.line("送信しています（%s、%s）。 Posting, %s, for %s.", ja, s.o.For, en, s.o.For)
	full := s.carts(name, batch, 0)
	warm := warmth(s.o.For)
	profiled := s.profile(ctx, warm, s.o.For)
	stop := s.say.watch(func() string { return fmt.Sprintf("受理 %d 件 events accepted", full.taken.Load()) })
	measuring := s.meter(ctx)
	done, err := full.run(ctx, warm, s.o.For)
	stop()
	if err = errors.Join(err, <-profiled); err != nil {
		return err
	}
	measuring.into(ctx, r, name)
	rate := r.add(name+".rate", "イベント/秒（"+ja+"）", "events/s, "+en, done.perSecond(), "events/s")
	r.percentiles(name+".latency", "応答時間（"+ja+"）", "time to answer, "+en, done.Latencies)
	r.answers(done)
	if done.Events == 0 {
		return fmt.Errorf("no event was taken; answers: %v: %s", done.Statuses, s.sidecar.lastWords())
	}

	s.say.line("半分の負荷で応答時間を測っています。 Measuring the time to answer at half that load.")
	half := s.carts(name+"-half", batch, rate.Value/2)
	calm, err := half.run(ctx, warm, max(s.o.For/2, time.Second))
	if err != nil {
		return err
	}
	r.answers(calm)
	r.add(name+".half.rate", "半分の負荷（"+ja+"）", "half the load, "+en, calm.perSecond(), "events/s")
	p99 := r.percentiles(name+".half.latency", "半分の負荷での応答時間（"+ja+"）", "time to answer at half load, "+en, calm.Latencies)
	switch batch {
	case 1:
		rate.atLeast(10_000)
		p99.atMost(100)
	case 100:
		rate.atLeast(25_000)
	}
	return nil
}

// answers adds up what requests were answered with.
func (r *Report) answers(p *postings) {
	for status, n := range p.Statuses {
		name := fmt.Sprint(status)
		if status == 0 {
			name = "none"
		}
		r.Answers[name] += n
	}
}
