package chaos

import (
	"crypto/rand"
	"encoding/binary"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/redis/go-redis/v9/logging"
)

var (
	seedFlag  = flag.Uint64("seed", 0, "repeats the run that printed this seed; 0: a new one")
	faultFlag = flag.String("fault", "", "faults to try, with commas; default: all")
	longFlag  = flag.Bool("long", false, "all faults, in full; else those that take seconds, with a fixed seed")
)

// shortSeed is the seed of the short form.
const shortSeed = 1

// fault is one way to break something.
type fault struct {
	name  string
	short bool // part of the short form
	quick bool // time runs 60 times faster, and the sweep comes each second
	calm  bool // mostly waits, and leaves the database alone: in the long form it runs beside others
	try   func(*rig)
}

var (
	binaryPath string
	results    []*tally
)

func TestMain(m *testing.M) {
	flag.Parse()
	code := m.Run()
	if *longFlag {
		writeTable(os.Stdout, results)
	}
	os.Exit(code)
}

// TestChaos breaks one thing after the other.
func TestChaos(t *testing.T) {
	list, seed := faults, *seedFlag
	switch {
	case *faultFlag != "":
		var err error
		if list, err = chosen(*faultFlag); err != nil {
			t.Fatal(err)
		}
	case !*longFlag:
		list = nil
		for _, f := range faults {
			if f.short {
				list = append(list, f)
			}
		}
	}
	switch {
	case seed == 0 && *longFlag:
		var b [4]byte
		_, _ = rand.Read(b[:])
		seed = uint64(binary.BigEndian.Uint32(b[:]))
	case seed == 0:
		seed = shortSeed
	}
	t.Logf("seed %d", seed)
	if *longFlag {
		fmt.Printf("seed %d; the same again: make chaos ARGS=\"%s\"\n", seed, sameAgain(seed, *faultFlag))
	}
	logging.Disable() // the client of Redis has its own words for what is broken on purpose
	w := newWorld(t)
	for _, f := range list {
		y := &tally{name: f.name, seed: seed}
		results = append(results, y)
		t.Run(f.name, func(t *testing.T) {
			if f.calm && *longFlag {
				t.Parallel()
			}
			y.t = t
			w.try(f, y)
		})
	}
}

// world is what the faults share.
type world struct {
	t     *testing.T
	dir   string
	mu    sync.Mutex
	maria *mariadb
}

func newWorld(t *testing.T) *world {
	t.Helper()
	dir, err := os.MkdirTemp("", "chaos") // a short name: the path of a socket has 107 bytes at most
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	buildBinary(t, dir)
	return &world{t: t, dir: dir}
}

func (w *world) try(f fault, y *tally) {
	t, began := y.t, time.Now()
	r := newRig(w, f, y)
	defer func() {
		y.took = time.Since(began)
		if t.Failed() {
			for _, s := range r.sidecars[max(0, len(r.sidecars)-2):] {
				t.Logf("the end of the log of %s:\n%s", s.name, s.log.tail())
			}
		}
		if *longFlag {
			fmt.Printf("%-18s %4.0f s  %s  %v\n", f.name, y.took.Seconds(), y.verdict(), y.notes)
		}
	}()
	f.try(r)
}

// database is the MariaDB of all faults: one of our own, which can be killed, or for the short form the one that `make
// test` has started.
func (w *world) database() *mariadb {
	w.t.Helper()
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.maria == nil {
		if theirs := os.Getenv("TEST_MYSQL_DSN"); theirs != "" && !*longFlag {
			w.maria = theirMariaDB(w.t, theirs)
		} else {
			w.maria = newMariaDB(w.t, w.dir)
		}
	}
	return w.maria
}

// buildBinary builds the program, with the race detector where the harness has it: then all packages are built already.
func buildBinary(t *testing.T, dir string) {
	t.Helper()
	binaryPath = filepath.Join(dir, "kagobell")
	args := []string{"build", "-buildvcs=false", "-ldflags=-s -w", "-o", binaryPath} // without what debuggers want: half the time
	if raceEnabled {
		args = append(args, "-race")
	}
	if out, err := exec.Command("go", append(args, "kagobell/cmd/kagobell")...).CombinedOutput(); err != nil {
		t.Fatalf("go build: %v\n%s", err, out)
	}
}
