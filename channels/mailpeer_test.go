package channels

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"math/big"
	"mime"
	"mime/multipart"
	"net"
	"net/mail"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/emersion/go-sasl"
	smtpserver "github.com/emersion/go-smtp"
)

// mailPeer is a real SMTP server on the loopback that answers as it is told.
type mailPeer struct {
	host string
	port int

	onConnect func(n int) error // n counts from 1
	onMail    func(from string) error
	onRcpt    func(to string) error
	onData    func(n int, c *smtpserver.Conn) error // after the body; n counts bodies from 1
	user      string                                // with password "sesame"; empty: no log-in

	mu       sync.Mutex
	mails    []receivedMail
	sessions int
	bodies   int
	encrypt  bool // the last mail came over TLS
	loggedIn string
	server   *smtpserver.Server
}

type receivedMail struct {
	from, to string
	raw      []byte
}

// newMailPeer starts one; change sets its answers before it listens.
func newMailPeer(t testing.TB, change func(*mailPeer, *smtpserver.Server)) *mailPeer {
	t.Helper()
	p := &mailPeer{host: "127.0.0.1"}
	p.server = smtpserver.NewServer(smtpserver.BackendFunc(p.session))
	p.server.Domain = "peer.example"
	p.server.AllowInsecureAuth = true
	p.server.ErrorLog = silent{}
	if change != nil {
		change(p, p.server)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	p.port = l.Addr().(*net.TCPAddr).Port
	done := make(chan struct{})
	go func() {
		defer close(done)
		_ = p.server.Serve(l)
	}()
	t.Cleanup(func() {
		_ = p.server.Close()
		_ = l.Close() // which the server does not know of if it is ended before it began to serve
		<-done
	})
	return p
}

type silent struct{}

func (silent) Printf(string, ...any) {}
func (silent) Println(...any)        {}

func (p *mailPeer) options() *SMTP { return &SMTP{Host: p.host, Port: p.port, TLS: TLSNone, Pool: 4} }

func (p *mailPeer) received() []receivedMail {
	p.mu.Lock()
	defer p.mu.Unlock()
	return append([]receivedMail(nil), p.mails...)
}

func (p *mailPeer) only(t *testing.T) receivedMail {
	t.Helper()
	mails := p.received()
	if len(mails) != 1 {
		t.Fatalf("%d mails arrived, want 1", len(mails))
	}
	return mails[0]
}

func (p *mailPeer) count() (sessions int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.sessions
}

func (p *mailPeer) session(c *smtpserver.Conn) (smtpserver.Session, error) {
	p.mu.Lock()
	p.sessions++
	n := p.sessions
	p.mu.Unlock()
	if p.onConnect != nil {
		if err := p.onConnect(n); err != nil {
			return nil, err
		}
	}
	return &peerSession{peer: p, conn: c}, nil
}

type peerSession struct {
	peer     *mailPeer
	conn     *smtpserver.Conn
	from, to string
}

func (s *peerSession) AuthMechanisms() []string {
	if s.peer.user == "" {
		return nil
	}
	return []string{sasl.Plain}
}

func (s *peerSession) Auth(string) (sasl.Server, error) {
	return sasl.NewPlainServer(func(_, user, password string) error {
		if user != s.peer.user || password != "sesame" {
			return smtpserver.ErrAuthFailed
		}
		s.peer.mu.Lock()
		s.peer.loggedIn = user
		s.peer.mu.Unlock()
		return nil
	}), nil
}

func (s *peerSession) Mail(from string, _ *smtpserver.MailOptions) error {
	s.from = from
	if s.peer.onMail != nil {
		return s.peer.onMail(from)
	}
	return nil
}

func (s *peerSession) Rcpt(to string, _ *smtpserver.RcptOptions) error {
	s.to = to
	if s.peer.onRcpt != nil {
		return s.peer.onRcpt(to)
	}
	return nil
}

func (s *peerSession) Data(r io.Reader) error {
	raw, err := io.ReadAll(r)
	if err != nil {
		return err
	}
	s.peer.mu.Lock()
	s.peer.bodies++
	n := s.peer.bodies
	s.peer.mu.Unlock()
	if s.peer.onData != nil {
		if err := s.peer.onData(n, s.conn); err != nil {
			return err
		}
	}
	_, encrypted := s.conn.TLSConnectionState()
	s.peer.mu.Lock()
	s.peer.mails = append(s.peer.mails, receivedMail{s.from, s.to, raw})
	s.peer.encrypt = encrypted
	s.peer.mu.Unlock()
	return nil
}

func (s *peerSession) Reset()        {}
func (s *peerSession) Logout() error { return nil }

// refuse is an answer as servers give it.
func refuse(code int, enhanced, text string) error {
	e := &smtpserver.SMTPError{Code: code, EnhancedCode: smtpserver.NoEnhancedCode, Message: text}
	if enhanced != "" {
		_, _ = fmt.Sscanf(enhanced, "%d.%d.%d", &e.EnhancedCode[0], &e.EnhancedCode[1], &e.EnhancedCode[2])
	}
	return e
}

// parts reads a multipart/alternative mail as a mail program does.
func (m receivedMail) parts(t *testing.T) (header mail.Header, text, html string) {
	t.Helper()
	message, err := mail.ReadMessage(bytes.NewReader(m.raw))
	if err != nil {
		t.Fatal(err)
	}
	kind, parameters, err := mime.ParseMediaType(message.Header.Get("Content-Type"))
	if err != nil || kind != "multipart/alternative" {
		t.Fatalf("content type %q: %v", kind, err)
	}
	var bodies []string
	reader := multipart.NewReader(message.Body, parameters["boundary"])
	for {
		part, err := reader.NextRawPart()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		wanted := []string{"text/plain; charset=UTF-8", "text/html; charset=UTF-8"}
		if len(bodies) == len(wanted) || part.Header.Get("Content-Type") != wanted[len(bodies)] {
			t.Fatalf("part %d is %q", len(bodies), part.Header.Get("Content-Type"))
		}
		body, err := io.ReadAll(base64.NewDecoder(base64.StdEncoding, part))
		if err != nil {
			t.Fatal(err)
		}
		bodies = append(bodies, strings.ReplaceAll(string(body), "\r\n", "\n"))
	}
	if len(bodies) != 2 {
		t.Fatalf("%d parts, want text and HTML", len(bodies))
	}
	return message.Header, bodies[0], bodies[1]
}

// written is a mail as golden files hold it: the header as it came over the
// wire, and both parts decoded.
func (m receivedMail) written(t *testing.T) string {
	t.Helper()
	_, text, html := m.parts(t)
	header, _, _ := strings.Cut(string(m.raw), "\r\n\r\n")
	return "MAIL FROM " + m.from + "\nRCPT TO " + m.to + "\n\n" + strings.ReplaceAll(header, "\r\n", "\n") +
		"\n\n----- text/plain\n" + text + "----- text/html\n" + html
}

// certificate makes one for 127.0.0.1, and the pool that trusts it.
func certificate(t *testing.T) (tls.Certificate, *x509.CertPool) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "peer"},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		IPAddresses: []net.IP{net.ParseIP("127.0.0.1")}}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	parsed, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	pool := x509.NewCertPool()
	pool.AddCert(parsed)
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}, pool
}
