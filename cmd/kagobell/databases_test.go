package main

import (
	"crypto/rand"
	"database/sql"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/go-sql-driver/mysql"
)

// testDatabases are the addresses of two empty databases, a SQLite file and one on the MariaDB that `make test` starts.
func testDatabases(t *testing.T) []string {
	t.Helper()
	return []string{"sqlite:" + filepath.Join(t.TempDir(), "kagobell.db"), testMySQL(t)}
}

// testMySQL makes a database of its own and drops it at the end.
func testMySQL(t testing.TB) string {
	t.Helper()
	base := os.Getenv("TEST_MYSQL_DSN")
	if base == "" {
		t.Fatal("TEST_MYSQL_DSN is not set: `make test` starts a MariaDB and sets it")
	}
	u, err := url.Parse(base)
	if err != nil {
		t.Fatal("TEST_MYSQL_DSN: expected mysql://user:pass@host:port/database")
	}
	password, _ := u.User.Password()
	server := mysql.NewConfig()
	server.User, server.Passwd, server.Net, server.Addr = u.User.Username(), password, "tcp", u.Host
	db, err := sql.Open("mysql", server.FormatDSN())
	if err != nil {
		t.Fatal(err)
	}
	name := "kagobell_cmd_" + strings.ToLower(rand.Text()[:12])
	if _, err := db.Exec("CREATE DATABASE " + name); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if _, err := db.Exec("DROP DATABASE " + name); err != nil {
			t.Error(err)
		}
		_ = db.Close()
	})
	u.Path = "/" + name
	return u.String()
}
