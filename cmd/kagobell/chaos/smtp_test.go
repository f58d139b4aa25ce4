package chaos

import (
	"bufio"
	"net"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"
)

// acceptance is one message that a provider took: it will be delivered.
type acceptance struct {
	messageID string
	to        string
	begun, at time.Time
	link      int // the connection, counted from 1; 0 for LINE
}

// book is where the providers write down what they took.
type book struct {
	mu    sync.Mutex
	taken []acceptance
	tried int // transmissions that began, taken or not
}

func (b *book) add(a acceptance) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.taken = append(b.taken, a)
}

func (b *book) began() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.tried++
}

func (b *book) all() []acceptance {
	b.mu.Lock()
	defer b.mu.Unlock()
	return append([]acceptance(nil), b.taken...)
}

// stage of an SMTP session, for scripts.
type stage string

const (
	atConnect stage = "connect"
	atEHLO    stage = "EHLO"
	atMAIL    stage = "MAIL"
	atRCPT    stage = "RCPT"
	atDATA    stage = "DATA"
	inBody    stage = "body"     // after its first line
	atDot     stage = "dot"      // the body is complete, not yet taken
	taken     stage = "taken"    // written down, not yet answered
	answered  stage = "answered" // 250 is on its way
)

// reply is what a script wants done: nothing, when it is empty.
type reply struct {
	line string // this answer instead of the usual one
	hang bool   // no answer, until the client gives up
	cut  bool   // the connection breaks
}

// smtpPeer is a server that takes mail and writes it down. What it answers may be scripted.
type smtpPeer struct {
	listener net.Listener
	book     *book
	sessions sync.WaitGroup

	mu     sync.Mutex
	links  int
	open   map[net.Conn]bool
	script func(s stage, to string) reply
	slow   time.Duration // between the dot and the 250
}

func newSMTPPeer(t *testing.T, b *book) *smtpPeer {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	p := &smtpPeer{listener: listener, book: b, open: map[net.Conn]bool{}}
	p.sessions.Go(func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			p.mu.Lock()
			p.links++
			n := p.links
			p.open[conn] = true
			p.mu.Unlock()
			p.sessions.Go(func() {
				(&smtpSession{peer: p, conn: conn, in: bufio.NewReader(conn), link: n}).serve()
				p.mu.Lock()
				delete(p.open, conn)
				p.mu.Unlock()
			})
		}
	})
	t.Cleanup(func() {
		_ = listener.Close()
		p.mu.Lock()
		for conn := range p.open {
			_ = conn.Close()
		}
		p.mu.Unlock()
		p.sessions.Wait()
	})
	return p
}

func (p *smtpPeer) address() string { return p.listener.Addr().String() }

// play has the script asked at every stage from now on; nil ends it.
func (p *smtpPeer) play(script func(s stage, to string) reply) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.script = script
}

func (p *smtpPeer) slowDown(d time.Duration) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.slow = d
}

// smtpSession is one connection.
type smtpSession struct {
	peer  *smtpPeer
	conn  net.Conn
	in    *bufio.Reader
	link  int
	to    string
	begun time.Time
}

// at asks the script. It answers what the script wants, and tells whether the usual goes on.
func (s *smtpSession) at(where stage) (goOn, alive bool) {
	s.peer.mu.Lock()
	script := s.peer.script
	s.peer.mu.Unlock()
	if script == nil {
		return true, true
	}
	r := script(where, s.to)
	switch {
	case r.cut:
		reset(s.conn)
		return false, false
	case r.hang:
		_, _ = s.in.WriteTo(nowhere{}) // until the client leaves
		return false, false
	case r.line != "":
		return false, s.say(r.line) && !strings.HasPrefix(r.line, "421")
	}
	return true, true
}

type nowhere struct{}

func (nowhere) Write(p []byte) (int, error) { return len(p), nil }

func (s *smtpSession) say(line string) bool {
	_, err := s.conn.Write([]byte(line + "\r\n"))
	return err == nil
}

// scripted says the usual line, unless the script wants something else.
func (s *smtpSession) scripted(where stage, usual string) (usually, alive bool) {
	goOn, alive := s.at(where)
	if goOn {
		return true, s.say(usual)
	}
	return false, alive
}

func (s *smtpSession) serve() {
	defer func() { _ = s.conn.Close() }()
	_, alive := s.scripted(atConnect, "220 shop.example ESMTP")
	mail, rcpt := false, false
	for alive {
		line, err := s.in.ReadString('\n')
		if err != nil {
			return
		}
		verb, rest, _ := strings.Cut(strings.TrimRight(line, "\r\n"), " ")
		switch strings.ToUpper(verb) {
		case "EHLO":
			_, alive = s.scripted(atEHLO, "250-shop.example\r\n250-PIPELINING\r\n250-8BITMIME\r\n250 ENHANCEDSTATUSCODES")
		case "MAIL":
			s.begun, s.to, rcpt = time.Now(), s.nextRecipient(), false
			s.peer.book.began()
			mail, alive = s.scripted(atMAIL, "250 2.1.0 Ok")
		case "RCPT":
			s.to = strings.Trim(strings.TrimPrefix(rest, "TO:"), "<>")
			if !mail {
				alive = s.say("503 5.5.1 MAIL first")
				break
			}
			rcpt, alive = s.scripted(atRCPT, "250 2.1.5 Ok")
		case "DATA":
			if !rcpt {
				alive = s.say("554 5.5.1 no valid recipients")
				break
			}
			var usually bool
			if usually, alive = s.scripted(atDATA, "354 go on"); usually && alive {
				alive = s.body()
			}
		case "QUIT":
			s.say("221 2.0.0 bye")
			return
		default: // RSET, NOOP
			alive = s.say("250 2.0.0 Ok")
		}
	}
}

var recipientLine = regexp.MustCompile(`(?i)RCPT TO:<([^>]*)>`)

// nextRecipient looks ahead: a client that pipelines has sent RCPT along with MAIL (RFC 2920).
func (s *smtpSession) nextRecipient() string {
	ahead, _ := s.in.Peek(s.in.Buffered())
	if found := recipientLine.FindSubmatch(ahead); found != nil {
		return string(found[1])
	}
	return ""
}

var messageIDLine = regexp.MustCompile(`(?i)^Message-ID: <([0-9a-f]{32})@`)

// body reads a message and takes it.
func (s *smtpSession) body() (alive bool) {
	id, lines := "", 0
	for {
		line, err := s.in.ReadString('\n')
		if err != nil {
			return false
		}
		if line == ".\r\n" {
			break
		}
		if found := messageIDLine.FindStringSubmatch(line); found != nil && id == "" {
			id = found[1]
		}
		if lines++; lines == 1 {
			if goOn, alive := s.at(inBody); !goOn {
				return alive
			}
		}
	}
	s.peer.mu.Lock()
	slow := s.peer.slow
	s.peer.mu.Unlock()
	if slow > 0 {
		<-time.After(slow)
	}
	if goOn, alive := s.at(atDot); !goOn {
		return alive
	}
	s.peer.book.add(acceptance{messageID: id, to: s.to, begun: s.begun, at: time.Now(), link: s.link})
	usually, alive := s.scripted(taken, "250 2.0.0 Ok: queued as "+id[:min(8, len(id))])
	if usually && alive {
		_, alive = s.at(answered)
	}
	return alive
}
