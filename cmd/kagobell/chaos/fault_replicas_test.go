package chaos

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// rollReplicas has two sidecars side by side and ends one after the other with SIGTERM, over and over.
func rollReplicas(r *rig) {
	a := r.start()
	b := r.start()
	r.shop.postTo(a.url, b.url)
	living := r.shop.liveBeside(r.shop.plan(1500, 40*time.Second))
	for range 6 {
		pause(time.Duration(r.rng.Int64N(int64(4 * time.Second))))
		r.shop.postTo(b.url)
		r.stop(a)
		a, b = b, r.launch(binaryPath)
		if !b.awaitLine("Kagobell is up") {
			r.t.Fatalf("the sidecar does not come up: %v\n%s", b.err, b.log.tail())
		}
		r.shop.postTo(a.url, b.url)
	}
	living.Wait()
	r.settle(2 * time.Minute)
	r.check()
	r.tally.want(r.tally.doubled == 0 && r.tally.unknown == 0, "%d went twice, %d unknown: a SIGTERM finishes what it began", r.tally.doubled, r.tally.unknown)
	r.tally.note("answers %v", r.shop.answered())
	r.stop(a)
	r.stop(b)
}

// clocksApart has two sidecars of which one's clock is two minutes ahead. What is due is due by the database's.
func clocksApart(r *rig) {
	ahead := buildAhead(r.t, r.dir)
	a := r.start()
	b := r.startBinary(ahead)
	r.shop.postTo(a.url, b.url)
	r.shop.live(r.shop.plan(600, 30*time.Second))
	r.settle(2 * time.Minute)
	r.check()
	r.tally.want(r.tally.doubled == 0, "%d went twice, without a crash", r.tally.doubled)
	early := r.number("SELECT COUNT(*) FROM messages WHERE claimed_at < planned_at")
	r.tally.want(early == 0, "%d messages were claimed before their time", early)
	swept := strings.Count(a.log.tail()+b.log.tail(), "level=ERROR")
	r.tally.note("%d errors logged", swept)
	r.stop(a)
	r.stop(b)
}

// buildAhead builds the program with a clock that is two minutes ahead: time.Now of the standard library is replaced by
// `go build -overlay`, for a Go program asks the kernel directly, where libfaketime has no hand in it.
func buildAhead(t *testing.T, dir string) string {
	t.Helper()
	root, err := exec.Command("go", "env", "GOROOT").Output()
	if err != nil {
		t.Fatal(err)
	}
	original := filepath.Join(strings.TrimSpace(string(root)), "src", "time", "time.go")
	source, err := os.ReadFile(original)
	if err != nil {
		t.Fatal(err)
	}
	const asks = "\tsec, nsec, mono := runtimeNow()\n"
	if !strings.Contains(string(source), "func Now() Time {") || strings.Count(string(source), asks) != 1 {
		t.Fatalf("%s: time.Now has another form in this version of Go", original)
	}
	changed := filepath.Join(dir, "time.go")
	overlay := filepath.Join(dir, "overlay.json")
	binary := filepath.Join(dir, "kagobell-ahead")
	for path, text := range map[string]string{
		changed: strings.Replace(string(source), asks, asks+"\tsec += 120\n", 1),
		overlay: `{"Replace": {"` + original + `": "` + changed + `"}}`,
	} {
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if out, err := exec.Command("go", "build", "-buildvcs=false", "-overlay", overlay, "-o", binary, "kagobell/cmd/kagobell").CombinedOutput(); err != nil {
		t.Fatalf("go build -overlay: %v\n%s", err, out)
	}
	return binary
}

// loseMaster runs on a Redis Cluster of three masters, each with a replica, and kills one.
func loseMaster(r *rig) {
	var nodes []*redisServer
	var addresses []string
	for range 6 {
		n := newRedis(r.t, r.subfolder(), "--cluster-enabled", "yes", "--cluster-node-timeout", "2000", "--cluster-config-file", "nodes.conf")
		nodes, addresses = append(nodes, n), append(addresses, n.address())
	}
	create := exec.Command(program(r.t, "redis-cli"), append([]string{"--cluster", "create"}, append(addresses, "--cluster-replicas", "1", "--cluster-yes")...)...)
	if out, err := create.CombinedOutput(); err != nil {
		r.t.Fatalf("redis-cli --cluster create: %v\n%s", err, out)
	}
	await(r.t, "the cluster is whole", func() bool {
		return nodes[0].client.ClusterInfo(r.t.Context()).Err() == nil &&
			strings.Contains(nodes[0].client.ClusterInfo(r.t.Context()).Val(), "cluster_state:ok") && nodes[5].info(r.t, "replication", "master_link_status") == "up"
	})
	r.rdURL = "redis-cluster://" + addresses[0] + "," + addresses[1] + "," + addresses[2]
	r.failover(func() { nodes[r.rng.IntN(3)].process.kill() })
}

// failSentinel runs on a master and a replica behind three Sentinels, and kills the master.
func failSentinel(r *rig) {
	replica := newRedis(r.t, r.subfolder(), "--replicaof", "127.0.0.1", r.redis.port)
	await(r.t, "the replica follows", func() bool { return replica.info(r.t, "replication", "master_link_status") == "up" })
	var addresses []string
	for range 3 {
		dir := r.subfolder()
		config := filepath.Join(dir, "sentinel.conf")
		text := "sentinel monitor shop 127.0.0.1 " + r.redis.port + " 2\nsentinel down-after-milliseconds shop 1500\nsentinel failover-timeout shop 5000\n"
		if err := os.WriteFile(config, []byte(text), 0o600); err != nil {
			r.t.Fatal(err)
		}
		port := freePort(r.t)
		startChild(r.t, dir, "sentinel", os.Environ(), program(r.t, "redis-server"), config, "--sentinel", "--port", port, "--bind", "127.0.0.1")
		addresses = append(addresses, "127.0.0.1:"+port)
	}
	pause(3 * time.Second) // Sentinels find each other by messages on the master, each 2 s
	r.rdURL = "redis-sentinel://" + strings.Join(addresses, ",") + "/0?master=shop"
	r.failover(func() { r.redis.process.kill() })
}

func (r *rig) failover(kill func()) {
	s := r.start()
	living := r.shop.liveBeside(r.shop.plan(600, 20*time.Second))
	pause(6 * time.Second)
	kill()
	living.Wait()
	r.settle(2 * time.Minute)
	r.check()
	r.tally.want(r.tally.doubled == 0, "%d went twice, without a crash", r.tally.doubled)
	r.tally.want(r.shop.answered()[503] == 0, "posts were answered 503 %d times", r.shop.answered()[503])
	r.stop(s)
}

// subfolder is a new folder of the fault.
func (r *rig) subfolder() string {
	r.t.Helper()
	dir, err := os.MkdirTemp(r.dir, "")
	if err != nil {
		r.t.Fatal(err)
	}
	return dir
}
