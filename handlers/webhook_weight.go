package handlers

import (
	"bytes"
	"context"

	"golang.org/x/sync/semaphore"
)

// Read into events a body weighs some times as much, until they are saved. So many bytes of events may be here at a
// time; further bodies wait, as the bytes that they are. Large bodies wait for one another and small ones for small
// ones, of which there are always enough to fill the batches that are decided.
const (
	mostSmallEvents = 64 << 20
	mostLargeEvents = 96 << 20
	largeEvents     = 2 << 20
)

// What events weigh in memory, measured (runtime.MemStats) over carts of 40 lines, carts of 500 lines that are an SKU
// each, and lists of empty objects: for each byte of the body, each object and each further value in it. The estimate
// was 0.9 to 1.3 times what carts took.
const (
	weightOfByte   = 2
	weightOfObject = 512
	weightOfValue  = 64
)

// weightOf estimates the bytes that the events of a body take.
func weightOf(body []byte) int64 {
	objects, values := bytes.Count(body, []byte("{")), bytes.Count(body, []byte(","))
	return int64(weightOfByte*len(body) + weightOfObject*objects + weightOfValue*values)
}

// scales bound what the events weigh that are here.
type scales struct{ small, large *semaphore.Weighted }

func newScales() *scales {
	return &scales{semaphore.NewWeighted(mostSmallEvents), semaphore.NewWeighted(mostLargeEvents)}
}

// enter waits until there is room for the events of a body; leave gives it back when they are saved. What is heavier
// than all the room goes in alone. ErrOverloaded when ctx ends before.
func (s *scales) enter(ctx context.Context, body []byte) (leave func(), err error) {
	weight, room := weightOf(body), s.small
	if weight > largeEvents {
		weight, room = min(weight, mostLargeEvents), s.large
	}
	if room.Acquire(ctx, weight) != nil {
		return nil, ErrOverloaded
	}
	return func() { room.Release(weight) }, nil
}
