package bench

import (
	"fmt"
	"io"
	"sync"
	"time"

	"github.com/schollz/progressbar/v3"
)

// narrator tells those who wait what happens.
type narrator struct {
	out     io.Writer
	watched bool // by somebody at a terminal
	began   time.Time
	mu      sync.Mutex
}

func (n *narrator) line(format string, args ...any) {
	n.mu.Lock()
	defer n.mu.Unlock()
	fmt.Fprintf(n.out, "%7.1fs  %s\n", time.Since(n.began).Seconds(), fmt.Sprintf(format, args...))
}

// bar shows how far something is, of so many; done ends it. Where nobody watches it is a line.
func (n *narrator) bar(what string, of int) *progressbar.ProgressBar {
	if !n.watched {
		n.line("%s", what)
	}
	return progressbar.NewOptions(of, progressbar.OptionSetWriter(n.out), progressbar.OptionSetDescription(what),
		progressbar.OptionShowCount(), progressbar.OptionShowIts(), progressbar.OptionThrottle(200*time.Millisecond),
		progressbar.OptionSetVisibility(n.watched), progressbar.OptionClearOnFinish())
}

// watch tells every some seconds what tell says, until the returned function is called.
func (n *narrator) watch(tell func() string) (stop func()) {
	ended := make(chan struct{})
	every := 10 * time.Second
	if n.watched {
		every = 2 * time.Second
	}
	var once sync.Once
	go func() {
		ticker := time.NewTicker(every)
		defer ticker.Stop()
		for {
			select {
			case <-ended:
				return
			case <-ticker.C:
				n.line("%s", tell())
			}
		}
	}()
	return func() { once.Do(func() { close(ended) }) }
}
