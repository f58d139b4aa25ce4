package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"time"

	"kagobell/store"
)

// reactionKind is what a buyer does with a message.
type reactionKind string

const (
	opens   reactionKind = "opens"
	clicks  reactionKind = "clicks" // having opened it
	optsOut reactionKind = "opts out"
)

// reaction is a buyer doing something with a message, at the addresses in it.
type reaction struct {
	by             string
	kind           reactionKind
	scenario, step string
}

func (r reaction) who() string                { return r.by }
func (reaction) events(*demoShop) []demoEvent { return nil } // Kagobell sees it for itself

func (r reaction) words(*demoShop) (ja, en string) {
	switch r.kind {
	case opens:
		return "メールを開封", "opened the mail"
	case clicks:
		return "メールを開封しクリック", "opened the mail and clicked"
	}
	return "メールのリンクから配信停止", "opted out by the mail's link"
}

// clickable is how long after sending a click counts as a person's; sooner it is taken for a scanner's.
const clickable = 2*time.Second + 100*time.Millisecond

// mailbox is where buyers of the demo read their mail, with a browser.
type mailbox struct {
	store  *store.Store
	client *http.Client
}

// browserName is what a browser calls itself; a program's own name would not count as a person's.
const browserName = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36"

// The addresses in a mail that lead to Kagobell.
var (
	pixelAddress  = regexp.MustCompile(`http://[^"\s]+/t/o/[\w-]+`)
	itemAddress   = regexp.MustCompile(`http://[^"\s]+/t/c/[\w-]+`)
	optOutAddress = regexp.MustCompile(`http://[^"\s]+/u/[\w-]+`)
)

// errTooSoon says that a message has not been there for long enough.
var errTooSoon = errors.New("too soon after sending")

// react does what a buyer does with a message. errTooSoon: ask again later.
func (m *mailbox) react(ctx context.Context, kind reactionKind, messageID string) error {
	message, err := m.store.Message(ctx, messageID)
	if err != nil {
		return err
	}
	if kind == clicks && time.Since(message.SentAt) < clickable {
		return errTooSoon
	}
	kept, err := m.store.OutboxEntry(ctx, messageID)
	if err != nil {
		return err
	}
	mail := kept.Rendered.HTML
	if kind == optsOut {
		// RFC 8058 section 3.2: what a mail program posts.
		form := url.Values{"List-Unsubscribe": {"One-Click"}}
		return m.visit(ctx, http.MethodPost, optOutAddress.FindString(mail), form)
	}
	if err := m.visit(ctx, http.MethodGet, pixelAddress.FindString(mail), nil); err != nil || kind == opens {
		return err
	}
	return m.visit(ctx, http.MethodGet, itemAddress.FindString(mail), nil)
}

// visit goes to an address and wherever it leads.
func (m *mailbox) visit(ctx context.Context, method, address string, form url.Values) error {
	request, err := http.NewRequestWithContext(ctx, method, address, strings.NewReader(form.Encode()))
	if err != nil {
		return err
	}
	request.Header.Set("User-Agent", browserName)
	if form != nil {
		request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	response, err := m.client.Do(request)
	if err != nil {
		return err
	}
	defer func() { _ = response.Body.Close() }()
	if _, err := io.Copy(io.Discard, response.Body); err != nil {
		return err
	}
	if response.StatusCode >= http.StatusBadRequest {
		return fmt.Errorf("%s: %s", request.URL.Path[:min(len(request.URL.Path), 4)], response.Status) // not the token
	}
	return nil
}
