package channels

import (
	"crypto/tls"
	"errors"
	"fmt"
	"time"
)

// How an SMTP connection is encrypted.
const (
	TLSNone     = "none"     // never
	TLSStartTLS = "starttls" // when the server offers it
	TLSRequire  = "require"  // or nothing is sent
)

// SMTP says where mail goes: what `smtp_url` says.
type SMTP struct {
	Host        string
	Port        int
	User        string
	Password    string
	ImplicitTLS bool   // smtps: TLS from the first byte (RFC 8314 section 3.3)
	TLS         string // TLSNone, TLSStartTLS (default) or TLSRequire; ignored with ImplicitTLS
	Pool        int    // connections at most; 20 by default

	IdleTimeout time.Duration // an unused connection is closed after this; 1 minute by default
	MaxMessages int           // a connection is replaced after so many; 1,000 by default
	TLSConfig   *tls.Config   // roots other than the system's; nil: those
}

const (
	defaultConnections = 20
	defaultIdle        = time.Minute
	defaultMaxMessages = 1000
)

func (s SMTP) withDefaults() (SMTP, error) {
	if s.Host == "" || s.Port <= 0 || s.Port > 65535 {
		return s, errors.New("smtp: expected a host and a port")
	}
	if s.TLS == "" {
		s.TLS = TLSStartTLS
	}
	if s.TLS != TLSNone && s.TLS != TLSStartTLS && s.TLS != TLSRequire {
		return s, fmt.Errorf("smtp: tls: expected none, starttls or require, got %q", s.TLS)
	}
	if s.Pool <= 0 {
		s.Pool = defaultConnections
	}
	if s.IdleTimeout <= 0 {
		s.IdleTimeout = defaultIdle
	}
	if s.MaxMessages <= 0 {
		s.MaxMessages = defaultMaxMessages
	}
	return s, nil
}

// tlsConfig names the server whose certificate is expected. With opportunistic
// encryption and no password the certificate is not looked at: whoever could
// forge it could as well take away the offer of STARTTLS (RFC 7435 section 3).
func (s SMTP) tlsConfig() *tls.Config {
	config := &tls.Config{}
	if s.TLSConfig != nil {
		config = s.TLSConfig.Clone()
	}
	config.ServerName = s.Host
	config.MinVersion = max(config.MinVersion, tls.VersionTLS12)
	if !s.ImplicitTLS && s.TLS == TLSStartTLS && (s.User == "" || isLoopback(s.Host)) {
		config.InsecureSkipVerify = true
	}
	return config
}
