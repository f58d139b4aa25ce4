package store

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/jmoiron/sqlx"
)

// filledRows is what stands in every table beside the rows of the tour: so many more
// than any statement is about that a way by an index is cheaper than reading everything.
const filledRows = 3000

// filled is the text in the i-th row of a column.
func filled(column string, i int) string { return fmt.Sprintf("%s:%d", column, i) }

// fillTables fills the tables with rows of people who are done with everything, and
// has the database count them.
func fillTables(t *testing.T, s *testStore) {
	t.Helper()
	var columns []struct {
		Table, Column, Type, Nullable, Extra string
		Length                               *int
	}
	err := s.db.Select(&columns, `SELECT TABLE_NAME AS 'table', COLUMN_NAME AS 'column', DATA_TYPE AS 'type', IS_NULLABLE AS nullable,
		EXTRA AS extra, CHARACTER_MAXIMUM_LENGTH AS length FROM information_schema.COLUMNS
		WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME NOT IN ('goose_db_version', 'leases', 'settings', 'scenario_pauses', 'definitions')
		ORDER BY TABLE_NAME, ORDINAL_POSITION`)
	if err != nil {
		t.Fatal(err)
	}
	for len(columns) > 0 {
		into := &table{name: columns[0].Table}
		var values []func(i int) any
		for len(columns) > 0 && columns[0].Table == into.name {
			c := columns[0]
			columns = columns[1:]
			if c.Extra == "auto_increment" {
				continue
			}
			into.columns = append(into.columns, c.Column)
			length := 0
			if c.Length != nil {
				length = *c.Length
			}
			values = append(values, filling(c.Column, c.Type, c.Nullable == "YES", length))
		}
		list := make([]int, filledRows)
		for i := range list {
			list[i] = i
		}
		err := write(t.Context(), s.query(), into, "", list, func(i int, r *row) {
			for _, value := range values {
				r.args = append(r.args, value(i))
			}
		})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := s.db.Exec("ANALYZE TABLE " + into.name); err != nil {
			t.Fatal(err)
		}
	}
}

// filling chooses what stands in a column.
func filling(column, kind string, nullable bool, length int) func(i int) any {
	same := func(v any) func(int) any { return func(int) any { return v } }
	switch {
	case column == "status":
		return same("done")
	case column == "due_at", column == "sweep_at", column == "live_at":
		return func(i int) any { return timeText(base.Add(1000*time.Hour + time.Duration(i)*time.Minute)) }
	case column == "letter_batch", column == "hot_since", column == "removed_at", column == "erased_at", column == "cancelled_at":
		return same(nil)
	case column == "html", column == "body":
		return same(strings.Repeat("あ", 500))
	case column == "batch_id":
		return func(i int) any { return "dm-" + base.AddDate(0, 0, -1-i).Format(time.DateOnly) }
	case kind == "datetime":
		return func(i int) any { return timeText(base.Add(time.Duration(i-filledRows) * time.Minute)) }
	case nullable:
		return same(nil)
	case kind == "varchar" && length >= 20:
		return func(i int) any { return filled(column, i) }
	case kind == "varchar", kind == "text", kind == "longtext":
		return same("")
	}
	return func(i int) any { return i % 2 }
}

// smallTables have a handful of rows, or one a day, whatever the traffic.
var smallTables = []string{"leases", "settings", "scenario_pauses", "definitions", "dm_batches", "b"}

// allowed are the statements that may read or sort much, each with the reason why.
var allowed = []struct{ method, part, why string }{
	{"", "information_schema", "asked by this test"},
	{"Decide", "FROM runs WHERE status = 'open'", "asked by the history that the tour lives through"},
	{"Decide", "FROM dead_letters WHERE LOWER(body)", "erasures are rare, and letters few: see eraseDeadLetters"},
	{"Decide", "FROM fan_outs WHERE sku IN", "sorts what is under way of some products"},
	{"Runs", "WHERE account_key = (", "sorts the runs of one account"},
	{"HotAccounts", "ORDER BY hot_since DESC, account_key", "sorts the accounts that are hot"},
	{"OpenRuns", "COUNT(*)", "asked once a minute; reads an index alone"},
	{"Popular", "", "read by the replica, once for a while: see its caller"},
	{"Stats", "", "groups what happened in the period that a person asks for"},
}

