// Package migrations holds the database schema as SQL files, one folder for
// each database, embedded into the binary. They are numbered, written in the
// form that goose reads, and never changed once released: a change is a
// further file in both folders.
//
// Every time is UTC with microseconds. MySQL keeps it as DATETIME(6); SQLite
// as text of the same form, 2026-11-20 01:00:00.000000, which sorts as it reads.
// Ids from outside are compared exactly, so every table names its collation.
// JSON is kept as text: no statement looks into it.
package migrations

import "embed"

// MySQL is the schema for MySQL 8 and MariaDB 10.6 or newer, under mysql/.
//
//go:embed mysql/*.sql
var MySQL embed.FS

// SQLite is the same schema for SQLite, under sqlite/.
//
//go:embed sqlite/*.sql
var SQLite embed.FS
