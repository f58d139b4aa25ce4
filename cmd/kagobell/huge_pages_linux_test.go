package main

import (
	"bytes"
	"os"
	"runtime"
	"testing"
)

// TestHugePages: the room that was asked for is the heap's again, and Linux knows what it was asked.
func TestHugePages(t *testing.T) {
	hugePages()
	var after runtime.MemStats
	runtime.ReadMemStats(&after)
	if after.HeapAlloc > 1<<29 {
		t.Errorf("%d MiB are in use", after.HeapAlloc>>20)
	}
	if !givesHugePages() {
		return
	}
	maps, err := os.ReadFile("/proc/self/smaps")
	if err != nil {
		t.Fatal(err)
	}
	asked := 0
	for _, line := range bytes.Split(maps, []byte("\n")) {
		if bytes.HasPrefix(line, []byte("VmFlags:")) && bytes.Contains(line, []byte(" hg")) {
			asked++
		}
	}
	if asked == 0 {
		t.Error("no memory is marked for large pages")
	}
}
