package main

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"kagobell/scenarios"
)

// quickDemo tells the story in nine seconds. Faster, a busy machine would post a colleague's order when the run that it
// is to stop has ended.
const quickDemo = "24000"

// demoFolder is where the demo puts its temporary folder, to see it gone.
func demoFolder(t *testing.T) string {
	t.Helper()
	folder := t.TempDir()
	t.Setenv("TMPDIR", folder)
	t.Chdir(t.TempDir())
	return folder
}

func expectEmpty(t *testing.T, folder string) {
	t.Helper()
	left, err := os.ReadDir(folder)
	if err != nil || len(left) > 0 {
		t.Errorf("left behind: %v, %v", left, err)
	}
}

func TestDemoTellsItsStoryOnce(t *testing.T) {
	folder := demoFolder(t)
	got := runProgram(t, "", nil, "demo", "--once", "--speed", quickDemo)
	if got.code != exitDone { // on a busy machine there may be warnings
		t.Fatalf("exit code %d\nstandard error:\n%s\nstandard output:\n%s", got.code, got.stderr, got.stdout)
	}
	_, summary, told := strings.Cut(got.stdout, "\nシナリオ  ")
	if !told {
		t.Fatalf("no summary:\n%s", got.stdout)
	}
	for _, want := range []string{
		`待機 WAIT  伊藤 美咲（みなと建設）   カゴ離脱 cart `, `稟議中 awaiting_approval`,
		`伊藤 美咲（みなと建設）   カゴ離脱 cart    #1 メール mail 「`,
		`停止 STOP  田中 一郎（東都精機）     カゴ離脱 cart `,
		`最近購入した recently_purchased`, `【在庫が残りわずか】`,
	} {
		if !strings.Contains(got.stdout, want) {
			t.Errorf("not told: %s", want)
		}
	}
	clicked, bought := strings.Index(got.stdout, "反応 react 渡辺 由美"), strings.Index(got.stdout, "Webで注文 ペーパータオル")
	if bought < 0 || clicked > bought {
		t.Error("a buyer who was to click first bought first")
	}
	// started, first, second: none of them is missing for any of the four.
	for _, name := range []string{"カゴ離脱 cart", "閲覧落ち browse", "在庫入荷 restock", "価格値下げ price"} {
		if !regexp.MustCompile(`\n` + name + ` +[1-9]\d* +[1-9]\d* +[1-9]\d* `).MatchString(summary) {
			t.Errorf("%s is not summed up:\n%s", name, summary)
		}
	}
	if t.Failed() {
		t.Log(got.stdout)
	}
	expectEmpty(t, folder)
}

// watchedOutput tells when something has been written.
type watchedOutput struct {
	mu    sync.Mutex
	text  bytes.Buffer
	wants string
	seen  chan struct{}
}

func (w *watchedOutput) Write(p []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	n, err := w.text.Write(p)
	if w.wants != "" && strings.Contains(w.text.String(), w.wants) {
		w.wants = ""
		close(w.seen)
	}
	return n, err
}

func TestDemoEndsWithCtrlC(t *testing.T) {
	folder := demoFolder(t)
	ctx, interrupt := context.WithCancel(t.Context())
	defer interrupt()
	out := &watchedOutput{wants: "start", seen: make(chan struct{})}
	var errs bytes.Buffer
	code := make(chan int, 1)
	go func() { code <- run(ctx, []string{"demo"}, strings.NewReader(""), out, &errs, nil) }()
	select {
	case <-out.seen:
	case <-time.After(time.Minute):
		t.Fatal("nothing happened")
	}
	interrupt()
	select {
	case got := <-code:
		if got != exitDone {
			t.Errorf("exit code %d: %s", got, errs.String())
		}
	case <-time.After(time.Minute):
		t.Fatal("it does not end")
	}
	if !strings.HasSuffix(out.text.String(), "the temporary folder is gone.\n") {
		t.Errorf("the last words are missing:\n%s", out.text.String())
	}
	expectEmpty(t, folder)
}

func TestDemoWrongUse(t *testing.T) {
	for _, speed := range []string{"0", "-1", "NaN", "Inf", "fast"} {
		got := runProgram(t, "", nil, "demo", "--once", "--speed="+speed)
		if got.code != exitUsage || got.stdout != "" || !strings.Contains(got.stderr, "--speed") {
			t.Errorf("--speed %s: exit code %d, %q", speed, got.code, got.stderr)
		}
	}
}

func TestDemoFindsAFreePort(t *testing.T) {
	first, err := listenForDemo(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = first.Close() }()
	second, err := listenForDemo(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = second.Close() }()
	if first.Addr().String() == second.Addr().String() {
		t.Error("both at one address")
	}
}

func TestDemoConfigIsOneThatCouldBeWritten(t *testing.T) {
	c, password, err := demoConfig(t.TempDir(), "127.0.0.1:8080", 3600)
	if err != nil {
		t.Fatal(err)
	}
	var found mistakes
	c.validate(&found)
	if len(found) > 0 || len(password) < leastPasswordLength {
		t.Errorf("mistakes %v, password of %d characters", found, len(password))
	}
	window, wrong := c.Window.window()
	if len(wrong) > 0 {
		t.Fatal(wrong)
	}
	for hour := range 24 * 7 {
		if at := demoMonday.Add(time.Duration(hour) * time.Hour); !window.Contains(at, c.TimeZone) {
			t.Errorf("closed at %v", at)
		}
	}
	if !isWebhookSecret(c.Sources[0].Secrets[0]) || !isPasswordHash(c.Admin.PasswordHash) || len(c.APITokens[0]) < leastTokenLength {
		t.Error("secrets are not what the configuration would take")
	}
}

func TestDemoPages(t *testing.T) {
	server := httptest.NewServer(newDemoShop("http://shop.example").pages())
	defer server.Close()
	for path, want := range map[string]string{
		"/p/SPN-10":     "コンビネーションレンチ 10本",
		"/i/SPN-10.svg": "<svg",
		"/cart/c-101":   "カート c-101",
		"/p/unknown":    "404",
		"/i/x.svg":      "404",
	} {
		response, err := http.Get(server.URL + path)
		if err != nil {
			t.Fatal(err)
		}
		body, _ := io.ReadAll(response.Body)
		_ = response.Body.Close()
		if !strings.Contains(string(body), want) || (want == "404") != (response.StatusCode == http.StatusNotFound) {
			t.Errorf("%s: %s %s", path, response.Status, body)
		}
	}
	for _, p := range demoProducts {
		if pictureColours[p.category] == "" || p.sign == "" {
			t.Errorf("%s has no picture", p.sku)
		}
	}
}

func TestDemoSaysNoUnknownCode(t *testing.T) {
	for reason := range reasonSayings {
		if !reason.Valid() {
			t.Errorf("no reason %q", reason)
		}
	}
	for _, channel := range scenarios.Channels {
		if channelSayings[channel].ja == "" {
			t.Errorf("channel %s has no words", channel)
		}
	}
}
