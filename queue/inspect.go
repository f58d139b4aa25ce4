package queue

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/hibiken/asynq"
	"github.com/redis/go-redis/v9"

	"kagobell/scenarios"
)

// sizesFor is how long the sizes of the queues are believed: to read them costs Redis some work.
const sizesFor = 5 * time.Second

// Stats are figures for monitoring. Counts are of this process, since its start.
type Stats struct {
	Queues []QueueSize // of all processes

	LastSweep time.Time // that this process has done; zero: none
	Armed     int64     // runs, by its sweeps
	Walked    int64     // favourites, by its fan-outs

	AlarmsSet   int64 // runs of which the alarm was set
	AlarmsKnown int64 // runs of which it was set already
	AlarmsLost  int64 // runs of which it could not be set; the sweep finds them

	Outcomes map[scenarios.OutcomeKind]int64
	Stopped  int   // channels that are out of order, as this process finds
	Unsaved  int64 // outcomes that could not be saved
	Waiting  int   // works that wait to be decided
	Starts   int64 // of the worker; more than one: Redis was away
}

// QueueSize is the number of tasks in a queue, by their state.
type QueueSize struct {
	Name                                        string
	Pending, Active, Scheduled, Retry, Archived int
	Latency                                     time.Duration // age of the oldest pending task
}

// Stats asks Redis for the sizes of the queues, at most every 5 seconds, and tells what else is known. An error is
// Redis's; the rest is there all the same.
func (s *Service) Stats() (Stats, error) {
	stats := Stats{
		Armed: s.sweep.armed.Load(), Walked: s.walker.walked.Load(),
		AlarmsSet: s.alarms.set.Load(), AlarmsKnown: s.alarms.known.Load(), AlarmsLost: s.alarms.lost.Load(),
		Outcomes: map[scenarios.OutcomeKind]int64{}, Unsaved: s.worker.unsaved.Load(),
		Waiting: s.intake.Waiting() + s.due.Waiting() + s.finish.Waiting(), Starts: s.server.starts.Load(),
	}
	if last := s.sweep.last.Load(); last > 0 {
		stats.LastSweep = time.UnixMilli(last).UTC()
	}
	for _, l := range s.worker.lanes {
		if l.isStopped() {
			stats.Stopped++
		}
	}
	for i, kind := range outcomeKinds {
		stats.Outcomes[kind] = s.worker.outcomes[i].Load()
	}
	var err error
	stats.Queues, err = s.inspect.sizes()
	return stats, err
}

// InOrder tells whether a channel can be sent on. The error is what the provider answered when it could not, last.
func (s *Service) InOrder(channel scenarios.Channel) error {
	if why := s.worker.lane(channel).outOfOrder(); why != "" {
		return fmt.Errorf("%s is out of order: %s", channel, why)
	}
	return nil
}

// inspect reads the sizes of the queues.
type inspect struct {
	inspector *asynq.Inspector
	queues    []string

	mu   sync.Mutex
	read time.Time
	last []QueueSize
}

func newInspect(client redis.UniversalClient, queues []string) *inspect {
	return &inspect{inspector: asynq.NewInspectorFromRedisClient(client), queues: queues}
}

func (i *inspect) sizes() ([]QueueSize, error) {
	i.mu.Lock()
	defer i.mu.Unlock()
	if !i.read.IsZero() && time.Since(i.read) < sizesFor {
		return i.last, nil
	}
	names, err := i.inspector.Queues()
	if err != nil {
		return nil, err
	}
	sizes := make([]QueueSize, len(i.queues))
	for n, name := range i.queues {
		sizes[n].Name = name
		if !slices.Contains(names, name) {
			continue // nothing has been put into it yet; to ask would be an error
		}
		info, err := i.inspector.GetQueueInfo(name)
		if err != nil {
			return nil, err
		}
		sizes[n] = QueueSize{Name: name, Pending: info.Pending, Active: info.Active, Scheduled: info.Scheduled,
			Retry: info.Retry, Archived: info.Archived, Latency: info.Latency}
	}
	i.last, i.read = sizes, time.Now()
	return sizes, nil
}

// backlog is how many due tasks wait for a worker.
func (i *inspect) backlog() (int, error) {
	sizes, err := i.sizes()
	n := 0
	for _, size := range sizes {
		if strings.HasPrefix(size.Name, duePrefix) {
			n += size.Pending
		}
	}
	return n, err
}
