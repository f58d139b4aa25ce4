package chaos

import (
	"context"
	"database/sql"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"
)

// pool is how many SMTP connections a sidecar has.
const pool = 4

// rig is all that one fault needs: a database, a Redis, providers, and the sidecars that are tried.
type rig struct {
	t       *testing.T
	name    string
	dir     string
	rng     *rand.Rand
	speed   int // of the sidecars
	maria   *mariadb
	db      *sql.DB // past the proxy
	dbName  string
	dbProxy *proxy
	redis   *redisServer
	rdProxy *proxy
	rdURL   string // in place of the one Redis, when set
	mail    book
	push    book
	smtp    *smtpPeer
	line    *linePeer
	shop    *shop
	tally   *tally

	sidecars []*sidecar  // every one that ever ran
	crashes  []time.Time // when a sidecar was killed
}

// sidecar is one run of the real binary.
type sidecar struct {
	*child
	url string
}

// newRig starts everything but a sidecar.
func newRig(w *world, f fault, y *tally) *rig {
	t := y.t
	t.Helper()
	r := &rig{t: t, name: f.name, dir: t.TempDir(), speed: 1, maria: w.database(), tally: y,
		rng: rand.New(rand.NewPCG(y.seed, hashOf(f.name)))}
	if f.quick {
		r.speed = 60
	}
	r.openDatabase()
	r.redis = newRedis(t, r.dir)
	r.rdProxy = newProxy(t, r.redis.address())
	r.smtp, r.line = newSMTPPeer(t, &r.mail), newLinePeer(t, &r.push)
	r.shop = newShop(r)
	r.writeScenarios()
	return r
}

// openDatabase makes a database for this fault alone.
func (r *rig) openDatabase() {
	r.t.Helper()
	r.dbName = "chaos_" + strings.ReplaceAll(r.name, "-", "_") + "_" + strconv.Itoa(os.Getpid())
	if _, err := r.maria.admin.Exec("CREATE DATABASE " + r.dbName + " CHARACTER SET utf8mb4"); err != nil {
		r.t.Fatal(err)
	}
	r.db = r.maria.open(r.t, r.dbName)
	r.dbProxy = newProxy(r.t, r.maria.address())
	r.t.Cleanup(func() {
		_, _ = r.maria.admin.Exec("DROP DATABASE " + r.dbName)
	})
}

// Scenarios of the harness, in seconds of this machine: a cart is followed by a mail and then by LINE, and a document
// by a mail much later.
const cartScenario = `
name: cart_abandonment
title: カゴ離脱
priority: 40
start: {on: cart.updated, when: len(cart.items) > 0, per: cart, quiet_for: %[1]ds}
exit:
  - {on: order.placed, matching: items}
  - {on: cart.updated, when: len(cart.items) == 0}
cool_down: 1d
steps:
  - {id: first, after: %[1]ds, send: email, template: cart_first}
  - {id: second, after: %[1]ds, send: line, template: cart_unopened}
`

const farScenario = `
name: far_ahead
title: ずっと先
start: {on: document.downloaded, per: event}
steps:
  - id: first
    after: %[1]ds
    send: email
    message: {subject: 資料, text: 資料をご覧いただきありがとうございます。}
`

// far is how long after its event the message of farScenario is due.
const far = time.Hour

func (r *rig) writeScenarios() {
	r.t.Helper()
	for name, text := range map[string]string{
		"cart.yaml": fmt.Sprintf(cartScenario, r.speed),
		"far.yaml":  fmt.Sprintf(farScenario, int(far/time.Second)*r.speed),
	} {
		path := filepath.Join(r.dir, "scenarios", name)
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			r.t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			r.t.Fatal(err)
		}
	}
}

const apiToken = "token-of-the-harness-0123456789"

