package scenarios

import "time"

// scheduled is an alarm of the simulator's clock: a run, or a fan-out.
type scheduled struct {
	at     time.Time
	run    RunID
	fanOut *FanOut // as it was when the alarm was set
}

// schedule is a heap of alarms: by time, fan-outs first and these in their turn,
// then by name, so that the same history always rings in the same order.
type schedule []scheduled

func (s schedule) Len() int      { return len(s) }
func (s schedule) Swap(i, j int) { s[i], s[j] = s[j], s[i] }
func (s schedule) Less(i, j int) bool {
	a, b := s[i], s[j]
	if !a.at.Equal(b.at) {
		return a.at.Before(b.at)
	}
	if a.fanOut != nil && b.fanOut != nil {
		return inTurn(a.fanOut, b.fanOut) < 0
	}
	return a.run < b.run
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
