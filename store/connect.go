package store

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"log/slog"
	"net/url"
	"os"
	"runtime"
	"strings"
	"time"

	"github.com/go-sql-driver/mysql"
	"github.com/jmoiron/sqlx"
	_ "modernc.org/sqlite" // registers the driver "sqlite"
)

// ErrDatabaseURL is returned for a database URL of another form.
var ErrDatabaseURL = errors.New("database_url: expected sqlite:PATH or mysql://user:pass@host:3306/database")

// Pool sizes. More connections than this only wait for each other's locks.
const (
	mysqlConnections   = 24
	sqliteReaders      = 4
	connectionLifetime = 10 * time.Minute // so that a fail-over of the database is noticed
)

func (s *Store) connect(databaseURL string) error {
	scheme, rest, _ := strings.Cut(databaseURL, ":")
	switch scheme {
	case "mysql":
		return s.connectMySQL(databaseURL)
	case "sqlite":
		return s.openSQLite(rest)
	}
	return ErrDatabaseURL
}

func (s *Store) connectMySQL(databaseURL string) error {
	config, err := mysqlConfig(databaseURL)
	if err != nil {
		return err
	}
	config.Logger = driverLog{s.log}
	connector, err := mysql.NewConnector(config)
	if err != nil {
		return fmt.Errorf("database_url: %w", err)
	}
	db := sqlx.NewDb(sql.OpenDB(s.wrap(readCommitted{connector})), "mysql")
	db.SetMaxOpenConns(mysqlConnections)
	db.SetMaxIdleConns(mysqlConnections)
	db.SetConnMaxLifetime(connectionLifetime)
	s.db, s.reader, s.dialect = db, db, mysqlDialect()
	return nil
}

// readCommitted sets the isolation of each new connection. A DSN can't: MariaDB 10.11 has no variable
// transaction_isolation. To say it with every transaction would cost each a round trip.
type readCommitted struct{ driver.Connector }

func (r readCommitted) Connect(ctx context.Context) (driver.Conn, error) {
	c, err := r.Connector.Connect(ctx)
	if err != nil {
		return nil, err
	}
	session, ok := c.(driver.ExecerContext)
	if !ok {
		return nil, errors.Join(fmt.Errorf("a connection of type %T can't be set up", c), c.Close())
	}
	if _, err := session.ExecContext(ctx, "SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED", nil); err != nil {
		return nil, errors.Join(fmt.Errorf("isolation: %w", err), c.Close())
	}
	return c, nil
}

// driverLog lets the driver write through our log, in its form.
type driverLog struct{ log *slog.Logger }

// Print implements mysql.Logger.
func (d driverLog) Print(words ...any) { d.log.Warn("MySQL driver", "message", fmt.Sprint(words...)) }

// mysqlConfig reads a URL. Parameters are those of go-sql-driver; some can't be
// changed, since the store relies on them.
func mysqlConfig(databaseURL string) (*mysql.Config, error) {
	u, err := url.Parse(databaseURL)
	if err != nil || u.Host == "" || strings.Trim(u.Path, "/") == "" {
		return nil, ErrDatabaseURL // the parser's own error would show the password
	}
	host := u.Host
	if u.Port() == "" {
		host += ":3306"
	}
	config, err := mysql.ParseDSN("tcp(" + host + ")/?" + u.RawQuery)
	if err != nil {
		return nil, fmt.Errorf("database_url: parameters: %w", err)
	}
	config.DBName = strings.Trim(u.Path, "/")
	config.User = u.User.Username()
	config.Passwd, _ = u.User.Password()
	config.InterpolateParams = true // one round trip a statement
	config.ParseTime = true
	config.Collation = "utf8mb4_bin" // that of the tables: texts in a statement compare like columns
	config.Loc = time.UTC
	config.ClientFoundRows = false
	if config.Params == nil {
		config.Params = map[string]string{}
	}
	// Whatever the server's default: too long is an error, never cut off.
	config.Params["sql_mode"] = "'STRICT_ALL_TABLES,ERROR_FOR_DIVISION_BY_ZERO,NO_ENGINE_SUBSTITUTION'"
	if _, set := config.Params["innodb_lock_wait_timeout"]; !set {
		config.Params["innodb_lock_wait_timeout"] = "10"
	}
	return config, nil
}

// openSQLite opens a file twice: with one connection that writes, so that
// writers queue in this process instead of polling for the file's lock, and
// with some that read beside it (WAL).
func (s *Store) openSQLite(path string) error {
	path = strings.TrimPrefix(path, "//")
	if path == "" {
		return ErrDatabaseURL
	}
	pragmas := url.Values{"_pragma": {
		"busy_timeout(10000)", // before journal_mode, which may have to wait
		"journal_mode(WAL)",
		"synchronous(FULL)", // a commit that was answered survives a power cut
		"temp_store(MEMORY)",
		"cache_size(-32000)",
	}}
	open := func(connections int, more url.Values) (*sqlx.DB, error) {
		for key, values := range pragmas {
			more[key] = append(values[:len(values):len(values)], more[key]...)
		}
		name := url.URL{Scheme: "file", Opaque: (&url.URL{Path: path}).EscapedPath(), RawQuery: more.Encode()}
		db, err := sqlx.Open("sqlite", name.String())
		if err != nil {
			return nil, fmt.Errorf("database_url: %w", err)
		}
		db.SetMaxOpenConns(connections)
		db.SetMaxIdleConns(connections)
		return db, nil
	}
	if err := makePrivate(path); err != nil {
		return err
	}
	var err error
	if s.db, err = open(1, url.Values{"_txlock": {"immediate"}}); err != nil {
		return err
	}
	if s.reader, err = open(max(sqliteReaders, runtime.NumCPU()), url.Values{"_pragma": {"query_only(true)"}}); err != nil {
		return errors.Join(err, s.db.Close())
	}
	s.dialect = sqliteDialect()
	return nil
}

// makePrivate makes the file of a database, which holds names and addresses, for
// its owner alone; SQLite gives its -wal and -shm files the same mode. A file that
// is there is left as it is.
func makePrivate(path string) error {
	file, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return fmt.Errorf("database_url: %w", err)
	}
	return file.Close()
}
