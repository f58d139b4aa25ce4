package chaos

import (
	"database/sql"
	"fmt"
	"os"
	"path/filepath"
	"syscall"
	"time"
)

// heldBy gives what a sidecar holds on to: goroutines, and connections to the database.
func (r *rig) heldBy(s *sidecar) (goroutines, connections int) {
	r.shop.client.CloseIdleConnections() // each has a goroutine there
	goroutines = int(s.metric("go_goroutines"))
	connections = r.number("SELECT COUNT(*) FROM information_schema.processlist WHERE db = ?", r.dbName)
	return goroutines, connections
}

// mayGrow is how many goroutines more than after its first carts a sidecar may have: each warm connection to the
// database, to LINE and to Redis has one or two. What leaks with each post or each broken connection comes to thousands.
const mayGrow = 80

// breakDatabase has carts live while MariaDB is broken, and looks for false promises and for leaks.
func (r *rig) breakDatabase(carts int, during time.Duration, breakIt func()) {
	s := r.start()
	r.shop.live(r.shop.plan(20, time.Second)) // warm
	goroutines, _ := r.heldBy(s)
	living := r.shop.liveBeside(r.shop.plan(carts, during))
	breakIt()
	living.Wait()
	r.settle(3 * time.Minute)
	r.check()
	r.tally.want(r.tally.doubled == 0, "%d messages went twice, without a crash of the sidecar", r.tally.doubled)
	r.tally.note("503: %d, no answer: %d", r.shop.answered()[503], r.shop.answered()[0])
	r.tally.want(r.shop.answered()[500] == 0, "posts were answered 500 %d times", r.shop.answered()[500])
	var after, connections int
	calm := comes(30*time.Second, func() bool {
		after, connections = r.heldBy(s)
		return after <= goroutines+mayGrow && connections <= 24+1 // one is ours
	})
	r.tally.want(calm, "goroutines %d, were %d; connections %d", after, goroutines, connections)
	r.tally.want(len(r.sidecars) == 1 && s.alive(), "the sidecar did not live through it")
	r.stop(s)
}

// killDatabase kills MariaDB 20 times under load.
func killDatabase(r *rig) {
	r.breakDatabase(1500, 60*time.Second, func() {
		for range 20 {
			pause(time.Duration(r.rng.Int64N(int64(2500 * time.Millisecond))))
			r.maria.process.kill()
			pause(time.Duration(r.rng.Int64N(int64(500 * time.Millisecond))))
			r.maria.start()
		}
	})
}

// stopDatabase lets MariaDB stand still for 30 s: connections stay open and nothing answers.
func stopDatabase(r *rig) {
	r.breakDatabase(600, 50*time.Second, func() {
		pause(5 * time.Second)
		r.maria.process.signal(syscall.SIGSTOP)
		pause(30 * time.Second)
		r.maria.process.signal(syscall.SIGCONT)
	})
}

// cutDatabase takes the way to the database away for a moment, over and over.
func cutDatabase(r *rig) {
	r.breakDatabase(600, 10*time.Second, func() { r.cutDatabase(20) })
}

// partition keeps connections open and lets nothing through: first to the database, then to Redis.
func partition(r *rig) {
	r.breakDatabase(600, 50*time.Second, func() {
		for _, way := range []*proxy{r.dbProxy, r.rdProxy} {
			pause(3 * time.Second)
			way.hang()
			pause(20 * time.Second)
			way.resume()
		}
	})
}

func (r *rig) cutDatabase(times int) {
	for range times {
		pause(time.Duration(r.rng.Int64N(int64(600 * time.Millisecond))))
		r.dbProxy.refuse()
		pause(time.Duration(r.rng.Int64N(int64(300 * time.Millisecond))))
		r.dbProxy.admit()
	}
}

// deadlocks holds rows that the sidecar needs, in an order of its own, and lets go or kills its transactions.
func deadlocks(r *rig) {
	r.breakDatabase(600, 30*time.Second, func() {
		until := time.Now().Add(28 * time.Second)
		for time.Now().Before(until) {
			r.lockRows(r.rng.IntN(10) == 0)
		}
	})
}

