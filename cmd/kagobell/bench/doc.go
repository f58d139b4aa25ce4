// Package bench measures Kagobell as it runs in production: the real binary as a child process, on MariaDB and Redis,
// fed with signed webhooks and sending to an SMTP server.
//
//	Run -> stage (MariaDB, Redis, sidecar as processes; SMTP sink here)
//	    -> fill (open runs, through the store and engine of the sidecar)
//	    -> load (webhooks, or steps that come due) -> Report
//
// The load generator and the SMTP sink run in this process; what they cost is told beside the rest. Figures hold for
// the machine that they were measured on: a Report carries the raw limits of the same run, so that each is a ratio too.
package bench
