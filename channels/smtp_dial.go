package channels

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/textproto"
	"strconv"
	"strings"
	"time"

	"github.com/wneessen/go-mail/smtp"
)

// errConfiguration marks what only a human can put right: a log-in that is
// refused, a certificate that does not fit. Nothing is lost by it: messages wait.
var errConfiguration = errors.New("SMTP configuration")

// dial opens a connection that is ready for mail: greeted, encrypted and logged
// in as the options say, all before ctx ends.
func (o *SMTP) dial(ctx context.Context, hello string) (*smtpConn, error) {
	address := net.JoinHostPort(o.Host, strconv.Itoa(o.Port))
	raw, err := (&net.Dialer{}).DialContext(ctx, "tcp", address)
	if err != nil {
		return nil, fmt.Errorf("connect: %w", err)
	}
	if deadline, ok := ctx.Deadline(); ok {
		if err := raw.SetDeadline(deadline); err != nil {
			_ = raw.Close()
			return nil, fmt.Errorf("connect: %w", err)
		}
	}
	stop := context.AfterFunc(ctx, func() { _ = raw.SetDeadline(time.Unix(1, 0)) })
	defer stop()
	c, err := o.greet(ctx, raw, hello)
	if err != nil {
		_ = raw.Close()
		return nil, err
	}
	return c, nil
}

func (o *SMTP) greet(ctx context.Context, raw net.Conn, hello string) (*smtpConn, error) {
	conn, encrypted := raw, false
	if o.ImplicitTLS {
		secure := tls.Client(raw, o.tlsConfig())
		if err := secure.HandshakeContext(ctx); err != nil {
			return nil, tlsFailure(err)
		}
		conn, encrypted = secure, true
	}
	client, err := smtp.NewClient(conn, o.Host)
	if err != nil {
		return nil, fmt.Errorf("greeting: %w", err)
	}
	if err := client.Hello(hello); err != nil {
		return nil, fmt.Errorf("EHLO: %w", err)
	}
	if !encrypted && o.TLS != TLSNone {
		if encrypted, err = o.startTLS(client); err != nil {
			return nil, err
		}
	}
	if err := o.authenticate(client, encrypted); err != nil {
		return nil, err
	}
	pipelining, _ := client.Extension("PIPELINING")
	utf8, _ := client.Extension("SMTPUTF8")
	return &smtpConn{client: client, raw: raw, pipelining: pipelining, utf8: utf8, last: time.Now()}, nil
}

func (o *SMTP) startTLS(client *smtp.Client) (encrypted bool, err error) {
	offered, _ := client.Extension("STARTTLS")
	if !offered {
		if o.TLS == TLSRequire {
			return false, fmt.Errorf("%w: the server offers no STARTTLS, and tls=require", errConfiguration)
		}
		return false, nil
	}
	if err := client.StartTLS(o.tlsConfig()); err != nil {
		return false, tlsFailure(err)
	}
	return true, nil
}

func tlsFailure(err error) error {
	var invalid x509.CertificateInvalidError
	var wrongName x509.HostnameError
	var unknown x509.UnknownAuthorityError
	if errors.As(err, &invalid) || errors.As(err, &wrongName) || errors.As(err, &unknown) {
		return fmt.Errorf("%w: TLS: %w", errConfiguration, err)
	}
	return fmt.Errorf("TLS: %w", err)
}

// authenticate logs in with the first mechanism that both sides know. Never in
// plain text, except on this machine: even a challenge-response gives a
// listener something to try passwords against.
func (o *SMTP) authenticate(client *smtp.Client, encrypted bool) error {
	if o.User == "" {
		return nil
	}
	if !encrypted && !isLoopback(o.Host) {
		return fmt.Errorf("%w: a password is only sent over TLS, and this connection has none", errConfiguration)
	}
	_, offer := client.Extension("AUTH")
	mechanisms := " " + strings.ToUpper(offer) + " "
	var auth smtp.Auth
	switch {
	case strings.Contains(mechanisms, " PLAIN "):
		auth = smtp.PlainAuth("", o.User, o.Password, o.Host, true)
	case strings.Contains(mechanisms, " LOGIN "):
		auth = smtp.LoginAuth(o.User, o.Password, o.Host, true)
	case strings.Contains(mechanisms, " CRAM-MD5 "):
		auth = smtp.CRAMMD5Auth(o.User, o.Password)
	default:
		return fmt.Errorf("%w: the server offers none of AUTH PLAIN, LOGIN, CRAM-MD5", errConfiguration)
	}
	err := client.Auth(auth)
	if reply, ok := errors.AsType[*textproto.Error](err); ok && reply.Code >= 500 {
		return fmt.Errorf("%w: log-in refused: %w", errConfiguration, err)
	}
	if err != nil {
		return fmt.Errorf("log-in: %w", err)
	}
	return nil
}
