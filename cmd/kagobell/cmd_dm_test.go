package main

import (
	"os"
	"strings"
	"testing"
)

// TestDataDirIsMade: commands that come before the first serve find no folder, also when all secrets are configured.
func TestDataDirIsMade(t *testing.T) {
	t.Chdir(t.TempDir())
	for _, args := range [][]string{{"migrate", "up"}, {"migrate", "status"}, {"dm", "list"}} {
		if got := runProgram(t, "", nil, args...); got.code != exitDone {
			t.Errorf("%q: %+v", args, got)
		}
	}
	if stat, err := os.Stat("kagobell-data"); err != nil || stat.Mode().Perm() != 0o700 {
		t.Errorf("data_dir: %v, %v", stat, err)
	}
}

func TestExportOfABatchThatThereIsNot(t *testing.T) {
	t.Chdir(t.TempDir())
	got := runProgram(t, "", nil, "dm", "export", "dm-2020-01-01", "--out", "dm.csv")
	if got.code != exitFailed || !strings.Contains(got.stderr, `there is no batch "dm-2020-01-01"`) {
		t.Errorf("%+v", got)
	}
	if _, err := os.Stat("dm.csv"); !os.IsNotExist(err) {
		t.Errorf("a file was written: %v", err)
	}
}
