package queue

import (
	"context"
	"log/slog"
	"sync/atomic"
	"time"

	"github.com/redis/go-redis/v9"
)

const (
	replicasEvery = 5 * time.Second
	replicasFor   = 15 * time.Second // after which a process that says nothing does not count any more

	// unseenReplicas are assumed by a process that has never heard how many there are: it sends too little rather than
	// too much.
	unseenReplicas = 4
)

// countReplicas notes that a process is there, by Redis' clock, and counts those that were lately.
var countReplicas = redis.NewScript(`
local now = tonumber(redis.call('TIME')[1])
local lasts = tonumber(ARGV[2])
redis.call('ZADD', KEYS[1], now, ARGV[1])
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now - lasts)
redis.call('EXPIRE', KEYS[1], lasts)
return redis.call('ZCARD', KEYS[1])
`)

// replicas counts the processes that share a rate: those that send, or those that take in.
type replicas struct {
	redis  redis.UniversalClient
	key    string
	holder string
	log    *slog.Logger
	seen   atomic.Int64
}

func newReplicas(r *Redis, kind, holder string, log *slog.Logger) *replicas {
	return &replicas{redis: r.client, key: "kagobell:replicas:" + kind, holder: holder, log: log}
}

// count is how many there were when Redis was last asked, this one included.
func (p *replicas) count() int {
	if n := int(p.seen.Load()); n > 0 {
		return n
	}
	return unseenReplicas
}

// run says that this process is there until stop is closed, and then that it is not.
func (p *replicas) run(ctx context.Context, stop <-chan struct{}) {
	ticker := time.NewTicker(replicasEvery)
	defer ticker.Stop()
	for {
		p.ask(ctx)
		select {
		case <-ticker.C:
		case <-stop:
			ctx, cancel := context.WithTimeout(ctx, limitWithin)
			defer cancel()
			p.redis.ZRem(ctx, p.key, p.holder) // forgotten anyway, a little later
			return
		}
	}
}

func (p *replicas) ask(ctx context.Context) {
	n, err := countReplicas.Run(ctx, p.redis, []string{p.key}, p.holder, int(replicasFor.Seconds())).Int64()
	if err != nil {
		p.log.Debug("the number of processes is not known anew", "error", err)
		return
	}
	p.seen.Store(n)
}
