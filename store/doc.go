// Package store is the durable truth: SQL for MySQL (8, MariaDB 10.6 or newer)
// and SQLite. Every aggregate has a file of its own; what differs between the
// two databases is in dialect.go.
//
// Its heart is Decide. One transaction carries many works:
//
//	keys.go   which accounts do the works concern?
//	lock.go   lock products, then accounts, each in key order
//	load.go   a Snapshot with a few IN queries; look again whether the accounts are the right ones
//	decide.go the Decider decides one work after the other, each on top of those before it
//	save.go   the last state of every row, by multi-row statements
//
// The account is the unit of locking: whoever changes a row of an account, of
// its buyers, runs, messages, carts or orders, holds the lock of the account's
// row. Rows that are new to an account-less world (a buyer, a product) are
// inserted plainly; when another transaction was quicker, the duplicate key
// makes this one start anew.
//
// All other methods are queries for people (pages, API, commands) and the small
// durable things that replicas share: leases, settings, pauses.
//
// Times are UTC with microseconds; a zero time is NULL.
package store
