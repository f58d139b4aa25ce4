package store

import (
	"errors"
	"os"
	"path/filepath"
	"testing"
	"time"
)

func TestDatabaseURL(t *testing.T) {
	for _, bad := range []string{"", "x", "postgres://a/b", "mysql:", "mysql://host", "mysql://host/", "sqlite:", "sqlite://"} {
		if _, err := Open(t.Context(), bad); !errors.Is(err, ErrDatabaseURL) {
			t.Errorf("%q: %v", bad, err)
		}
	}
	config, err := mysqlConfig("mysql://kago:p%40ss%2Fw%3Ard@[::1]/shop?tls=skip-verify&innodb_lock_wait_timeout=3")
	if err != nil || config.User != "kago" || config.Passwd != "p@ss/w:rd" || config.Addr != "[::1]:3306" || config.DBName != "shop" ||
		config.TLSConfig != "skip-verify" || config.Params["innodb_lock_wait_timeout"] != "3" || !config.InterpolateParams || config.Loc != time.UTC {
		t.Errorf("%+v, %v", config, err)
	}
	if config, err := mysqlConfig("mysql://u:p@db:3307/shop?parseTime=false&loc=Asia%2FTokyo"); err != nil || config.Addr != "db:3307" ||
		!config.ParseTime || config.Loc != time.UTC {
		t.Errorf("what the store relies on can be changed: %+v, %v", config, err)
	}
}

// TestSQLitePaths: whatever a folder is called, the database is that file.
func TestSQLitePaths(t *testing.T) {
	for _, name := range []string{"plain.db", "a b.db", "100%.db", "q?x=1.db", "カゴ#1.db"} {
		path := filepath.Join(t.TempDir(), name)
		s, err := Open(t.Context(), "sqlite:"+path)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if err := errors.Join(s.Migrate(t.Context()), s.Close()); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if info, err := os.Stat(path); err == nil && info.Mode().Perm() != 0o600 {
			t.Errorf("%s: mode %s; it holds names and addresses", name, info.Mode())
		}
		if _, err := os.Stat(path); err != nil {
			t.Error(err)
		}
	}
	if _, err := Open(t.Context(), "sqlite:"+filepath.Join(t.TempDir(), "no", "such", "folder.db")); err == nil {
		t.Error("opened a database in a folder that is not there")
	}
}

func TestClock(t *testing.T) {
	onBoth(t, func(t *testing.T, s *testStore) {
		before, err := s.Now(t.Context())
		if err != nil || before.Location() != time.UTC || time.Since(before).Abs() > time.Minute {
			t.Fatalf("%s, %v", before, err)
		}
		s.advance(36 * time.Hour)
		after, err := s.Now(t.Context())
		if passed := after.Sub(before); err != nil || passed < 36*time.Hour || passed > 36*time.Hour+time.Minute {
			t.Errorf("a clock moved by 36 h shows %s more, %v", passed, err)
		}
	})
}

func TestTimesOutsideTheRange(t *testing.T) {
	for _, test := range []struct {
		at   time.Time
		want string
	}{
		{time.Date(1900, 1, 1, 0, 0, 0, 0, time.UTC), "1900-01-01 00:00:00.000000"},
		{time.Date(1, 1, 1, 0, 0, 1, 0, time.UTC), "1000-01-01 00:00:00.000000"},
		{time.Date(9999, 12, 31, 23, 0, 0, 0, time.FixedZone("", -9*3600)), "9999-12-31 23:59:59.999999"},
		{time.Date(2026, 11, 20, 10, 0, 0, 123456789, time.FixedZone("", 9*3600)), "2026-11-20 01:00:00.123456"},
	} {
		if got := timeText(test.at); got != test.want {
			t.Errorf("%s: %s, want %s", test.at, got, test.want)
		}
	}
}
