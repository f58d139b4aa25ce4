package chaos

import (
	"database/sql"
	"time"
)

// audit keeps the history of every message in the database itself, by triggers in the transactions of the sidecar:
// what a row of messages says now is not enough to know when it was claimed before.
func (r *rig) audit() {
	r.t.Helper()
	const values = `(message_id, run_id, buyer_id, channel, step, status, reason, attempts, claimed_at) VALUES
		(NEW.message_id, NEW.run_id, NEW.buyer_id, NEW.channel, NEW.step, NEW.status, NEW.reason, NEW.attempts, NEW.claimed_at)`
	for _, statement := range []string{
		`CREATE TABLE chaos_audit (seq BIGINT AUTO_INCREMENT PRIMARY KEY, message_id VARCHAR(32), run_id VARCHAR(32), buyer_id VARCHAR(128),
			channel VARCHAR(16), step VARCHAR(128), status VARCHAR(16), reason VARCHAR(32), attempts INT, claimed_at DATETIME(6),
			KEY (message_id, seq)) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin`,
		`CREATE TRIGGER chaos_inserted AFTER INSERT ON messages FOR EACH ROW INSERT INTO chaos_audit ` + values,
		`CREATE TRIGGER chaos_updated AFTER UPDATE ON messages FOR EACH ROW INSERT INTO chaos_audit ` + values,
	} {
		if _, err := r.db.Exec(statement); err != nil {
			r.t.Fatal(err)
		}
	}
}

// history is what the audit knows of one message.
type history struct {
	id, run, buyer, channel, step string

	claims   []time.Time
	unknown  int // attempts of which nobody knows whether they arrived
	attempts int
	status   string
	reason   string
}

// histories reads the audit, by message.
func (r *rig) histories() map[string]*history {
	r.t.Helper()
	all := map[string]*history{}
	r.rows(`SELECT message_id, run_id, buyer_id, channel, step, status, reason, attempts, claimed_at FROM chaos_audit ORDER BY message_id, seq`,
		func(rows *sql.Rows) error {
			var h history
			var claimed sql.NullTime
			if err := rows.Scan(&h.id, &h.run, &h.buyer, &h.channel, &h.step, &h.status, &h.reason, &h.attempts, &claimed); err != nil {
				return err
			}
			known := all[h.id]
			if known == nil {
				known = &h
				all[h.id] = known
			}
			known.follow(h.status, h.reason, h.attempts, claimed.Time)
			return nil
		})
	for _, h := range all {
		if h.status == "claimed" { // to this day
			h.unknown++
		}
	}
	return all
}

// follow takes the next state of the message.
func (h *history) follow(status, reason string, attempts int, claimed time.Time) {
	again := len(h.claims) == 0 || !claimed.Equal(h.claims[len(h.claims)-1])
	switch {
	case status == "claimed" && again:
		if len(h.claims) > 0 && h.status == "claimed" {
			h.unknown++ // the one before has expired
		}
		h.claims = append(h.claims, claimed)
	case reason == "unknown_outcome" && h.status == "claimed":
		h.unknown++
	}
	h.status, h.reason, h.attempts = status, reason, attempts
}

// rows calls read for each row that a query gives.
func (r *rig) rows(query string, read func(*sql.Rows) error, args ...any) {
	r.t.Helper()
	rows, err := r.db.Query(query, args...)
	if err != nil {
		r.t.Fatal(err)
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		if err := read(rows); err != nil {
			r.t.Fatal(err)
		}
	}
	if err := rows.Err(); err != nil {
		r.t.Fatal(err)
	}
}

// number asks the database for one.
func (r *rig) number(query string, args ...any) int {
	r.t.Helper()
	var n int
	if err := r.db.QueryRow(query, args...).Scan(&n); err != nil {
		r.t.Fatalf("%s: %v", query, err)
	}
	return n
}

// text asks the database for one; "" when there is no row.
func (r *rig) text(query string, args ...any) string {
	r.t.Helper()
	var s sql.NullString
	if err := r.db.QueryRow(query, args...).Scan(&s); err != nil && err != sql.ErrNoRows {
		r.t.Fatalf("%s: %v", query, err)
	}
	return s.String
}
