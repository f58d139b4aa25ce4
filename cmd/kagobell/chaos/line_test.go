package chaos

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"
)

// linePeer stands in for the LINE Messaging API. It remembers retry keys, and takes a message once for each key (LINE:
// "Retrying an API request").
type linePeer struct {
	server *httptest.Server
	book   *book

	mu       sync.Mutex
	keys     map[string]string // retry key -> id of the request that was accepted
	requests []lineRequest
	script   func(r lineRequest) lineReply
}

type lineRequest struct {
	key, to string
	at      time.Time
}

// lineReply is what a script wants done; the usual, when it is empty.
type lineReply struct {
	status int
	body   string
	header map[string]string
	take   bool // the message is taken all the same
	hang   bool // until the client gives up
	cut    bool
}

func newLinePeer(t *testing.T, b *book) *linePeer {
	t.Helper()
	p := &linePeer{book: b, keys: map[string]string{}}
	p.server = httptest.NewServer(p)
	t.Cleanup(func() {
		p.server.CloseClientConnections()
		p.server.Close()
	})
	return p
}

func (p *linePeer) play(script func(lineRequest) lineReply) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.script = script
}

func (p *linePeer) asked() []lineRequest {
	p.mu.Lock()
	defer p.mu.Unlock()
	return append([]lineRequest(nil), p.requests...)
}

// ServeHTTP implements http.Handler.
func (p *linePeer) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	request := lineRequest{key: r.Header.Get("X-Line-Retry-Key"), at: time.Now()}
	p.book.began()
	var push struct {
		To       string            `json:"to"`
		Messages []json.RawMessage `json:"messages"`
	}
	body, err := io.ReadAll(r.Body)
	if err == nil {
		err = json.Unmarshal(body, &push)
	}
	if err != nil || request.key == "" || len(push.Messages) == 0 {
		w.WriteHeader(http.StatusBadRequest)
		return
	}
	request.to = push.To
	p.mu.Lock()
	p.requests = append(p.requests, request)
	script := p.script
	p.mu.Unlock()
	var answer lineReply
	if script != nil {
		answer = script(request)
	}
	status, text, accepted := http.StatusOK, `{"sentMessages":[{"id":"1"}]}`, answer.status == 0 && !answer.cut && !answer.hang || answer.take
	if accepted {
		if first := p.take(request); first != "" {
			w.Header().Set("X-Line-Accepted-Request-Id", first)
			status, text = http.StatusConflict, `{"message":"The retry key is already accepted"}`
		}
	}
	switch {
	case answer.hang:
		<-r.Context().Done()
		return
	case answer.cut:
		panic(http.ErrAbortHandler)
	case answer.status != 0:
		status, text = answer.status, answer.body
	}
	for name, value := range answer.header {
		w.Header().Set(name, value)
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_, _ = io.WriteString(w, text)
}

// take accepts a message once; for a key that is known it returns the request that was accepted.
func (p *linePeer) take(r lineRequest) (before string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if first, known := p.keys[r.key]; known {
		return first
	}
	p.keys[r.key] = fmt.Sprintf("request-%d", len(p.requests))
	p.book.add(acceptance{messageID: strings.ReplaceAll(r.key, "-", ""), to: r.to, begun: r.at, at: time.Now()})
	return ""
}
