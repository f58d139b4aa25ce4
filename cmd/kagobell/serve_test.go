package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"mime"
	"net"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/alexedwards/argon2id"
	"github.com/emersion/go-smtp"
)

// patience is how long the test waits for anything: far longer than it takes on a busy machine.
const patience = 60 * time.Second

// served is a running `kagobell serve` on MariaDB, Redis and SMTP, at 12,000 times the speed of life.
type served struct {
	t        testing.TB
	url      string
	database string
	box      *letterbox
	stop     func() (int, string)
	logs     *syncedText
}

const (
	testToken    = "token-of-the-test-0123456789"
	testPassword = "password of the test"
)

func startServe(t testing.TB) *served {
	t.Helper()
	return startServeTo(t, &letterbox{mails: make(chan *received, 100)})
}

func startServeTo(t testing.TB, box *letterbox) *served {
	t.Helper()
	s := &served{t: t, box: box, logs: &syncedText{}}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	server := smtp.NewServer(s.box)
	go func() { _ = server.Serve(listener) }()
	t.Cleanup(func() { _ = server.Close() })
	address := freeAddress(t)
	s.url = "http://" + address
	hash, err := argon2id.CreateHash(testPassword, passwordCost)
	if err != nil {
		t.Fatal(err)
	}
	s.database = testMySQL(t)
	environ := []string{
		"KAGOBELL_DATABASE_URL=" + s.database, "KAGOBELL_REDIS_URL=" + testRedis(t), "KAGOBELL_DATA_DIR=" + t.TempDir(),
		"KAGOBELL_SMTP_URL=smtp://" + listener.Addr().String() + "?tls=none&pool=20", "KAGOBELL_PUBLIC_URL=" + s.url,
		"KAGOBELL_SENDER_NAME=かごベル商店", "KAGOBELL_SENDER_EMAIL=news@shop.example", "KAGOBELL_SENDER_COMPANY=株式会社かごベル",
		"KAGOBELL_SENDER_ADDRESS=東京都千代田区1-1", "KAGOBELL_SENDER_CONTACT_URL=https://shop.example/contact",
		"KAGOBELL_SOURCES=[{name: shop, adapter: native, secrets: [\"" + testSecret + "\"]}]", "KAGOBELL_API_TOKENS=" + testToken,
		"KAGOBELL_ADMIN_PASSWORD_HASH=" + hash, "KAGOBELL_SPEED=12000", "KAGOBELL_CAPS_PER_DAY=9",
		`KAGOBELL_WINDOW={days: [mon, tue, wed, thu, fri, sat, sun], from: "00:00", to: "24:00", holidays: true}`,
	}
	t.Chdir(t.TempDir())
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan int, 1)
	go func() {
		ended <- run(ctx, []string{"serve", "--listen", address}, strings.NewReader(""), io.Discard, s.logs, environ)
	}()
	s.stop = func() (int, string) {
		cancel()
		select {
		case code := <-ended:
			ended <- code
			return code, s.logs.String()
		case <-time.After(patience):
			return -1, s.logs.String()
		}
	}
	t.Cleanup(func() { s.stop() })
	s.awaitUp(ended)
	return s
}

func freeAddress(t testing.TB) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = l.Close() }()
	return l.Addr().String()
}

// testRedis is a database of its own on the Redis that `make test` starts.
func testRedis(t testing.TB) string {
	t.Helper()
	base := os.Getenv("TEST_REDIS_URL")
	if base == "" {
		t.Fatal("TEST_REDIS_URL is not set: `make test` starts a Redis and sets it")
	}
	u, err := url.Parse(base)
	if err != nil {
		t.Fatal("TEST_REDIS_URL: expected redis://host:port/0")
	}
	u.Path = "/11"
	return u.String()
}

// awaitUp waits until the process says that it is up.
func (s *served) awaitUp(ended chan int) {
	s.t.Helper()
	up := s.logs.await("Kagobell is up")
	select {
	case <-up:
	case code := <-ended:
		ended <- code
		s.t.Fatalf("serve ended with %d:\n%s", code, s.logs.String())
	case <-time.After(patience):
		s.t.Fatalf("serve does not come up:\n%s", s.logs.String())
	}
}