// environ is the configuration of a sidecar.
func (r *rig) environ(more ...string) []string {
	redisURL := r.rdURL
	if redisURL == "" {
		redisURL = "redis://" + r.rdProxy.address() + "/0"
	}
	database := url.URL{Scheme: "mysql", User: url.UserPassword(r.maria.user, r.maria.password), Host: r.dbProxy.address(), Path: "/" + r.dbName}
	return append([]string{
		"PATH=" + os.Getenv("PATH"), "TMPDIR=" + r.dir,
		"KAGOBELL_DATABASE_URL=" + database.String(), "KAGOBELL_REDIS_URL=" + redisURL, "KAGOBELL_DATA_DIR=" + filepath.Join(r.dir, "data"),
		"KAGOBELL_SMTP_URL=smtp://" + r.smtp.address() + "?tls=none&pool=" + strconv.Itoa(pool),
		"KAGOBELL_SENDER_NAME=かごベル商店", "KAGOBELL_SENDER_EMAIL=news@shop.example", "KAGOBELL_SENDER_COMPANY=株式会社かごベル",
		"KAGOBELL_SENDER_ADDRESS=東京都千代田区1-1", "KAGOBELL_SENDER_CONTACT_URL=https://shop.example/contact",
		"KAGOBELL_LINE_CHANNEL_ACCESS_TOKEN=token", "KAGOBELL_LINE_ENDPOINT=" + r.line.server.URL,
		`KAGOBELL_SOURCES=[{name: shop, adapter: native, secrets: ["` + secret + `"]}]`, "KAGOBELL_API_TOKENS=" + apiToken,
		"KAGOBELL_ADMIN_PASSWORD_HASH=$argon2id$v=19$m=65536,t=1,p=2$YWJjZGVmZ2hpamtsbW5vcA$YWJjZGVmZ2hpamtsbW5vcGFiY2RlZmdoaWprbG1ub3A",
		"KAGOBELL_SCENARIOS_DIR=" + filepath.Join(r.dir, "scenarios"), "KAGOBELL_SPEED=" + strconv.Itoa(r.speed), "KAGOBELL_CAPS_PER_DAY=1000",
		`KAGOBELL_WINDOW={days: [mon, tue, wed, thu, fri, sat, sun], from: "00:00", to: "24:00", holidays: true}`,
	}, more...)
}

var sidecarCount atomic.Int64

// launch starts a sidecar and does not wait for it.
func (r *rig) launch(binary string, more ...string) *sidecar {
	r.t.Helper()
	address := "127.0.0.1:" + freePort(r.t)
	name := fmt.Sprintf("sidecar-%d", sidecarCount.Add(1))
	s := &sidecar{url: "http://" + address}
	s.child = startChild(r.t, r.dir, name, r.environ(append(more, "KAGOBELL_PUBLIC_URL="+s.url)...), binary, "serve", "--listen", address)
	r.sidecars = append(r.sidecars, s)
	return s
}

// start starts a sidecar, has the shop post to it, and waits until it is up. The first one brings the audit along.
func (r *rig) start(more ...string) *sidecar {
	r.t.Helper()
	return r.startBinary(binaryPath, more...)
}

func (r *rig) startBinary(binary string, more ...string) *sidecar {
	r.t.Helper()
	s := r.launch(binary, more...)
	if !s.awaitLine("Kagobell is up") {
		r.t.Fatalf("the sidecar does not come up: %v\n%s", s.err, s.log.tail())
	}
	r.shop.postTo(s.url)
	if len(r.sidecars) == 1 {
		r.audit()
	}
	return s
}

// crash kills a sidecar with SIGKILL.
func (r *rig) crash(s *sidecar) {
	s.kill()
	r.crashes = append(r.crashes, time.Now())
}

// stop ends a sidecar with SIGTERM; it must drain and end with 0 within 15 s (contract).
func (r *rig) stop(s *sidecar) {
	began := time.Now()
	s.signal(syscall.SIGTERM)
	select {
	case <-s.ended:
	case <-time.After(patience):
		s.kill()
	}
	if took := time.Since(began); s.err != nil || took > 16*time.Second {
		r.tally.broke("SIGTERM: ended with %v after %.1f s", s.err, took.Seconds())
	}
}

// get asks a sidecar; "" when it does not answer with 200.
func (s *sidecar) get(path string) string {
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	request, _ := http.NewRequestWithContext(ctx, http.MethodGet, s.url+path, nil)
	request.Header.Set("Authorization", "Bearer "+apiToken)
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return ""
	}
	defer func() { _ = response.Body.Close() }()
	body, _ := io.ReadAll(response.Body)
	if response.StatusCode != http.StatusOK {
		return ""
	}
	return string(body)
}

// metric reads a figure of /metrics; -1 when it is not there.
func (s *sidecar) metric(name string) float64 {
	for line := range strings.Lines(s.get("/metrics")) {
		if value, ok := strings.CutPrefix(line, name+" "); ok {
			n, err := strconv.ParseFloat(strings.TrimSpace(value), 64)
			if err == nil {
				return n
			}
		}
	}
	return -1
}

// pause waits, as a fault that lasts does. Nothing is expected to be done by then.
func pause(d time.Duration) { <-time.After(d) }

// moveTo gives the fault a database on another server; before the first sidecar is started.
func (r *rig) moveTo(m *mariadb) {
	r.maria = m
	r.openDatabase()
}
