package channels

import (
	"context"
	"crypto/tls"
	"errors"
	"log/slog"
	"net"
	"slices"
	"strings"
	"testing"

	smtpserver "github.com/emersion/go-smtp"

	"kagobell/scenarios"
)

func TestEncryption(t *testing.T) {
	cert, trusted := certificate(t)
	for _, c := range []struct {
		name     string
		offered  bool
		mode     string
		trust    bool
		sent     bool
		loud     bool // says that the configuration is at fault
		wantsTLS bool
	}{
		{"none although offered", true, TLSNone, false, true, false, false},
		{"opportunistic, not offered", false, TLSStartTLS, false, true, false, false},
		{"opportunistic, certificate of nobody", true, TLSStartTLS, false, true, false, true},
		{"required and trusted", true, TLSRequire, true, true, false, true},
		{"required, certificate of nobody", true, TLSRequire, false, false, true, false},
		{"required, not offered", false, TLSRequire, true, false, true, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			peer := newMailPeer(t, func(_ *mailPeer, s *smtpserver.Server) {
				if c.offered {
					s.TLSConfig = &tls.Config{Certificates: []tls.Certificate{cert}}
				}
			})
			o := peer.options()
			o.TLS = c.mode
			if c.trust {
				o.TLSConfig = &tls.Config{RootCAs: trusted}
			}
			var log lines
			s := sender(t, Options{SMTP: o, Log: slog.New(slog.NewTextHandler(&log, nil))})
			out := s.Send(context.Background(), mailTo(1))
			if sent := out.Kind == scenarios.OutcomeSent; sent != c.sent || !sent && out.Hold != scenarios.HoldStopped {
				t.Fatalf("outcome %+v", out)
			}
			if (log.count("check the configuration") > 0) != c.loud {
				t.Errorf("log: %s", log.String())
			}
			if c.sent && peer.encrypt != c.wantsTLS {
				t.Errorf("encrypted: %v", peer.encrypt)
			}
		})
	}
}

func TestImplicitTLS(t *testing.T) {
	cert, trusted := certificate(t)
	l, err := tls.Listen("tcp", "127.0.0.1:0", &tls.Config{Certificates: []tls.Certificate{cert}})
	if err != nil {
		t.Fatal(err)
	}
	peer := &mailPeer{}
	peer.server = smtpserver.NewServer(smtpserver.BackendFunc(peer.session))
	peer.server.ErrorLog = silent{}
	served := make(chan struct{})
	go func() { defer close(served); _ = peer.server.Serve(l) }()
	t.Cleanup(func() { _ = peer.server.Close(); <-served })
	s := sender(t, Options{SMTP: &SMTP{Host: "127.0.0.1", Port: l.Addr().(*net.TCPAddr).Port, ImplicitTLS: true,
		TLSConfig: &tls.Config{RootCAs: trusted}}})
	if o := s.Send(context.Background(), mailTo(1)); o.Kind != scenarios.OutcomeSent {
		t.Fatalf("outcome %+v", o)
	}
	if peer.only(t); !peer.encrypt {
		t.Error("it came in plain text")
	}
}

func TestLogIn(t *testing.T) {
	for _, password := range []string{"sesame", "wrong"} {
		peer := newMailPeer(t, func(p *mailPeer, _ *smtpserver.Server) { p.user = "shop" })
		o := peer.options()
		o.User, o.Password = "shop", password
		var log lines
		s := sender(t, Options{SMTP: o, Log: slog.New(slog.NewTextHandler(&log, nil))})
		out := s.Send(context.Background(), mailTo(1))
		if password == "sesame" {
			if out.Kind != scenarios.OutcomeSent || peer.loggedIn != "shop" {
				t.Errorf("outcome %+v, logged in as %q", out, peer.loggedIn)
			}
			continue
		}
		if out.Kind != scenarios.OutcomeReleased || out.Hold != scenarios.HoldStopped || log.count("check the configuration") != 1 {
			t.Errorf("outcome %+v\n%s", out, log.String())
		}
		if strings.Contains(out.Detail+log.String(), password) {
			t.Error("the password is in the log")
		}
	}
}

func TestMechanisms(t *testing.T) {
	for offer, want := range map[string]string{
		"AUTH LOGIN PLAIN CRAM-MD5": "AUTH PLAIN ", "AUTH LOGIN CRAM-MD5": "AUTH LOGIN",
		"AUTH CRAM-MD5": "AUTH CRAM-MD5", "AUTH XOAUTH2": "", "SIZE 1000": "",
	} {
		peer := newRawPeer(t, func(s *rawSession) {
			s.polite([]string{offer}, func(command string) string {
				if strings.HasPrefix(command, "AUTH") {
					return "535 5.7.8 no"
				}
				return ""
			})
		})
		o := peer.options()
		o.User, o.Password = "shop", "sesame"
		s := sender(t, Options{SMTP: o})
		if out := s.Send(context.Background(), mailTo(1)); out.Kind != scenarios.OutcomeReleased || out.Hold != scenarios.HoldStopped {
			t.Errorf("%s: %+v", offer, out)
		}
		said := slices.IndexFunc(peer.heard(), func(line string) bool { return strings.HasPrefix(line, "AUTH") })
		if want == "" && said >= 0 || want != "" && (said < 0 || !strings.HasPrefix(peer.heard()[said], want)) {
			t.Errorf("%s: heard %v, want %q", offer, peer.heard(), want)
		}
	}
}

// TestPasswordsStayInside: without TLS a password is for this machine only,
// whatever the server offers.
func TestPasswordsStayInside(t *testing.T) {
	o := SMTP{Host: "mail.example", User: "shop", Password: "sesame"}
	if err := o.authenticate(nil, false); !errors.Is(err, errConfiguration) {
		t.Errorf("plain text to another machine: %v", err)
	}
}
