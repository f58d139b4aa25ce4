package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"time"
	_ "time/tzdata" // a container without zone files still knows Asia/Tokyo

	"github.com/spf13/cobra"
)

// Exit codes of every command.
const (
	exitDone   = 0
	exitFailed = 1
	exitUsage  = 2
)

// commands holds the constructor of every command, in the order of the help text.
var commands = []func(*app) *cobra.Command{
	newServeCommand,
	newDemoCommand,
	newCheckCommand,
	newSimulateCommand,
	newPreviewCommand,
	newMigrateCommand,
	newSendCommand,
	newDMCommand,
	newBenchCommand,
	newDeadLettersCommand,
	newHealthCommand,
	newConfigCommand,
	newPasswordCommand,
	newVersionCommand,
}

func main() {
	signal.Ignore(syscall.SIGPIPE) // `demo | head` ends as it should, and takes its folder along
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	// A second Ctrl-C ends at once; not one of the same moment, since timeout(1) sends two.
	context.AfterFunc(ctx, func() { time.AfterFunc(time.Second, stop) })
	os.Exit(run(ctx, os.Args[1:], os.Stdin, os.Stdout, os.Stderr, os.Environ()))
}

// run is the whole program but for the process around it, so that tests start the real thing.
func run(ctx context.Context, args []string, stdin io.Reader, stdout, stderr io.Writer, environ []string) int {
	a := &app{stdin: stdin, stdout: stdout, stderr: stderr, environ: environ}
	root := newRootCommand(a)
	root.SetArgs(append([]string{}, args...)) // nil would mean os.Args to cobra
	if err := knownCommand(root, args); err != nil {
		return a.exit(root, err)
	}
	command, err := root.ExecuteContextC(ctx)
	return a.exit(command, err)
}

// exit reports an error on standard error and chooses the exit code. What goes wrong before a command's own work has
// begun is wrong usage: an unknown command, a flag, an argument.
func (a *app) exit(command *cobra.Command, err error) int {
	var wrong mistakes
	var usage usageError
	switch {
	case err == nil, errors.Is(err, syscall.EPIPE): // whoever reads has seen enough
		return exitDone
	case errors.As(err, &wrong):
		fmt.Fprintln(a.stderr, wrong)
		fmt.Fprintf(a.stderr, "kagobell: mistakes in the configuration: %d\n", len(wrong))
		if wrong.onlyOnCommandLine() {
			return exitUsage
		}
		return exitFailed
	case a.started && !errors.As(err, &usage):
		fmt.Fprintln(a.stderr, "kagobell:", err)
		return exitFailed
	}
	fmt.Fprintln(a.stderr, "kagobell:", err)
	fmt.Fprintf(a.stderr, "Run '%s --help' for usage.\n", command.CommandPath())
	return exitUsage
}

// knownCommand refuses what cobra would answer with the help text: a command that there is not, with --help or after
// `help`.
func knownCommand(root *cobra.Command, args []string) error {
	if len(args) > 1 && args[0] == "help" {
		args = args[1:]
	}
	if len(args) == 0 || strings.HasPrefix(args[0], "-") || args[0] == "help" || args[0] == "completion" || strings.HasPrefix(args[0], "__") {
		return nil
	}
	if command, _, err := root.Find(args[:1]); err == nil && command != root {
		return nil
	}
	return missingSubcommand(root, args[:1])
}
