package main

import (
	"encoding/base64"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	"net/mail"
	"strings"
	"sync/atomic"

	"github.com/emersion/go-smtp"
)

// letterbox is a real SMTP server that takes everything.
type letterbox struct {
	mails chan *received // nil: they are only counted
	count atomic.Int64
}

// received is a mail as it came.
type received struct {
	to     string
	header mail.Header
	html   string
}

func (l *letterbox) NewSession(*smtp.Conn) (smtp.Session, error) {
	return &letterboxSession{box: l}, nil
}

type letterboxSession struct {
	box *letterbox
	to  string
}

func (s *letterboxSession) Mail(string, *smtp.MailOptions) error { return nil }
func (s *letterboxSession) Rcpt(to string, _ *smtp.RcptOptions) error {
	s.to = to
	return nil
}
func (s *letterboxSession) Reset()        {}
func (s *letterboxSession) Logout() error { return nil }
func (s *letterboxSession) Data(r io.Reader) error {
	defer s.box.count.Add(1)
	if s.box.mails == nil {
		_, err := io.Copy(io.Discard, r)
		return err
	}
	m, err := mail.ReadMessage(r)
	if err != nil {
		return err
	}
	html, err := htmlOf(m)
	s.box.mails <- &received{to: s.to, header: m.Header, html: html}
	return err
}

// htmlOf reads the HTML part of a multipart/alternative mail.
func htmlOf(m *mail.Message) (string, error) {
	kind, parameters, err := mime.ParseMediaType(m.Header.Get("Content-Type"))
	if err != nil || kind != "multipart/alternative" {
		return "", fmt.Errorf("content type %q: %w", kind, err)
	}
	parts := multipart.NewReader(m.Body, parameters["boundary"])
	for {
		part, err := parts.NextRawPart()
		if err != nil {
			return "", err
		}
		if strings.HasPrefix(part.Header.Get("Content-Type"), "text/html") {
			text, err := io.ReadAll(decoded(part, part.Header.Get("Content-Transfer-Encoding")))
			return string(text), err
		}
	}
}

func decoded(r io.Reader, encoding string) io.Reader {
	switch encoding {
	case "base64":
		return base64.NewDecoder(base64.StdEncoding, r)
	case "quoted-printable":
		return quotedprintable.NewReader(r)
	}
	return r
}
