package store

import (
	"bytes"
	"errors"
	"io/fs"
	"log/slog"
	"regexp"
	"strings"
	"testing"

	"kagobell/migrations"
	"kagobell/scenarios"
)

// Replicas are replaced one after the other, so an older one goes on reading and writing while a newer one has
// migrated. Therefore a migration only adds (expand), and takes away in a later release what nothing reads any more
// (contract): name that here, with the last release that read it.
var contracted = map[string]string{}

// column is what an older statement relies on.
type schemaColumn struct {
	Name     string // table.column
	Kind     string
	Optional bool // an INSERT may leave it out
}

const (
	columnsOfMySQL = `SELECT CONCAT(TABLE_NAME, '.', COLUMN_NAME) AS name, CONCAT(COLUMN_TYPE, ' ', IS_NULLABLE) AS kind,
		IS_NULLABLE = 'YES' OR COLUMN_DEFAULT IS NOT NULL OR EXTRA LIKE '%auto_increment%' AS optional
		FROM information_schema.COLUMNS WHERE TABLE_SCHEMA = DATABASE()`
	columnsOfSQLite = `SELECT t.name || '.' || c.name AS name, c.type || ' ' || c."notnull" AS kind,
		c."notnull" = 0 OR c.dflt_value IS NOT NULL OR c.type = 'INTEGER' AND c.pk = 1 AS optional
		FROM sqlite_schema AS t, pragma_table_info(t.name) AS c WHERE t.type = 'table'`
	uniqueOfMySQL = `SELECT DISTINCT CONCAT(TABLE_NAME, ' ', INDEX_NAME) FROM information_schema.STATISTICS
		WHERE TABLE_SCHEMA = DATABASE() AND NON_UNIQUE = 0`
	uniqueOfSQLite = `SELECT t.name || ' ' || i.name FROM sqlite_schema AS t, pragma_index_list(t.name) AS i
		WHERE t.type = 'table' AND i."unique" = 1`
)

// schema reads the columns and the unique keys of all tables.
func (s *testStore) schema(t *testing.T) (columns map[string]schemaColumn, unique map[string]bool) {
	t.Helper()
	askColumns, askUnique := columnsOfSQLite, uniqueOfSQLite
	if s.dialect.prepares {
		askColumns, askUnique = columnsOfMySQL, uniqueOfMySQL
	}
	var list []schemaColumn
	var keys []string
	if err := errors.Join(s.db.Select(&list, askColumns), s.db.Select(&keys, askUnique)); err != nil {
		t.Fatal(err)
	}
	columns, unique = map[string]schemaColumn{}, map[string]bool{}
	for _, x := range list {
		columns[x.Name] = x
	}
	for _, key := range keys {
		unique[key] = true
	}
	return columns, unique
}

// TestMigrationsOnlyAdd: after each migration, what an older release reads is still there in the same form, what it
// does not know can be left out of its INSERTs, and no key forbids what was allowed.
func TestMigrationsOnlyAdd(t *testing.T) {
	onBoth(t, func(t *testing.T, s *testStore) {
		s.migrateDown(t)
		provider, err := s.migrations()
		if err != nil {
			t.Fatal(err)
		}
		before, keysBefore := s.schema(t)
		for _, source := range provider.ListSources() {
			if _, err := provider.UpTo(t.Context(), source.Version); err != nil {
				t.Fatal(err)
			}
			after, keys := s.schema(t)
			tables := map[string]bool{}
			for name, old := range before {
				table, _, _ := strings.Cut(name, ".")
				tables[table] = true
				if now := after[name]; now != old && contracted[name] == "" {
					t.Errorf("%d: %s was %+v and is %+v: an older replica relies on it", source.Version, name, old, now)
				}
			}
			for name, now := range after {
				table, _, _ := strings.Cut(name, ".")
				if _, known := before[name]; !known && tables[table] && !now.Optional {
					t.Errorf("%d: %s has no default: an older replica leaves it out", source.Version, name)
				}
			}
			for key := range keys {
				if table, _, _ := strings.Cut(key, " "); tables[table] && !keysBefore[key] {
					t.Errorf("%d: %s is unique: an older replica may write what it forbids", source.Version, key)
				}
			}
			before, keysBefore = after, keys
		}
	})
}

// releasedBlocking are the migrations from before the rule that TestMigrationsDoNotBlock holds the others to.
const releasedBlocking = 7

var alteration = regexp.MustCompile(`(?s)ALTER TABLE [^;]*;`)

// TestMigrationsDoNotBlock: the database itself refuses a change of a table for which it would have to stop those who
// write to it. Both words are known to MySQL and to MariaDB.
func TestMigrationsDoNotBlock(t *testing.T) {
	files, err := fs.Glob(migrations.MySQL, "mysql/*.sql")
	if err != nil || len(files) == 0 {
		t.Fatal(files, err)
	}
	for _, file := range files[releasedBlocking:] {
		text, err := fs.ReadFile(migrations.MySQL, file)
		if err != nil {
			t.Fatal(err)
		}
		up, _, _ := strings.Cut(string(text), "-- +goose Down")
		for _, change := range alteration.FindAllString(up, -1) {
			if !strings.Contains(change, "LOCK = NONE") && !strings.Contains(change, "ALGORITHM = INSTANT") {
				t.Errorf("%s: expected LOCK = NONE or ALGORITHM = INSTANT in %s", file, change)
			}
		}
	}
}

// TestOlderReplica starts on, and works with, a database that a newer release has migrated.
func TestOlderReplica(t *testing.T) {
	onBoth(t, func(t *testing.T, s *testStore) {
		newer := []string{
			"ALTER TABLE runs ADD COLUMN later_idea VARCHAR(16) NOT NULL DEFAULT ''",
			"ALTER TABLE events ADD COLUMN later_idea VARCHAR(16)",
			"INSERT INTO goose_db_version (version_id, is_applied) VALUES (999, 1)",
		}
		for _, statement := range newer {
			if _, err := s.db.Exec(statement); err != nil {
				t.Fatal(err)
			}
		}
		t.Cleanup(s.forgetNewer)
		var log bytes.Buffer
		older, err := Open(t.Context(), s.url, WithLogger(slog.New(slog.NewTextHandler(&log, nil))))
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = older.Close() }()
		if err := older.Migrate(t.Context()); err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(log.String(), "newer") {
			t.Errorf("the log says nothing: %q", log.String())
		}
		if list, err := older.MigrationStatus(t.Context()); err != nil || len(list) < 2 || list[0].File == "" ||
			list[len(list)-1].Version != 999 || list[len(list)-1].File != "" || list[len(list)-1].AppliedAt.IsZero() {
			t.Errorf("%+v, %v", list, err)
		}
		shop := newShop(t, s, 3)
		shop.live(20)
		works := []scenarios.Work{cartEvent("b-1", "e-older", "c-1", "A4")}
		if results, err := older.Decide(t.Context(), works, shop.engine); err != nil || results[0].Err != nil {
			t.Errorf("%+v, %v", results, err)
		}
	})
}

func (s *testStore) forgetNewer() {
	for _, statement := range []string{"DELETE FROM goose_db_version WHERE version_id = 999",
		"ALTER TABLE events DROP COLUMN later_idea", "ALTER TABLE runs DROP COLUMN later_idea"} {
		_, _ = s.db.Exec(statement)
	}
}
