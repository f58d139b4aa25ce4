package scenarios

import (
	"encoding/binary"
	"time"
)

// scheduled is an alarm of the simulator's clock: a run, or a fan-out.
type scheduled struct {
	at     time.Time
	run    *armedRun // nil: a fan-out
	prefix uint64    // of the run's id: when a window opens many ring at once, and their ids lie all over the memory
	fanOut *FanOut   // as it was when the alarm was set
}

// armedRun is an open run as it is now. It has but one alarm, which may be early.
type armedRun struct {
	*Run
	rings time.Time // zero: it rang
}

func scheduledRun(armed *armedRun) scheduled {
	var first [8]byte
	copy(first[:], armed.ID)
	return scheduled{at: armed.DueAt, run: armed, prefix: binary.BigEndian.Uint64(first[:])}
}

// schedule is a heap of alarms: by time, fan-outs first and these in their turn,
// then by name, so that the same history always rings in the same order.
type schedule []scheduled

func (s schedule) Len() int      { return len(s) }
func (s schedule) Swap(i, j int) { s[i], s[j] = s[j], s[i] }
func (s schedule) Less(i, j int) bool {
	a, b := s[i], s[j]
	switch at := a.at.Compare(b.at); {
	case at != 0:
		return at < 0
	case a.run != nil && b.run != nil:
		return a.prefix < b.prefix || a.prefix == b.prefix && a.run.ID < b.run.ID
	case a.fanOut != nil && b.fanOut != nil:
		return inTurn(a.fanOut, b.fanOut) < 0
	}
	return a.fanOut != nil
}

// Push is for container/heap.
func (s *schedule) Push(x any) {
	if alarm, ok := x.(scheduled); ok {
		*s = append(*s, alarm)
	}
}

// Pop is for container/heap.
func (s *schedule) Pop() any {
	last := len(*s) - 1
	alarm := (*s)[last]
	*s = (*s)[:last]
	return alarm
}
