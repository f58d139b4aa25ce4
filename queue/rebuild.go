package queue

import (
	"context"
	"log/slog"

	"github.com/redis/go-redis/v9"
)

// allQueues is the set of queue names from which Asynq's inspector and Asynqmon read what there is. Asynq's client
// writes each name once in its life, and never again after Redis was emptied.
const allQueues = "asynq:queues"

// rebuild notices that Redis has forgotten alarms, and sets them again: after it was emptied, restarted without its
// data or with older ones, or replaced by a replica that was behind. Every sweep counts on in each queue, in the slot of
// its tasks; a count that is not higher than the last one is of an earlier time. Single alarms that go missing are left
// to the sweep, which allows each half a minute.
type rebuild struct {
	redis  redis.UniversalClient
	queues []string // all that we use
	counts []int64  // last seen
	log    *slog.Logger

	owed  bool
	after string // how far it has come
	runs  int
}

func newRebuild(client redis.UniversalClient, queues []string, log *slog.Logger) *rebuild {
	return &rebuild{redis: client, queues: queues, counts: make([]int64, len(queues)), log: log}
}

// sweepsOf counts the sweeps that a queue's node has seen.
func sweepsOf(queue string) string { return "kagobell:{" + queue + "}:sweeps" }

// Swept tells whether a sweep has looked at this Redis since it was last empty: from then on no alarm is set anew as
// forgotten.
func (r *Redis) Swept(ctx context.Context) (bool, error) {
	n, err := r.client.Exists(ctx, sweepsOf(queueSweep)).Result()
	return n > 0, err
}

// look asks Redis what it remembers, and writes the names of the queues again.
func (r *rebuild) look(ctx context.Context) error {
	names := make([]any, len(r.queues))
	for i, name := range r.queues {
		names[i] = name
		n, err := r.redis.Incr(ctx, sweepsOf(name)).Result()
		if err != nil {
			return err
		}
		if n == 1 || n <= r.counts[i] {
			r.owed, r.after, r.runs = true, "", 0
		}
		r.counts[i] = n
	}
	return r.redis.SAdd(ctx, allQueues, names...).Err()
}

// goOn sets the next of the alarms that are owed, with the generations that they had: those that are still there are
// told by their TaskID.
func (r *rebuild) goOn(ctx context.Context, alarms *alarms, sweeper Sweeper) error {
	list, next, err := sweeper.Armed(ctx, r.after, armAtOnce)
	if err != nil {
		return err
	}
	if err := alarms.Set(ctx, list); err != nil {
		return err
	}
	r.runs, r.after, r.owed = r.runs+len(list), next, next != ""
	if !r.owed && r.runs > 0 {
		r.log.Warn("Redis had forgotten alarms; they are set again", "runs", r.runs)
	}
	return nil
}
