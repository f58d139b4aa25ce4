package handlers

import (
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
)

// A client that sends slowly holds what it has sent, and no more than there is for all.
func TestBodiesAreBounded(t *testing.T) {
	b := newBodies(100 << 10)
	slow, end := io.Pipe()
	held := b.hold()
	read := make(chan error)
	go func() {
		_, err := readBody(slow, -1, held)
		read <- err
	}()
	if _, err := io.WriteString(end, "["+strings.Repeat(" ", 80<<10)); err != nil {
		t.Fatal(err)
	}
	other := b.hold()
	if _, err := readBody(strings.NewReader(strings.Repeat(" ", 60<<10)), 60<<10, other); !errors.Is(err, ErrOverloaded) {
		t.Errorf("beside it: %v", err)
	}
	other.release()
	_ = end.Close()
	if err := <-read; !errors.Is(err, ErrOverloaded) && err != nil {
		t.Error(err)
	}
	held.release()
	if n := b.here.Load(); n != 0 {
		t.Errorf("%d bytes are still counted", n)
	}
	if _, err := readBody(strings.NewReader(strings.Repeat(" ", 60<<10)), 60<<10, b.hold()); err != nil {
		t.Errorf("after it: %v", err)
	}
}

// Too much at once is no failure of the database, and nothing to write an error about.
func TestOverloadIsAnsweredSoon(t *testing.T) {
	b := serve(t)
	b.ingest.away = errors.Join(ErrOverloaded, errors.New("20,000 wait"))
	a := b.do(b.signed("shop", event("ev-1")))
	wantProblem(t, a, http.StatusServiceUnavailable)
	if a.Header.Get("Retry-After") != "2" || !strings.Contains(a.body, "too much") || strings.Contains(b.log.String(), "ERROR") {
		t.Errorf("Retry-After %q, %s, log %s", a.Header.Get("Retry-After"), a.body, b.log.String())
	}
}

// stalled is a body of which a byte comes, and then nothing until the connection ends.
type stalled struct {
	io.Reader
	waits func()
	ended chan struct{}
}

func newStalled(waits func(), ended chan struct{}) *stalled {
	return &stalled{strings.NewReader("["), waits, ended}
}

func (s *stalled) Read(p []byte) (int, error) {
	if n, err := s.Reader.Read(p); err == nil {
		return n, nil
	}
	s.waits()
	<-s.ended
	return 0, io.ErrUnexpectedEOF
}

// Whoever announces much and sends nothing keeps nobody else out: no secret is needed for that.
func TestAnnouncedBodiesKeepNobodyOut(t *testing.T) {
	const many = 2000
	b := serve(t)
	handler := New(b.options)
	var stalling, ending sync.WaitGroup
	stalling.Add(many)
	ended := make(chan struct{})
	for range many {
		r := httptest.NewRequest(http.MethodPost, "/webhooks/shop", newStalled(stalling.Done, ended))
		r.Header.Set("Content-Type", "application/json")
		r.Header.Set("webhook-signature", "v1,AAAA")
		r.ContentLength = 1_000_000
		ending.Go(func() { handler.ServeHTTP(httptest.NewRecorder(), r) })
	}
	stalling.Wait()
	honest := b.signed("shop", event("ev-1"))
	a := httptest.NewRecorder()
	handler.ServeHTTP(a, honest)
	close(ended)
	ending.Wait()
	if a.Code != http.StatusAccepted {
		t.Errorf("beside %d bodies that do not come: status %d, %s", many, a.Code, a.Body)
	}
}
