package main

import (
	"strings"
	"testing"

	"github.com/jmoiron/sqlx"
)

// TestMigrateStatus of a database that is empty, then as this release has it, then ahead of it.
func TestMigrateStatus(t *testing.T) {
	t.Chdir(t.TempDir())
	if got := runProgram(t, "", nil, "dead-letters", "list"); got.code != exitFailed || !strings.Contains(got.stderr, "run kagobell migrate up") {
		t.Errorf("%+v", got)
	}
	if got := runProgram(t, "", nil, "migrate", "status"); got.code != exitDone || !strings.Contains(got.stdout, "pending") ||
		strings.Contains(got.stdout, "applied") {
		t.Errorf("%+v", got)
	}
	if got := runProgram(t, "", nil, "migrate", "up"); got.code != exitDone {
		t.Fatalf("%+v", got)
	}
	db, err := sqlx.Connect("sqlite", "kagobell-data/kagobell.db")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = db.Close() }()
	if _, err := db.Exec("INSERT INTO goose_db_version (version_id, is_applied) VALUES (999, 1)"); err != nil {
		t.Fatal(err)
	}
	got := runProgram(t, "", nil, "migrate", "status")
	last := got.stdout[strings.LastIndex(strings.TrimSpace(got.stdout), "\n")+1:]
	if got.code != exitDone || !strings.HasPrefix(last, "999  unknown (newer) ") || !strings.Contains(last, "applied 20") ||
		!strings.Contains(got.stderr, "newer release") {
		t.Errorf("%+v", got)
	}
	if got := runProgram(t, "", nil, "dead-letters", "list"); got.code != exitDone {
		t.Errorf("%+v", got)
	}
}
