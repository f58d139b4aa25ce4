// Command kagobell is the one binary of the project: it reads the configuration, wires the parts together and runs
// them. It is the only place that knows every package.
//
//	main -> run -> a command (cmd_*.go) -> loadConfig -> the parts
//
// A command is a constructor in a file of its own, listed in commands (main.go). Exit codes: 0 done, 1 the work found
// mistakes or failed, 2 wrong usage. Data goes to standard output, logs and progress to standard error.
package main
