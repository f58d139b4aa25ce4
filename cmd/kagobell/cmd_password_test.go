package main

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"strings"
	"testing"

	"github.com/alexedwards/argon2id"
	"golang.org/x/sys/unix"
)

func TestPasswordFromAPipe(t *testing.T) {
	for name, test := range map[string]struct{ stdin, password, complaint string }{
		"a line":          {"correct horse\nmore\n", "correct horse", ""},
		"no line break":   {"correct horse", "correct horse", ""},
		"Windows":         {"correct horse\r\n", "correct horse", ""},
		"spaces stay":     {" 8 chars\n", " 8 chars", ""},
		"Japanese":        {"ひみつのあいことば\n", "ひみつのあいことば", ""},
		"seven":           {"1234567\n", "", "password: expected at least 8 characters"},
		"seven, Japanese": {"ひみつのことば\n", "", "password: expected at least 8 characters"},
		"nothing":         {"", "", "password: expected at least 8 characters"},
		"too long":        {strings.Repeat("x", 2000), "", "password: expected at most 1023 bytes"},
		"not UTF-8":       {"\xff23456789\n", "", "password: not UTF-8"},
	} {
		t.Run(name, func(t *testing.T) {
			got := runProgram(t, test.stdin, nil, "password")
			if test.complaint != "" {
				if want := (outcome{exitFailed, "", "kagobell: " + test.complaint + "\n"}); got != want {
					t.Errorf("got %+v, want %+v", got, want)
				}
				return
			}
			hash, oneLine := strings.CutSuffix(got.stdout, "\n")
			match, err := argon2id.ComparePasswordAndHash(test.password, hash)
			if got.code != exitDone || got.stderr != "" || !oneLine || !match || err != nil || !isPasswordHash(hash) {
				t.Errorf("got %+v, %v", got, err)
			}
		})
	}
}

// openTerminal returns both ends of a pseudo-terminal: what the program sees, and the keyboard.
func openTerminal(t *testing.T) (terminal, keyboard *os.File) {
	t.Helper()
	keyboard, err := os.OpenFile("/dev/ptmx", os.O_RDWR|unix.O_NOCTTY, 0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { keyboard.Close() })
	fd := int(keyboard.Fd())
	if err := unix.IoctlSetPointerInt(fd, unix.TIOCSPTLCK, 0); err != nil {
		t.Fatal(err)
	}
	number, err := unix.IoctlGetInt(fd, unix.TIOCGPTN)
	if err != nil {
		t.Fatal(err)
	}
	terminal, err = os.OpenFile(fmt.Sprintf("/dev/pts/%d", number), os.O_RDWR|unix.O_NOCTTY, 0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { terminal.Close() })
	return terminal, keyboard
}

func echoes(t *testing.T, terminal *os.File) bool {
	t.Helper()
	state, err := unix.IoctlGetTermios(int(terminal.Fd()), unix.TCGETS)
	if err != nil {
		t.Fatal(err)
	}
	return state.Lflag&unix.ECHO != 0
}

// typeAtPrompts starts the program at a terminal and answers each prompt when it has appeared.
func typeAtPrompts(t *testing.T, ctx context.Context, answer func(keyboard io.Writer, prompt int)) (outcome, *os.File) {
	t.Helper()
	terminal, keyboard := openTerminal(t)
	prompts, stderr := io.Pipe()
	var stdout, complaints bytes.Buffer
	code := make(chan int, 1)
	go func() {
		code <- run(ctx, []string{"password"}, terminal, &stdout, stderr, nil)
		stderr.Close()
	}()
	read := bufio.NewReader(prompts)
	for prompt := 1; ; prompt++ {
		text, err := read.ReadString(':')
		complaints.WriteString(text)
		if err != nil {
			break
		}
		if strings.HasSuffix(text, "Password:") || strings.HasSuffix(text, "Again:") {
			answer(keyboard, prompt)
		}
	}
	return outcome{<-code, stdout.String(), complaints.String()}, terminal
}

func TestPasswordAtATerminal(t *testing.T) {
	const prompts = "パスワード Password: \r\nもう一度 Again: \r\n"
	for name, test := range map[string]struct {
		typed      [2]string
		code       int
		wantStderr string
	}{
		"twice the same": {[2]string{"correct horse\r", "correct horse\r"}, exitDone, prompts},
		"not the same":   {[2]string{"correct horse\r", "correct house\r"}, exitFailed, prompts + "kagobell: the two passwords differ\n"},
		"Ctrl-C":         {[2]string{"correct\x03", ""}, exitFailed, "パスワード Password: \r\nkagobell: no password was entered\n"},
		"too short":      {[2]string{"short\r", ""}, exitFailed, "パスワード Password: \r\nkagobell: password: expected at least 8 characters\n"},
	} {
		t.Run(name, func(t *testing.T) {
			got, terminal := typeAtPrompts(t, context.Background(), func(keyboard io.Writer, prompt int) {
				if _, err := io.WriteString(keyboard, test.typed[prompt-1]); err != nil {
					t.Error(err)
				}
			})
			if got.code != test.code || got.stderr != test.wantStderr {
				t.Errorf("got %d, %q; want %d, %q", got.code, got.stderr, test.code, test.wantStderr)
			}
			match, err := argon2id.ComparePasswordAndHash("correct horse", strings.TrimSpace(got.stdout))
			if test.code == exitDone && (err != nil || !match) {
				t.Errorf("the hash %q does not fit: %v", got.stdout, err)
			}
			if !echoes(t, terminal) {
				t.Error("the terminal is left without echo")
			}
		})
	}
}

func TestEndAtThePasswordPrompt(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	got, terminal := typeAtPrompts(t, ctx, func(io.Writer, int) { cancel() })
	if got.code != exitFailed || got.stdout != "" || got.stderr != "パスワード Password: \r\nkagobell: context canceled\n" {
		t.Errorf("got %+v", got)
	}
	if !echoes(t, terminal) {
		t.Error("the terminal is left without echo")
	}
}
