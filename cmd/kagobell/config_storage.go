package main

import (
	"errors"
	"fmt"
	"maps"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"github.com/go-sql-driver/mysql"
)

// parseDatabaseURL leaves sqlite: alone when no path follows; derive puts it into data_dir.
func parseDatabaseURL(text string) (string, error) {
	switch scheme(text) {
	case "sqlite":
		_, path, _ := strings.Cut(text, ":")
		if strings.HasPrefix(path, "//") || strings.Contains(path, ":memory:") {
			return "", errors.New("expected sqlite:PATH with the path of a file, as in sqlite:kagobell-data/kagobell.db")
		}
		return "sqlite:" + path, nil
	case "mysql":
		return text, checkMySQLURL(text)
	}
	return "", errUnexpected
}

func checkMySQLURL(text string) error {
	u, err := parseURL(text)
	if err != nil {
		return err
	}
	if u.User.Username() == "" {
		return errors.New("the URL lacks its user, as in mysql://user:pass@host:3306/db")
	}
	if name := strings.TrimPrefix(u.Path, "/"); name == "" || strings.Contains(name, "/") {
		return errors.New("the URL lacks the name of the database, as in mysql://user:pass@host:3306/db")
	}
	if _, err := mysql.ParseDSN("/?" + u.RawQuery); err != nil {
		return fmt.Errorf("the part after ?: %w", err)
	}
	return nil
}

var (
	// redisForm holds the hosts, the path and the query. It is no URL to net/url, which knows of one host only.
	redisForm    = regexp.MustCompile(`^[a-z-]+://(?:[^@/?#\s]*@)?([^@/?#\s]+)(?:/([^/?#\s]*))?(?:\?([^#\s]*))?$`)
	digits       = regexp.MustCompile(`^\d*$`)
	redisOptions = []string{"db", "master", "tls", "sentinel_username", "sentinel_password"}
)

// parseRedisURL looks at the outside; the queue, which connects, reads it in earnest.
func parseRedisURL(text string) (string, error) {
	if text == embeddedRedis {
		return text, nil
	}
	s := scheme(text)
	if !slices.Contains([]string{"redis", "rediss", "redis-sentinel", "redis-cluster"}, s) {
		return "", errUnexpected
	}
	parts := redisForm.FindStringSubmatch(text)
	if parts == nil {
		return "", errNotURL
	}
	hosts, path := strings.Split(parts[1], ","), parts[2]
	if len(hosts) > 1 && (s == "redis" || s == "rediss") {
		return "", errors.New("expected one host; several belong to redis-sentinel:// or redis-cluster://")
	}
	for _, host := range hosts {
		if _, err := parseURL("redis://" + host); err != nil {
			return "", err
		}
	}
	options, err := url.ParseQuery(parts[3])
	if err != nil {
		return "", errNotURL
	}
	for _, name := range slices.Sorted(maps.Keys(options)) {
		if !slices.Contains(redisOptions, name) {
			return "", fmt.Errorf("option %s: no such option; there are %s", name, strings.Join(redisOptions, ", "))
		}
	}
	named := options.Has("master") || !digits.MatchString(path)
	switch {
	case s == "redis-sentinel" && !named:
		return "", errors.New("the URL lacks the name of the master, as in redis-sentinel://host:26379/0?master=NAME")
	case s != "redis-sentinel" && named:
		return "", errors.New("expected the number of the database behind the host, as in redis://host:6379/0")
	}
	return text, nil
}
