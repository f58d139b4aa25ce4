package main

import (
	"errors"
	"fmt"
	"net"
	"net/mail"
	"net/netip"
	"net/url"
	"strconv"
	"strings"
)

var (
	webURLKind      = shownURL("a URL that begins with https:// or http://", parseWebURL)
	hookURLKind     = shownURL("a URL that begins with https:// or http://", parseHookURL)
	contactURLKind  = shownURL("a URL that begins with https://, http://, mailto: or tel:", parseContactURL)
	databaseURLKind = shownURL("mysql://user:pass@host:3306/db or sqlite:PATH", parseDatabaseURL)
	redisURLKind    = shownURL("embedded, redis://, rediss://, redis-sentinel:// or redis-cluster://", parseRedisURL)
	smtpURLKind     = shownURL("outbox:, smtp://user:pass@host:587 or smtps://…", checkSMTPURL)
)

// shownURL is a URL, whose password is masked wherever it is shown.
func shownURL(expected string, parse func(string) (string, error)) kind[string] {
	return kind[string]{expected: expected, secret: true, parse: parse,
		show: func(s string) string { return yamlText(maskURL(s)) }}
}

// errNotURL never repeats the text: it may hold a password.
var errNotURL = errors.New("not a URL (a special character in a password is written %XX, @ as %40 for example)")

func parseURL(text string) (*url.URL, error) {
	u, err := url.Parse(text)
	if err != nil || u.Opaque != "" || strings.ContainsAny(text, " \t\r\n") {
		return nil, errNotURL
	}
	if u.Hostname() == "" {
		return nil, errors.New("the URL lacks its host, as in " + u.Scheme + "://host.example")
	}
	if port := u.Port(); port != "" && !isPort(port) {
		return nil, fmt.Errorf("port %s: expected a number from 1 to 65535", port)
	}
	return u, nil
}

func isPort(text string) bool {
	n, err := strconv.Atoi(text)
	return err == nil && n >= 1 && n <= 65535
}

// scheme returns what stands before the first colon, in lower case.
func scheme(text string) string {
	before, _, _ := strings.Cut(text, ":")
	return strings.ToLower(before)
}

// parseHookURL leaves the address as it was written: a slash at its end may matter.
func parseHookURL(text string) (string, error) {
	_, err := parseWebURL(text)
	return text, err
}

// parseWebURL takes the trailing slash away, so that paths can be appended.
func parseWebURL(text string) (string, error) {
	if s := scheme(text); s != "http" && s != "https" {
		return "", errUnexpected
	}
	u, err := parseURL(text)
	if err != nil {
		return "", err
	}
	if u.User != nil || u.RawQuery != "" || u.Fragment != "" {
		return "", errors.New("expected a URL without user, query and fragment")
	}
	return strings.TrimRight(text, "/"), nil
}

// parseContactURL takes what a reader can turn to: a page, a mail address or a telephone.
func parseContactURL(text string) (string, error) {
	switch scheme(text) {
	case "mailto", "tel":
		if _, rest, _ := strings.Cut(text, ":"); isLine(rest) {
			return text, nil
		}
	case "http", "https":
		_, err := parseURL(text)
		return text, err
	}
	return "", errUnexpected
}

func isMailAddress(text string) bool {
	a, err := mail.ParseAddress(text)
	return err == nil && a.Address == text && isLine(text)
}

// isListenAddress is for what a server can listen on; the host may be missing, port 0 is any free one.
func isListenAddress(text string) bool {
	_, port, err := net.SplitHostPort(text)
	return err == nil && (port == "0" || isPort(port)) && !strings.Contains(text, "/")
}

// localURL is how a browser on this machine reaches a server that listens there.
func localURL(listen string) string {
	host, port, err := net.SplitHostPort(listen)
	if err != nil {
		return ""
	}
	if ip, err := netip.ParseAddr(host); host == "" || err == nil && ip.IsUnspecified() {
		host = "localhost"
	}
	return "http://" + net.JoinHostPort(host, port)
}

func isLoopback(host string) bool {
	ip, err := netip.ParseAddr(host)
	return host == "localhost" || strings.HasSuffix(host, ".localhost") || err == nil && ip.IsLoopback()
}