// send posts events with the real command.
func (s *served) send(lines ...string) {
	s.t.Helper()
	var out, errs strings.Builder
	code := run(context.Background(), []string{"send", "--url", s.url + "/webhooks/shop", "--secret", testSecret, "-"},
		strings.NewReader(strings.Join(lines, "\n")), &out, &errs, nil)
	if want := fmt.Sprintf("accepted %d, duplicates 0, refused 0\n", len(lines)); code != exitDone || out.String() != want {
		s.t.Fatalf("send: code %d, %q, %q", code, out.String(), errs.String())
	}
}

func (s *served) mail(to, subject string) *received {
	s.t.Helper()
	select {
	case m := <-s.box.mails:
		decoded, err := new(mime.WordDecoder).DecodeHeader(m.header.Get("Subject"))
		if err != nil || m.to != to || !strings.Contains(decoded, subject) {
			s.t.Fatalf("got a mail to %s, %q (%v); want one to %s with %q", m.to, decoded, err, to, subject)
		}
		return m
	case <-time.After(patience):
		s.t.Fatalf("no mail to %s (%s):\n%s", to, subject, s.logs.String())
		return nil
	}
}

// reasons are the journal's lines about a buyer, as the API tells them.
func (s *served) reasons(buyer string) []string {
	s.t.Helper()
	request, _ := http.NewRequestWithContext(s.t.Context(), http.MethodGet, s.url+"/api/buyers/"+buyer, nil)
	request.Header.Set("Authorization", "Bearer "+testToken)
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		s.t.Fatal(err)
	}
	defer func() { _ = response.Body.Close() }()
	var record struct {
		Journal []struct{ Action, Step, Channel, Reason string }
	}
	if err := json.NewDecoder(response.Body).Decode(&record); err != nil {
		s.t.Fatal(err)
	}
	var lines []string
	for _, e := range record.Journal {
		lines = append(lines, strings.TrimSpace(e.Action+" "+e.Step+" "+e.Reason))
	}
	return lines
}

// awaitReasons asks until the journal tells of a buyer what is wanted: steps of two runs may be due in one second,
// in either order, so a mail that has come says nothing about a skip.
func (s *served) awaitReasons(buyer string, want ...string) {
	s.t.Helper()
	deadline := time.After(patience)
	ticker := time.NewTicker(20 * time.Millisecond)
	defer ticker.Stop()
	for {
		got := s.reasons(buyer)
		if slices.Equal(got, want) {
			return
		}
		select {
		case <-ticker.C:
		case <-deadline:
			s.t.Fatalf("%s: %q, want %q", buyer, got, want)
		}
	}
}

func cartOf(buyer, sku string) string {
	return fmt.Sprintf(`{"id":"cart-%s","type":"cart.updated","occurred_at":"%s","buyer":{"id":"%s","account_id":"acme",
"account_name":"アクメ工業株式会社","email":"%s@acme.example","name":"佐藤 花子","consent":{"email":true}},
"data":{"cart_id":"c-%s","currency":"JPY","url":"https://shop.example/cart","items":[{"sku":"%s","name":"コピー用紙 <A4>","quantity":10,
"unit_price":480,"url":"https://shop.example/p/%s"}]}}`, buyer, time.Now().Format(time.RFC3339Nano), buyer, buyer, buyer, sku, sku)
}

// oneLine makes an event a line of a JSON Lines file.
func oneLine(event string) string { return strings.ReplaceAll(event, "\n", "") }

var trackedLink = regexp.MustCompile(`href="(http[^"]*/t/c/[^"]+)"`)

