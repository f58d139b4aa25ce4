package bench

import "syscall"

// childAttributes keep a Ctrl-C in the terminal from children, which we stop in order, and end them with us.
func childAttributes() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGTERM}
}
