package bench

import (
	"context"
	"crypto/rand"
	"database/sql"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// mariadbSettings is what a private MariaDB runs with: durable at every commit, as in production.
var mariadbSettings = []string{"innodb-flush-log-at-trx-commit=1", "innodb-doublewrite=1", "innodb-log-file-size=1G", "skip-log-bin",
	"performance-schema=OFF", "max-connections=500"}

const startPatience = time.Minute

// startMariaDB starts one and returns the address of its database, which is empty where the data folder was.
func startMariaDB(ctx context.Context, folder, data, bufferPool string) (*process, string, error) {
	server, err := find("mariadbd", "mysqld")
	if err != nil {
		return nil, "", err
	}
	me, err := user.Current()
	if err != nil {
		return nil, "", fmt.Errorf("mariadb: %w", err)
	}
	if err := installMariaDB(ctx, data, me.Username); err != nil {
		return nil, "", err
	}
	port, err := freePort(ctx)
	if err != nil {
		return nil, "", err
	}
	// Everybody on the machine reaches a loopback port, so the password is random.
	password := rand.Text()
	script := filepath.Join(folder, "mariadb.sql")
	text := fmt.Sprintf("CREATE DATABASE IF NOT EXISTS bench;\nCREATE OR REPLACE USER bench@'%%' IDENTIFIED BY '%s';\n"+
		"GRANT ALL PRIVILEGES ON *.* TO bench@'%%';\n", password)
	if err := os.WriteFile(script, []byte(text), 0o600); err != nil {
		return nil, "", fmt.Errorf("mariadb: %w", err)
	}
	args := []string{"--no-defaults", "--user=" + me.Username, "--datadir=" + data, "--socket=" + filepath.Join(folder, "mysql.sock"),
		"--pid-file=" + filepath.Join(folder, "mariadb.pid"), "--init-file=" + script, "--bind-address=127.0.0.1",
		fmt.Sprintf("--port=%d", port), "--skip-name-resolve", "--character-set-server=utf8mb4",
		"--innodb-buffer-pool-size=" + bufferPool}
	for _, setting := range mariadbSettings {
		args = append(args, "--"+setting)
	}
	p, err := start(folder, "mariadb", os.Environ(), server, args...)
	if err != nil {
		return nil, "", err
	}
	address := fmt.Sprintf("127.0.0.1:%d", port)
	db, err := sql.Open("mysql", fmt.Sprintf("bench:%s@tcp(%s)/bench", password, address))
	if err == nil {
		err = p.await(ctx, startPatience, db.PingContext)
		_ = db.Close()
	}
	if err != nil {
		return nil, "", errors.Join(err, p.stop())
	}
	return p, fmt.Sprintf("mysql://bench:%s@%s/bench", password, address), nil
}

// installMariaDB makes the data folder, unless it is there from an earlier measurement.
func installMariaDB(ctx context.Context, data, owner string) error {
	if _, err := os.Stat(filepath.Join(data, "mysql")); err == nil {
		return nil
	}
	install, err := find("mariadb-install-db", "mysql_install_db")
	if err != nil {
		return err
	}
	made, err := exec.CommandContext(ctx, install, "--no-defaults", "--user="+owner, "--datadir="+data, "--skip-test-db").CombinedOutput()
	if err != nil {
		return fmt.Errorf("mariadb-install-db: %w: %s", err, made)
	}
	return nil
}

// find looks for a program, also where Debian keeps servers, which is not on everybody's PATH.
func find(names ...string) (string, error) {
	for _, name := range names {
		if path, err := exec.LookPath(name); err == nil {
			return path, nil
		}
		for _, folder := range []string{"/usr/local/sbin", "/usr/sbin", "/sbin"} {
			if path, err := exec.LookPath(filepath.Join(folder, name)); err == nil {
				return path, nil
			}
		}
	}
	hint := "install MariaDB, or give the address of a database by --database-url"
	if slices.Contains(names, "redis-server") {
		hint = "install Redis, or give the address of one by --redis-url"
	}
	return "", fmt.Errorf("%s is not to be found: %s", strings.Join(names, " or "), hint)
}

func freePort(ctx context.Context) (int, error) {
	l, err := (&net.ListenConfig{}).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return 0, fmt.Errorf("a free port: %w", err)
	}
	defer func() { _ = l.Close() }()
	return l.Addr().(*net.TCPAddr).Port, nil
}