// lockRows locks some runs and then some accounts, the other way round than the sidecar; for a while, where `long`,
// over its time-out for locks (10 s).
func (r *rig) lockRows(long bool) {
	tx, err := r.db.Begin()
	if err != nil {
		r.t.Fatal(err)
	}
	defer func() { _ = tx.Rollback() }()
	for _, statement := range []string{
		"SELECT run_id FROM runs WHERE status = 'open' ORDER BY started_at DESC LIMIT 30 FOR UPDATE",
		"SELECT account_key FROM accounts ORDER BY account_key DESC LIMIT 30 FOR UPDATE",
	} {
		rows, err := tx.Query(statement)
		if err != nil {
			return // we were the victim
		}
		for rows.Next() {
			var key sql.RawBytes
			_ = rows.Scan(&key)
		}
		_ = rows.Close()
	}
	if long {
		pause(11 * time.Second)
		return
	}
	pause(time.Duration(r.rng.Int64N(int64(200 * time.Millisecond))))
}

// tooManyConnections takes all connections that MariaDB has, twice.
func tooManyConnections(r *rig) {
	r.breakDatabase(600, 30*time.Second, func() {
		if _, err := r.maria.admin.Exec("SET GLOBAL max_connections = 40"); err != nil {
			r.t.Fatal(err)
		}
		for range 2 {
			pause(4 * time.Second)
			greedy := r.maria.open(r.t, r.dbName)
			greedy.SetMaxIdleConns(100)
			for range 60 {
				if c, err := greedy.Conn(r.t.Context()); err != nil {
					break // that was the last one
				} else {
					defer func() { _ = c.Close() }()
				}
			}
			r.dbProxy.cut() // so that the sidecar needs new ones
			pause(5 * time.Second)
			_ = greedy.Close()
		}
		if _, err := r.maria.admin.Exec("SET GLOBAL max_connections = 151"); err != nil {
			r.t.Fatal(err)
		}
	})
}

// diskFull fills the disk under MariaDB's data while carts live: a small file system of its own.
func diskFull(r *rig) {
	dir := filepath.Join(r.dir, "disk")
	if err := os.MkdirAll(dir, 0o700); err != nil {
		r.t.Fatal(err)
	}
	if err := syscall.Mount("tmpfs", dir, "tmpfs", 0, "size=420m"); err != nil {
		r.tally.note("left out: no file system can be mounted here (%v)", err)
		return
	}
	r.t.Cleanup(func() { _ = syscall.Unmount(dir, syscall.MNT_DETACH) })
	small := newMariaDB(r.t, dir)
	r.t.Cleanup(small.process.kill)
	r.moveTo(small)
	r.breakDatabase(900, 40*time.Second, func() {
		pause(5 * time.Second)
		filler, err := os.Create(filepath.Join(dir, "filler"))
		if err != nil {
			r.t.Fatal(err)
		}
		written, chunk := 0, make([]byte, 1<<20)
		for err == nil {
			var n int
			n, err = filler.Write(chunk)
			written += n
		}
		_ = filler.Close()
		r.tally.note("%d MB filled", written>>20)
		r.fillTablespace()
		pause(15 * time.Second)
		if err := os.Remove(filepath.Join(dir, "filler")); err != nil {
			r.t.Fatal(err)
		}
		if !small.process.alive() { // it gives up where not even its log can be written
			r.tally.note("MariaDB had to be started again")
			small.start()
		}
	})
}

// fillTablespace uses up what free pages the tables have, so that the next rows need room on the disk.
func (r *rig) fillTablespace() {
	for i := range 400 {
		_, err := r.db.Exec("INSERT INTO dead_letters (dead_letter_id, kind, source, subject, body, created_at) VALUES (?, 'chaos', '', '', REPEAT('x', 200000), UTC_TIMESTAMP())",
			fmt.Sprintf("filler-%d", i))
		if err != nil {
			r.tally.note("MariaDB says: %.80s", err)
			break
		}
	}
	_, _ = r.db.Exec("DELETE FROM dead_letters WHERE kind = 'chaos'")
}
