package channels

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	smtpserver "github.com/emersion/go-smtp"

	"kagobell/scenarios"
)

func mailTo(n int) scenarios.Delivery {
	d := delivery("cart_first", scenarios.ChannelEmail)
	d.Buyer.Email = fmt.Sprintf("buyer%d@acme.example", n)
	return d
}

func TestPoolIsBoundedAndWarm(t *testing.T) {
	peer := newMailPeer(t, nil)
	s := sender(t, Options{SMTP: peer.options()}) // 4 connections
	var all sync.WaitGroup
	for n := range 100 {
		all.Go(func() {
			if o := s.Send(context.Background(), mailTo(n)); o.Kind != scenarios.OutcomeSent {
				t.Errorf("outcome %+v", o)
			}
		})
	}
	all.Wait()
	if mails, sessions := len(peer.received()), peer.count(); mails != 100 || sessions > 4 {
		t.Errorf("%d mails over %d connections, want 100 over at most 4", mails, sessions)
	}
}

func TestConnectionIsReplacedAfterItsShare(t *testing.T) {
	peer := newMailPeer(t, nil)
	o := peer.options()
	o.Pool, o.MaxMessages = 1, 2
	s := sender(t, Options{SMTP: o})
	for n := range 5 {
		if o := s.Send(context.Background(), mailTo(n)); o.Kind != scenarios.OutcomeSent {
			t.Fatalf("outcome %+v", o)
		}
	}
	if peer.count() != 3 {
		t.Errorf("%d connections for 5 mails of 2 each, want 3", peer.count())
	}
}

// TestStaleConnection: a server may hang up on an idle connection at any time,
// with 421 or without a word. The message at hand is not to suffer.
func TestStaleConnection(t *testing.T) {
	for _, how := range []string{"421 4.4.2 idle for too long", "hang up"} {
		for _, extensions := range [][]string{{"PIPELINING"}, nil} {
			t.Run(how+fmt.Sprint(extensions), func(t *testing.T) {
				peer := newRawPeer(t, func(s *rawSession) {
					mails := 0
					s.polite(extensions, func(command string) string {
						if !strings.HasPrefix(command, "MAIL") {
							return ""
						}
						if mails++; s.n == 1 && mails == 2 {
							return how
						}
						return ""
					})
				})
				s := sender(t, Options{SMTP: peer.options()})
				for n := range 3 {
					o := s.Send(context.Background(), mailTo(n))
					if o.Kind != scenarios.OutcomeSent || o.ProviderID != "4XyZ1" {
						t.Fatalf("mail %d: %+v", n, o)
					}
				}
			})
		}
	}
}

func TestIdleConnectionsAreClosed(t *testing.T) {
	left := make(chan struct{}, 1)
	peer := newRawPeer(t, func(s *rawSession) {
		s.polite(nil, func(command string) string {
			if command == "QUIT" {
				left <- struct{}{}
			}
			return ""
		})
	})
	o := peer.options()
	o.IdleTimeout = 20 * time.Millisecond
	s := sender(t, Options{SMTP: o})
	if o := s.Send(context.Background(), mailTo(1)); o.Kind != scenarios.OutcomeSent {
		t.Fatalf("outcome %+v", o)
	}
	select {
	case <-left:
	case <-time.After(10 * time.Second):
		t.Fatal("the connection was never closed")
	}
	if o := s.Send(context.Background(), mailTo(2)); o.Kind != scenarios.OutcomeSent {
		t.Fatalf("after the idle time: %+v", o)
	}
}

