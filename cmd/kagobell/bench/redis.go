package bench

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"

	"github.com/redis/go-redis/v9"
)

// startRedis starts one in a folder of its own, with the settings that docs/operations.md asks for.
func startRedis(ctx context.Context, folder string) (*process, string, error) {
	server, err := find("redis-server")
	if err != nil {
		return nil, "", err
	}
	port, err := freePort(ctx)
	if err != nil {
		return nil, "", err
	}
	p, err := start(folder, "redis", os.Environ(), server, "--bind", "127.0.0.1", "--port", strconv.Itoa(port), "--dir", folder,
		"--save", "", "--appendonly", "yes", "--maxmemory-policy", "noeviction", "--daemonize", "no")
	if err != nil {
		return nil, "", err
	}
	address := fmt.Sprintf("redis://127.0.0.1:%d/0", port)
	err = p.await(ctx, startPatience, func(ctx context.Context) error {
		_, err := redisFigures(ctx, address)
		return err
	})
	if err != nil {
		return nil, "", errors.Join(err, p.stop())
	}
	return p, address, nil
}

// expectEmptyRedis refuses a Redis in which somebody keeps something.
func (s *stage) expectEmptyRedis(ctx context.Context) error {
	if s.o.RedisURL == "" {
		return nil
	}
	options, err := redis.ParseURL(s.o.RedisURL)
	if err != nil {
		return fmt.Errorf("--redis-url: expected redis://host:6379/0: %w", err)
	}
	client := redis.NewClient(options)
	defer func() { _ = client.Close() }()
	keys, err := client.DBSize(ctx).Result()
	switch {
	case err != nil:
		return fmt.Errorf("--redis-url: %w", err)
	case keys > 0:
		return fmt.Errorf("--redis-url: expected an empty Redis, got one with %d keys", keys)
	}
	return nil
}

// redisUsage is what a Redis says of itself.
type redisUsage struct {
	CPU    float64 // seconds
	Memory int64   // what its data takes, in bytes: used_memory without the buffers of clients and of the AOF
}

func redisFigures(ctx context.Context, address string) (redisUsage, error) {
	options, err := redis.ParseURL(address)
	if err != nil {
		return redisUsage{}, fmt.Errorf("redis: %w", err)
	}
	client := redis.NewClient(options)
	defer func() { _ = client.Close() }()
	text, err := client.Info(ctx, "memory", "cpu").Result()
	if err != nil {
		return redisUsage{}, fmt.Errorf("redis: %w", err)
	}
	figures := map[string]string{}
	for line := range strings.Lines(text) {
		name, value, _ := strings.Cut(strings.TrimSpace(line), ":")
		figures[name] = value
	}
	memory, err := strconv.ParseInt(figures["used_memory"], 10, 64)
	if err != nil {
		return redisUsage{}, fmt.Errorf("redis: INFO without used_memory: %w", err)
	}
	for _, buffers := range []string{"mem_clients_normal", "mem_aof_buffer"} { // absent from an old Redis
		n, _ := strconv.ParseInt(figures[buffers], 10, 64)
		memory -= n
	}
	system, _ := strconv.ParseFloat(figures["used_cpu_sys"], 64)
	own, _ := strconv.ParseFloat(figures["used_cpu_user"], 64)
	return redisUsage{CPU: system + own, Memory: memory}, nil
}
