package bench

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"sync"
	"sync/atomic"
	"time"

	"github.com/emersion/go-smtp"
)

// sink is an SMTP server that takes every message at once and keeps none of it but when it came and for whom.
type sink struct {
	address string
	server  *smtp.Server
	mails   atomic.Int64
	bytes   atomic.Int64

	mu       sync.Mutex
	accepted func(accepted) // nil: nobody asks
}

// accepted is what the sink knows of a message: its answer to DATA was 250.
type accepted struct {
	to        string
	messageID string
	at        time.Time
}

func startSink(ctx context.Context) (*sink, error) {
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("SMTP sink: %w", err)
	}
	s := &sink{address: listener.Addr().String()}
	s.server = smtp.NewServer(smtp.BackendFunc(func(*smtp.Conn) (smtp.Session, error) { return &sinkSession{sink: s}, nil }))
	s.server.Domain, s.server.EnableSMTPUTF8 = "localhost", true
	go func() { _ = s.server.Serve(listener) }()
	return s, nil
}

func (s *sink) close() { _ = s.server.Close() }

// onAccepted has every message told from now on; tell is called from many connections, one after the other.
func (s *sink) onAccepted(tell func(accepted)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.accepted = tell
}

type sinkSession struct {
	sink *sink
	to   string
}

func (s *sinkSession) Mail(string, *smtp.MailOptions) error { return nil }
func (s *sinkSession) Rcpt(to string, _ *smtp.RcptOptions) error {
	s.to = to
	return nil
}
func (s *sinkSession) Reset()        {}
func (s *sinkSession) Logout() error { return nil }

func (s *sinkSession) Data(r io.Reader) error {
	reader := bufio.NewReader(r)
	id, size := "", int64(0)
	for {
		line, err := reader.ReadSlice('\n')
		if err != nil {
			return err
		}
		size += int64(len(line))
		if len(bytes.TrimSpace(line)) == 0 { // the end of the header
			break
		}
		if name, value, ok := bytes.Cut(line, []byte(":")); ok && bytes.EqualFold(name, []byte("Message-ID")) {
			id = string(bytes.TrimSpace(value))
		}
	}
	rest, err := io.Copy(io.Discard, reader)
	if err != nil {
		return err
	}
	s.sink.took(accepted{to: s.to, messageID: id, at: time.Now()}, size+rest)
	return nil
}

func (s *sink) took(a accepted, size int64) {
	s.mails.Add(1)
	s.bytes.Add(size)
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.accepted != nil {
		s.accepted(a)
	}
}
