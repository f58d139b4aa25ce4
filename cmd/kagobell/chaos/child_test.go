package chaos

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// patience is how long the harness waits for anything to come up or to end: far longer than it takes.
const patience = 90 * time.Second

// child is a process of ours: a server or the sidecar.
type child struct {
	name  string
	cmd   *exec.Cmd
	log   *logText
	ended chan struct{} // closed when it is gone; err says how
	err   error
}

// startChild starts a program, with its output in a file of dir. It gets a process group of its own, so that Ctrl-C
// reaches the harness alone, which then ends it.
func startChild(t *testing.T, dir, name string, environ []string, program string, args ...string) *child {
	t.Helper()
	file, err := os.OpenFile(filepath.Join(dir, name+".log"), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		t.Fatal(err)
	}
	c := &child{name: name, cmd: exec.Command(program, args...), ended: make(chan struct{}), log: &logText{file: file}}
	c.cmd.Env, c.cmd.Dir, c.cmd.Stdout, c.cmd.Stderr = environ, dir, c.log, c.log
	c.cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
	if err := c.cmd.Start(); err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	go func() {
		c.err = c.cmd.Wait()
		_ = file.Close()
		close(c.ended)
	}()
	t.Cleanup(c.kill)
	return c
}

// kill ends it at once and returns when it is gone.
func (c *child) kill() {
	_ = c.cmd.Process.Kill()
	<-c.ended
}

// signal sends a signal; one to a process that is gone does nothing.
func (c *child) signal(s syscall.Signal) { _ = c.cmd.Process.Signal(s) }

func (c *child) alive() bool {
	select {
	case <-c.ended:
		return false
	default:
		return true
	}
}

// awaitLine waits until the process has written text; false when it ended first.
func (c *child) awaitLine(text string) bool {
	select {
	case <-c.log.await(text):
		return true
	case <-c.ended:
		return false
	case <-time.After(patience):
		return false
	}
}

// cpu is the processor time that the process has used, by /proc/PID/stat (proc(5)): fields 14 and 15, in hundredths
// of a second.
func (c *child) cpu() (time.Duration, error) {
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", c.cmd.Process.Pid))
	if err != nil {
		return 0, err
	}
	fields := strings.Fields(string(stat[bytes.LastIndexByte(stat, ')')+1:])) // from field 3 on
	var ticks int
	for _, field := range fields[11:13] {
		n, err := strconv.Atoi(field)
		if err != nil {
			return 0, err
		}
		ticks += n
	}
	return time.Duration(ticks) * 10 * time.Millisecond, nil
}

// logText takes what a process writes, and tells when it holds a text.
type logText struct {
	mu      sync.Mutex
	file    io.Writer
	text    bytes.Buffer
	waiting map[string]chan struct{}
}

func (l *logText) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.text.Write(p)
	for what, ready := range l.waiting {
		if bytes.Contains(l.text.Bytes(), []byte(what)) {
			close(ready)
			delete(l.waiting, what)
		}
	}
	return l.file.Write(p)
}

func (l *logText) await(what string) <-chan struct{} {
	l.mu.Lock()
	defer l.mu.Unlock()
	ready := make(chan struct{})
	if bytes.Contains(l.text.Bytes(), []byte(what)) {
		close(ready)
		return ready
	}
	if l.waiting == nil {
		l.waiting = map[string]chan struct{}{}
	}
	l.waiting[what] = ready
	return ready
}

// tail is the end of what was written.
func (l *logText) tail() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	text := l.text.Bytes()
	return string(text[max(0, len(text)-4000):])
}
