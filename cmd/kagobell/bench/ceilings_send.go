package bench

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"strconv"
	"sync/atomic"
	"time"

	"github.com/hibiken/asynq"
	"golang.org/x/sync/errgroup"
)

const (
	ceilingQueue = "bench-ceiling"
	setters      = 32  // tasks are enqueued side by side
	handlers     = 256 // tasks are handled side by side, as in the sidecar
)

// ceilingTasks measures how many tasks a second Asynq hands to a handler that does nothing.
func (s *stage) ceilingTasks(ctx context.Context, r *Report) (_ *Figure, err error) {
	s.say.line("上限（何もしない Asynq タスク）を測っています。 Ceiling: Asynq tasks that do nothing.")
	connection, err := asynq.ParseRedisURI(s.redisURL)
	if err != nil {
		return nil, fmt.Errorf("--redis-url: %w", err)
	}
	client := asynq.NewClient(connection)
	defer func() { err = errors.Join(err, client.Close()) }()
	count := int64(4000*s.ceilingTime().Seconds()) + 1
	var next, done atomic.Int64
	group, grouped := errgroup.WithContext(ctx)
	for range setters {
		group.Go(func() error {
			for n := next.Add(1); n <= count; n = next.Add(1) {
				payload := []byte(fmt.Sprintf("%032d%d", n, 1)) // as long as an alarm's
				if _, err := client.EnqueueContext(grouped, asynq.NewTask("none", payload), asynq.Queue(ceilingQueue)); err != nil {
					return err
				}
			}
			return nil
		})
	}
	if err := group.Wait(); err != nil {
		return nil, fmt.Errorf("tasks of the ceiling: %w", err)
	}
	all := make(chan struct{})
	server := asynq.NewServer(connection, asynq.Config{Concurrency: handlers, Queues: map[string]int{ceilingQueue: 1}, LogLevel: asynq.FatalLevel})
	began := time.Now()
	err = server.Start(asynq.HandlerFunc(func(context.Context, *asynq.Task) error {
		if done.Add(1) == count {
			close(all)
		}
		return nil
	}))
	if err != nil {
		return nil, fmt.Errorf("tasks of the ceiling: %w", err)
	}
	defer s.forgetTasks(connection)
	defer server.Shutdown()
	select {
	case <-all:
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	return r.ceiling("tasks", "何もしない Asynq タスク", "Asynq tasks that do nothing", float64(count)/time.Since(began).Seconds(), "tasks/s"), nil
}

func (s *stage) forgetTasks(connection asynq.RedisConnOpt) {
	inspector := asynq.NewInspector(connection)
	err := inspector.DeleteQueue(ceilingQueue, true)
	if err = errors.Join(err, inspector.Close()); err != nil {
		s.say.line("%s: %v", ceilingQueue, err)
	}
}

// ceilingSMTP measures how many ready-made mails of a size a pool of connections hands to such a sink, one answer
// awaited after the other as the sidecar does.
func (s *stage) ceilingSMTP(ctx context.Context, r *Report, size int) (_ *Figure, err error) {
	s.say.line("上限（SMTP の受け渡しのみ）を測っています。 Ceiling: ready-made mails through SMTP.")
	box, err := startSink(ctx)
	if err != nil {
		return nil, err
	}
	defer box.close()
	clients := make(chan *bareClient, s.o.Pool)
	for range s.o.Pool {
		client, err := dialBare(ctx, box.address)
		if err != nil {
			return nil, err
		}
		defer func() { _ = client.conn.Close() }()
		clients <- client
	}
	mail := madeUpMail(size)
	perSecond, err := repeat(ctx, s.o.Pool, s.ceilingTime(), func(_ context.Context, _ int, turn int64) (int, error) {
		client := <-clients
		defer func() { clients <- client }()
		return 1, client.send(addressOf(int(turn)), mail)
	})
	return r.ceiling("smtp", "SMTP の受け渡しのみ", "ready-made mails through SMTP", perSecond, "messages/s"), err
}

// madeUpMail is a mail of so many bytes or a line more, and the final dot.
func madeUpMail(size int) []byte {
	var b bytes.Buffer
	b.WriteString("Message-ID: <bench@shop.example>\r\nSubject: bench\r\n\r\n")
	for n := 0; b.Len() < size; n++ {
		_, _ = io.WriteString(&b, strconv.Itoa(n%10)+"0123456789012345678901234567890123456789012345678901234567890123456789\r\n")
	}
	b.WriteString(".\r\n")
	return b.Bytes()
}
