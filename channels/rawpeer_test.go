package channels

import (
	"bufio"
	"net"
	"strings"
	"sync"
	"testing"
)

// rawPeer is a server that speaks line by line, for what a well-behaved one
// does not do: no pipelining, DATA after a refused recipient, sudden ends.
type rawPeer struct {
	host string
	port int

	mu    sync.Mutex
	lines []string // of clients, without bodies
}

// session is one connection of a rawPeer; n counts from 1.
type rawSession struct {
	n    int
	conn net.Conn
	r    *bufio.Reader
	peer *rawPeer
}

func (s *rawSession) say(lines ...string) {
	_, _ = s.conn.Write([]byte(strings.Join(lines, "\r\n") + "\r\n"))
}

// hear reads a command; empty when the client is gone.
func (s *rawSession) hear() string {
	line, err := s.r.ReadString('\n')
	if err != nil {
		return ""
	}
	line = strings.TrimRight(line, "\r\n")
	s.peer.mu.Lock()
	s.peer.lines = append(s.peer.lines, line)
	s.peer.mu.Unlock()
	return line
}

// body reads up to the dot; false when the client is gone.
func (s *rawSession) body() bool {
	for {
		line, err := s.r.ReadString('\n')
		if err != nil {
			return false
		}
		if line == ".\r\n" {
			return true
		}
	}
}

// polite answers commands as a simple server does, until the client leaves or
// answer says otherwise: it gets each command, and returns the answer or "" for
// the usual one.
func (s *rawSession) polite(extensions []string, answer func(command string) string) {
	s.say("220 raw.example")
	for {
		command := s.hear()
		if command == "" {
			return
		}
		if a := answer(command); a == "hang up" {
			return
		} else if a != "" {
			s.say(a)
			continue
		}
		switch verb := strings.ToUpper(strings.SplitN(command, " ", 2)[0]); verb {
		case "EHLO":
			all := append([]string{"raw.example"}, extensions...)
			for i := range all {
				separator := "-"
				if i == len(all)-1 {
					separator = " "
				}
				all[i] = "250" + separator + all[i]
			}
			s.say(all...)
		case "DATA":
			s.say("354 go on")
			if !s.body() {
				return
			}
			s.say("250 2.0.0 Ok: queued as 4XyZ1")
		case "QUIT":
			s.say("221 bye")
			return
		default:
			s.say("250 ok")
		}
	}
}

func newRawPeer(t testing.TB, handle func(*rawSession)) *rawPeer {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	p := &rawPeer{host: "127.0.0.1", port: l.Addr().(*net.TCPAddr).Port}
	var open sync.WaitGroup
	open.Add(1)
	go func() {
		defer open.Done()
		for n := 1; ; n++ {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			open.Add(1)
			go func() {
				defer open.Done()
				defer func() { _ = conn.Close() }()
				handle(&rawSession{n: n, conn: conn, r: bufio.NewReader(conn), peer: p})
			}()
		}
	}()
	t.Cleanup(func() {
		_ = l.Close()
		open.Wait()
	})
	return p
}

func (p *rawPeer) options() *SMTP { return &SMTP{Host: p.host, Port: p.port, TLS: TLSNone, Pool: 2} }

func (p *rawPeer) heard() []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return append([]string(nil), p.lines...)
}
