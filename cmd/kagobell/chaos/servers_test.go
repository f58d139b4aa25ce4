package chaos

import (
	"context"
	"crypto/rand"
	"database/sql"
	"fmt"
	"net"
	"net/url"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/go-sql-driver/mysql"
	"github.com/redis/go-redis/v9"
)

// sbin is where Debian keeps mariadbd, which is not on the PATH of ordinary users.
const sbin = ":/usr/local/sbin:/usr/sbin:/sbin"

// program finds a server's binary.
func program(t *testing.T, name string) string {
	t.Helper()
	for _, dir := range filepath.SplitList(os.Getenv("PATH") + sbin) {
		if path, err := exec.LookPath(filepath.Join(dir, name)); err == nil {
			return path
		}
	}
	t.Fatalf("%s is not installed; `.ci/install-services` installs it", name)
	return ""
}

// freePort is a port of the loopback on which nobody listens, below the kernel's range for outgoing connections
// (32768 and up), so that none of those takes it while a server is being started anew.
func freePort(t *testing.T) string {
	t.Helper()
	for range 100 {
		var b [2]byte
		_, _ = rand.Read(b[:])
		port := 20000 + (int(b[0])<<8|int(b[1]))%12000
		l, err := net.Listen("tcp", fmt.Sprintf("127.0.0.1:%d", port))
		if err == nil {
			_ = l.Close()
			return fmt.Sprint(port)
		}
	}
	t.Fatal("no free port")
	return ""
}

// mariadb is a server that can be killed, stopped and started again on its port and data.
type mariadb struct {
	t                         *testing.T // lives as long as the server, not as one fault
	dir, port, user, password string
	process                   *child // nil: a server of others
	admin                     *sql.DB
}

// newMariaDB makes the data folder and starts the server. It writes through to the disk at every commit, as in
// production.
func newMariaDB(t *testing.T, dir string) *mariadb {
	t.Helper()
	m := &mariadb{t: t, dir: dir, port: freePort(t), user: "kagobell", password: rand.Text()}
	who, err := user.Current()
	if err != nil {
		t.Fatal(err)
	}
	install := exec.Command(program(t, "mariadb-install-db"), "--no-defaults", "--user="+who.Username,
		"--datadir="+filepath.Join(dir, "data"), "--skip-test-db")
	if out, err := install.CombinedOutput(); err != nil {
		t.Fatalf("mariadb-install-db: %v\n%s", err, out)
	}
	init := fmt.Sprintf("CREATE USER IF NOT EXISTS kagobell@'%%' IDENTIFIED BY '%s';\nGRANT ALL PRIVILEGES ON *.* TO kagobell@'%%';\n", m.password)
	if err := os.WriteFile(filepath.Join(dir, "init.sql"), []byte(init), 0o600); err != nil {
		t.Fatal(err)
	}
	m.admin = m.open(t, "")
	m.start()
	return m
}

// theirMariaDB is a server that others use, too: `make test` has started it.
func theirMariaDB(t *testing.T, dsn string) *mariadb {
	t.Helper()
	u, err := url.Parse(dsn)
	if err != nil {
		t.Fatal("TEST_MYSQL_DSN: expected mysql://user:pass@127.0.0.1:port/database")
	}
	m := &mariadb{t: t, port: u.Port(), user: u.User.Username()}
	m.password, _ = u.User.Password()
	m.admin = m.open(t, "")
	return m
}

// open connects to a database of the server; "" to none.
func (m *mariadb) open(t *testing.T, database string) *sql.DB {
	t.Helper()
	config := mysql.NewConfig()
	config.User, config.Passwd, config.Net, config.Addr, config.DBName = m.user, m.password, "tcp", m.address(), database
	config.ParseTime, config.InterpolateParams = true, true
	config.Logger = &mysql.NopLogger{} // that it was killed is known
	connector, err := mysql.NewConnector(config)
	if err != nil {
		t.Fatal(err)
	}
	db := sql.OpenDB(connector)
	t.Cleanup(func() { _ = db.Close() })
	return db
}

func (m *mariadb) address() string { return "127.0.0.1:" + m.port }

// start starts the server on its data and waits until it answers.
func (m *mariadb) start(more ...string) {
	m.t.Helper()
	who, _ := user.Current()
	options := append([]string{
		"--no-defaults", "--user=" + who.Username, "--datadir=" + filepath.Join(m.dir, "data"),
		"--socket=" + filepath.Join(m.dir, "sock"), "--pid-file=" + filepath.Join(m.dir, "pid"),
		"--init-file=" + filepath.Join(m.dir, "init.sql"), "--bind-address=127.0.0.1", "--port=" + m.port,
		"--skip-name-resolve", "--character-set-server=utf8mb4", "--innodb-buffer-pool-size=256M",
		"--innodb-flush-log-at-trx-commit=1", "--innodb-use-native-aio=0", "--performance-schema=OFF", "--skip-log-bin",
	}, more...)
	m.process = startChild(m.t, m.dir, "mariadb", os.Environ(), program(m.t, "mariadbd"), options...)
	m.awaitAnswer()
}

func (m *mariadb) awaitAnswer() {
	m.t.Helper()
	await(m.t, "MariaDB answers", func() bool {
		if !m.process.alive() {
			m.t.Fatalf("MariaDB ended: %v\n%s", m.process.err, m.process.log.tail())
		}
		return m.admin.Ping() == nil
	})
}

// redisServer is a Redis that can be killed and started again on its port.
type redisServer struct {
	dir, port string
	process   *child
	client    *redis.Client
}

func newRedis(t *testing.T, dir string, options ...string) *redisServer {
	t.Helper()
	s := &redisServer{dir: dir, port: freePort(t)}
	s.client = redis.NewClient(&redis.Options{Addr: s.address(), MaxRetries: -1})
	t.Cleanup(func() { _ = s.client.Close() })
	s.start(t, options...)
	return s
}

func (s *redisServer) address() string { return "127.0.0.1:" + s.port }

func (s *redisServer) start(t *testing.T, options ...string) {
	t.Helper()
	args := append([]string{"--bind", "127.0.0.1", "--port", s.port, "--dir", s.dir, "--save", "", "--appendonly", "no"}, options...)
	s.process = startChild(t, s.dir, "redis-"+s.port, os.Environ(), program(t, "redis-server"), args...)
	await(t, "Redis answers", func() bool {
		if !s.process.alive() {
			t.Fatalf("Redis ended: %v\n%s", s.process.err, s.process.log.tail())
		}
		return s.client.Ping(context.Background()).Err() == nil
	})
}

// poll is how often await looks.
const poll = 25 * time.Millisecond

// await looks until what is true; the test ends when it does not come.
func await(t *testing.T, what string, is func() bool) {
	t.Helper()
	if !comes(patience, is) {
		t.Fatalf("waited in vain for: %s", what)
	}
}

// comes looks until it is so, or the time is over.
func comes(within time.Duration, is func() bool) bool {
	deadline := time.After(within)
	ticker := time.NewTicker(poll)
	defer ticker.Stop()
	for {
		if is() {
			return true
		}
		select {
		case <-ticker.C:
		case <-deadline:
			return is()
		}
	}
}

// info reads a field of Redis's INFO.
func (s *redisServer) info(t *testing.T, section, field string) string {
	t.Helper()
	text, err := s.client.Info(context.Background(), section).Result()
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(text) {
		if value, ok := strings.CutPrefix(strings.TrimSpace(line), field+":"); ok {
			return value
		}
	}
	return ""
}
