//go:build !linux

package bench

import "syscall"

// childAttributes: a child that outlives us can only be forbidden on Linux.
func childAttributes() *syscall.SysProcAttr { return &syscall.SysProcAttr{} }
