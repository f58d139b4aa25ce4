package bench

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"net"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// sink is an SMTP server (RFC 5321) that takes every message at once and keeps none of it but when it came and for
// whom. It is our own because it shares the machine with what is measured: emersion/go-smtp's server takes 100 µs of CPU
// more for a mail of 12 KB (measured with 10 connections and this server beside it), two fifths of a core at 4,000
// messages a second.
type sink struct {
	address  string
	listener net.Listener
	mails    atomic.Int64
	bytes    atomic.Int64 // of what came between DATA and the final dot

	mu       sync.Mutex
	accepted func(accepted) // nil: nobody asks
	open     map[net.Conn]bool
	sessions sync.WaitGroup
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
	s := &sink{address: listener.Addr().String(), listener: listener, open: map[net.Conn]bool{}}
	s.sessions.Go(s.serve)
	return s, nil
}

// close ends all conversations.
func (s *sink) close() {
	_ = s.listener.Close()
	s.mu.Lock()
	for c := range s.open {
		_ = c.Close()
	}
	s.mu.Unlock()
	s.sessions.Wait()
}

// onAccepted has every message told from now on, one after the other.
func (s *sink) onAccepted(tell func(accepted)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.accepted = tell
}

func (s *sink) serve() {
	for {
		c, err := s.listener.Accept()
		if err != nil { // closed
			return
		}
		s.mu.Lock()
		s.open[c] = true
		s.mu.Unlock()
		s.sessions.Go(func() {
			(&sinkSession{sink: s, in: bufio.NewReaderSize(c, 16<<10), out: bufio.NewWriter(c)}).converse()
			_ = c.Close()
			s.mu.Lock()
			delete(s.open, c)
			s.mu.Unlock()
		})
	}
}

type sinkSession struct {
	sink *sink
	in   *bufio.Reader
	out  *bufio.Writer
	to   string
}

func (s *sinkSession) converse() {
	s.answer("220 localhost ESMTP")
	for {
		line, err := s.in.ReadSlice('\n')
		if err != nil {
			return
		}
		verb, rest, _ := strings.Cut(strings.TrimSpace(string(line)), " ")
		switch strings.ToUpper(verb) {
		case "EHLO":
			s.answer("250-localhost\r\n250-PIPELINING\r\n250-8BITMIME\r\n250 SMTPUTF8")
		case "HELO", "MAIL", "RSET", "NOOP":
			s.answer("250 OK")
		case "RCPT": // TO:<address> and parameters
			_, address, _ := strings.Cut(rest, "<")
			s.to, _, _ = strings.Cut(address, ">")
			s.answer("250 OK")
		case "DATA":
			s.answer("354 go on")
			if s.data() != nil {
				return
			}
		case "QUIT":
			s.answer("221 bye")
			_ = s.out.Flush()
			return
		default:
			s.answer("502 not known here")
		}
	}
}

// answer waits for company where more has been sent already (RFC 2920, pipelining).
func (s *sinkSession) answer(line string) {
	_, _ = s.out.WriteString(line + "\r\n")
	if s.in.Buffered() == 0 {
		_ = s.out.Flush() // a peer that is gone is noticed when reading
	}
}

func (s *sinkSession) data() error {
	a, size, header, whole := accepted{to: s.to}, 0, true, true
	for {
		line, err := s.in.ReadSlice('\n')
		if err != nil && !errors.Is(err, bufio.ErrBufferFull) {
			return err
		}
		begins := whole // of a line, and not the rest of a long one
		whole = err == nil
		switch {
		case begins && whole && string(line) == ".\r\n":
			a.at = time.Now()
			s.sink.took(a, size)
			s.answer("250 OK")
			return nil
		case begins && header && string(line) == "\r\n":
			header = false
		case begins && header && len(line) > 11 && bytes.EqualFold(line[:11], []byte("Message-ID:")):
			a.messageID = string(bytes.TrimSpace(line[11:]))
		}
		size += len(line)
	}
}

func (s *sink) took(a accepted, size int) {
	s.mails.Add(1)
	s.bytes.Add(int64(size))
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.accepted != nil {
		s.accepted(a)
	}
}
