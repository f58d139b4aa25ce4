package main

import (
	"os"
	"runtime/debug"
)

// heapGrowth is by how many per cent the heap may grow before it is collected; Go's default is 100. What a simulation
// knows lives long, and what a decision needs lives short: looking through all of it took a quarter of the time.
const heapGrowth = 200

// collectLess sets that, unless GOGC says something else, and returns what takes it back.
func collectLess() (restore func()) {
	if os.Getenv("GOGC") != "" {
		return func() {}
	}
	before := debug.SetGCPercent(heapGrowth)
	return func() { debug.SetGCPercent(before) }
}
