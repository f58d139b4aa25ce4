package queue

import (
	"slices"
	"strings"
	"testing"
)

func TestRedisOptions(t *testing.T) {
	tests := []struct {
		address        string
		hosts          []string
		user, password string
		db             int
		master         string
		secure         bool
		cluster        bool
	}{
		{address: "redis://localhost", hosts: []string{"localhost:6379"}},
		{address: "redis://:p%40ss@localhost:6380/3", hosts: []string{"localhost:6380"}, password: "p@ss", db: 3},
		{address: "redis://u:a@b@h/", hosts: []string{"h:6379"}, user: "u", password: "a@b"},
		{address: "rediss://u:p@redis.example:6379/0", hosts: []string{"redis.example:6379"}, user: "u", password: "p", secure: true},
		{address: "redis://[::1]:6379/1", hosts: []string{"[::1]:6379"}, db: 1},
		{address: "redis://[::1]", hosts: []string{"[::1]:6379"}},
		{address: "redis-sentinel://u:p@h1:26379,h2:26379/mymaster?db=2", hosts: []string{"h1:26379", "h2:26379"},
			user: "u", password: "p", db: 2, master: "mymaster"},
		{address: "redis-sentinel://h1,h2/4?master=m&tls=true", hosts: []string{"h1:26379", "h2:26379"},
			db: 4, master: "m", secure: true},
		{address: "redis-cluster://h1:6379,h2:6379", hosts: []string{"h1:6379", "h2:6379"}, cluster: true},
		{address: "redis-cluster://:p@h1/?tls=true", hosts: []string{"h1:6379"}, password: "p", cluster: true, secure: true},
	}
	for _, test := range tests {
		got, err := redisOptions(test.address)
		if err != nil {
			t.Errorf("%s: %v", test.address, err)
			continue
		}
		if !slices.Equal(got.Addrs, test.hosts) || got.Username != test.user || got.Password != test.password ||
			got.DB != test.db || got.MasterName != test.master || got.IsClusterMode != test.cluster ||
			(got.TLSConfig != nil) != test.secure {
			t.Errorf("%s: got %+v", test.address, got)
		}
	}
}

func TestRedisOptionsOfSentinels(t *testing.T) {
	got, err := redisOptions("redis-sentinel://h/m?sentinel_username=su&sentinel_password=s%40p")
	if err != nil || got.SentinelUsername != "su" || got.SentinelPassword != "s@p" || got.Password != "" {
		t.Errorf("got %+v, %v", got, err)
	}
}

func TestRedisOptionsRefuses(t *testing.T) {
	for address, want := range map[string]string{
		"":                                 "expected embedded, redis://",
		"http://localhost":                 "expected embedded, redis://",
		"redis://":                         "HOST:PORT",
		"redis://:hunter2@":                "HOST:PORT",
		"redis://:hunter2@h:0":             "HOST:PORT",
		"redis://:hunter2@h:70000":         "HOST:PORT",
		"redis://:hunter2@h1,h2":           "one host",
		"redis://:hunter2@h/-1":            "db: expected a number",
		"redis://:hunter2@h/zero":          "number of the database",
		"redis://:hunter2%zz@h":            "as %XX",
		"redis://:hunter2@h?pool=3":        `"pool" is not known`,
		"redis://:hunter2@h?%zz":           "well-formed",
		"redis-sentinel://:hunter2@h":      "name of the master",
		"redis-sentinel://:hunter2@h/0":    "name of the master",
		"redis-cluster://:hunter2@h/1":     "database 0 alone",
		"redis-cluster://:hunter2@h/thing": "number of the database",
	} {
		_, err := redisOptions(address)
		if err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "hunter2") {
			t.Errorf("%s: got %v, want %q", address, err, want)
		}
	}
}
