// Package queue is time: it rings runs when they are due, carries out what is decided, and sees to it that nothing is
// forgotten. The database is the truth and Redis, through Asynq, merely the alarm clock: whatever is lost there is
// armed again by the sweep, and what rings twice is told apart by the database.
//
//	webhooks ──Ingest──┐                             ┌── alarms ───► Redis (a lane a channel)
//	                   ├─► Batcher ─► Decider ─► Result             │
//	ring ◄─────────────┼──────────────── worker ◄────│── when due ──┘
//	  │                │                             └── fan-outs ─► Redis (fanout) ─► walk ─► alarms
//	  └─ deliveries ─► Sender ─► outcome ─► Batcher
//
//	every 10 s: sweep ─► Sweeper.Arm ─► alarms of what comes inside the horizon, and of what was lost
//	            leads ─► LeadTeller ─► the sales system hears which marks were reached
//
// Each channel has a lane: queues in Redis, places, connections and a rate of its own. A run takes a place there before it
// is decided, so that no more is claimed than can be sent in time, and a channel that hangs holds up no other. Runs of
// which nobody knows where they will send, as the sweep arms them, are decided at once; those that turn out to need a busy
// channel move to its lane.
//
// Three rules are kept here (design.md, "Five rules that never bend"): a delivery begins within SendWithin of its
// claim or is given back; a sender takes its next message only when the outcome of its last one is committed; and
// nothing relies on a task being run exactly once, or at all.
package queue
