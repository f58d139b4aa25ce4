package bench

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"math/rand/v2"
	"time"
)

// ingest measures webhooks: as many as are taken, then the latency at half of that.
func ingest(ctx context.Context, s *stage, r *Report) error {
	// A cart that changes leaves its alarm alone; with none set, no sweep has to set them while it is measured.
	shop, err := s.open(ctx, map[string]any{"horizon": "1h"})
	if err != nil {
		return err
	}
	ceilings, err := s.ingestCeilings(ctx, r, shop)
	if err = errors.Join(err, shop.Close(ctx)); err != nil {
		return err
	}
	if err := s.startSwept(ctx); err != nil {
		return err
	}
	before, err := s.storedEvents(ctx)
	if err != nil {
		return err
	}
	taken := int64(0)
	for _, batch := range s.o.Batches {
		accepted, err := s.ingestBatches(ctx, r, batch, ceilings[batch])
		if err != nil {
			return err
		}
		taken += accepted
	}
	after, err := s.storedEvents(ctx)
	if err != nil {
		return err
	}
	r.check("受理したイベントはすべて保存されている", "every accepted event is in the database", after-before == taken || r.Answers["none"] > 0 && after-before > taken,
		fmt.Sprintf("accepted %d, stored %d", taken, after-before))
	return nil
}

// ingestCeilings fills the database and measures what the sidecar can be compared with, by events in a request.
func (s *stage) ingestCeilings(ctx context.Context, r *Report, shop *Shop) (map[int][]*Figure, error) {
	if _, err := s.fillOpenRuns(ctx, shop); err != nil {
		return nil, err
	}
	inserts, err := s.ceilingInserts(ctx, r)
	if err != nil {
		return nil, err
	}
	decide, err := s.ceilingDecide(ctx, r, shop)
	if err != nil {
		return nil, err
	}
	statements, err := s.ceilingSQL(ctx, r, shop)
	if err != nil {
		return nil, err
	}
	ceilings := map[int][]*Figure{}
	for _, batch := range s.o.Batches {
		http, err := s.ceilingHTTP(ctx, r, batch)
		if err != nil {
			return nil, err
		}
		ceilings[batch] = []*Figure{http, decide, statements, inserts}
	}
	return ceilings, nil
}

// storedEvents counts the events of our source in the database.
func (s *stage) storedEvents(ctx context.Context) (n int64, err error) {
	err = s.onDatabase(ctx, func(db *sql.DB) error {
		return db.QueryRowContext(ctx, "SELECT COUNT(*) FROM events WHERE source = ?", sourceName).Scan(&n)
	})
	return n, err
}

// With large requests fewer connections keep the sidecar busy; more would measure how long a queue is.
const (
	fewConnections = 4
	mostUnderWay   = 1600 // events
)

// carts is a stream of cart.updated of known buyers.
func (s *stage) carts(name string, batch int, rate float64) *posting {
	connections := min(s.o.Connections, max(fewConnections, mostUnderWay/batch))
	return &posting{url: s.url + "/webhooks/" + sourceName, secret: s.secret, batch: batch, connections: connections, rate: rate,
		name: name, random: s.crowd.random,
		event: func(b []byte, id string, random *rand.Rand) []byte {
			return s.crowd.appendCart(b, id, random.IntN(s.crowd.known), time.Now(), random)
		}}
}

// warmth is how long the first requests are not counted: connections open, caches fill.
func warmth(span time.Duration) time.Duration { return min(span/5, 5*time.Second) }

// ingestBatches measures requests of so many events and tells how many were accepted in all.
func (s *stage) ingestBatches(ctx context.Context, r *Report, batch int, ceilings []*Figure) (taken int64, err error) {
	name, ja, en := fmt.Sprintf("batch_%d", batch), fmt.Sprintf("%d件ずつ", batch), fmt.Sprintf("%d a request", batch)
	s.say.line("送信しています（%s、%s）。 Posting, %s, for %s.", ja, s.o.For, en, s.o.For)
	full, warm := s.carts(name, batch, 0), warmth(s.o.For)
	profiled := s.profile(ctx, warm, s.o.For, name)
	stop := s.say.watch(func() string { return fmt.Sprintf("受理 %d 件 events accepted", full.taken.Load()) })
	measuring := s.meter(ctx)
	done, err := full.run(ctx, warm, s.o.For)
	stop()
	if err = errors.Join(err, <-profiled); err != nil {
		return 0, err
	}
	measuring.into(ctx, r, name)
	r.answers(done)
	if done.Events == 0 {
		return 0, fmt.Errorf("no event was taken; answers: %v: %s", done.Statuses, s.sidecar.lastWords())
	}
	rate := r.add(name+".rate", "イベント/秒（"+ja+"）", "events/s, "+en, done.perSecond(), "events/s").of(ceilings...)
	r.percentiles(name+".latency", "応答時間（"+ja+"）", "time to answer, "+en, done.Latencies)

	s.say.line("半分の負荷で応答時間を測っています。 Measuring the time to answer at half that load.")
	half := s.carts(name+"-half", batch, rate.Value/2)
	calm, err := half.run(ctx, warm, s.o.For/2)
	if err != nil {
		return 0, err
	}
	r.answers(calm)
	r.add(name+".half.rate", "半分の負荷（"+ja+"）", "half the load, "+en, calm.perSecond(), "events/s")
	p99 := r.percentiles(name+".half.latency", "半分の負荷での応答時間（"+ja+"）", "time to answer at half load, "+en, calm.Latencies)
	switch batch {
	case 1:
		rate.atLeast(10_000)
		p99.atMost(100)
	case 100:
		rate.atLeast(25_000).orShare("sql", shareOfSQL)
	}
	return full.taken.Load() + half.taken.Load(), nil
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
