package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"
)

const testSecret = "whsec_MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE="

// receiver is a webhook address that checks signatures and answers as it is told, request by request; then 202.
type receiver struct {
	mu      sync.Mutex
	answers []func(w http.ResponseWriter, events int)
	ids     []string
	events  []json.RawMessage
}

func (r *receiver) ServeHTTP(w http.ResponseWriter, request *http.Request) {
	r.mu.Lock()
	defer r.mu.Unlock()
	body, _ := io.ReadAll(request.Body)
	signer, _ := standardwebhooks.NewWebhook(testSecret)
	var events []json.RawMessage
	if err := signer.Verify(body, request.Header); err != nil || json.Unmarshal(body, &events) != nil {
		w.WriteHeader(http.StatusUnauthorized)
		fmt.Fprintf(w, `{"title":"no","detail":"signature: %v"}`, err)
		return
	}
	r.ids = append(r.ids, request.Header.Get("webhook-id"))
	if len(r.answers) > 0 {
		answer := r.answers[0]
		r.answers = r.answers[1:]
		answer(w, len(events))
		return
	}
	r.events = append(r.events, events...)
	w.WriteHeader(http.StatusAccepted)
	fmt.Fprintf(w, `{"accepted":%d,"duplicates":0,"rejected":[]}`, len(events))
}

func answer(status int, body string) func(http.ResponseWriter, int) {
	return func(w http.ResponseWriter, _ int) {
		w.WriteHeader(status)
		fmt.Fprint(w, body)
	}
}

// sendFile runs the real command on a file of n events and returns its exit code and what it wrote.
func sendFile(t *testing.T, r *receiver, file string, flags ...string) (int, string, string) {
	t.Helper()
	server := httptest.NewServer(r)
	defer server.Close()
	var out, errs strings.Builder
	args := append([]string{"send", "--url", server.URL + "/webhooks/shop", "--secret", testSecret, file}, flags...)
	code := run(context.Background(), args, strings.NewReader(""), &out, &errs, nil)
	return code, out.String(), errs.String()
}

