package main

import (
	"os"
	"runtime/debug"
)

// By how many per cent the heap may grow before it is collected; Go's default is 100. What a simulation knows lives long
// and what a decision needs lives short: looking through all of it took a quarter of the time. A sidecar knows little, so
// that much growth is little memory.
const (
	simulationGrowth = 200
	sidecarGrowth    = 400

	// sidecarMemory is from where on the sidecar is collected as often as it takes to stay below: large bodies.
	sidecarMemory = 400 << 20
)

// collectLess sets how often garbage is collected, unless GOGC and GOMEMLIMIT say something else, and returns what takes
// it back. A limit of 0 is none.
func collectLess(growth int, limit int64) (restore func()) {
	restore = func() {}
	if os.Getenv("GOGC") == "" {
		before := debug.SetGCPercent(growth)
		restore = func() { debug.SetGCPercent(before) }
	}
	if limit == 0 || os.Getenv("GOMEMLIMIT") != "" {
		return restore
	}
	growing, before := restore, debug.SetMemoryLimit(limit)
	return func() { debug.SetMemoryLimit(before); growing() }
}