// TestRestedConnectionIsAsked: one that lay idle answers NOOP before it is
// trusted with a message.
func TestRestedConnectionIsAsked(t *testing.T) {
	peer := newRawPeer(t, func(s *rawSession) {
		s.polite(nil, func(command string) string {
			if command == "NOOP" && s.n == 1 {
				return "hang up"
			}
			return ""
		})
	})
	options, err := peer.options().withDefaults()
	if err != nil {
		t.Fatal(err)
	}
	p := newSMTPPool(1, 100, time.Minute, func(ctx context.Context) (*smtpConn, error) { return options.dial(ctx, "bungu.example") })
	defer p.close()
	for n := range 3 {
		c, err := p.take(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		c.used++
		c.last = time.Now().Add(-probeAfter - time.Second)
		p.put(c, true)
		if wanted := []int{0, 1, 2}[n]; slices.Contains(peer.heard(), "NOOP") != (wanted > 0) {
			t.Errorf("take %d: heard %v", n, peer.heard())
		}
	}
}

func TestRefusedRecipientWithOpenData(t *testing.T) {
	// RFC 2920 section 3.1: the server may say 354 though it took no recipient.
	peer := newRawPeer(t, func(s *rawSession) {
		s.polite([]string{"PIPELINING"}, func(command string) string {
			if strings.Contains(command, "buyer1@") {
				return "550 5.1.1 unknown"
			}
			return ""
		})
	})
	s := sender(t, Options{SMTP: peer.options()})
	for n := range 3 {
		o := s.Send(context.Background(), mailTo(n))
		if gone := n == 1; gone != (o.Reason == scenarios.ReasonHardBounce) {
			t.Fatalf("mail %d: %+v", n, o)
		}
	}
	if greetings := strings.Count(strings.Join(peer.heard(), "\n"), "EHLO"); greetings != 1 {
		t.Errorf("%d connections, want 1", greetings)
	}
}

// TestRefusedTransactionIsForgotten: a strict server takes no second MAIL before
// RSET (RFC 5321 section 4.1.4).
func TestRefusedTransactionIsForgotten(t *testing.T) {
	for _, extensions := range [][]string{{"PIPELINING"}, nil} {
		peer := newRawPeer(t, func(s *rawSession) {
			open := false
			s.polite(extensions, func(command string) string {
				switch verb, _, _ := strings.Cut(command, " "); {
				case verb == "MAIL" && open:
					return "503 5.5.1 nested MAIL"
				case verb == "MAIL":
					open = true
				case strings.Contains(command, "buyer1@"):
					return "550 5.1.1 unknown"
				case verb == "RSET", verb == "DATA":
					open = false
				}
				return ""
			})
		})
		s := sender(t, Options{SMTP: peer.options()})
		for n := range 3 {
			o := s.Send(context.Background(), mailTo(n))
			if gone := n == 1; gone != (o.Reason == scenarios.ReasonHardBounce) || !gone && o.Kind != scenarios.OutcomeSent {
				t.Fatalf("%v: mail %d: %+v", extensions, n, o)
			}
		}
	}
}

// TestNobodyWaitsForADeadServer: after a failure the next are told at once, and
// do not knock again themselves.
func TestNobodyWaitsForADeadServer(t *testing.T) {
	dials := 0
	p := newSMTPPool(4, 100, time.Minute, func(context.Context) (*smtpConn, error) {
		dials++
		return nil, errTest
	})
	defer p.close()
	for range 3 {
		if _, err := p.take(t.Context()); !errors.Is(err, errTest) {
			t.Errorf("take: %v", err)
		}
	}
	if dials != 1 {
		t.Errorf("dialled %d times, want once", dials)
	}
}

func TestServerAway(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	port := l.Addr().(*net.TCPAddr).Port
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	var log lines
	s := sender(t, Options{SMTP: &SMTP{Host: "127.0.0.1", Port: port, TLS: TLSNone}, Log: slog.New(slog.NewTextHandler(&log, nil))})
	for n := range 3 {
		o := s.Send(context.Background(), mailTo(n))
		if o.Kind != scenarios.OutcomeTemporary || o.Reason != scenarios.ReasonTemporary || o.Detail == "" {
			t.Errorf("outcome %+v", o)
		}
	}
	// The channel is not stopped: each message is tried again by itself.
	if log.count("messages are put off") != 1 || log.count("out of order") != 0 {
		t.Errorf("three failures are to be logged once, as what they are:\n%s", log.String())
	}
}

// lines is a log that tests read.
type lines struct {
	mu   sync.Mutex
	text strings.Builder
}

func (l *lines) Write(b []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(b)
}

func (l *lines) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}

func (l *lines) count(what string) int { return strings.Count(l.String(), what) }

func TestRefusedGreetingIsNobodysBounce(t *testing.T) {
	for _, greeting := range []string{"554 5.7.1 go away", "421 4.7.0 too many connections"} {
		peer := newRawPeer(t, func(s *rawSession) { s.say(greeting) })
		s := sender(t, Options{SMTP: peer.options()})
		if o := s.Send(context.Background(), mailTo(1)); o.Kind != scenarios.OutcomeTemporary {
			t.Errorf("%s: %+v", greeting, o)
		}
	}
}

// TestNoRoomInTime: a claim whose turn does not come is given back untouched.
func TestNoRoomInTime(t *testing.T) {
	begun, answer := make(chan struct{}), make(chan struct{})
	peer := newMailPeer(t, func(p *mailPeer, _ *smtpserver.Server) {
		p.onData = func(int, *smtpserver.Conn) error {
			begun <- struct{}{}
			<-answer
			return nil
		}
	})
	o := peer.options()
	o.Pool = 1
	s := sender(t, Options{SMTP: o, Now: time.Now})
	first := make(chan scenarios.Outcome)
	d := mailTo(1)
	d.Message.ClaimedAt = time.Now()
	go func() { first <- s.Send(context.Background(), d) }()
	<-begun
	late := mailTo(2)
	late.Message.ClaimedAt = time.Now().Add(50*time.Millisecond - scenarios.SendWithin)
	if o := s.Send(context.Background(), late); o.Kind != scenarios.OutcomeReleased {
		t.Errorf("the second: %+v", o)
	}
	close(answer)
	if o := <-first; o.Kind != scenarios.OutcomeSent {
		t.Errorf("the first: %+v", o)
	}
}
