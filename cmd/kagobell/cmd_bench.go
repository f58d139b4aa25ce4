package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"os"
	"time"

	"github.com/spf13/cobra"

	"kagobell/cmd/kagobell/bench"
)

// benchFlags are those of a measurement that say how it is shown.
type benchFlags struct{ format, json string }

func newBenchCommand(a *app) *cobra.Command {
	command := &cobra.Command{
		Use:   "bench",
		Short: "Measure rates, latencies and ceilings on this machine (性能測定)",
		Long: "Starts the sidecar as a process of its own with a private MariaDB and Redis (or those given by URL) and an SMTP\n" +
			"server that takes everything, loads the database, and measures. A given database and Redis must be empty.\n" +
			"Progress goes to standard error, a table or JSON to standard output. Nothing leaves the machine; what was\n" +
			"started is stopped and removed at the end.\n\n" +
			"本番と同じ構成（MariaDB・Redis・SMTP）を一時的に立てて測ります。データは終了時に消えます。",
	}
	for _, kind := range benchKinds {
		command.AddCommand(a.newMeasurement(kind))
	}
	command.AddCommand(newBareCommand(a))
	return command
}

// benchKind is one of the measurements: what it does unless told otherwise, and what its own flags mean.
type benchKind struct {
	name, short string
	forWhat     string
	rate        string // what --rate counts; empty: it has no such flag
	o           bench.Options
}

var benchKinds = []benchKind{
	{"ingest", "Webhooks taken a second, and how soon they are answered (Webhook の受信)", "that is measured with each size of request", "",
		bench.Options{For: 30 * time.Second, OpenRuns: 100_000, Batches: []int{1, 100}}},
	{"steps", "Single steps sent a second, each with an alarm of its own (1件ずつの配信)", "that is measured", "steps that come due a second",
		bench.Options{For: 30 * time.Second, OpenRuns: 100_000, Rate: 5000}},
	{"fanout", "A restock that very many wait for (入荷の一斉配信)", "after which it is given up", "",
		bench.Options{For: 10 * time.Minute, OpenRuns: 100_000, Favorites: 100_000}},
	{"latency", "How long after its time a step is delivered (期日から配信まで)", "in which steps come due", "steps that come due a second",
		bench.Options{For: 30 * time.Second, OpenRuns: 100_000, Rate: 500}},
	{"soak", "A mixture for a long time, and what grows (長時間の混合負荷)", "that is measured", "events a second",
		bench.Options{For: 10 * time.Minute, OpenRuns: 100_000, Buyers: 20_000, Rate: 300}},
}

func (a *app) newMeasurement(kind benchKind) *cobra.Command {
	o, show := kind.o, benchFlags{}
	command := &cobra.Command{
		Use: kind.name, Short: kind.short, Args: cobra.NoArgs,
		Example: "  kagobell bench " + kind.name + " --open-runs 1000000 --json " + kind.name + ".json",
		RunE: func(command *cobra.Command, _ []string) error {
			return a.bench(command.Context(), kind.name, o, show)
		},
	}
	flags := command.Flags()
	flags.DurationVar(&o.For, "for", o.For, "`TIME` "+kind.forWhat)
	flags.IntVar(&o.OpenRuns, "open-runs", o.OpenRuns, "runs in the database beforehand that are not due meanwhile")
	flags.IntVar(&o.Buyers, "buyers", o.Buyers, "buyers who are known and post; 0: 100000, or as many as there are open runs")
	flags.Uint64Var(&o.Seed, "seed", 1, "of what buyers put into their carts")
	flags.StringVar(&o.DatabaseURL, "database-url", "", "an empty `DATABASE` instead of a private MariaDB: mysql://user:pass@host:3306/db")
	flags.StringVar(&o.RedisURL, "redis-url", "", "an empty `REDIS` instead of a private one: redis://host:6379/0")
	flags.StringVar(&o.BufferPool, "buffer-pool", "2G", "of the private MariaDB")
	flags.StringVar(&o.DataDir, "data-dir", "", "`FOLDER` in which the private MariaDB keeps its data for the next measurement, which must\n"+
		"follow within 3 hours: then runs come due (default a temporary one)")
	flags.StringVar(&o.Profile, "profile", "", "`FILE` for a CPU profile of the sidecar, taken in the middle")
	flags.StringVar(&show.format, "format", "table", "table or json")
	flags.StringVar(&show.json, "json", "", "`FILE` for the figures as JSON, beside what is printed")
	flags.IntVar(&o.Connections, "connections", 256, "that post at a time")
	flags.IntVar(&o.Pool, "pool", defaultPool, "connections of the sidecar to the SMTP server")
	if kind.rate != "" {
		flags.IntVar(&o.Rate, "rate", o.Rate, kind.rate)
	}
	if len(o.Batches) > 0 {
		flags.IntSliceVar(&o.Batches, "batch", o.Batches, "events in a request; each size is measured")
	}
	if o.Favorites > 0 {
		flags.IntVar(&o.Favorites, "favorites", o.Favorites, "buyers who wait for the product")
	}
	return command
}

// bench measures, and prints what came of it.
func (a *app) bench(ctx context.Context, kind string, o bench.Options, show benchFlags) (err error) {
	if show.format != "table" && show.format != "json" {
		return usageError{fmt.Sprintf("--format: expected table or json, got %q", show.format)}
	}
	if err := o.Check(kind); err != nil {
		return usageError{err.Error()}
	}
	if o.Program, err = os.Executable(); err != nil {
		return fmt.Errorf("bench: %w", err)
	}
	for flag, path := range map[string]string{"--json": show.json, "--profile": o.Profile} {
		if err := canWrite(path); err != nil {
			return usageError{fmt.Sprintf("%s: %v", flag, err)}
		}
	}
	o.Environ, o.OpenShop, o.Progress, o.Watched = a.environ, openBenchShop, a.stderr, isTerminal(a.stderr)
	report, err := bench.Run(ctx, kind, o)
	if err != nil && ctx.Err() != nil {
		return errors.New("中断しました interrupted")
	}
	if err != nil {
		return err
	}
	if show.json != "" {
		file, err := os.Create(show.json)
		if err != nil {
			return fmt.Errorf("--json: %w", err)
		}
		if err := errors.Join(report.WriteJSON(file), file.Close()); err != nil {
			return fmt.Errorf("--json: %w", err)
		}
	}
	write := map[string]func(io.Writer) error{"table": report.WriteTable, "json": report.WriteJSON}[show.format]
	return write(a.stdout)
}

// canWrite tells before a long measurement whether its file can be made.
func canWrite(path string) error {
	if path == "" {
		return nil
	}
	_, err := os.Stat(path)
	missing := errors.Is(err, fs.ErrNotExist)
	file, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE, 0o600)
	if err != nil {
		return err
	}
	if err := file.Close(); err != nil || !missing {
		return err
	}
	return os.Remove(path)
}

// openBenchShop opens the shop of a configuration, as serve does.
func openBenchShop(ctx context.Context, configFile string) (*bench.Shop, error) {
	cfg, err := loadConfig(configFile, nil)
	if err != nil {
		return nil, err
	}
	s, err := openShop(ctx, cfg, slog.New(slog.DiscardHandler))
	if err != nil {
		return nil, err
	}
	return &bench.Shop{Store: s.store, Engine: s.engine, Close: s.close}, nil
}
