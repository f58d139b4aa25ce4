package main

import (
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

func TestWriteWhole(t *testing.T) {
	dir := t.TempDir()
	path, link := filepath.Join(dir, "dm.csv"), filepath.Join(dir, "latest.csv")
	if err := os.Symlink("dm.csv", link); err != nil {
		t.Fatal(err)
	}
	for _, text := range []string{"first", "second"} {
		if err := writeWhole(path, []byte(text)); err != nil {
			t.Fatal(err)
		}
		if got, err := os.ReadFile(link); err != nil || string(got) != text {
			t.Errorf("got %q, %v", got, err)
		}
	}
	if err := writeWhole(link, []byte("third")); err != nil {
		t.Fatal(err)
	}
	if got, err := os.ReadFile(path); err != nil || string(got) != "third" {
		t.Errorf("through a link: %q, %v", got, err)
	}
	if err := writeWhole("/dev/null", []byte("x")); err != nil {
		t.Errorf("a device: %v", err)
	}
	stat, err := os.Stat(path)
	if err != nil || stat.Mode().Perm() != 0o600 {
		t.Errorf("mode %v, %v", stat.Mode(), err)
	}
}

// bounded names the file that TestNothingHalfIsLeft has a process write that may not write as much.
const bounded = "KAGOBELL_TEST_WRITES"

// TestNothingHalfIsLeft: a limit on the size of files (ulimit -f) ends a write half-way, as a full disk does.
func TestNothingHalfIsLeft(t *testing.T) {
	if path := os.Getenv(bounded); path != "" {
		signal.Ignore(syscall.Signal(25)) // SIGXFSZ: the write is to fail, not the process
		if writeWhole(path, []byte(strings.Repeat("x", 2<<20))) == nil {
			t.Error("more was written than may be")
		}
		return
	}
	dir := t.TempDir()
	path := filepath.Join(dir, "dm.csv")
	if err := writeWhole(path, []byte("old")); err != nil {
		t.Fatal(err)
	}
	command := exec.Command("sh", "-c", `ulimit -f 1000 && exec "$0" -test.run '^TestNothingHalfIsLeft$'`, os.Args[0])
	command.Env = append(os.Environ(), bounded+"="+path)
	if out, err := command.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	entries, err := os.ReadDir(dir)
	if got, _ := os.ReadFile(path); string(got) != "old" || len(entries) != 1 || err != nil {
		t.Errorf("the file holds %q; there are %v (%v)", got, entries, err)
	}
}
