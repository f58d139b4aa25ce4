package queue

import (
	"cmp"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/hibiken/asynq"

	"kagobell/scenarios"
)

// Options are what a Service is made of. Redis, Decider, Clock and Log are needed always, Sweeper and Sender by a
// Worker. The zero value of the others takes its default.
type Options struct {
	Redis   *Redis
	Decider Decider
	Clock   Clock
	Sweeper Sweeper
	Sender  Sender
	Leads   LeadTeller // nil: no sales system is told anything
	Log     *slog.Logger

	Worker      bool          // rings alarms, sends and sweeps; without it the service takes works in, no more
	Concurrency int           // tasks handled at a time; 256, as they mostly wait
	Senders     int           // connections that a channel sends over at a time; 20
	DueQueues   int           // of each lane: a Redis cluster spreads them over its nodes; 4. The same in all processes
	CrowdFrom   int           // runs due in one second from which on they share a task; 32
	SweepEvery  time.Duration // 10 s; whole seconds
	DrainWithin time.Duration // how long Run may take to end; 11 s
	Batch       BatchOptions  // for events, and apart for due runs
	Finish      BatchOptions  // for outcomes, which senders wait for: 1 ms for company

	Connections map[scenarios.Channel]int // of a channel that has another number than Senders
	Rates       map[scenarios.Channel]int // messages a second, of all processes together; 0: no limit
}

// crowdSize keeps the payload of a task under 10 KB.
const crowdSize = 500

// Service is the door to all that is decided: it takes works in, and carries out what comes of them.
type Service struct {
	options Options
	intake  *intake  // what is handed in
	due     *Batcher // runs whose time has come; apart, so that no crowd of them stands before a webhook
	finish  *Batcher
	alarms  *alarms
	walker  *walker
	worker  *worker
	sweep   *sweep
	leads   *leads // nil: none
	server  *server
	inspect *inspect
	senders *replicas             // the processes that send
	takers  *replicas             // and those that take in from a source with a limit
	limited bool                  // this one does
	stopped [3]context.CancelFunc // of the phases
}

// New puts a service together. It takes works in at once; alarms are set and rung when it runs.
func New(options Options) (*Service, error) {
	o := &options
	switch {
	case o.Redis == nil || o.Decider == nil || o.Clock == nil || o.Log == nil:
		return nil, errors.New("queue: Redis, Decider, Clock and Log are needed")
	case o.Worker && (o.Sweeper == nil || o.Sender == nil):
		return nil, errors.New("queue: a worker needs Sweeper and Sender")
	case o.SweepEvery%time.Second != 0:
		return nil, errors.New("queue: SweepEvery: expected whole seconds")
	}
	o.Concurrency, o.Senders = defaulted(o.Concurrency, 256), defaulted(o.Senders, 20)
	o.DueQueues, o.CrowdFrom = defaulted(o.DueQueues, 4), defaulted(o.CrowdFrom, 32)
	o.SweepEvery, o.DrainWithin = defaulted(o.SweepEvery, 10*time.Second), defaulted(o.DrainWithin, 11*time.Second)

	s := &Service{options: options}
	s.intake, s.due = newIntake(o.Decider, o.Clock, o.Batch), NewBatcher(o.Decider, o.Clock, o.Batch)
	o.Finish.Gather = defaulted(o.Finish.Gather, time.Millisecond)
	s.finish = NewBatcher(o.Decider, o.Clock, o.Finish)
	client := asynq.NewClientFromRedisClient(o.Redis.client)
	queues := dueQueues(o.DueQueues)
	names := []string{queueSweep, queueFanOut}
	for _, channel := range slices.Sorted(maps.Keys(queues)) {
		names = append(names, queues[channel]...)
	}
	s.inspect = newInspect(o.Redis.client, names)
	s.alarms = &alarms{
		client: client, time: &databaseTime{clock: o.Clock, log: o.Log}, queues: queues,
		crowdFrom: o.CrowdFrom, crowdSize: crowdSize, log: o.Log, waiting: make(chan []scenarios.Alarm, backlogMax),
	}
	s.assemble(client)
	return s, nil
}

// assemble makes the parts of a worker. A process that is none has them too, idle but for the claims of its own works,
// which it gives back.
func (s *Service) assemble(client *asynq.Client) {
	o, holder, phases := &s.options, rand.Text(), s.phases()
	s.senders, s.takers = newReplicas(o.Redis, "senders", holder, o.Log), newReplicas(o.Redis, "takers", holder, o.Log)
	s.walker = &walker{sweeper: o.Sweeper, alarms: s.alarms, client: client, holder: holder, log: o.Log, phases: phases,
		kicks: make(chan time.Time, kicksMax)}
	s.worker = &worker{due: s.due, finish: s.finish, alarms: s.alarms, onward: s.walker.onward,
		log: o.Log, now: time.Now, phases: phases}
	if o.Worker {
		s.worker.sender = o.Sender
	}
	for _, channel := range scenarios.Channels {
		var limit *Limit
		if n := o.Rates[channel]; n > 0 {
			limit = sendLimit("channel:"+string(channel), n).through(o.Redis, s.senders.count)
		}
		s.worker.lanes = append(s.worker.lanes, newLane(channel, defaulted(o.Connections[channel], o.Senders), limit))
	}
	s.sweep = &sweep{sweeper: o.Sweeper, alarms: s.alarms, backlog: s.inspect.backlog,
		rebuild: newRebuild(o.Redis.client, s.inspect.queues, o.Log), holder: holder, every: o.SweepEvery, log: o.Log,
		phases: phases, rest: rest}
	if o.Leads != nil {
		s.leads = &leads{teller: o.Leads, log: o.Log, phases: phases}
	}
	s.server = &server{leads: s.leads, redis: o.Redis, worker: s.worker, sweep: s.sweep, walker: s.walker, concurrency: o.Concurrency,
		finishUp: o.DrainWithin * 2 / 3, watchEvery: watchEvery, log: o.Log}
}

