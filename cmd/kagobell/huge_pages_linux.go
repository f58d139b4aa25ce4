package main

import (
	"math"
	"os"
	"runtime"
	"strings"
	"syscall"
	"unsafe"
)

// hugePages lets the heap lie in large pages where Linux gives them to whoever asks: what a long history knows lies all
// over the memory, and finding its small pages took a fifth of the time. The asking is done for room that is given back
// to the heap at once; none of it is used before it is needed.
func hugePages() {
	if !givesHugePages() {
		return
	}
	var room strings.Builder // which takes memory without touching it
	room.Grow(1 << 30)
	_ = room.WriteByte(0)
	all := unsafe.Slice(unsafe.StringData(room.String()), room.Cap())
	_ = syscall.Madvise(all, syscall.MADV_HUGEPAGE) // advice: without it things are but slower
	runtime.GC()
}

// givesHugePages tells whether asking helps, and whether address space may be taken that is not used.
func givesHugePages() bool {
	mode, _ := os.ReadFile("/sys/kernel/mm/transparent_hugepage/enabled")
	overcommit, _ := os.ReadFile("/proc/sys/vm/overcommit_memory")
	var addresses syscall.Rlimit
	err := syscall.Getrlimit(syscall.RLIMIT_AS, &addresses)
	return strings.Contains(string(mode), "[madvise]") && strings.TrimSpace(string(overcommit)) != "2" &&
		err == nil && addresses.Cur == math.MaxUint64 && os.Getenv("GOMEMLIMIT") == ""
}
