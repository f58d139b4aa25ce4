package channels

import (
	"errors"
	"log/slog"
	"sync"
	"time"

	"kagobell/scenarios"
)

// faultEvery is how often a fault that hits every message is logged.
const faultEvery = 30 * time.Second

// faultLog tells of faults that concern no single message (a server that can't
// be reached, a token that is refused): loudly, but not once a message.
type faultLog struct {
	log     *slog.Logger
	channel scenarios.Channel

	mu   sync.Mutex
	last time.Time
	kept int // not logged since then
}

func (f *faultLog) report(err error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if now := time.Now(); now.Sub(f.last) < faultEvery {
		f.kept++
		return
	} else {
		f.last = now
	}
	hint := "messages wait and are tried again"
	if errors.Is(err, errConfiguration) {
		hint = "check the configuration; " + hint
	}
	f.log.Error("channel out of order", "channel", f.channel, "error", errorDetail(err), "hint", hint, "not_logged", f.kept)
	f.kept = 0
}
