package queue

import (
	"slices"
	"testing"
	"time"
)

// A nightly price list is thousands of changes to products that hardly anybody saved.
func TestFanOutsWithNobodyToTellDoNotEndTheWalk(t *testing.T) {
	s := newShop()
	s.fanOuts = []int{0, 0, 0, 0, 0, 2}
	run := start(t, embeddedRedis(t), s, func(o *Options) { o.SweepEvery = time.Hour })
	run.walker.kick(t.Context(), time.Time{})
	run.allSentOnce(t, 2)
	if want := []int{0, 0, 0, 0, 0, 2}; !slices.Equal(run.pieces, want) {
		t.Errorf("pieces %v, want %v", run.pieces, want)
	}
}
