package store

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"regexp"
	"strings"
	"sync"
	"testing"

	"github.com/go-sql-driver/mysql"
	"github.com/jmoiron/sqlx"
)

// spy is a driver around the store's own that writes down what is asked of the
// database: each statement once, with the arguments that were the most.
type spy struct {
	connect func(context.Context) (driver.Conn, error)
	driver  driver.Driver

	mu     sync.Mutex
	during string // what the test does at the moment
	seen   map[string]*asked
}

// asked is a statement as it came, and while what.
type asked struct {
	during, query string
	args          []any
}

// spyOn lets a store talk to its database through a spy.
func spyOn(t *testing.T, s *testStore) *spy {
	t.Helper()
	x := &spy{driver: s.db.Driver(), seen: map[string]*asked{}}
	if path, ok := strings.CutPrefix(s.url, "sqlite:"); ok {
		x.connect = func(context.Context) (driver.Conn, error) {
			return x.driver.Open("file:" + path + "?_txlock=immediate&_pragma=busy_timeout(10000)&_pragma=synchronous(OFF)")
		}
	} else {
		config, err := mysqlConfig(s.url)
		if err != nil {
			t.Fatal(err)
		}
		connector, err := mysql.NewConnector(config)
		if err != nil {
			t.Fatal(err)
		}
		x.connect = connector.Connect
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	s.db = sqlx.NewDb(sql.OpenDB(x), s.dialect.name)
	s.reader = s.db
	return x
}

// listOfMarks matches IN lists, and the pairs of byPairs, however long.
var listOfMarks = regexp.MustCompile(`\?(,\?)+|( UNION ALL SELECT \?,\?)+|(,\(\?,\?\))+|( OR buyer_id = \? AND recorded_at >= \? AND recorded_at < \?)+`)

func (x *spy) note(query string, args []driver.NamedValue) {
	if !strings.HasPrefix(query, "SELECT") && !strings.HasPrefix(query, "UPDATE") && !strings.HasPrefix(query, "DELETE") {
		return // what is inserted needs no way to it
	}
	x.mu.Lock()
	defer x.mu.Unlock()
	key := listOfMarks.ReplaceAllString(query, "…")
	if known := x.seen[key]; known != nil && len(known.args) >= len(args) {
		return
	}
	y := &asked{during: x.during, query: query}
	for _, a := range args {
		y.args = append(y.args, a.Value)
	}
	x.seen[key] = y
}

// Connect and Driver implement driver.Connector.
func (x *spy) Connect(ctx context.Context) (driver.Conn, error) {
	c, err := x.connect(ctx)
	return spied{c, x}, err
}

func (x *spy) Driver() driver.Driver { return x.driver }

// spied is a connection of which every statement is noted. What the drivers of both
// databases can, it can too.
type spied struct {
	driver.Conn
	spy *spy
}

func (c spied) QueryContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Rows, error) {
	c.spy.note(query, args)
	return c.Conn.(driver.QueryerContext).QueryContext(ctx, query, args)
}

func (c spied) ExecContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Result, error) {
	c.spy.note(query, args)
	return c.Conn.(driver.ExecerContext).ExecContext(ctx, query, args)
}

func (c spied) PrepareContext(ctx context.Context, query string) (driver.Stmt, error) {
	return c.Conn.(driver.ConnPrepareContext).PrepareContext(ctx, query)
}

func (c spied) BeginTx(ctx context.Context, o driver.TxOptions) (driver.Tx, error) {
	return c.Conn.(driver.ConnBeginTx).BeginTx(ctx, o)
}

func (c spied) ResetSession(ctx context.Context) error {
	return c.Conn.(driver.SessionResetter).ResetSession(ctx)
}

func (c spied) CheckNamedValue(v *driver.NamedValue) error {
	if own, ok := c.Conn.(driver.NamedValueChecker); ok {
		return own.CheckNamedValue(v)
	}
	return driver.ErrSkip
}
