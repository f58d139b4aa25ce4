package store

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"strings"
)

// Bounds of one statement. A longer IN list makes MariaDB think of a
// temporary table (in_predicate_conversion_threshold is 1000); a statement
// must fit into max_allowed_packet (16 MiB by default on MariaDB).
const (
	inList      = 500
	rowsAtOnce  = 500
	bytesAtOnce = 3 << 20
)

// blockSizes are how many rows prepared statements write: more would gain little, fewer cost more round trips than
// they save reading.
var blockSizes = [...]int{64, 32, 16, 8}

// table names the columns of a table, in the order in which rows are written.
type table struct {
	name    string
	key     []string // primary key
	columns []string
	once    []string // columns that keep their first value that is not NULL
	first   []string // columns that keep the value of the insert
}

func columns(list string) []string { return strings.Fields(list) }

func (t *table) list() string { return strings.Join(t.columns, ", ") }

// selectFrom begins a query for whole rows.
func (t *table) selectFrom() string { return "SELECT " + t.list() + " FROM " + t.name }

// overwriting is the end of an INSERT that replaces what is there.
func (t *table) overwriting(d *dialect) string {
	var b strings.Builder
	b.WriteString(d.overwrite(t.key))
	var sets int
	for _, column := range t.columns {
		if contains(t.key, column) || contains(t.first, column) {
			continue
		}
		if sets++; sets > 1 {
			b.WriteString(", ")
		}
		b.WriteString(column + " = ")
		if contains(t.once, column) {
			b.WriteString("COALESCE(" + t.name + "." + column + ", " + d.incoming(column) + ")")
		} else {
			b.WriteString(d.incoming(column))
		}
	}
	return b.String()
}

func contains(list []string, x string) bool {
	for _, y := range list {
		if x == y {
			return true
		}
	}
	return false
}

// insert writes new rows; it fails when one of them is there.
func insert[T any](ctx context.Context, c conn, t *table, list []T, values func(T, *row)) error {
	return write(ctx, c, t, "", list, values)
}

// upsert writes whole rows over those that are there.
func upsert[T any](ctx context.Context, c conn, t *table, list []T, values func(T, *row)) error {
	return write(ctx, c, t, t.overwriting(c.dialect), list, values)
}

// write sends rows in statements of many rows each: whole blocks by prepared
// statements where there are some, the rest as text.
func write[T any](ctx context.Context, c conn, t *table, end string, list []T, values func(T, *row)) error {
	atOnce := min(rowsAtOnce, c.dialect.variables/len(t.columns))
	if c.block != nil {
		atOnce = blockSize(len(list))
	}
	r := row{args: make([]any, 0, min(len(list), atOnce)*len(t.columns))}
	n := 0
	for i, x := range list {
		values(x, &r)
		n++
		if r.err != nil {
			return &unfit{fmt.Errorf("%s: %w", t.name, r.err)}
		}
		if n < atOnce && r.size < bytesAtOnce && i < len(list)-1 {
			continue
		}
		if err := c.writeRows(ctx, t, end, n, r.args); err != nil {
			return fmt.Errorf("write %s: %w", t.name, err)
		}
		n, r.args, r.size = 0, r.args[:0], 0
		if c.block != nil {
			atOnce = blockSize(len(list) - i - 1)
		}
	}
	return nil
}

// blockSize is how many of the rows that are left go together.
func blockSize(left int) int {
	for _, size := range blockSizes {
		if left >= size {
			return size
		}
	}
	return left
}

func (c conn) writeRows(ctx context.Context, t *table, end string, n int, args []any) error {
	if len(args) != n*len(t.columns) {
		return &unfit{fmt.Errorf("%d values for %d rows of %d columns", len(args), n, len(t.columns))}
	}
	if c.block != nil && slices.Contains(blockSizes[:], n) {
		if st := c.block(ctx, block{t, end, n}); st != nil {
			_, err := st.ExecContext(ctx, args...)
			return err
		}
	}
	_, err := c.ExecContext(ctx, t.insertText(n, end), args...)
	return err
}

func (t *table) insertText(rows int, end string) string {
	var b strings.Builder
	one := ", (?" + strings.Repeat(",?", len(t.columns)-1) + ")"
	b.Grow(64 + 16*len(t.columns) + rows*len(one) + len(end))
	b.WriteString("INSERT INTO " + t.name + " (" + t.list() + ") VALUES ")
	b.WriteString(one[2:])
	for range rows - 1 {
		b.WriteString(one)
	}
	b.WriteString(end)
	return b.String()
}

// in is a list of placeholders in brackets.
func in(n int) string { return "(?" + strings.Repeat(",?", n-1) + ")" }

// byPairs begins a query for the rows of a table in which two columns, its key
// or the beginning of one, have the values of one of n pairs. A list of pairs after
// IN would leave the choice of the index to guesses: these pairs are looked up, one
// after the other.
func (t *table) byPairs(d *dialect, n int, first, second string) string {
	return "SELECT " + t.list() + " FROM (" + d.pairs(n) + ") AS pairs " + d.joinInOrder + " " + t.name +
		" ON " + first + " = pairs.a AND " + second + " = pairs.b"
}

// inChunks calls fn with parts of a list that fit into an IN list.
func inChunks[T any](list []T, fn func(part []T) error) error {
	for len(list) > 0 {
		n := min(len(list), inList)
		if err := fn(list[:n]); err != nil {
			return err
		}
		list = list[n:]
	}
	return nil
}

func texts[T ~string](list []T, more ...any) []any {
	args := make([]any, 0, len(list)+len(more))
	for _, x := range list {
		args = append(args, string(x))
	}
	return append(args, more...)
}

// each runs a query and calls read for every row. read must not keep rows.
func (c conn) each(ctx context.Context, read func(*sql.Rows) error, query string, args ...any) error {
	rows, err := c.QueryContext(ctx, query, args...)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		if err := read(rows); err != nil {
			return &unfit{err}
		}
	}
	return rows.Err()
}

// scanner is a row to be read: *sql.Rows or *sql.Row.
type scanner interface{ Scan(...any) error }

// collect runs a query and gathers its rows.
func collect[T any](ctx context.Context, c conn, read func(scanner) (T, error), query string, args ...any) ([]T, error) {
	var list []T
	err := c.each(ctx, func(rows *sql.Rows) error {
		x, err := read(rows)
		list = append(list, x)
		return err
	}, query, args...)
	return list, err
}