func (s *Service) phases() (p phases) {
	p.saving, s.stopped[2] = context.WithCancel(context.Background())
	p.sending, s.stopped[1] = context.WithCancel(p.saving)
	p.claiming, s.stopped[0] = context.WithCancel(p.sending)
	return p
}

// Ingest has events decided, in this order. It returns when they are saved; their alarms are set afterwards. Errors
// are those of Submit.
func (s *Service) Ingest(ctx context.Context, events []*scenarios.Event) ([]scenarios.Result, error) {
	return s.Submit(ctx, scenarios.WorksOf(events))
}

// Submit is Ingest for works of any kind. ErrOverloaded, ErrClosed and ErrUnavailable mean that not all is saved, and
// to try again; a work that failed alone has an error in its result.
func (s *Service) Submit(ctx context.Context, works []scenarios.Work) ([]scenarios.Result, error) {
	return s.intake.submit(ctx, works, s.actOn)
}

// IntakeLimit lets perSecond events through in the long run and burst at once, over all processes that ask for the same
// name. It is to be asked for before Run.
func (s *Service) IntakeLimit(name string, perSecond, burst int) *Limit {
	s.limited = true
	return intakeLimit("source:"+name, perSecond, burst).through(s.options.Redis, s.takers.count)
}

// actOn carries out what was decided, without waiting for it.
func (s *Service) actOn(decided answer) {
	var list []scenarios.Alarm
	for _, result := range decided.results {
		list = append(list, result.Decision.Alarms...)
		s.walker.onward(result.Decision)
		for _, c := range claimsOf(result.Decision, decided.began) {
			leave := s.worker.active.enter()
			go func() {
				defer leave()
				s.worker.deliverAll(c)
			}()
		}
	}
	s.alarms.put(list)
}

// Ring looks at runs at once, as their alarms would, and returns when what was claimed is finished: for whoever moves
// the clock himself, since Asynq's can't be moved. The error is that of ctx, when not all of them were looked at.
func (s *Service) Ring(ctx context.Context, refs []scenarios.RunRef) error {
	var deliveries sync.WaitGroup
	defer deliveries.Wait()
	left := s.worker.ring(ctx, nil, refs, &deliveries)
	for channel, busy := range left.busy {
		more := s.worker.ring(ctx, s.worker.lane(channel), busy, &deliveries)
		left.rest = append(left.rest, more.rest...)
		for _, refs := range more.busy {
			left.rest = append(left.rest, refs...)
		}
	}
	if n := len(left.rest); n > 0 {
		return fmt.Errorf("%d runs were not looked at: %w", n, cmp.Or(ctx.Err(), errLater))
	}
	return nil
}

// SetAlarms sets alarms and waits for it. What fails is found by the sweep.
func (s *Service) SetAlarms(ctx context.Context, list []scenarios.Alarm) error {
	return s.alarms.Set(ctx, list)
}

// Run sets alarms and, for a worker, rings them, until ctx ends. Then it finishes what is under way and returns within
// DrainWithin. End ctx when nobody submits any more: after the HTTP server has shut down.
func (s *Service) Run(ctx context.Context) error {
	background, cancel := context.WithCancel(context.Background())
	defer cancel()
	stop := make(chan struct{})
	var loops, serving sync.WaitGroup
	loops.Go(func() { s.alarms.run(background, stop) })
	loops.Go(func() { s.walker.run(background, stop) })
	if s.limited {
		loops.Go(func() { s.takers.run(background, stop) })
	}
	if s.options.Worker {
		loops.Go(func() { s.senders.run(background, stop) })
		serving.Go(func() { s.server.run(s.worker.phases.claiming) })
	}
	<-ctx.Done()
	started := time.Now()
	s.options.Log.Info("the queue finishes what is under way", "waiting", s.intake.Waiting()+s.due.Waiting())
	s.drain(started, &serving)
	close(stop)
	if !endsBefore(started.Add(s.options.DrainWithin), &loops) {
		s.options.Log.Warn("some alarms are left to the sweep")
	}
	return nil
}

// drain ends one phase after the other: nothing new is claimed, and claims that wait for a connection are given back;
// what is on its way is waited for, for three quarters of the time; and what comes of it is saved until the end.
func (s *Service) drain(started time.Time, serving *sync.WaitGroup) {
	s.stopped[0]()
	sending, cancel := context.WithDeadline(context.Background(), started.Add(s.options.DrainWithin*3/4))
	defer cancel()
	endsBefore(started.Add(s.options.DrainWithin*3/4), serving)
	if s.worker.active.wait(sending) != nil {
		s.options.Log.Warn("messages are still being sent; they are broken off")
	}
	s.stopped[1]()
	saving, cancel := context.WithDeadline(context.Background(), started.Add(s.options.DrainWithin))
	defer cancel()
	_ = s.worker.active.wait(saving) // what is not saved by then logs that by itself
	if err := errors.Join(s.intake.Close(saving), s.due.Close(saving), s.finish.Close(saving)); err != nil {
		s.options.Log.Warn("works were not decided in time", "error", err)
	}
	s.stopped[2]()
}

// endsBefore waits for a group, but not for ever.
func endsBefore(deadline time.Time, group *sync.WaitGroup) bool {
	ended := make(chan struct{})
	go func() {
		group.Wait()
		close(ended)
	}()
	select {
	case <-ended:
		return true
	case <-time.After(time.Until(deadline)):
		return false
	}
}
