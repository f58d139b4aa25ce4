package scenarios

import "time"

// scheduled is an alarm of the simulator's clock: a run, or the fan-outs of a SKU.
type scheduled struct {
	at  time.Time
	run RunID
	sku string
}

// schedule is a heap of alarms: by time, fan-outs first, then by name, so that
// the same history always rings in the same order.
type schedule []scheduled

func (s schedule) Len() int      { return len(s) }
func (s schedule) Swap(i, j int) { s[i], s[j] = s[j], s[i] }
func (s schedule) Less(i, j int) bool {
	a, b := s[i], s[j]
	if !a.at.Equal(b.at) {
		return a.at.Before(b.at)
	}
	if a.run != b.run {
		return a.run < b.run
	}
	return a.sku < b.sku
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
