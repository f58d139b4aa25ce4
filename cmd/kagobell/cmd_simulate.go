package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/schollz/progressbar/v3"
	"github.com/spf13/cobra"

	"kagobell/channels"
	"kagobell/scenarios"
)

// simulateFlags are the words of a call.
type simulateFlags struct {
	events, scenarios, until, format string
	lines                            int
}

func newSimulateCommand(a *app) *cobra.Command {
	var f simulateFlags
	command := &cobra.Command{
		Use:   "simulate --events FILE",
		Short: "Replay events on a virtual clock and print what would happen (履歴から配信を予行)",
		Long: "Replays a JSON Lines file of events (- for standard input) on a virtual clock with the very code that the\n" +
			"worker runs. Nothing is sent. Prints what would happen to whom, when, and why; the same input gives the\n" +
			"same bytes.",
		Example: "  kagobell simulate --events history.jsonl --format json | jq 'select(.action == \"send\")'",
		Args:    cobra.NoArgs,
		RunE: func(command *cobra.Command, _ []string) error {
			return a.simulate(command.Context(), f)
		},
	}
	flags := command.Flags()
	flags.StringVar(&f.events, "events", "", "JSON Lines `FILE` of events, - for standard input")
	flags.StringVar(&f.scenarios, "scenarios", "", "`DIR` of further scenarios; the same name replaces")
	flags.StringVar(&f.until, "until", "", "stop at this `TIME`, RFC 3339 or a date in the shop's zone; else when every run has ended")
	flags.StringVar(&f.format, "format", "table", "table or json")
	flags.IntVar(&f.lines, "lines", usualLines, "at most so many lines of the table, then its summary; 0 for the summary alone, -1 for all")
	_ = command.MarkFlagRequired("events")
	return command
}

func (a *app) simulate(ctx context.Context, f simulateFlags) error {
	hugePages()
	defer collectLess(simulationGrowth, 0)()
	cfg, err := a.loadConfig()
	if err != nil {
		return err
	}
	until, err := parseUntil(f.until, cfg.TimeZone)
	if err != nil {
		return err
	}
	printer, err := newLinePrinter(f.format, a.stdout, f.lines)
	if err != nil {
		return err
	}
	engine, title, err := simulated(cfg, f.scenarios)
	if err != nil {
		return err
	}
	input, err := openHistory(a.stdin, a.stderr, f.events, true)
	if err != nil {
		return err
	}
	defer input.close()
	input.inPlace = true
	watched := isTerminal(a.stderr) && (f.lines == 0 && f.format == "table" || !isTerminal(a.stdout)) // lines and a bar do not mix
	bar := progressbar.NewOptions64(input.size, progressbar.OptionSetWriter(a.stderr),
		progressbar.OptionSetDescription("simulating"), progressbar.OptionShowBytes(true),
		progressbar.OptionThrottle(200*time.Millisecond), progressbar.OptionSetVisibility(watched),
		progressbar.OptionClearOnFinish())
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	lines := printLines(ctx, printer, stop)
	var simulator *scenarios.Simulator
	simulator = scenarios.NewSimulator(engine, title, func(l scenarios.Line) {
		if !lines.put(l) {
			simulator.Stop()
		}
	})
	refused, err := a.replay(ctx, simulator, input, until, bar)
	_ = bar.Finish()
	lines.end()
	if err := printer.end(); err != nil {
		return err
	}
	if err != nil {
		return err
	}
	if refused > 0 {
		return fmt.Errorf("%d of the events are not valid and were left out", refused)
	}
	return nil
}

// simulated is the engine that the worker would have, and the titles of its messages.
func simulated(cfg *config, folder string) (*scenarios.Engine, func(scenarios.Delivery) (string, error), error) {
	cfg.Paused = false // what would happen is the question
	templates, err := channels.LoadTemplates(cfg.TemplatesDir, cfg.TimeZone)
	if err != nil {
		return nil, nil, err
	}
	definitions, err := loadDefinitions(cfg, templates, cfg.ScenariosDir, folder)
	if err != nil {
		return nil, nil, err
	}
	settings, err := engineSettings(cfg)
	if err != nil {
		return nil, nil, err
	}
	if settings.Scores, err = loadScores(cfg.ScenariosDir, folder); err != nil {
		return nil, nil, err
	}
	engine := scenarios.NewEngine(settings, definitions, nil)
	renderer, err := channels.NewRenderer(channels.RenderOptions{Templates: templates, From: fromOf(cfg.Sender),
		Locale: cfg.Locale, Inline: inlineOf(engine)})
	if err != nil {
		return nil, nil, err
	}
	return engine, renderer.Title, nil
}

// errInterrupted is what a simulation ends with that was told to stop.
var errInterrupted = errors.New("interrupted: what was printed is not all")

// replay feeds the simulator and names the events that are not valid, by their lines.
func (a *app) replay(ctx context.Context, simulator *scenarios.Simulator, input *history, until time.Time, bar *progressbar.ProgressBar) (refused int, err error) {
	begun, read := time.Now(), 0
	batches := readHistory(ctx, input)
	for {
		batch, more := nextOf(ctx, batches)
		for _, line := range batch.lines {
			a.tell(line.said)
			refused += line.refused
			if line.event == nil {
				continue
			}
			if more = until.IsZero() || !line.event.OccurredAt.After(until); !more {
				break
			}
			simulator.Arrive(line.event, line.again)
		}
		if batch.err != nil {
			return refused, batch.err
		}
		if !more {
			break
		}
		read += len(batch.lines)
		bar.Describe(fmt.Sprintf("simulating: %d events, %.0f/s", read, float64(read)/time.Since(begun).Seconds()))
		_ = bar.Set64(batch.offset)
	}
	simulator.Finish(until)
	if ctx.Err() != nil {
		return refused, errInterrupted
	}
	return refused, nil
}

func (a *app) tell(said string) {
	if said != "" {
		fmt.Fprint(a.stderr, said)
	}
}

func parseUntil(text string, zone *time.Location) (time.Time, error) {
	if text == "" {
		return time.Time{}, nil
	}
	if at, err := time.Parse(time.RFC3339, text); err == nil {
		return at, nil
	}
	at, err := time.ParseInLocation(time.DateOnly, text, zone)
	if err != nil {
		return time.Time{}, usageError{fmt.Sprintf("--until: expected 2026-11-20T18:00:00+09:00 or 2026-11-20, got %q", text)}
	}
	return at, nil
}
