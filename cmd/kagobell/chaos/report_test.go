package chaos

import (
	"fmt"
	"hash/fnv"
	"io"
	"slices"
	"strings"
	"sync"
	"testing"
	"text/tabwriter"
	"time"
)

// tally is what a fault came to.
type tally struct {
	t    *testing.T
	name string
	seed uint64

	events, mails, pushes  int
	doubled, unknown, lost int
	settled, took          time.Duration
	refused                bool // some messages were refused for good, on purpose

	mu       sync.Mutex
	notes    []string
	problems []string
}

// broke notes that a promise did not hold; the first few are shown in full.
func (y *tally) broke(format string, args ...any) {
	y.mu.Lock()
	defer y.mu.Unlock()
	y.problems = append(y.problems, fmt.Sprintf(format, args...))
	if len(y.problems) <= 10 {
		y.t.Errorf("seed %d: %s", y.seed, y.problems[len(y.problems)-1])
	}
}

// want is broke unless what is said is so.
func (y *tally) want(is bool, format string, args ...any) {
	if !is {
		y.broke(format, args...)
	}
}

// note adds a figure to the table.
func (y *tally) note(format string, args ...any) {
	y.mu.Lock()
	defer y.mu.Unlock()
	y.notes = append(y.notes, fmt.Sprintf(format, args...))
}

func (y *tally) verdict() string {
	if len(y.problems) > 0 {
		return fmt.Sprintf("BROKE (%d): %s", len(y.problems), y.problems[0])
	}
	if y.t == nil || y.t.Failed() {
		return "FAILED"
	}
	return "ok"
}

// writeTable prints all results, in the order in which they ran.
func writeTable(out io.Writer, results []*tally) {
	if len(results) == 0 {
		return
	}
	table := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "fault\tseed\tevents\tmails\tLINE\tdoubled\tunknown\tlost\tseconds\tverdict\tfigures")
	for _, y := range results {
		fmt.Fprintf(table, "%s\t%d\t%d\t%d\t%d\t%d\t%d\t%d\t%.0f\t%s\t%s\n", y.name, y.seed, y.events, y.mails, y.pushes,
			y.doubled, y.unknown, y.lost, y.took.Seconds(), y.verdict(), strings.Join(y.notes, "; "))
	}
	_ = table.Flush()
}

// hashOf gives every fault random numbers of its own out of one seed.
func hashOf(name string) uint64 {
	h := fnv.New64a()
	_, _ = io.WriteString(h, name)
	return h.Sum64()
}

// chosen finds faults by name; the error names those that there are.
func chosen(names string) ([]fault, error) {
	var list []fault
	for name := range strings.SplitSeq(names, ",") {
		i := slices.IndexFunc(faults, func(f fault) bool { return f.name == name })
		if i < 0 {
			var all []string
			for _, f := range faults {
				all = append(all, f.name)
			}
			return nil, fmt.Errorf("-fault %s: expected one of %s, or several with commas", name, strings.Join(all, ", "))
		}
		list = append(list, faults[i])
	}
	return list, nil
}

// sameAgain are the flags that repeat a run.
func sameAgain(seed uint64, faults string) string {
	flags := fmt.Sprintf("-seed %d", seed)
	if faults != "" {
		flags += " -fault " + faults
	}
	return flags
}

func TestSameAgain(t *testing.T) {
	for faults, want := range map[string]string{"": "-seed 7", "redis_flush,kill_often": "-seed 7 -fault redis_flush,kill_often"} {
		if got := sameAgain(7, faults); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}
