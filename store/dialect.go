package store

import (
	"context"
	"database/sql"
	"embed"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/go-sql-driver/mysql"
	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/lock"
	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"

	"kagobell/migrations"
)

// dialect is what differs between MySQL and SQLite. All other statements are
// the same text on both.
type dialect struct {
	name          string // also the folder of its migrations
	goose         goose.Dialect
	migrations    embed.FS
	migrationLock lock.SessionLocker // nil: none
	variables     int                // placeholders that one statement may have
	prepares      bool               // whether statements that were prepared are cheaper

	// Ends of a SELECT. SQLite has one writer at a time: nothing to lock.
	forUpdate, forShare, forUpdateSkipLocked string

	pairs       func(n int) string // a query for n pairs of placeholders, as columns a and b
	joinInOrder string             // a join that reads its left side first

	now     func(context.Context, conn) (time.Time, error)
	failure func(error) failure

	// overwrite is the end of an INSERT that writes over the row with that key.
	// incoming names the value of a column in the new row.
	overwrite func(key []string) string
	incoming  func(column string) string
	// shift is a column of whole seconds, moved by whole seconds.
	shift func(column string, by time.Duration) string
	// keeping is the end of an INSERT that leaves the row with that key alone; it
	// takes a column of the key.
	keeping func(keyColumn string) string
}

// failure is what an error of the database means.
type failure int

const (
	failsForThis  failure = iota // these rows can't be written, or a mistake of ours
	failsForNow                  // a deadlock or a lock that took too long: try again
	failsForOther                // another transaction wrote that key: look again
	failsForAll                  // no database to talk to, or it takes nothing
)

func mysqlDialect() *dialect {
	return &dialect{
		name:                "mysql",
		goose:               goose.DialectMySQL,
		migrations:          migrations.MySQL,
		migrationLock:       namedLock{},
		variables:           32_000,
		prepares:            true,
		forUpdate:           " FOR UPDATE",
		forShare:            " LOCK IN SHARE MODE", // MariaDB does not know FOR SHARE
		forUpdateSkipLocked: " FOR UPDATE SKIP LOCKED",
		now: func(ctx context.Context, c conn) (at time.Time, err error) {
			err = c.QueryRowxContext(ctx, "SELECT UTC_TIMESTAMP(6)").Scan((*stamp)(&at))
			return at, err
		},
		pairs: func(n int) string { // MySQL and MariaDB write VALUES differently
			return "SELECT ? AS a, ? AS b" + strings.Repeat(" UNION ALL SELECT ?,?", n-1)
		},
		joinInOrder: "STRAIGHT_JOIN",
		failure:     mysqlFailure,
		overwrite:   func([]string) string { return " ON DUPLICATE KEY UPDATE " },
		incoming:    func(column string) string { return "VALUES(" + column + ")" }, // MariaDB has no row alias
		shift: func(column string, by time.Duration) string {
			return fmt.Sprintf("%s + INTERVAL %d SECOND", column, int64(by/time.Second))
		},
		keeping: func(column string) string { return " ON DUPLICATE KEY UPDATE " + column + " = " + column },
	}
}

func sqliteDialect() *dialect {
	return &dialect{
		name:       "sqlite",
		goose:      goose.DialectSQLite3,
		migrations: migrations.SQLite,
		variables:  32_000, // SQLITE_MAX_VARIABLE_NUMBER is 32,766
		now:        func(context.Context, conn) (time.Time, error) { return time.Now(), nil },
		pairs: func(n int) string {
			return "SELECT column1 AS a, column2 AS b FROM (VALUES (?,?)" + strings.Repeat(",(?,?)", n-1) + ")"
		},
		joinInOrder: "CROSS JOIN",
		failure:     sqliteFailure,
		overwrite:   func(key []string) string { return " ON CONFLICT (" + strings.Join(key, ", ") + ") DO UPDATE SET " },
		incoming:    func(column string) string { return "excluded." + column },
		shift: func(column string, by time.Duration) string {
			return fmt.Sprintf("strftime('%%Y-%%m-%%d %%H:%%M:%%S.000000', %s, '%+d seconds')", column, int64(by/time.Second))
		},
		keeping: func(string) string { return " ON CONFLICT DO NOTHING" },
	}
}

