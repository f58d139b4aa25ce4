package bench

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"time"

	"github.com/prometheus/procfs"
)

// stopWithin is how long a child may take to end by itself; the sidecar is allowed 15 s.
const stopWithin = 20 * time.Second

// process is a child of ours.
type process struct {
	name  string
	cmd   *exec.Cmd
	log   string // file of its standard error
	ended chan struct{}
	err   error // how it ended; set when ended is closed
}

// start runs a program in a folder. What it writes goes to NAME.log there.
func start(folder, name string, environ []string, path string, args ...string) (*process, error) {
	p := &process{name: name, log: filepath.Join(folder, name+".log"), ended: make(chan struct{})}
	log, err := os.OpenFile(p.log, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	defer func() { _ = log.Close() }() // the child has its own
	p.cmd = exec.Command(path, args...)
	p.cmd.Dir, p.cmd.Env, p.cmd.Stdout, p.cmd.Stderr = folder, environ, log, log
	p.cmd.SysProcAttr = childAttributes()
	if err := p.cmd.Start(); err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	go func() {
		p.err = p.cmd.Wait()
		close(p.ended)
	}()
	return p, nil
}

// await asks until ready holds; the end of the process, or of the patience, is an error with the end of its log.
func (p *process) await(ctx context.Context, patience time.Duration, ready func(context.Context) error) error {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	ticker := time.NewTicker(50 * time.Millisecond)
	defer ticker.Stop()
	for {
		err := ready(ctx)
		if err == nil {
			return nil
		}
		select {
		case <-p.ended:
			return p.failed()
		case <-ctx.Done():
			return fmt.Errorf("%s does not come up (%w): %s", p.name, err, p.lastWords())
		case <-ticker.C:
		}
	}
}

func (p *process) failed() error {
	return fmt.Errorf("%s ended (%v): %s", p.name, p.err, p.lastWords())
}

// lastWords is the end of the log.
func (p *process) lastWords() string {
	text, err := os.ReadFile(p.log)
	if err != nil {
		return err.Error()
	}
	return string(bytes.TrimSpace(text[max(0, len(text)-2000):]))
}

// stop asks the process to end, and ends it when it does not.
func (p *process) stop() error {
	if p == nil {
		return nil
	}
	if err := p.cmd.Process.Signal(syscall.SIGTERM); errors.Is(err, os.ErrProcessDone) {
		return nil
	}
	select {
	case <-p.ended:
		return nil
	case <-time.After(stopWithin):
		_ = p.cmd.Process.Kill()
		<-p.ended
		return fmt.Errorf("%s did not end within %s", p.name, stopWithin)
	}
}

// usage is what a process has used since it began.
type usage struct {
	CPU  float64 // seconds
	Peak int64   // of resident memory, in bytes
	RSS  int64   // resident memory now, in bytes
}

// usageOf asks /proc; without one (macOS) it is zero, and the table shows a dash.
func usageOf(pid int) usage {
	proc, err := procfs.NewProc(pid)
	if err != nil {
		return usage{}
	}
	var u usage
	if stat, err := proc.Stat(); err == nil {
		u.CPU, u.RSS = stat.CPUTime(), int64(stat.ResidentMemory())
	}
	if status, err := proc.NewStatus(); err == nil {
		u.Peak = int64(status.VmHWM)
	}
	return u
}

func (p *process) usage() usage {
	if p == nil {
		return usage{}
	}
	return usageOf(p.cmd.Process.Pid)
}
