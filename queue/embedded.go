package queue

import (
	"crypto/rand"
	"fmt"
	"sync"
	"time"

	"github.com/alicebob/miniredis/v2"
	"github.com/redis/go-redis/v9"
)

// ageEvery is how often the keys of the embedded Redis grow older: it does not age them by itself.
const ageEvery = 100 * time.Millisecond

// embedded is a Redis within the process. It forgets everything at exit, which the sweep makes good for.
type embedded struct {
	server *miniredis.Miniredis
	stop   chan struct{}
	ended  sync.WaitGroup
}

// startEmbedded listens on a free loopback port, behind a password since every user of the machine can reach it.
func startEmbedded() (*embedded, *redis.UniversalOptions, error) {
	e := &embedded{server: miniredis.NewMiniRedis(), stop: make(chan struct{})}
	password := rand.Text()
	e.server.RequireAuth(password)
	if err := e.server.Start(); err != nil {
		return nil, nil, fmt.Errorf("embedded Redis: %w", err)
	}
	options, err := redisOptions("redis://:" + password + "@" + e.server.Addr())
	if err != nil {
		e.server.Close()
		return nil, nil, err
	}
	e.ended.Go(e.age)
	return e, options, nil
}

func (e *embedded) age() {
	ticker := time.NewTicker(ageEvery)
	defer ticker.Stop()
	last := time.Now()
	for {
		select {
		case now := <-ticker.C:
			e.server.FastForward(now.Sub(last))
			last = now
		case <-e.stop:
			return
		}
	}
}

func (e *embedded) close() {
	close(e.stop)
	e.ended.Wait()
	e.server.Close()
}
