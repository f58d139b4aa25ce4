package queue

import (
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/redis/go-redis/v9"
	"github.com/redis/go-redis/v9/maintnotifications"
)

// redisTimeout ends every wait for Redis. Rather short: nobody needs Redis so much that a long wait were better than
// the sweep. Asynq's longest script moves 100 tasks.
const redisTimeout = 3 * time.Second

// redisOptions reads an address:
//
//	redis://user:pass@host:6379/0                       one server; rediss:// with TLS
//	redis-sentinel://user:pass@h1:26379,h2:26379/0?master=NAME
//	redis-sentinel://user:pass@h1:26379,h2:26379/NAME?db=0
//	redis-cluster://user:pass@h1:6379,h2:6379
//
// with tls=true for the last two, and sentinel_username and sentinel_password where the sentinels have one of their
// own. User and password are percent-encoded. No error repeats the address: it may hold a password.
//
// It is read by hand since net/url refuses more than one host.
func redisOptions(address string) (*redis.UniversalOptions, error) {
	scheme, rest, _ := strings.Cut(address, "://")
	rest, rawQuery, _ := strings.Cut(rest, "?")
	authority, path, _ := strings.Cut(rest, "/")
	options := &redis.UniversalOptions{
		MaxRetries: 1, DialerRetries: 1,
		DialTimeout: redisTimeout, ReadTimeout: redisTimeout, WriteTimeout: redisTimeout,
		ContextTimeoutEnabled: true,
		PoolSize:              64,
		// A hint for one vendor's upgrades; others answer it with an error.
		MaintNotificationsConfig: &maintnotifications.Config{Mode: maintnotifications.ModeDisabled},
	}
	defaultPort := "6379"
	switch scheme {
	case "redis":
	case "rediss":
		options.TLSConfig = secureTransport()
	case "redis-sentinel":
		defaultPort = "26379"
	case "redis-cluster":
		options.IsClusterMode = true
	default:
		return nil, errors.New("redis_url: expected embedded, redis://, rediss://, redis-sentinel:// or redis-cluster://")
	}
	if err := readAuthority(options, authority, defaultPort); err != nil {
		return nil, err
	}
	if err := readPlace(options, scheme, path, rawQuery); err != nil {
		return nil, err
	}
	return options, nil
}

// secureTransport leaves the server's name to the dialler, which takes the host that it dials.
func secureTransport() *tls.Config { return &tls.Config{MinVersion: tls.VersionTLS12} }

// readAuthority reads user, password and hosts.
func readAuthority(options *redis.UniversalOptions, authority, defaultPort string) error {
	hosts := authority
	if at := strings.LastIndex(authority, "@"); at >= 0 {
		hosts = authority[at+1:]
		user, password, _ := strings.Cut(authority[:at], ":")
		var errUser, errPassword error
		options.Username, errUser = url.PathUnescape(user)
		options.Password, errPassword = url.PathUnescape(password)
		if errUser != nil || errPassword != nil {
			return errors.New("redis_url: user or password: expected special characters as %XX")
		}
	}
	for host := range strings.SplitSeq(hosts, ",") {
		if _, _, err := net.SplitHostPort(host); err != nil {
			host = net.JoinHostPort(strings.Trim(host, "[]"), defaultPort)
		}
		name, port, err := net.SplitHostPort(host)
		if number, portErr := strconv.Atoi(port); err != nil || name == "" || portErr != nil || number < 1 || number > 65535 {
			return errors.New("redis_url: expected HOST:PORT, and a comma between several")
		}
		options.Addrs = append(options.Addrs, host)
	}
	return nil
}

// readPlace reads what says which database is meant, and of which master.
func readPlace(options *redis.UniversalOptions, scheme, path, rawQuery string) error {
	query, err := url.ParseQuery(rawQuery)
	if err != nil {
		return errors.New("redis_url: the part after ? is not well-formed")
	}
	db := query.Get("db")
	if _, err := strconv.Atoi(path); err == nil {
		db = path
	} else {
		options.MasterName = path
	}
	for key := range query {
		switch key {
		case "db":
		case "master":
			options.MasterName = query.Get(key)
		case "sentinel_username":
			options.SentinelUsername = query.Get(key)
		case "sentinel_password":
			options.SentinelPassword = query.Get(key)
		case "tls":
			if query.Get(key) == "true" {
				options.TLSConfig = secureTransport()
			}
		default:
			return fmt.Errorf("redis_url: %q is not known: expected db, master, tls, sentinel_username or sentinel_password", key)
		}
	}
	return checkPlace(options, scheme, db)
}

func checkPlace(options *redis.UniversalOptions, scheme, db string) (err error) {
	if db != "" {
		if options.DB, err = strconv.Atoi(db); err != nil || options.DB < 0 {
			return errors.New("redis_url: db: expected a number from 0")
		}
	}
	sentinel := scheme == "redis-sentinel"
	switch {
	case sentinel && options.MasterName == "":
		return errors.New("redis_url: expected the name of the master, as in redis-sentinel://host:26379/0?master=NAME")
	case !sentinel && options.MasterName != "":
		return errors.New("redis_url: after the host expected the number of the database, as in redis://host:6379/0")
	case options.IsClusterMode && options.DB != 0:
		return errors.New("redis_url: a cluster has database 0 alone")
	case !sentinel && !options.IsClusterMode && len(options.Addrs) > 1:
		return errors.New("redis_url: expected one host; several belong to redis-sentinel:// or redis-cluster://")
	}
	return nil
}