// explain asks how the database would find what a statement is about, and complains.
func explain(t *testing.T, s *testStore, y *asked) {
	t.Helper()
	if strings.Contains(y.query, "SELECT *") {
		t.Errorf("%s: expected the columns by name, of which a newer release may add some: %s", y.during, y.query)
	}
	for _, x := range allowed {
		if x.method == y.during && strings.Contains(y.query, x.part) {
			return
		}
	}
	steps := explainSQLite
	if s.dialect.prepares {
		steps = explainMySQL
	}
	found, err := steps(s.db, y)
	if err != nil {
		t.Errorf("%s: %v: %s", y.during, err, y.query)
	}
	if len(found) > 0 {
		t.Errorf("%s: %s\n  in %s", y.during, strings.Join(found, "\n  "), shortened(y.query))
	}
}

func shortened(query string) string {
	query = listOfMarks.ReplaceAllString(query, "…")
	if from := strings.Index(query, " FROM "); from > 100 {
		query = query[:30] + " …" + query[from:]
	}
	return query
}

// explainMySQL reads MySQL's plan: a table read whole is of the type ALL; index, an
// index read whole, is harmless only in the index's own order up to a LIMIT.
func explainMySQL(db *sqlx.DB, y *asked) (complaints []string, err error) {
	rows, err := db.Queryx("EXPLAIN "+y.query, y.args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		plan := map[string]any{}
		if err := rows.MapScan(plan); err != nil {
			return nil, err
		}
		text := func(column string) string {
			if raw, ok := plan[column].([]byte); ok {
				return string(raw)
			}
			return fmt.Sprint(plan[column])
		}
		table, way, extra := text("table"), text("type"), text("Extra")
		limited := strings.Contains(y.query, " LIMIT ?") && !strings.Contains(extra, "filesort")
		switch {
		case slices.Contains(smallTables, table), strings.HasPrefix(table, "<"):
		case way == "ALL", way == "index" && !limited, strings.Contains(extra, "filesort"), strings.Contains(extra, "temporary"):
			complaints = append(complaints, fmt.Sprintf("%s: %s by %s, %s rows, %s", table, way, text("key"), text("rows"), extra))
		}
	}
	return complaints, rows.Err()
}

// scanned matches what is read whole, but for lists of values and subqueries, which are plans of their own.
var scanned = regexp.MustCompile(`^SCAN ([a-z]\w*)`)

// explainSQLite reads SQLite's plan: SCAN reads a table or an index whole, SEARCH finds
// its way.
func explainSQLite(db *sqlx.DB, y *asked) (complaints []string, err error) {
	var plan []struct {
		ID, Parent, Notused int
		Detail              string
	}
	if err := db.Select(&plan, "EXPLAIN QUERY PLAN "+y.query, y.args...); err != nil {
		return nil, err
	}
	small, sorts := false, false
	for _, step := range plan {
		scan := scanned.FindStringSubmatch(step.Detail)
		switch {
		case strings.HasPrefix(step.Detail, "USE TEMP B-TREE FOR LAST TERM"): // sorts what has one time
		case strings.HasPrefix(step.Detail, "USE TEMP B-TREE"):
			sorts = true
			complaints = append(complaints, step.Detail)
		case scan != nil && strings.Contains(y.query, ") AS "+scan[1]): // a subquery, planned beside it
		case scan != nil && slices.Contains(smallTables, scan[1]):
			small = true
		case scan != nil:
			complaints = append(complaints, step.Detail)
		}
	}
	if small || strings.HasSuffix(y.query, " LIMIT ?") && !sorts {
		return nil, nil
	}
	return complaints, nil
}
