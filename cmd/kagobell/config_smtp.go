package main

import (
	"errors"
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strconv"
	"strings"
)

// smtpSettings is what an smtp_url says.
type smtpSettings struct {
	Host           string
	Port           int
	User, Password string
	ImplicitTLS    bool   // smtps: TLS from the first byte (RFC 8314 section 3.3)
	TLS            string // none, starttls (when the server offers it) or require
	Pool           int    // connections at most
	Rate           int    // messages a second; 0: no limit
}

const (
	defaultPool = 20
	mostPool    = 1000
	mostRate    = 1_000_000
)

// parseSMTPURL reads smtp://user:pass@host:587 and smtps://…, with ?tls=none|starttls|require&pool=20&rate=100. Without
// tls a log-in asks for encryption, except on this machine itself.
func parseSMTPURL(text string) (smtpSettings, error) {
	none := smtpSettings{}
	s := scheme(text)
	if s != "smtp" && s != "smtps" {
		return none, errUnexpected
	}
	u, err := parseURL(text)
	if err != nil {
		return none, err
	}
	if u.Path != "" && u.Path != "/" || u.Fragment != "" {
		return none, errors.New("expected nothing after host and port but ?tls=…&pool=…&rate=…")
	}
	settings := smtpSettings{Host: u.Hostname(), Port: 587, TLS: "starttls", Pool: defaultPool}
	if s == "smtps" {
		settings.Port, settings.ImplicitTLS, settings.TLS = 465, true, "require"
	}
	if u.Port() != "" {
		settings.Port, _ = strconv.Atoi(u.Port()) // parseURL has checked it
	}
	settings.User = u.User.Username()
	settings.Password, _ = u.User.Password()
	if settings.User != "" && !isLoopback(settings.Host) {
		settings.TLS = "require"
	}
	return settings, settings.readOptions(u)
}

func (s *smtpSettings) readOptions(u *url.URL) error {
	options, err := url.ParseQuery(u.RawQuery)
	if err != nil {
		return errNotURL
	}
	var wrong []string
	for _, name := range slices.Sorted(maps.Keys(options)) {
		if len(options[name]) != 1 {
			wrong = append(wrong, fmt.Sprintf("option %s stands twice", name))
		} else if err := s.readOption(name, options.Get(name)); err != nil {
			wrong = append(wrong, fmt.Sprintf("option %s: %s", name, err))
		}
	}
	if len(wrong) > 0 {
		return errors.New(strings.Join(wrong, "; "))
	}
	return nil
}

func (s *smtpSettings) readOption(name, value string) error {
	var err error
	switch name {
	case "tls":
		if value != "none" && value != "starttls" && value != "require" {
			return fmt.Errorf("expected none, starttls or require, got %q", value)
		}
		if s.ImplicitTLS && value != "require" {
			return fmt.Errorf("smtps:// is always encrypted; %s belongs to smtp://", value)
		}
		s.TLS = value
	case "pool":
		s.Pool, err = wholeNumber(value, 1, mostPool)
	case "rate":
		s.Rate, err = wholeNumber(value, 0, mostRate)
	default:
		names := []string{"tls", "pool", "rate"}
		return errors.New("no such option; there are " + strings.Join(names, ", "))
	}
	return err
}

func wholeNumber(text string, least, most int) (int, error) {
	n, err := strconv.Atoi(text)
	if err != nil || n < least || n > most {
		return 0, fmt.Errorf("expected a whole number from %d to %d, got %q", least, most, text)
	}
	return n, nil
}

func checkSMTPURL(text string) (string, error) {
	if text == outboxURL || text == "outbox" {
		return outboxURL, nil
	}
	_, err := parseSMTPURL(text)
	return text, err
}
