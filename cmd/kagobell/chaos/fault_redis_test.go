package chaos

import (
	"context"
	"encoding/binary"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/hibiken/asynq"
)

// many is how many messages are armed far ahead while Redis is broken.
const many = 100_000

// armFar posts so many documents and waits until all of their alarms are set.
func (r *rig) armFar(n int) {
	r.t.Helper()
	began := time.Now()
	r.shop.documents(n)
	if !comes(3*time.Minute, func() bool { return r.armed() == n }) {
		r.tally.broke("%d of %d are armed", r.armed(), n)
	}
	r.tally.note("%d armed in %.0f s", n, time.Since(began).Seconds())
}

// armed counts the runs that have an alarm in Redis: crowds name up to 500 of them in one task.
func (r *rig) armed() int {
	inspector := asynq.NewInspectorFromRedisClient(r.redis.client)
	runs := map[string]bool{}
	names, err := inspector.Queues()
	if err != nil {
		return 0
	}
	for _, name := range names {
		for page := 1; strings.HasPrefix(name, "due-"); page++ {
			tasks, err := inspector.ListScheduledTasks(name, asynq.PageSize(1000), asynq.Page(page))
			if err != nil || len(tasks) == 0 {
				break
			}
			for _, task := range tasks {
				readRuns(task.Payload, runs)
			}
		}
	}
	return len(runs)
}

// readRuns reads the payload of an alarm: 16 bytes of each run's id, and its generation as a varint.
func readRuns(payload []byte, into map[string]bool) {
	for len(payload) > 16 {
		_, n := binary.Varint(payload[16:])
		if n <= 0 {
			return
		}
		into[string(payload[:16])] = true
		payload = payload[16+n:]
	}
}

// breakRedis has carts live while Redis is broken; then everything must be as if nothing had been, and the far alarms
// must be there again within a minute.
func (r *rig) breakRedis(far int, during time.Duration, breakIt func()) {
	s := r.start()
	if far > 0 {
		r.armFar(far)
	}
	living := r.shop.liveBeside(r.shop.plan(400, during))
	pause(during / 3)
	breakIt()
	began := time.Now()
	if far > 0 {
		r.awaitArmed(far, began)
	}
	living.Wait()
	r.settle(2 * time.Minute)
	r.check()
	r.tally.want(r.tally.doubled == 0, "%d messages went twice, without a crash", r.tally.doubled)
	r.checkQueues()
	r.stop(s)
}

// awaitArmed: whatever Redis forgot at a time, a minute later the alarms are set.
func (r *rig) awaitArmed(far int, since time.Time) {
	r.t.Helper()
	rebuilt := comes(time.Minute, func() bool { return r.armed() == far })
	r.tally.want(rebuilt, "%d of %d alarms are set a minute after", r.armed(), far)
	r.tally.note("armed again after %.0f s", time.Since(since).Seconds())
}

// flushRedis empties Redis and its scripts with 100,000 alarms set.
func flushRedis(r *rig) {
	r.breakRedis(many, 12*time.Second, func() { r.flush() })
}

func (r *rig) flush() {
	ctx := context.Background()
	if err := r.redis.client.FlushAll(ctx).Err(); err != nil {
		r.t.Fatal(err)
	}
	if err := r.redis.client.ScriptFlush(ctx).Err(); err != nil {
		r.t.Fatal(err)
	}
}

// restartRedis kills Redis and starts an empty one.
func restartRedis(r *rig) {
	r.breakRedis(10_000, 12*time.Second, func() {
		r.redis.process.kill()
		pause(time.Duration(r.rng.Int64N(int64(5 * time.Second))))
		r.redis.start(r.t)
	})
}

