package queue

import (
	"context"
	"encoding/binary"
	"log/slog"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/hibiken/asynq"

	"kagobell/scenarios"
)

// The figures of Asynq alone stand beside ours, measured in the same run:
//
//	.ci/with-services go test ./queue -run '^$' -bench . -benchtime 50000x

func benchRun(i int) scenarios.RunID { return runID("bench " + strconv.Itoa(i)) }

// usedMemory is what Redis holds, in bytes.
func usedMemory(b *testing.B, r *Redis) int {
	b.Helper()
	info, err := r.client.Info(b.Context(), "memory").Result()
	if err != nil {
		b.Fatal(err)
	}
	_, rest, _ := strings.Cut(info, "used_memory:")
	number, _, _ := strings.Cut(rest, "\r\n")
	n, err := strconv.Atoi(number)
	if err != nil {
		b.Fatal(err)
	}
	return n
}

func BenchmarkSchedule(b *testing.B) {
	at := time.Now().Add(time.Hour).Truncate(time.Second)
	b.Run("asynq", func(b *testing.B) {
		r := realRedis(b)
		client := asynq.NewClientFromRedisClient(r.client)
		measureSchedule(b, r, func() {
			var group sync.WaitGroup
			for worker := range enqueuers {
				group.Go(func() {
					for i := worker; i < b.N; i += enqueuers {
						payload := binary.AppendVarint([]byte(benchRun(i)), 1) // 33 bytes
						if _, err := client.Enqueue(asynq.NewTask("due", payload), asynq.ProcessAt(at)); err != nil {
							b.Error(err)
						}
					}
				})
			}
			group.Wait()
		})
	})
	for name, crowdFrom := range map[string]int{"one by one": 1 << 30, "in crowds": 32} {
		b.Run(name, func(b *testing.B) {
			r := realRedis(b)
			service := benchService(b, r, crowdFrom, idle{})
			list := make([]scenarios.Alarm, b.N)
			for i := range list {
				list[i] = scenarios.Alarm{RunID: benchRun(i), Step: "first", Generation: 1, At: at, Channel: scenarios.ChannelEmail}
			}
			measureSchedule(b, r, func() {
				for start := 0; start < len(list); start += atOnce {
					if err := service.SetAlarms(b.Context(), list[start:min(start+atOnce, len(list))]); err != nil {
						b.Fatal(err)
					}
				}
			})
		})
	}
}

func measureSchedule(b *testing.B, r *Redis, schedule func()) {
	before := usedMemory(b, r)
	b.ResetTimer()
	schedule()
	b.StopTimer()
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "runs/s")
	b.ReportMetric(float64(usedMemory(b, r)-before)/float64(b.N), "redis-bytes/run")
	b.ReportMetric(0, "ns/op")
}

// tally counts up to a number.
type tally struct {
	left atomic.Int64
	done chan struct{}
}

func newTally(n int) *tally {
	t := &tally{done: make(chan struct{})}
	t.left.Store(int64(n))
	return t
}

func (t *tally) count(n int) {
	if t.left.Add(-int64(n)) == 0 {
		close(t.done)
	}
}

func (t *tally) await(b *testing.B) {
	<-t.done
	b.StopTimer()
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "runs/s")
	b.ReportMetric(0, "ns/op")
}

// idle decides that nothing is to be done, and counts.
type idle struct{ *tally }

func (d idle) Decide(_ context.Context, works []scenarios.Work) ([]scenarios.Result, error) {
	d.count(len(works))
	return make([]scenarios.Result, len(works)), nil
}

func (idle) Now(context.Context) (time.Time, error) { return time.Now(), nil }

func benchService(b *testing.B, r *Redis, crowdFrom int, d idle) *Service {
	b.Helper()
	s := newShop()
	service, err := New(Options{Redis: r, Decider: d, Clock: d, Sweeper: s, Sender: s, Worker: true, CrowdFrom: crowdFrom,
		Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		b.Fatal(err)
	}
	return service
}

// BenchmarkRing measures tasks that are due and do nothing, from the start of the server to the last of them.
func BenchmarkRing(b *testing.B) {
	b.Run("asynq", func(b *testing.B) {
		r := realRedis(b)
		all := newTally(b.N)
		client := asynq.NewClientFromRedisClient(r.client)
		var group sync.WaitGroup
		for worker := range enqueuers {
			group.Go(func() {
				for i := worker; i < b.N; i += enqueuers {
					if _, err := client.Enqueue(asynq.NewTask("due", []byte(benchRun(i)))); err != nil {
						b.Error(err)
					}
				}
			})
		}
		group.Wait()
		server := asynq.NewServerFromRedisClient(r.client, asynq.Config{Concurrency: 256, LogLevel: asynq.ErrorLevel,
			TaskCheckInterval: checkEvery})
		b.ResetTimer()
		handler := func(context.Context, *asynq.Task) error {
			all.count(1)
			return nil
		}
		if err := server.Start(asynq.HandlerFunc(handler)); err != nil {
			b.Fatal(err)
		}
		all.await(b)
		server.Shutdown()
	})
	for name, crowdFrom := range map[string]int{"one by one": 1 << 30, "in crowds": 32} {
		b.Run(name, func(b *testing.B) {
			d := idle{newTally(b.N)}
			service := benchService(b, realRedis(b), crowdFrom, d)
			list := make([]scenarios.Alarm, b.N)
			for i := range list {
				list[i] = scenarios.Alarm{RunID: benchRun(i), Step: "first", Generation: 1, At: time.Unix(1, 0)}
			}
			if err := service.SetAlarms(b.Context(), list); err != nil {
				b.Fatal(err)
			}
			ctx, cancel := context.WithCancel(b.Context())
			ended := make(chan struct{})
			b.ResetTimer()
			go func() {
				defer close(ended)
				_ = service.Run(ctx)
			}()
			d.await(b)
			cancel()
			<-ended
		})
	}
}

// BenchmarkSubmit measures the batcher alone: callers of one work each, a decider that takes no time.
func BenchmarkSubmit(b *testing.B) {
	d := idle{newTally(b.N)}
	batcher := NewBatcher(d, d, BatchOptions{})
	works := events("a")
	b.SetParallelism(64)
	b.RunParallel(func(loop *testing.PB) {
		for loop.Next() {
			if _, err := batcher.Submit(context.Background(), works); err != nil {
				b.Error(err)
			}
		}
	})
	_ = batcher.Close(b.Context())
}
