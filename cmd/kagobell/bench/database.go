package bench

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"

	"github.com/go-sql-driver/mysql"
)

var errDatabaseURL = errors.New("--database-url: expected mysql://user:pass@host:3306/database")

// openDatabase connects to what a database_url names, with a number of connections.
func openDatabase(databaseURL string, connections int) (*sql.DB, error) {
	u, err := url.Parse(databaseURL)
	if err != nil || u.Scheme != "mysql" || u.Host == "" {
		return nil, errDatabaseURL
	}
	config := mysql.NewConfig()
	config.User, config.Net, config.Addr, config.DBName = u.User.Username(), "tcp", u.Host, u.Path[min(1, len(u.Path)):]
	config.Passwd, _ = u.User.Password()
	config.InterpolateParams, config.Collation = true, "utf8mb4_bin" // as the store does
	if u.Port() == "" {
		config.Addr += ":3306"
	}
	connector, err := mysql.NewConnector(config)
	if err != nil {
		return nil, fmt.Errorf("--database-url: %w", err)
	}
	db := sql.OpenDB(connector)
	db.SetMaxOpenConns(connections)
	db.SetMaxIdleConns(connections)
	return db, nil
}

// expectEmptyDatabase refuses a database of somebody else's: his messages would be taken for sent.
func (s *stage) expectEmptyDatabase(ctx context.Context) error {
	if s.o.DatabaseURL == "" {
		return nil
	}
	tables := 0
	err := s.onDatabase(ctx, func(db *sql.DB) error {
		return db.QueryRowContext(ctx, "SELECT COUNT(*) FROM information_schema.TABLES WHERE TABLE_SCHEMA = DATABASE()").Scan(&tables)
	})
	switch {
	case err != nil:
		return fmt.Errorf("--database-url: %w", err)
	case tables > 0:
		return fmt.Errorf("--database-url: expected an empty database, got one with %d tables: a measurement writes into it and sends what is due", tables)
	}
	return nil
}

// onDatabase opens the database for one piece of work.
func (s *stage) onDatabase(ctx context.Context, work func(*sql.DB) error) error {
	db, err := openDatabase(s.dbURL, 1)
	if err != nil {
		return err
	}
	defer func() { _ = db.Close() }()
	if err := work(db); err != nil {
		return fmt.Errorf("database: %w", err)
	}
	return nil
}
