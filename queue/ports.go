package queue

import (
	"context"
	"time"

	"kagobell/scenarios"
)

// Decider decides works and saves what was decided, in one transaction. Result i belongs to work i. Works of one
// account are decided in the order given. An error means that nothing of the whole batch was saved.
type Decider interface {
	Decide(ctx context.Context, works []scenarios.Work) ([]scenarios.Result, error)
}

// freeDecider is a Decider that need not wait for accounts about which somebody else is deciding: it leaves their works
// (Result.Left), all of an account.
type freeDecider interface {
	DecideFree(ctx context.Context, works []scenarios.Work) ([]scenarios.Result, error)
}

// Sweeper finds, in the database, what alarms have missed.
type Sweeper interface {
	// Arm picks at most limit runs that come due within the horizon, or are overdue, and have no alarm that can still
	// be trusted; notes that they are armed; and returns their alarms, with a new generation. Fewer than limit means
	// that none is left for now.
	Arm(ctx context.Context, limit int) ([]scenarios.Alarm, error)

	// Armed lists at most limit alarms that should be set, from where the last call ended, and changes nothing; next is
	// empty when none is left.
	Armed(ctx context.Context, after string, limit int) (alarms []scenarios.Alarm, next string, err error)

	// Lease gives name to holder for ttl, by the database's clock, and tells whether it did: not while another holder
	// has it. The same holder renews it by asking again; a ttl of 0 gives it back.
	Lease(ctx context.Context, name, holder string, ttl time.Duration) (bool, error)

	// WalkFanOut goes on with the oldest fan-out that is due, by at most limit favourites, and saves how far it came.
	WalkFanOut(ctx context.Context, limit int) (FanOutProgress, error)

	// FollowDates begins, for at most limit buyers who were known before, the scenarios that go by dates and are new.
	// It saves how far it came, and tells how many buyers it looked at; 0: none is left.
	FollowDates(ctx context.Context, limit int) (alarms []scenarios.Alarm, looked int, err error)

	// Prune deletes a bounded number of rows that are past their retention, and tells how many and whether there may be
	// more.
	Prune(ctx context.Context) (deleted int, more bool, err error)
}

// FanOutProgress is what one step of a walk came to.
type FanOutProgress struct {
	Alarms []scenarios.Alarm // of the runs that were started or joined
	Walked int               // favourites looked at
	Ended  bool              // the fan-out came to its end; many have nobody to tell
	More   bool              // a fan-out is due that is not at its end
}

// Sender transmits a message. It keeps the context's deadline, and says what is known when it has passed.
type Sender interface {
	Send(ctx context.Context, delivery scenarios.Delivery) scenarios.Outcome
}

// Clock is the database's: the one clock that says what is due.
type Clock interface {
	Now(ctx context.Context) (time.Time, error)
}