func historyFile(t *testing.T, lines ...string) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "events.jsonl")
	if err := os.WriteFile(file, []byte(strings.Join(lines, "\n")+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}

func numbered(n int) []string {
	lines := make([]string, n)
	for i := range lines {
		lines[i] = fmt.Sprintf(`{"id":"ev-%d"}`, i+1)
	}
	return lines
}

func TestSendPostsEveryEventSigned(t *testing.T) {
	r := &receiver{}
	code, out, errs := sendFile(t, r, historyFile(t, numbered(5)...), "--batch", "2")
	if code != exitDone || out != "accepted 5, duplicates 0, refused 0\n" || len(r.events) != 5 || len(r.ids) != 3 {
		t.Fatalf("code %d, out %q, err %q, events %d in %d requests", code, out, errs, len(r.events), len(r.ids))
	}
}

func TestSendPostsAgainWhatWasNotCommitted(t *testing.T) {
	later := func(w http.ResponseWriter, _ int) {
		w.Header().Set("Retry-After", "0")
		w.WriteHeader(http.StatusServiceUnavailable)
	}
	r := &receiver{answers: []func(http.ResponseWriter, int){later}}
	code, out, _ := sendFile(t, r, historyFile(t, numbered(2)...))
	if code != exitDone || !strings.Contains(out, "accepted 2") {
		t.Fatalf("code %d, out %q", code, out)
	}
	if len(r.ids) != 2 || r.ids[0] != r.ids[1] {
		t.Fatalf("the repeated post has another webhook-id: %v", r.ids)
	}
}

func TestSendNamesRefusedEventsByTheirLine(t *testing.T) {
	refusal := `{"accepted":1,"duplicates":0,"rejected":[{"index":1,"id":"ev-2","errors":[{"pointer":"/type","message":"expected noun.verb"}]}]}`
	r := &receiver{answers: []func(http.ResponseWriter, int){answer(http.StatusAccepted, refusal)}}
	file := historyFile(t, `{"id":"ev-1"}`, "", `{"id":"ev-2"}`)
	code, out, errs := sendFile(t, r, file)
	if code != exitFailed || out != "accepted 1, duplicates 0, refused 1\n" {
		t.Fatalf("code %d, out %q", code, out)
	}
	if want := file + `:3: refused: event "ev-2" /type: expected noun.verb`; !strings.Contains(errs, want) {
		t.Fatalf("standard error %q lacks %q", errs, want)
	}
}

func TestSendGoesOnWhereItStopped(t *testing.T) {
	file := historyFile(t, numbered(6)...)
	ok := func(w http.ResponseWriter, n int) {
		w.WriteHeader(http.StatusAccepted)
		fmt.Fprintf(w, `{"accepted":%d,"rejected":[]}`, n)
	}
	r := &receiver{answers: []func(http.ResponseWriter, int){ok, answer(http.StatusNotFound, `{"detail":"no such source"}`)}}
	code, out, errs := sendFile(t, r, file, "--batch", "2")
	if code != exitFailed || !strings.Contains(errs, "no such source") || !strings.Contains(out, "accepted 2") {
		t.Fatalf("code %d, out %q, err %q", code, out, errs)
	}
	code, out, _ = sendFile(t, r, file, "--batch", "2")
	if code != exitDone || out != "accepted 4, duplicates 0, refused 0\n" || string(r.events[0]) != `{"id":"ev-3"}` {
		t.Fatalf("code %d, out %q, events %s", code, out, r.events)
	}
	if _, err := os.Stat(file + ".sent"); !os.IsNotExist(err) {
		t.Fatalf("the mark is still there: %v", err)
	}
}

func TestSendLeavesOutLinesThatAreNotJSON(t *testing.T) {
	r := &receiver{}
	file := historyFile(t, "\ufeff"+`{"id":"ev-1"}`, `{"id":`, `{"id":"ev-2"}`)
	code, out, errs := sendFile(t, r, file)
	if code != exitFailed || out != "accepted 2, duplicates 0, refused 1\n" || len(r.events) != 2 {
		t.Fatalf("code %d, out %q, %d events", code, out, len(r.events))
	}
	if want := file + ":2: refused: expected a JSON object in a line"; !strings.Contains(errs, want) {
		t.Fatalf("standard error %q lacks %q", errs, want)
	}
}

func TestSendSaysWhyItWaits(t *testing.T) {
	r := &receiver{answers: []func(http.ResponseWriter, int){answer(http.StatusServiceUnavailable, "")}}
	if _, _, errs := sendFile(t, r, historyFile(t, numbered(1)...)); !strings.Contains(errs, "503") || !strings.Contains(errs, "try 2 of 8") {
		t.Fatalf("standard error %q", errs)
	}
}

func TestSendWrongUse(t *testing.T) {
	file := historyFile(t, `{"id":"ev-1"}`)
	for _, c := range []struct {
		name string
		args []string
		code int
		want string
	}{
		{"no file", []string{"--url", "http://localhost:1/webhooks/shop", "--secret", testSecret, "nowhere.jsonl"}, exitFailed, "nowhere.jsonl"},
		{"bad url", []string{"--url", "shop", "--secret", testSecret, file}, exitUsage, "--url: expected"},
		{"bad secret", []string{"--url", "http://localhost:1/", "--secret", "whsec_*", file}, exitUsage, "--secret: expected"},
		{"bad batch", []string{"--url", "http://localhost:1/", "--secret", testSecret, "--batch", "0", file}, exitUsage, "--batch: expected"},
		{"no flags", []string{file}, exitUsage, "required flag"},
	} {
		t.Run(c.name, func(t *testing.T) {
			var out, errs strings.Builder
			code := run(context.Background(), append([]string{"send"}, c.args...), strings.NewReader(""), &out, &errs, nil)
			if code != c.code || !strings.Contains(errs.String(), c.want) {
				t.Errorf("code %d, standard error %q; want %d and %q", code, errs.String(), c.code, c.want)
			}
		})
	}
}
