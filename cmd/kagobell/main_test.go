package main

import (
	"bytes"
	"context"
	"strings"
	"testing"
)

// outcome is what the program leaves behind.
type outcome struct {
	code           int
	stdout, stderr string
}

// runProgram runs the real program in an empty folder, or in the one that the test has changed to.
func runProgram(t *testing.T, stdin string, environ []string, args ...string) outcome {
	t.Helper()
	var stdout, stderr bytes.Buffer
	code := run(context.Background(), args, strings.NewReader(stdin), &stdout, &stderr, environ)
	return outcome{code, stdout.String(), stderr.String()}
}

func TestExitCodes(t *testing.T) {
	t.Chdir(t.TempDir())
	for name, test := range map[string]struct {
		args       []string
		code       int
		wantStdout string // begins with
		wantStderr string // ends with
	}{
		"help":             {[]string{"--help"}, exitDone, "Kagobell listens", ""},
		"help of one":      {[]string{"config", "--help"}, exitDone, "Prints every key", ""},
		"version":          {[]string{"version"}, exitDone, "kagobell ", ""},
		"no command":       {nil, exitUsage, "", "kagobell: a command is missing\nRun 'kagobell --help' for usage.\n"},
		"unknown command":  {[]string{"frob"}, exitUsage, "", "kagobell: unknown command \"frob\"\nRun 'kagobell --help' for usage.\n"},
		"misspelt command": {[]string{"verison"}, exitUsage, "", "kagobell: unknown command \"verison\", did you mean version?\nRun 'kagobell --help' for usage.\n"},
		"unknown flag":     {[]string{"config", "--frob"}, exitUsage, "", "kagobell: unknown flag: --frob\nRun 'kagobell config --help' for usage.\n"},
		"flag lacks value": {[]string{"config", "--config"}, exitUsage, "", "kagobell: flag needs an argument: --config\nRun 'kagobell config --help' for usage.\n"},
		"extra argument":   {[]string{"version", "please"}, exitUsage, "", "kagobell: unknown command \"please\" for \"kagobell version\"\nRun 'kagobell version --help' for usage.\n"},
		"missing file":     {[]string{"--config", "nowhere.yaml", "config"}, exitFailed, "", "kagobell: configuration: open nowhere.yaml: no such file or directory\n"},
		"file is a folder": {[]string{"--config", ".", "config"}, exitFailed, "", "kagobell: configuration: read .: is a directory\n"},
	} {
		t.Run(name, func(t *testing.T) {
			got := runProgram(t, "", nil, test.args...)
			if got.code != test.code || !strings.HasPrefix(got.stdout, test.wantStdout) || !strings.HasSuffix(got.stderr, test.wantStderr) {
				t.Errorf("got %d\nstdout %q\nstderr %q", got.code, got.stdout, got.stderr)
			}
			if test.code == exitDone && got.stderr != "" || test.code != exitDone && got.stdout != "" {
				t.Errorf("data belongs on stdout, complaints on stderr:\nstdout %q\nstderr %q", got.stdout, got.stderr)
			}
		})
	}
}

func TestUnknownCommandsAreWrongUsage(t *testing.T) {
	for _, args := range [][]string{{"nope"}, {"nope", "--help"}, {"help", "nope"}, {"serve", "--listen", "127.0.0.1:99999"}} {
		if got := runProgram(t, "", nil, args...); got.code != exitUsage {
			t.Errorf("%q: code %d, standard error %q", args, got.code, got.stderr)
		}
	}
	if got := runProgram(t, "", nil, "help", "serve"); got.code != exitDone {
		t.Errorf("help serve: %+v", got)
	}
}
