package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/alicebob/miniredis/v2"
	"github.com/redis/go-redis/v9"

	"kagobell/cmd/kagobell/bench"
)

// asProgram lets the binary of the tests be the program that `bench` starts.
const asProgram = "BENCH_TEST_AS_PROGRAM"

func TestMain(m *testing.M) {
	if os.Getenv(asProgram) != "" {
		main()
		return
	}
	os.Exit(m.Run())
}

// measure runs a real measurement on a database of its own and a Redis that it starts itself.
func measure(t *testing.T, args ...string) (bench.Report, outcome) {
	t.Helper()
	file := filepath.Join(t.TempDir(), "figures.json")
	got := runProgram(t, "", append(os.Environ(), asProgram+"=1"), append([]string{"bench"}, append(args, "--database-url", testMySQL(t), "--json", file)...)...)
	if got.code != exitDone {
		t.Fatalf("%v: exit %d\n%s\n%s", args, got.code, got.stdout, got.stderr)
	}
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var report bench.Report
	if err := json.Unmarshal(text, &report); err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
	return report, got
}

// TestBench makes every measurement in a short form: figures are there and agree, however fast or slow they are.
func TestBench(t *testing.T) {
	for _, c := range []struct {
		args    []string
		figures []string // that must be there and be more than nothing
		checks  int
		phases  int
	}{
		{[]string{"ingest", "--for", "300ms", "--open-runs", "60", "--batch", "1,20", "--connections", "4"},
			[]string{"inserts", "decide", "sql", "http_1", "http_20", "batch_1.rate", "batch_1.latency.p99", "batch_1.half.rate", "batch_1.half.latency.p99",
				"batch_20.rate", "batch_20.half.latency.p50"}, 1, 2},
		{[]string{"steps", "--for", "1s", "--open-runs", "30", "--rate", "40"},
			[]string{"tasks", "smtp", "steps.rate", "steps.mail", "redis.bytes"}, 0, 1},
		{[]string{"latency", "--for", "1s", "--open-runs", "30", "--rate", "20"},
			[]string{"latency.rate", "latency.p50", "latency.p95", "latency.p99"}, 1, 1},
		{[]string{"fanout", "--for", "1m", "--open-runs", "30", "--favorites", "60"},
			[]string{"fanout.armed", "fanout.rate", "fanout.memory", "smtp", "tasks"}, 1, 2},
		{[]string{"soak", "--for", "2s", "--open-runs", "30", "--rate", "40", "--buyers", "30"},
			[]string{"soak.rate", "soak.latency.p99", "soak.memory.end", "soak.goroutines.end"}, 3, 1},
	} {
		t.Run(c.args[0], func(t *testing.T) {
			t.Parallel()
			report, got := measure(t, c.args...)
			for _, name := range c.figures {
				at := slices.IndexFunc(report.Figures, func(f *bench.Figure) bool { return f.Name == name })
				if at < 0 || report.Figures[at].Value <= 0 {
					t.Errorf("no figure %s", name)
				} else if !strings.Contains(got.stdout, report.Figures[at].JA) || !strings.Contains(got.stdout, report.Figures[at].EN) {
					t.Errorf("the table lacks %s", name)
				}
			}
			if len(report.Checks) != c.checks || len(report.Processes) != 4*c.phases {
				t.Errorf("%d checks and %d processes; want %d and %d", len(report.Checks), len(report.Processes), c.checks, 4*c.phases)
			}
			for _, check := range report.Checks {
				if !check.Holds {
					t.Errorf("%s: %s", check.EN, check.Detail)
				}
			}
			for status, n := range report.Answers {
				if status != "202" {
					t.Errorf("%d requests were answered %s", n, status)
				}
			}
			if t.Failed() {
				t.Log(got.stdout, got.stderr)
			}
		})
	}
}

func TestBenchWrongUse(t *testing.T) {
	for _, c := range []struct {
		args []string
		code int
		want string
	}{
		{[]string{"bench"}, exitUsage, "a command is missing"},
		{[]string{"bench", "ingets"}, exitUsage, `unknown command "ingets", did you mean ingest?`},
		{[]string{"bench", "ingest", "--batch", "0"}, exitUsage, "--batch: expected 1 to 1000 events in a request, got 0"},
		{[]string{"bench", "steps", "--rate", "0"}, exitUsage, "--rate: expected 1 to 1000000, got 0"},
		{[]string{"bench", "fanout", "--favorites", "-1"}, exitUsage, "--favorites: expected 1 to 10000000, got -1"},
		{[]string{"bench", "soak", "--for", "1ms"}, exitUsage, "--for: expected at least 200ms, got 1ms"},
		{[]string{"bench", "soak", "--format", "xml"}, exitUsage, `--format: expected table or json, got "xml"`},
		{[]string{"bench", "ingest", "--database-url", "sqlite:x"}, exitUsage, "--database-url: expected mysql://user:pass@host:3306/database"},
		{[]string{"bench", "ingest", "--redis-url", "embedded"}, exitUsage, "--redis-url: expected redis://host:6379/0"},
		{[]string{"bench", "ingest", "--json", "/nowhere/x.json"}, exitUsage, "--json: open /nowhere/x.json: no such file or directory"},
		{[]string{"bench", "ingest", "--profile", "/nowhere/x"}, exitUsage, "--profile: open /nowhere/x: no such file or directory"},
		{[]string{"serve", "--profile", "0.0.0.0:6060"}, exitUsage, `--profile: expected an address of this machine such as 127.0.0.1:6060, got "0.0.0.0:6060"`},
		{[]string{"serve", "--profile", "6060"}, exitUsage, `--profile: expected an address of this machine such as 127.0.0.1:6060, got "6060"`},
	} {
		if got := runProgram(t, "", nil, c.args...); got.code != c.code || !strings.Contains(got.stderr, c.want) || got.stdout != "" {
			t.Errorf("%v: exit %d\n%s%s\nwant %s", c.args, got.code, got.stdout, got.stderr, c.want)
		}
	}
}

// TestBenchLeavesOthersAlone: what is due in somebody's database would go into the sink and be taken for sent.
func TestBenchLeavesOthersAlone(t *testing.T) {
	database := testMySQL(t)
	if code := runProgram(t, "", []string{"KAGOBELL_DATABASE_URL=" + database}, "migrate", "up"); code.code != exitDone {
		t.Fatal(code.stderr)
	}
	client := redis.NewClient(&redis.Options{Addr: miniredis.RunT(t).Addr()})
	t.Cleanup(func() { _ = client.Close() })
	if err := client.Set(t.Context(), "somebody", "else", 0).Err(); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ args, want string }{
		{"--database-url " + database, "--database-url: expected an empty database, got one with "},
		{"--database-url " + testMySQL(t) + " --redis-url redis://" + client.Options().Addr + "/0", "--redis-url: expected an empty Redis, got one with 1 keys"},
	} {
		got := runProgram(t, "", nil, append([]string{"bench", "steps"}, strings.Fields(c.args)...)...)
		if got.code != exitFailed || !strings.Contains(got.stderr, c.want) {
			t.Errorf("%s: exit %d: %s", c.args, got.code, got.stderr)
		}
	}
}
