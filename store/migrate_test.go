package store

import (
	"errors"
	"strings"
	"sync"
	"testing"
	"time"
)

func TestMigrations(t *testing.T) {
	onBoth(t, func(t *testing.T, s *testStore) {
		if err := s.Migrate(t.Context()); err != nil {
			t.Errorf("again: %v", err)
		}
		list, err := s.MigrationStatus(t.Context())
		if err != nil || len(list) < 8 || list[0].Version != 1 || list[len(list)-1].AppliedAt.IsZero() || !strings.HasSuffix(list[0].File, "people.sql") {
			t.Errorf("%+v, %v", list, err)
		}
	})
}

// migrateDown takes the schema away.
func (s *testStore) migrateDown(t *testing.T) {
	t.Helper()
	provider, err := s.migrations()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := provider.DownTo(t.Context(), 0); err != nil {
		t.Fatal(err)
	}
}

// TestMigratingAtOnce: replicas that start together do not get in each other's way.
func TestMigratingAtOnce(t *testing.T) {
	for name, databaseURL := range map[string]string{"sqlite": sqliteURL(t), "mysql": mysqlURL(t)} {
		t.Run(name, func(t *testing.T) {
			if name == "mysql" {
				openStore(t, databaseURL).migrateDown(t)
			}
			var all sync.WaitGroup
			for range 4 {
				all.Go(func() {
					s, err := Open(t.Context(), databaseURL)
					if err != nil {
						t.Error(err)
						return
					}
					if err := errors.Join(s.Migrate(t.Context()), s.Close()); err != nil {
						t.Error(err)
					}
				})
			}
			all.Wait()
		})
	}
}

// TestMigrationWaitsForAnother: MySQL's DDL is not undone with its transaction, so
// only one replica changes the schema at a time.
func TestMigrationWaitsForAnother(t *testing.T) {
	s := openStore(t, mysqlURL(t))
	s.migrateDown(t)
	other, err := s.db.Conn(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer other.Close()
	if err := (namedLock{}).SessionLock(t.Context(), other); err != nil {
		t.Fatal(err)
	}
	done := make(chan error, 1)
	go func() { done <- s.Migrate(t.Context()) }()
	deadline := time.Now().Add(20 * time.Second)
	for count(t, s, "SELECT COUNT(*) FROM information_schema.PROCESSLIST WHERE STATE = 'User lock' AND DB = DATABASE()") == 0 {
		select {
		case err := <-done:
			t.Fatalf("migrated under another's lock, %v", err)
		default:
		}
		if time.Now().After(deadline) {
			t.Fatal("nobody waits")
		}
	}
	if err := (namedLock{}).SessionUnlock(t.Context(), other); err != nil {
		t.Fatal(err)
	}
	if err := <-done; err != nil {
		t.Error(err)
	}
}
