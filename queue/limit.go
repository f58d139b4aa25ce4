package queue

import (
	"context"
	"math"
	"sync"
	"time"

	"github.com/go-redis/redis_rate/v10"
	"golang.org/x/time/rate"
)

const (
	// limitWithin is how long Redis is waited for, and limitAway how long it is not asked after a failure.
	limitWithin = 200 * time.Millisecond
	limitAway   = time.Second

	// batches is how many a second permits come in where the rate is high: each is for 20 ms.
	batches = 50
)

// Limit is a rate that all processes keep together: permits are fetched from Redis, some at a time, which gives them out
// by its own clock (generic cell rate algorithm). While Redis is away a process keeps to its share of the rate,
// by the number of processes last seen.
type Limit struct {
	name     string
	common   redis_rate.Limit
	batch    int           // permits fetched together
	fresh    time.Duration // how long a permit may be kept
	redis    *redis_rate.Limiter
	replicas func() int // processes that share the rate
	now      func() time.Time
	within   time.Duration // that Redis may take to answer

	mu      sync.Mutex
	permits int
	fetched time.Time
	back    time.Time     // Redis is not asked before
	alone   *rate.Limiter // nil while Redis answers
}

// sendLimit lets through perSecond messages in any second at most, all processes together. From 50 a second on permits
// are fetched ahead. Two batches may then come at once, and one may be used when its 20 ms are over: so that no second
// has more than the rate, 94 % of it is left in the long run.
func sendLimit(name string, perSecond int) *Limit {
	l := &Limit{name: name, common: redis_rate.Limit{Rate: perSecond, Burst: 1, Period: time.Second}, batch: 1, fresh: time.Second / batches}
	if perSecond >= batches {
		l.batch = perSecond / batches
		l.common.Burst, l.common.Rate = 2*l.batch, perSecond*94/100
	}
	return l
}

// intakeLimit lets perSecond events through in the long run and burst at once.
func intakeLimit(name string, perSecond, burst int) *Limit {
	return &Limit{name: name, common: redis_rate.Limit{Rate: perSecond, Burst: burst, Period: time.Second}, batch: 1}
}

// through has the limit kept by way of a Redis.
func (l *Limit) through(r *Redis, replicas func() int) *Limit {
	l.redis, l.replicas, l.now, l.within = redis_rate.NewLimiter(r.client), replicas, time.Now, limitWithin
	return l
}

// Delay takes n permits and returns 0, or takes none and tells how long to wait before it is worth asking again.
func (l *Limit) Delay(ctx context.Context, n int) time.Duration {
	l.mu.Lock() // also while Redis is asked: those who wait here find the permits that were fetched for them
	defer l.mu.Unlock()
	now := l.now()
	if l.permits > 0 && now.Sub(l.fetched) > l.fresh {
		l.permits = 0
	}
	if l.permits >= n {
		l.permits -= n
		return 0
	}
	if now.Before(l.back) {
		return l.delayAlone(now, n)
	}
	wait, err := l.fetch(ctx, n)
	if err == nil {
		l.alone = nil
		return wait
	}
	if ctx.Err() == nil {
		l.back = now.Add(limitAway)
	}
	return l.delayAlone(now, n)
}

// fetch asks Redis for a batch, all of it or nothing, and keeps what is left over. (AllowAtMost, which gives what there
// is, takes fractions of permits that it does not give.)
func (l *Limit) fetch(ctx context.Context, n int) (time.Duration, error) {
	ctx, cancel := context.WithTimeout(ctx, l.within)
	defer cancel()
	batch := max(n, l.batch)
	answer, err := l.redis.AllowN(ctx, l.name, l.common, batch)
	switch {
	case err != nil:
		return 0, err
	case answer.Allowed == 0:
		return positive(answer.RetryAfter), nil
	}
	l.permits, l.fetched = l.permits+batch-n, l.now()
	return 0, nil
}

func positive(d time.Duration) time.Duration { return max(d, time.Millisecond) }

// delayAlone keeps to this process' share of the rate.
func (l *Limit) delayAlone(now time.Time, n int) time.Duration {
	replicas := max(1, l.replicas())
	burst := max(1, l.common.Burst/replicas)
	if l.alone == nil {
		l.alone = rate.NewLimiter(rate.Limit(float64(l.common.Rate)/float64(replicas)), burst)
	}
	reserved := l.alone.ReserveN(now, min(n, burst))
	wait := reserved.DelayFrom(now)
	if wait > 0 {
		reserved.CancelAt(now)
	}
	return wait
}

// wait returns when one permit was had, or with the error of ctx.
func (l *Limit) wait(ctx context.Context) error {
	for {
		d := l.Delay(ctx, 1)
		if d == 0 {
			return nil
		}
		timer := time.NewTimer(d)
		select {
		case <-timer.C:
		case <-ctx.Done():
			timer.Stop()
			return ctx.Err()
		}
	}
}

// share is what this process may count on, in permits a second.
func (l *Limit) share() float64 {
	if l == nil {
		return math.Inf(1)
	}
	return float64(l.common.Rate) / float64(max(1, l.replicas()))
}