// TestServe is the main job end to end: webhooks in, mails out, and a stop when the buyer orders or opts out.
func TestServe(t *testing.T) {
	s := startServe(t)
	s.send(oneLine(cartOf("b1", "A4")))
	first := s.mail("b1@acme.example", "コピー用紙 <A4>")
	checkMail(t, first)
	followLinks(t, first)
	optOut(t, first)

	s.send(oneLine(cartOf("b2", "B5")), oneLine(cartOf("b3", "C6")))
	s.send(fmt.Sprintf(`{"id":"o1","type":"order.placed","occurred_at":"%s","account_id":"acme","data":{"order_id":"o1","medium":"fax","items":[{"sku":"C6","quantity":1}]}}`,
		time.Now().Format(time.RFC3339Nano)))
	again := s.mail("b2@acme.example", "")
	second := s.mail("b2@acme.example", "")
	for _, m := range []*received{again, second} {
		if m.header.Get("Message-Id") == first.header.Get("Message-Id") {
			t.Error("two messages have one Message-ID")
		}
	}
	s.awaitReasons("b1", "start first", "send first", "skip second no_consent")
	s.awaitReasons("b3", "start first", "exit first ordered")
	visitAdmin(t, s.url)
	code, logs := s.stop()
	if code != exitDone {
		t.Errorf("serve ended with %d:\n%s", code, logs)
	}
	if len(s.box.mails) > 0 {
		t.Errorf("%d mails too many", len(s.box.mails))
	}
	for _, personal := range []string{"b1@acme.example", "佐藤", testSecret, testToken} {
		if strings.Contains(logs, personal) {
			t.Errorf("the log holds %q", personal)
		}
	}
}

// checkMail looks at what the law and RFC 8058 want.
func checkMail(t *testing.T, m *received) {
	t.Helper()
	if got := m.header.Get("List-Unsubscribe-Post"); got != "List-Unsubscribe=One-Click" {
		t.Errorf("List-Unsubscribe-Post: %q", got)
	}
	for _, want := range []string{"株式会社かごベル", "東京都千代田区1-1", "https://shop.example/contact", "コピー用紙 &lt;A4&gt;", "/t/o/"} {
		if !strings.Contains(m.html, want) {
			t.Errorf("the mail lacks %q", want)
		}
	}
}

// followLinks does what a buyer does: opens the mail and clicks on the product.
func followLinks(t *testing.T, m *received) {
	t.Helper()
	link := trackedLink.FindStringSubmatch(m.html)
	if link == nil {
		t.Fatalf("no tracked link in the mail:\n%s", m.html)
	}
	client := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	response, err := client.Get(link[1])
	if err != nil {
		t.Fatal(err)
	}
	_ = response.Body.Close()
	if at := response.Header.Get("Location"); response.StatusCode != http.StatusFound || !strings.HasPrefix(at, "https://shop.example/") {
		t.Errorf("click: %s to %q", response.Status, at)
	}
}

// optOut does what a mail program does at its unsubscribe button.
func optOut(t *testing.T, m *received) {
	t.Helper()
	address := strings.Trim(m.header.Get("List-Unsubscribe"), "<>")
	response, err := http.PostForm(address, url.Values{"List-Unsubscribe": {"One-Click"}})
	if err != nil {
		t.Fatal(err)
	}
	_ = response.Body.Close()
	if response.StatusCode != http.StatusOK {
		t.Errorf("one-click opt-out: %s", response.Status)
	}
}

var formToken = regexp.MustCompile(`name="token" value="([^"]+)"`)

// visitAdmin logs in and looks at the pages that stand on real data.
func visitAdmin(t *testing.T, base string) {
	t.Helper()
	jar, _ := cookiejar.New(nil)
	browser := &http.Client{Jar: jar}
	form, err := browser.Get(base + "/admin/login")
	if err != nil {
		t.Fatal(err)
	}
	page, _ := io.ReadAll(form.Body)
	_ = form.Body.Close()
	token := formToken.FindSubmatch(page)
	if token == nil {
		t.Fatalf("no token in the log-in form:\n%s", page)
	}
	response, err := browser.PostForm(base+"/admin/login", url.Values{"user": {"admin"}, "password": {testPassword}, "token": {string(token[1])}})
	if err != nil {
		t.Fatal(err)
	}
	_ = response.Body.Close()
	for _, page := range []string{"", "/outbox", "/runs", "/messages", "/buyers/b1", "/scenarios", "/dead-letters", "/dm", "/queues"} {
		response, err := browser.Get(base + "/admin" + page)
		if err != nil {
			t.Fatal(err)
		}
		body, _ := io.ReadAll(response.Body)
		_ = response.Body.Close()
		if response.StatusCode != http.StatusOK || strings.Contains(response.Request.URL.Path, "login") {
			t.Errorf("/admin%s: %s at %s\n%.300s", page, response.Status, response.Request.URL, body)
		}
	}
}
