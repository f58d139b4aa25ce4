package main

import (
	"fmt"
	"io"
	"log/slog"
	"strings"

	"github.com/spf13/cobra"
)

// app is what every command has at hand: the streams, the environment and the global flags.
type app struct {
	stdin          io.Reader
	stdout, stderr io.Writer
	environ        []string
	configFile     string // of --config; empty means defaultConfigFile, if there is one
	started        bool   // a command's own work has begun
}

// usageError is wrong usage that only a command itself can notice; it exits with 2.
type usageError struct{ message string }

func (e usageError) Error() string { return e.message }

// loadConfig reads the configuration. A setting is a flag that stands for a key; it wins over everything.
func (a *app) loadConfig(flags ...setting) (*config, error) {
	cfg, err := loadConfig(a.configFile, a.environ, flags...)
	if err != nil {
		return nil, err
	}
	for _, warning := range cfg.warnings() {
		a.logger(cfg.Log).Warn(warning)
	}
	return cfg, nil
}

// logger writes to standard error in the configured form.
func (a *app) logger(c logConfig) *slog.Logger {
	options := &slog.HandlerOptions{Level: c.Level}
	if c.Format == "json" {
		return slog.New(slog.NewJSONHandler(a.stderr, options))
	}
	return slog.New(slog.NewTextHandler(a.stderr, options))
}

func newRootCommand(a *app) *cobra.Command {
	root := &cobra.Command{
		Use:   "kagobell",
		Short: "Step mails beside a BtoB order system (受発注システムの隣で動くステップメール)",
		Long: "Kagobell listens to the webhooks of a BtoB order system, decides which buyer should hear what and when,\n" +
			"and delivers by e-mail, LINE or a postal direct-mail list.\n\n" +
			"受発注システムの Webhook を受け、どの発注担当者に何をいつ伝えるかを決め、メール・LINE・DM で届けます。",
		SilenceErrors:     true,
		SilenceUsage:      true,
		CompletionOptions: cobra.CompletionOptions{HiddenDefaultCmd: true},
	}
	root.SetIn(a.stdin)
	root.SetOut(a.stdout)
	root.SetErr(a.stderr)
	root.PersistentFlags().StringVar(&a.configFile, "config", "",
		"configuration `FILE` (default "+defaultConfigFile+" if present)")
	for _, command := range commands {
		root.AddCommand(command(a))
	}
	a.prepare(root)
	return root
}

// prepare goes through the tree: a command notes that its work has begun, and a group without work of its own (dm,
// migrate) answers an unknown or missing subcommand as wrong usage, which cobra would answer with the help text and 0.
func (a *app) prepare(command *cobra.Command) {
	for _, child := range command.Commands() {
		a.prepare(child)
	}
	if command.RunE == nil && command.Run == nil {
		command.Args = cobra.ArbitraryArgs
		command.RunE = missingSubcommand
		return
	}
	if work := command.RunE; work != nil {
		command.RunE = func(c *cobra.Command, args []string) error {
			a.started = true
			return work(c, args)
		}
	}
}

func missingSubcommand(command *cobra.Command, args []string) error {
	if len(args) == 0 {
		fmt.Fprint(command.ErrOrStderr(), command.UsageString())
		return usageError{"a command is missing"}
	}
	message := fmt.Sprintf("unknown command %q", args[0])
	if command.SuggestionsMinimumDistance <= 0 {
		command.SuggestionsMinimumDistance = 2
	}
	if near := command.SuggestionsFor(args[0]); len(near) > 0 {
		message += ", did you mean " + strings.Join(near, " or ") + "?"
	}
	return usageError{message}
}
