// Package migrations holds the database schema as SQL files, one folder for
// each database, embedded into the binary. They are numbered, written in the
// form that goose reads, and never changed once released: a change is a
// further file in both folders.
//
// Replicas of an older release go on working while and after a newer one migrates
// (rolling upgrades). So a migration only adds: columns with a default or NULL,
// tables, indexes that are not unique; and what no release reads any more is taken
// away by a later one. On MySQL every ALTER TABLE says LOCK = NONE or ALGORITHM =
// INSTANT, so that the database refuses what would hold up those who write. Tests in
// the store hold the files to that.
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
