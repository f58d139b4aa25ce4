package scenarios

import (
	"container/heap"
	"encoding/binary"
	"time"
)

// scheduled is an alarm of the simulator's clock: a run, or a fan-out.
type scheduled struct {
	at     int64    // Unix microseconds: many are compared
	run    *runRows // nil: a fan-out
	prefix uint64   // of the run's id: when a window opens many ring at once, and their ids lie all over the memory
	fanOut *FanOut  // as it was when the alarm was set
}

func scheduledRun(of *runRows) scheduled {
	var first [8]byte
	copy(first[:], of.id)
	return scheduled{at: of.rings.UnixMicro(), run: of, prefix: binary.BigEndian.Uint64(first[:])}
}

func scheduledFanOut(at time.Time, f *FanOut) scheduled {
	return scheduled{at: at.UnixMicro(), fanOut: f}
}

// time is when it rings.
func (a scheduled) time() time.Time { return time.UnixMicro(a.at).UTC() }

// schedule is a heap of alarms: by time, fan-outs first and these in their turn,
// then by name, so that the same history always rings in the same order.
type schedule []scheduled

func (s schedule) Len() int      { return len(s) }
func (s schedule) Swap(i, j int) { s[i], s[j] = s[j], s[i] }
func (s schedule) Less(i, j int) bool {
	a, b := &s[i], &s[j]
	switch {
	case a.at != b.at:
		return a.at < b.at
	case a.run != nil && b.run != nil:
		return a.prefix < b.prefix || a.prefix == b.prefix && a.run.id < b.run.id
	case a.fanOut != nil && b.fanOut != nil:
		return inTurn(a.fanOut, b.fanOut) < 0
	}
	return a.fanOut != nil
}

// set sets an alarm.
func (s *schedule) set(alarm scheduled) {
	*s = append(*s, alarm)
	heap.Fix(s, len(*s)-1)
}

// next takes out the alarm that rings first.
func (s *schedule) next() scheduled {
	first := (*s)[0]
	heap.Pop(s)
	return first
}

// Push is for container/heap, and not used: an alarm would lie in memory of its own on the way.
func (s *schedule) Push(any) {}

// Pop is for container/heap: it takes out the last one.
func (s *schedule) Pop() any {
	last := len(*s) - 1
	(*s)[last] = scheduled{}
	*s = (*s)[:last]
	return nil
}
