package bench

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"sync"
)

// recorder stands between a store and its database. It writes down what each transaction asks, and takes the
// transaction back instead of committing it: the same statements can then be run for themselves.
type recorder struct {
	driver.Connector

	mu    sync.Mutex
	taken []transaction
}

// transaction is what was asked between its begin and its commit.
type transaction []statement

type statement struct {
	query    string
	args     []any
	rows     bool // they are read
	prepared bool
}

// of is what store.WithConnector wants.
func (r *recorder) of(c driver.Connector) driver.Connector {
	r.Connector = c
	return r
}

// take hands out what was recorded since the last time.
func (r *recorder) take() []transaction {
	r.mu.Lock()
	defer r.mu.Unlock()
	list := r.taken
	r.taken = nil
	return list
}

// Connect implements driver.Connector.
func (r *recorder) Connect(ctx context.Context) (driver.Conn, error) {
	c, err := r.Connector.Connect(ctx)
	if err != nil {
		return nil, err
	}
	able, ok := c.(mysqlConn)
	if !ok {
		return nil, errors.Join(fmt.Errorf("a connection of type %T can't be recorded", c), c.Close())
	}
	return &recorded{mysqlConn: able, recorder: r}, nil
}

// mysqlConn is what the driver's connections can.
type mysqlConn interface {
	driver.Conn
	driver.ConnBeginTx
	driver.ConnPrepareContext
	driver.ExecerContext
	driver.QueryerContext
	driver.SessionResetter
	driver.NamedValueChecker
	driver.Validator
}

// recorded is a connection, and the transaction that is under way on it.
type recorded struct {
	mysqlConn
	recorder *recorder
	under    transaction
}

func (c *recorded) note(query string, args []driver.NamedValue, rows, prepared bool) {
	values := make([]any, len(args))
	for i := range args {
		values[i] = args[i].Value
	}
	c.under = append(c.under, statement{query, values, rows, prepared})
}

func (c *recorded) QueryContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Rows, error) {
	c.note(query, args, true, false)
	return c.mysqlConn.QueryContext(ctx, query, args)
}

func (c *recorded) ExecContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Result, error) {
	c.note(query, args, false, false)
	return c.mysqlConn.ExecContext(ctx, query, args)
}

func (c *recorded) PrepareContext(ctx context.Context, query string) (driver.Stmt, error) {
	st, err := c.mysqlConn.PrepareContext(ctx, query)
	if err != nil {
		return nil, err
	}
	able, ok := st.(mysqlStmt)
	if !ok {
		return nil, errors.Join(fmt.Errorf("a statement of type %T can't be recorded", st), st.Close())
	}
	return recordedStmt{able, c, query}, nil
}

func (c *recorded) BeginTx(ctx context.Context, o driver.TxOptions) (driver.Tx, error) {
	c.under = nil
	tx, err := c.mysqlConn.BeginTx(ctx, o)
	return recordedTx{tx, c}, err
}

type recordedTx struct {
	driver.Tx
	conn *recorded
}

// Commit keeps what was asked, and takes it back.
func (t recordedTx) Commit() error {
	r := t.conn.recorder
	r.mu.Lock()
	r.taken = append(r.taken, t.conn.under)
	r.mu.Unlock()
	return t.Rollback()
}

type mysqlStmt interface {
	driver.Stmt
	driver.StmtExecContext
	driver.NamedValueChecker
}

type recordedStmt struct {
	mysqlStmt
	conn  *recorded
	query string
}

func (s recordedStmt) ExecContext(ctx context.Context, args []driver.NamedValue) (driver.Result, error) {
	s.conn.note(s.query, args, false, true)
	return s.mysqlStmt.ExecContext(ctx, args)
}

// player runs transactions that were recorded. It is for one goroutine.
type player struct {
	db       *sql.DB
	prepared map[string]*sql.Stmt
}

// prepare makes the statements that the transactions want prepared: outside of what is timed, as the sidecar makes them
// once.
func (p *player) prepare(ctx context.Context, list []transaction) error {
	for _, t := range list {
		for _, st := range t {
			if _, known := p.prepared[st.query]; known || !st.prepared {
				continue
			}
			made, err := p.db.PrepareContext(ctx, st.query)
			if err != nil {
				return err
			}
			p.prepared[st.query] = made
		}
	}
	return nil
}

// play runs a transaction and commits it.
func (p *player) play(ctx context.Context, t transaction) (err error) {
	tx, err := p.db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			_ = tx.Rollback() // the first error is the one to tell
		}
	}()
	for _, st := range t {
		switch {
		case st.prepared:
			_, err = tx.StmtContext(ctx, p.prepared[st.query]).ExecContext(ctx, st.args...)
		case st.rows:
			err = readAll(tx.QueryContext(ctx, st.query, st.args...))
		default:
			_, err = tx.ExecContext(ctx, st.query, st.args...)
		}
		if err != nil {
			return err
		}
	}
	return tx.Commit()
}

func readAll(rows *sql.Rows, err error) error {
	if err != nil {
		return err
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
	}
	return rows.Err()
}