// oldSnapshot restarts Redis with what it knew some time ago: alarms that rang since are there again, and those set
// since are not.
func oldSnapshot(r *rig) {
	r.breakRedis(0, 12*time.Second, func() {
		ctx := context.Background()
		if err := r.redis.client.Save(ctx).Err(); err != nil {
			r.t.Fatal(err)
		}
		snapshot, err := os.ReadFile(filepath.Join(r.redis.dir, "dump.rdb"))
		if err != nil {
			r.t.Fatal(err)
		}
		pause(4 * time.Second)
		r.redis.process.kill()
		if err := os.WriteFile(filepath.Join(r.redis.dir, "dump.rdb"), snapshot, 0o600); err != nil {
			r.t.Fatal(err)
		}
		r.redis.start(r.t)
	})
}

// deleteHashes takes away the hash of single tasks, as eviction would: their ids stay in the sorted sets.
func deleteHashes(r *rig) {
	r.breakRedis(0, 12*time.Second, func() {
		ctx := context.Background()
		keys, err := r.redis.client.Keys(ctx, "asynq:{due-*}:t:*").Result()
		if err != nil {
			r.t.Fatal(err)
		}
		r.rng.Shuffle(len(keys), func(i, j int) { keys[i], keys[j] = keys[j], keys[i] })
		gone := keys[:(len(keys)+1)/2]
		if len(gone) > 0 {
			if err := r.redis.client.Del(ctx, gone...).Err(); err != nil {
				r.t.Fatal(err)
			}
		}
		r.tally.note("%d of %d hashes deleted", len(gone), len(keys))
	})
}

// redisAway takes Redis away for a minute: webhooks are taken on, at under a fifth of a core while nobody posts.
func redisAway(r *rig) {
	s := r.start()
	carts := r.shop.plan(300, 20*time.Second)
	r.redis.process.kill()
	r.shop.live(carts)
	r.tally.want(r.shop.answered()[503] == 0, "posts were answered 503 %d times while Redis was away", r.shop.answered()[503])
	before, err := s.cpu()
	if err != nil {
		r.t.Fatal(err)
	}
	const idle = 30 * time.Second
	pause(idle)
	after, err := s.cpu()
	if err != nil {
		r.t.Fatal(err)
	}
	share := float64(after-before) / float64(idle)
	r.tally.want(share < 0.2, "%.0f %% of a core while Redis is away", 100*share)
	r.tally.note("%.1f %% of a core while waiting", 100*share)
	r.redis.start(r.t)
	r.settle(2 * time.Minute)
	r.check()
	r.tally.want(r.tally.doubled == 0, "%d messages went twice, without a crash", r.tally.doubled)
	r.stop(s)
}

// redisFull lets Redis run into maxmemory while carts live: webhooks are taken all the same.
func redisFull(r *rig) {
	s := r.start()
	ctx := context.Background()
	if err := r.redis.client.ConfigSet(ctx, "maxmemory", "1").Err(); err != nil {
		r.t.Fatal(err)
	}
	r.shop.live(r.shop.plan(300, 15*time.Second))
	r.tally.want(r.shop.answered()[503] == 0, "posts were answered 503 %d times while Redis was full", r.shop.answered()[503])
	if err := r.redis.client.ConfigSet(ctx, "maxmemory", "0").Err(); err != nil {
		r.t.Fatal(err)
	}
	r.settle(2 * time.Minute)
	r.check()
	r.tally.want(r.tally.doubled == 0, "%d messages went twice, without a crash", r.tally.doubled)
	r.stop(s)
}

// redisPolicy starts on a Redis that evicts keys: that is refused, with words that say what is expected.
func redisPolicy(r *rig) {
	if err := r.redis.client.ConfigSet(context.Background(), "maxmemory-policy", "allkeys-lru").Err(); err != nil {
		r.t.Fatal(err)
	}
	s := r.launch(binaryPath)
	select {
	case <-s.ended:
		r.tally.want(s.cmd.ProcessState.ExitCode() == 1 && strings.Contains(s.log.tail(), "noeviction"),
			"with allkeys-lru: exit code %d\n%s", s.cmd.ProcessState.ExitCode(), s.log.tail())
	case <-time.After(patience):
		r.tally.broke("the sidecar started on a Redis with allkeys-lru")
	}
}
