package queue

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"sync/atomic"

	"github.com/hibiken/asynq"
	"github.com/redis/go-redis/v9"
	"github.com/redis/go-redis/v9/logging"
)

// Redis is the one connection to Redis that all share, Asynq and Asynqmon included.
type Redis struct {
	client redis.UniversalClient
	inside *embedded // nil for a Redis of its own
	log    *slog.Logger
	users  atomic.Int64 // servers of Asynq, which panic when the connection is closed under them
}

// ErrEviction is returned for a Redis that throws keys away when its memory is full. A task of which a part is
// missing blocks its TaskID for ever.
var ErrEviction = errors.New("expected `maxmemory-policy noeviction` in the configuration of Redis")

// Connect takes `embedded` or an address as redisOptions reads it. A Redis that cannot be reached is no error, since
// Kagobell does without one for a while; one that evicts keys is.
func Connect(ctx context.Context, address string, log *slog.Logger) (*Redis, error) {
	// What the client has to say reaches us as errors; its own logger is global and writes to standard error.
	logging.Disable()
	r := &Redis{log: log}
	var options *redis.UniversalOptions
	var err error
	if address == "embedded" {
		r.inside, options, err = startEmbedded()
	} else {
		options, err = redisOptions(address)
	}
	if err != nil {
		return nil, err
	}
	r.client = redis.NewUniversalClient(options)
	if err := r.checkEviction(ctx); err != nil {
		return nil, errors.Join(err, r.Close())
	}
	return r, nil
}

// checkEviction is quiet about a Redis that is away; managed services that refuse CONFIG get a warning.
func (r *Redis) checkEviction(ctx context.Context) error {
	if r.inside != nil {
		return nil
	}
	check := func(ctx context.Context, node redis.Cmdable) error {
		policy, err := node.ConfigGet(ctx, "maxmemory-policy").Result()
		if err != nil {
			return err
		}
		if set := policy["maxmemory-policy"]; set != "" && set != "noeviction" {
			return fmt.Errorf("Redis has maxmemory-policy %q: %w", set, ErrEviction)
		}
		return nil
	}
	var err error
	if cluster, ok := r.client.(*redis.ClusterClient); ok {
		err = cluster.ForEachMaster(ctx, func(ctx context.Context, node *redis.Client) error { return check(ctx, node) })
	} else {
		err = check(ctx, r.client)
	}
	var network net.Error
	switch {
	case errors.Is(err, ErrEviction):
		return err
	case errors.As(err, &network):
		r.log.Warn("Redis does not answer: alarms wait for it", "error", err)
	case err != nil:
		r.log.Warn("cannot read maxmemory-policy; it must be noeviction", "error", err)
	}
	return nil
}

// Ping tells whether Redis answers.
func (r *Redis) Ping(ctx context.Context) error {
	if err := r.client.Ping(ctx).Err(); err != nil {
		return fmt.Errorf("redis: %w", err)
	}
	return nil
}

// Close ends the connections, and the embedded Redis with all that it holds. When a worker could not be stopped in time
// that is left to the end of the process.
func (r *Redis) Close() error {
	if r.users.Load() > 0 {
		r.log.Warn("the queue still runs; its connection to Redis ends with the process")
		return nil
	}
	err := r.client.Close()
	if r.inside != nil {
		r.inside.close()
	}
	return err
}

// ConnOpt is for Asynqmon, which then shares the connection. Whoever is given it must not close what it makes.
func (r *Redis) ConnOpt() asynq.RedisConnOpt { return sharedConn{r.client} }

type sharedConn struct{ client redis.UniversalClient }

// MakeRedisClient implements asynq.RedisConnOpt. The client itself is returned and not a wrapper: Asynqmon asks for
// its type.
func (s sharedConn) MakeRedisClient() any { return s.client }
