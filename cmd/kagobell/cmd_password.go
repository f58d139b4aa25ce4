package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"unicode/utf8"

	"github.com/alexedwards/argon2id"
	"github.com/spf13/cobra"
	"golang.org/x/term"
)

const (
	leastPasswordLength = 8
	mostPasswordBytes   = 1024
)

// passwordCost is OWASP's recommendation for argon2id ("Password Storage Cheat Sheet": 19 MiB, 2 iterations, 1 degree of
// parallelism): a log-in takes some tens of milliseconds and little memory.
var passwordCost = &argon2id.Params{Memory: 19 * 1024, Iterations: 2, Parallelism: 1, SaltLength: 16, KeyLength: 32}

var errNoPassword = errors.New("no password was entered")

func newPasswordCommand(a *app) *cobra.Command {
	return &cobra.Command{
		Use:   "password",
		Short: "Ask for a password and print its hash (パスワードのハッシュを作成)",
		Long: "Asks twice for a password, or reads one line from a pipe, and prints its argon2id hash\n" +
			"for admin.password_hash.",
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			password, err := a.askPassword(cmd.Context())
			if err != nil {
				return err
			}
			hash, err := argon2id.CreateHash(password, passwordCost)
			if err != nil {
				return fmt.Errorf("hashing: %w", err)
			}
			_, err = fmt.Fprintln(a.stdout, hash)
			return err
		},
	}
}

func (a *app) askPassword(ctx context.Context) (string, error) {
	if file, ok := a.stdin.(*os.File); ok && term.IsTerminal(int(file.Fd())) {
		return a.askTwice(ctx, file)
	}
	password, err := readPasswordLine(a.stdin)
	if err != nil {
		return "", err
	}
	return password, checkPassword(password)
}

// askTwice reads without echo. The terminal is raw meanwhile, so that Ctrl-C ends the input; whatever else ends ctx
// ends the wait, and the reading goroutine goes with the process.
func (a *app) askTwice(ctx context.Context, file *os.File) (password string, err error) {
	before, err := term.MakeRaw(int(file.Fd()))
	if err != nil {
		return "", fmt.Errorf("terminal: %w", err)
	}
	defer func() { err = errors.Join(err, term.Restore(int(file.Fd()), before)) }()
	type answer struct {
		password string
		err      error
	}
	answered := make(chan answer, 1)
	go func() {
		password, err := readTwice(term.NewTerminal(struct {
			io.Reader
			io.Writer
		}{file, a.stderr}, ""))
		answered <- answer{password, err}
	}()
	select {
	case <-ctx.Done():
		fmt.Fprint(a.stderr, "\r\n")
		return "", ctx.Err()
	case got := <-answered:
		if errors.Is(got.err, errNoPassword) {
			fmt.Fprint(a.stderr, "\r\n") // the cursor still stands behind the prompt
		}
		return got.password, got.err
	}
}

func readTwice(terminal *term.Terminal) (string, error) {
	first, err := readHidden(terminal, "パスワード Password: ")
	if err != nil {
		return "", err
	}
	if err := checkPassword(first); err != nil {
		return "", err
	}
	second, err := readHidden(terminal, "もう一度 Again: ")
	if err != nil {
		return "", err
	}
	if first != second {
		return "", errors.New("the two passwords differ")
	}
	return first, nil
}

func readHidden(terminal *term.Terminal, prompt string) (string, error) {
	text, err := terminal.ReadPassword(prompt)
	switch {
	case errors.Is(err, io.EOF):
		return "", errNoPassword
	case err != nil && !errors.Is(err, term.ErrPasteIndicator):
		return "", fmt.Errorf("reading the password: %w", err)
	}
	return text, nil
}

func checkPassword(password string) error {
	switch {
	case !utf8.ValidString(password):
		return errors.New("password: not UTF-8")
	case utf8.RuneCountInString(password) < leastPasswordLength:
		return fmt.Errorf("password: expected at least %d characters", leastPasswordLength)
	}
	return nil
}

func readPasswordLine(from io.Reader) (string, error) {
	text, err := bufio.NewReader(io.LimitReader(from, mostPasswordBytes)).ReadString('\n')
	if err != nil && !errors.Is(err, io.EOF) {
		return "", fmt.Errorf("reading the password: %w", err)
	}
	if len(text) == mostPasswordBytes {
		return "", fmt.Errorf("password: expected at most %d bytes", mostPasswordBytes-1)
	}
	return strings.TrimRight(text, "\r\n"), nil
}
