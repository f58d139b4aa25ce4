package queue

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/alicebob/miniredis/v2"
	peers "github.com/alicebob/miniredis/v2/server"
	"github.com/redis/go-redis/v9"
)

// These databases keep the tests out of the way of other packages', which may use the same Redis at the same time, and
// the test that empties Redis out of the way of the others here.
const testDatabase, flushedDatabase = "9", "10"

// patience is how long a test waits for what should have come long before.
const patience = 20 * time.Second

// realRedis is the Redis of the tests, emptied. Tests that use it do not run in parallel.
func realRedis(tb testing.TB) *Redis {
	tb.Helper()
	return realDatabase(tb, testDatabase)
}

func realDatabase(tb testing.TB, number string) *Redis {
	tb.Helper()
	address := os.Getenv("TEST_REDIS_URL")
	if address == "" {
		tb.Fatal("TEST_REDIS_URL is not set: `make test` starts a Redis, as does `make services` for tests by hand")
	}
	base, _, _ := strings.Cut(strings.TrimPrefix(address, "redis://"), "/")
	return connected(tb, "redis://"+base+"/"+number)
}

func embeddedRedis(tb testing.TB) *Redis { return connected(tb, "embedded") }

func connected(tb testing.TB, address string) *Redis {
	tb.Helper()
	r, err := Connect(tb.Context(), address, slog.New(slog.DiscardHandler))
	if err != nil {
		tb.Fatal(err)
	}
	if err := r.client.FlushDB(tb.Context()).Err(); err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() {
		if err := r.Close(); err != nil {
			tb.Error(err)
		}
	})
	return r
}

// onBoth runs a test on a real Redis and on the embedded one.
func onBoth(t *testing.T, test func(t *testing.T, r *Redis)) {
	t.Run("redis", func(t *testing.T) { test(t, realRedis(t)) })
	t.Run("embedded", func(t *testing.T) {
		t.Parallel()
		test(t, embeddedRedis(t))
	})
}

// privateRedis is a Redis that no other test knows, with a command that empties it. Where redis-server is missing, a
// database of the common one stands in.
func privateRedis(t *testing.T) (r *Redis, flush string) {
	t.Helper()
	program, err := exec.LookPath("redis-server")
	if err != nil {
		return realDatabase(t, flushedDatabase), "FLUSHDB"
	}
	folder, err := os.MkdirTemp("", "kagobell") // short: the path of a socket has 107 bytes at most
	if err != nil {
		t.Fatal(err)
	}
	socket := filepath.Join(folder, "s")
	command := exec.Command(program, "--port", "0", "--unixsocket", socket, "--save", "", "--dir", folder)
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	r = &Redis{log: slog.New(slog.DiscardHandler),
		client: redis.NewUniversalClient(&redis.UniversalOptions{Addrs: []string{socket}, ContextTimeoutEnabled: true})}
	t.Cleanup(func() {
		_ = r.Close()
		_ = command.Process.Kill()
		_ = command.Wait()
		_ = os.RemoveAll(folder)
	})
	eventually(t, "redis-server to answer", func() bool { return r.Ping(t.Context()) == nil })
	return r, "FLUSHALL"
}

// eventually is for what gives no signal.
func eventually(t *testing.T, what string, holds func() bool) {
	t.Helper()
	ticker := time.NewTicker(10 * time.Millisecond)
	defer ticker.Stop()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	for !holds() {
		select {
		case <-ticker.C:
		case <-ctx.Done():
			t.Fatalf("waited in vain for %s", what)
		}
	}
}

func TestEmbeddedRedisAgesItsKeys(t *testing.T) {
	r := embeddedRedis(t)
	if err := r.client.Set(t.Context(), "key", "value", 150*time.Millisecond).Err(); err != nil {
		t.Fatal(err)
	}
	eventually(t, "the key to expire", func() bool {
		return errors.Is(r.client.Get(t.Context(), "key").Err(), redis.Nil)
	})
}

func TestEmbeddedRedisWantsItsPassword(t *testing.T) {
	r := embeddedRedis(t)
	stranger := redis.NewClient(&redis.Options{Addr: r.inside.server.Addr()})
	defer stranger.Close()
	if err := stranger.Get(t.Context(), "key").Err(); err == nil || errors.Is(err, redis.Nil) {
		t.Errorf("a stranger was answered: %v", err)
	}
}

func TestConnectLooksAtTheEvictionPolicy(t *testing.T) {
	tests := []struct {
		name, policy, refusal string
		want                  error
		warning               string
	}{
		{name: "noeviction", policy: "noeviction"},
		{name: "allkeys-lru", policy: "allkeys-lru", want: ErrEviction},
		{name: "volatile-ttl", policy: "volatile-ttl", want: ErrEviction},
		{name: "managed service", refusal: "ERR unknown command 'CONFIG'", warning: "cannot read maxmemory-policy"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			peer := miniredis.RunT(t)
			answer := func(c *peers.Peer, _ string, _ []string) {
				if test.refusal != "" {
					c.WriteError(test.refusal)
					return
				}
				c.WriteMapLen(1)
				c.WriteBulk("maxmemory-policy")
				c.WriteBulk(test.policy)
			}
			if err := peer.Server().Register("CONFIG", answer); err != nil {
				t.Fatal(err)
			}
			var log bytes.Buffer
			r, err := Connect(t.Context(), "redis://"+peer.Addr(), slog.New(slog.NewTextHandler(&log, nil)))
			if !errors.Is(err, test.want) {
				t.Errorf("got error %v, want %v", err, test.want)
			}
			if got := log.String(); (test.warning == "") != (got == "") || !strings.Contains(got, test.warning) {
				t.Errorf("logged %q, want %q", got, test.warning)
			}
			if r != nil {
				_ = r.Close()
			}
		})
	}
}

func TestConnectDoesNotNeedRedis(t *testing.T) {
	peer := miniredis.RunT(t)
	address := peer.Addr()
	peer.Close()
	var log bytes.Buffer
	r, err := Connect(t.Context(), "redis://"+address, slog.New(slog.NewTextHandler(&log, nil)))
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	if r.Ping(t.Context()) == nil || !strings.Contains(log.String(), "does not answer") {
		t.Errorf("ping succeeded, or no warning: %q", log.String())
	}
}
