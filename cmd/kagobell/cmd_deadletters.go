package main

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/spf13/cobra"

	"kagobell/handlers"
	"kagobell/scenarios"
)

// letterQuery is which dead letters a command is about.
type letterQuery struct {
	ids                     []string
	all                     bool // those that wait; of list: also those dealt with
	kind, source, eventType string
	format                  string // of list
}

func newDeadLettersCommand(a *app) *cobra.Command {
	command := &cobra.Command{
		Use:   "dead-letters",
		Short: "What could not be processed: list, replay, dismiss (処理できなかったもの)",
		Long: "Events that were refused, messages that could not be rendered, leads that the sales system never took. They\n" +
			"wait until somebody replays or dismisses them. The commands work on the database; serve may run meanwhile.",
	}
	command.AddCommand(newListLettersCommand(a),
		newSettleLettersCommand(a, "replay", "Try again, as if just posted (再処理)", (*deadLetterDesk).replay),
		newSettleLettersCommand(a, "dismiss", "Take off the list: dealt with in another way (対応済みにする)", (*deadLetterDesk).dismiss))
	return command
}

func (q *letterQuery) addFlags(command *cobra.Command) {
	flags := command.Flags()
	flags.StringVar(&q.kind, "kind", "", "only of this `KIND`: event, message or lead")
	flags.StringVar(&q.source, "source", "", "only events of this `SOURCE`")
	flags.StringVar(&q.eventType, "type", "", "only events of this `TYPE`, like cart.updated")
}

func newListLettersCommand(a *app) *cobra.Command {
	q := &letterQuery{}
	command := &cobra.Command{Use: "list", Short: "List those that wait, the newest first (一覧)", Args: cobra.NoArgs,
		RunE: func(command *cobra.Command, _ []string) error {
			if q.format != "table" && q.format != "json" {
				return usageError{fmt.Sprintf("--format: expected table or json, got %q", q.format)}
			}
			return a.withLetters(command.Context(), q, (*deadLetterDesk).list)
		}}
	q.addFlags(command)
	command.Flags().BoolVar(&q.all, "all", false, "also those that were dealt with")
	command.Flags().StringVar(&q.format, "format", "table", "table, or json: one object a line, with the body")
	return command
}

func newSettleLettersCommand(a *app, name, short string, work func(*deadLetterDesk, context.Context) error) *cobra.Command {
	q := &letterQuery{}
	command := &cobra.Command{Use: name + " [ID...]", Short: short,
		Example: "  kagobell dead-letters " + name + " 9c8b7a6f5e4d3c2b1a09f8e7d6c5b4a3\n" +
			"  kagobell dead-letters " + name + " --all --source shop --type cart.updated",
		RunE: func(command *cobra.Command, args []string) error {
			narrowed := q.kind != "" || q.source != "" || q.eventType != ""
			switch q.ids = args; {
			case len(args) == 0 && !q.all:
				return usageError{"expected the ids of dead letters, or --all"}
			case len(args) > 0 && (q.all || narrowed):
				return usageError{"expected ids, or --all with --kind, --source and --type; not both"}
			}
			return a.withLetters(command.Context(), q, work)
		}}
	q.addFlags(command)
	command.Flags().BoolVar(&q.all, "all", false, "all that wait")
	return command
}

// deadLetterDesk is where dead letters are looked through.
type deadLetterDesk struct {
	*app
	query    *letterQuery
	shop     *sidecar
	letters  deadLetters
	replayer *handlers.Replayer
}

func (a *app) withLetters(ctx context.Context, q *letterQuery, work func(*deadLetterDesk, context.Context) error) error {
	if q.kind != "" && !slices.Contains(handlers.DeadLetterKinds, handlers.DeadLetterKind(q.kind)) {
		return usageError{fmt.Sprintf("--kind: expected event, message or lead, got %q", q.kind)}
	}
	if err := a.withStore(ctx, needMigrated); err != nil {
		return err
	}
	return a.withShop(ctx, func(ctx context.Context, s *sidecar) error {
		sources, err := sourcesOf(s.cfg, handlers.NewTokens(s.cfg.APITokens))
		if err != nil {
			return err
		}
		desk := &deadLetterDesk{app: a, query: q, shop: s, letters: deadLetters{s.store}}
		desk.replayer = handlers.NewReplayer(handlers.Options{
			Probes:  handlers.Probes{Metrics: s.metrics, Now: time.Now, Log: s.log},
			Sources: sources, DeadLetters: desk.letters, HotList: hotList{store: s.store, engine: s.engine, zone: s.cfg.TimeZone},
			Ingest: directly{&decider{store: s.store, engine: s.engine, letters: s.letters, metrics: s.metrics}},
		})
		return work(desk, ctx)
	})
}

// directly decides without a queue. No alarm is set: the sweep of a running worker finds what was begun.
type directly struct{ decider *decider }

func (d directly) Ingest(ctx context.Context, events []*scenarios.Event) ([]scenarios.Result, error) {
	return d.decider.Decide(ctx, scenarios.WorksOf(events))
}

// lettersAtOnce is how many are read together; their bodies are whole.
const lettersAtOnce = 100

// pages goes through the letters asked for, a page at a time.
func (d *deadLetterDesk) pages(ctx context.Context, waiting bool, each func([]handlers.DeadLetter) error) error {
	filter := handlers.DeadLetterFilter{Kind: handlers.DeadLetterKind(d.query.kind), Source: d.query.source, Waiting: waiting,
		Limit: lettersAtOnce}
	for {
		page, err := d.letters.DeadLetters(ctx, filter)
		if err != nil {
			return err
		}
		wanted := page.Items[:0]
		for _, letter := range page.Items {
			if d.query.eventType == "" || letter.EventType() == d.query.eventType {
				wanted = append(wanted, letter)
			}
		}
		if err := each(wanted); err != nil {
			return err
		}
		if filter.Cursor = page.Next; filter.Cursor == "" {
			return nil
		}
	}
}

func (d *deadLetterDesk) list(ctx context.Context) error {
	if d.query.format == "table" {
		fmt.Fprintf(d.stdout, "%-32s  %-16s  %-8s  %-12s  %-20s  %s\n", "ID", "RECEIVED", "KIND", "SOURCE", "ABOUT", "CAUSE")
	}
	return d.pages(ctx, !d.query.all, func(letters []handlers.DeadLetter) error {
		for _, letter := range letters {
			if err := d.print(letter); err != nil {
				return err
			}
		}
		return nil
	})
}

func (d *deadLetterDesk) print(x handlers.DeadLetter) error {
	if d.query.format == "json" {
		line, err := handlers.DeadLetterJSON(x, d.shop.cfg.TimeZone)
		if err == nil {
			_, err = fmt.Fprintf(d.stdout, "%s\n", line)
		}
		return err
	}
	cause := ""
	if len(x.Errors) > 0 {
		cause = x.Errors[0].Pointer + " " + x.Errors[0].Message
	}
	_, err := fmt.Fprintf(d.stdout, "%-32s  %-16s  %-8s  %-12s  %-20s  %s\n", x.ID,
		x.CreatedAt.In(d.shop.cfg.TimeZone).Format("2006-01-02 15:04"), x.Kind, x.Source, x.Subject, cause)
	return err
}