// Error numbers of MySQL and MariaDB, from their reference manuals.
const (
	mysqlDuplicateEntry  = 1062
	mysqlLockWaitTimeout = 1205
	mysqlDeadlock        = 1213
)

// mysqlAway are the errors of a server that takes nothing now, whatever it is: no row is to blame.
var mysqlAway = map[uint16]bool{
	3:    true, // a file can't be written: the disk is full
	1021: true, // the disk is full
	1026: true, // a file can't be written
	1028: true, // a sort was aborted
	1030: true, // the storage engine failed
	1037: true, // out of memory
	1040: true, // too many connections
	1041: true, // out of resources
	1044: true, // no access to the database
	1045: true, // log-in refused
	1049: true, // no such database
	1053: true, // shutting down
	1114: true, // the tablespace can't grow
	1129: true, // too many broken connections from here
	1142: true, // no access to the table
	1180: true, // the commit failed
	1203: true, // too many connections of this user
	1206: true, // no room for locks
	1226: true, // the user's limit is reached
	1290: true, // an option forbids it: --read-only
	1317: true, // the statement was killed
	1637: true, // too many transactions
	1792: true, // a read-only transaction: a replica
	1836: true, // read-only mode
	1878: true, // a temporary file can't be written
	1927: true, // the connection was killed (MariaDB)
	1969: true, // the time for a statement is over (MariaDB)
	3024: true, // likewise (MySQL)
	4031: true, // idle for too long (MySQL)
}

func mysqlFailure(err error) failure {
	if errors.Is(err, mysql.ErrPktTooLarge) {
		return failsForThis
	}
	var answer *mysql.MySQLError
	if !errors.As(err, &answer) {
		return failsForAll // whatever did not come from the server came from the way to it
	}
	switch n := answer.Number; {
	case n == mysqlDeadlock, n == mysqlLockWaitTimeout:
		return failsForNow
	case n == mysqlDuplicateEntry:
		return failsForOther
	case mysqlAway[n]:
		return failsForAll
	}
	return failsForThis
}

func sqliteFailure(err error) failure {
	var answer *sqlite.Error
	if !errors.As(err, &answer) {
		return failsForAll
	}
	switch code := answer.Code(); code {
	case sqlite3.SQLITE_CONSTRAINT_UNIQUE, sqlite3.SQLITE_CONSTRAINT_PRIMARYKEY:
		return failsForOther
	default:
		switch code & 0xff { // the primary code
		case sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED:
			return failsForNow
		case sqlite3.SQLITE_CONSTRAINT, sqlite3.SQLITE_TOOBIG, sqlite3.SQLITE_MISMATCH, sqlite3.SQLITE_RANGE, sqlite3.SQLITE_ERROR:
			return failsForThis
		}
		return failsForAll
	}
}

// namedLock lets one replica migrate at a time. MySQL's named locks belong to
// the server, not to a database of it, so that the name holds the database.
type namedLock struct{}

const lockName = "CONCAT('kagobell migrations ', LEFT(DATABASE(), 40))" // 64 characters at most

func (namedLock) SessionLock(ctx context.Context, c *sql.Conn) error {
	var got sql.NullInt64
	if err := c.QueryRowContext(ctx, "SELECT GET_LOCK("+lockName+", 120)").Scan(&got); err != nil {
		return err
	}
	if got.Int64 != 1 {
		return errors.New("another replica has been migrating for two minutes")
	}
	return nil
}

func (namedLock) SessionUnlock(ctx context.Context, c *sql.Conn) error {
	_, err := c.ExecContext(ctx, "DO RELEASE_LOCK("+lockName+")")
	return err
}
