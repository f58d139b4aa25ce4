package queue

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"github.com/hibiken/asynq"
)

const (
	typeLeads    = "leads"
	leadsAtOnce  = 20
	leadsTimeout = 10 * time.Minute // of the task; the next one goes on
)

// LeadTeller tells the sales system what is due to be told.
type LeadTeller interface {
	// TellLeads makes at most limit attempts and tells how many it made; fewer than limit: none is due any more. Each is
	// claimed in the database, so that two processes never make the same one.
	TellLeads(ctx context.Context, limit int) (int, error)
}

// leads is a periodic task beside the sweep: whatever waits for the sales system is in the database, and is asked
// for there.
type leads struct {
	teller LeadTeller
	log    *slog.Logger
	phases phases
	one    sync.Mutex // a sales system that hangs must not take the place of sweeps
}

// ProcessTask goes on until nothing is due. What fails is due again later.
func (l *leads) ProcessTask(ctx context.Context, _ *asynq.Task) error {
	if !l.one.TryLock() {
		return nil
	}
	defer l.one.Unlock()
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	defer context.AfterFunc(l.phases.claiming, cancel)()
	for ctx.Err() == nil {
		made, err := l.teller.TellLeads(ctx, leadsAtOnce)
		if err != nil {
			if ctx.Err() == nil {
				l.log.Warn("leads wait for the next round", "error", err)
			}
			return nil
		}
		if made < leadsAtOnce {
			return nil
		}
	}
	return nil
}
