package channels

import (
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

// report tells of the fault for which a message had this outcome. Only a channel that is stopped is out of order, as
// /readyz says it too.
func (f *faultLog) report(err error, o *scenarios.Outcome) {
	f.mu.Lock()
	defer f.mu.Unlock()
	now := time.Now()
	if now.Sub(f.last) < faultEvery {
		f.kept++
		return
	}
	f.last = now
	what, hint := "messages are put off", "they wait and are tried again"
	switch {
	case o.Hold == scenarios.HoldStopped:
		what, hint = "channel out of order", "check the configuration; messages wait until one goes through; one a minute is tried"
	case o.Kind == scenarios.OutcomePermanent:
		what, hint = "messages are refused for good", "check the configuration; those of steps with another channel go there"
	}
	f.log.Error(what, "channel", f.channel, "error", errorDetail(err), "hint", hint, "not_logged", f.kept)
	f.kept = 0
}
