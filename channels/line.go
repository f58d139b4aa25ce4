package channels

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"time"

	"github.com/line/line-bot-sdk-go/v8/linebot/messaging_api"

	"kagobell/scenarios"
)

// Line says how to reach the LINE Messaging API: what `line` configures.
type Line struct {
	ChannelAccessToken string
	Endpoint           string // empty: LINE's own
}

const (
	// LineConnections is how many pushes are under way at a time.
	LineConnections = 50

	// LineRate is how many pushes a second LINE takes of a channel (Messaging API reference, "Rate limits": push message).
	LineRate = 2000

	lineEndpoint   = "https://api.line.me"
	mostLineAnswer = 1 << 20 // bytes of an answer that are read
)

// lineAPI pushes messages by LINE.
type lineAPI struct {
	client *messaging_api.MessagingApiAPI // a pattern: each call works on a copy
	http   *http.Client
	room   chan struct{}
	fault  *faultLog
}

func newLineAPI(o Line, log *slog.Logger) (*lineAPI, error) {
	if o.ChannelAccessToken == "" {
		return nil, errors.New("line: channel_access_token is missing")
	}
	if o.Endpoint == "" {
		o.Endpoint = lineEndpoint
	}
	client := &http.Client{
		Timeout: scenarios.SendDeadline,
		Transport: bounded{&http.Transport{
			Proxy:               http.ProxyFromEnvironment,
			DialContext:         (&net.Dialer{Timeout: 5 * time.Second}).DialContext,
			TLSHandshakeTimeout: 5 * time.Second,
			ForceAttemptHTTP2:   true,
			MaxConnsPerHost:     LineConnections,
			MaxIdleConnsPerHost: LineConnections,
			IdleConnTimeout:     time.Minute,
		}},
		// A redirect would repeat the push, token and all, somewhere else.
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	api, err := messaging_api.NewMessagingApiAPI(o.ChannelAccessToken,
		messaging_api.WithHTTPClient(client), messaging_api.WithEndpoint(o.Endpoint))
	if err != nil {
		return nil, fmt.Errorf("line: %w", err)
	}
	return &lineAPI{client: api, http: client, room: make(chan struct{}, LineConnections),
		fault: &faultLog{log: log, channel: scenarios.ChannelLine}}, nil
}

// bounded reads no more of an answer than an answer of LINE can be.
type bounded struct{ http.RoundTripper }

func (b bounded) RoundTrip(r *http.Request) (*http.Response, error) {
	res, err := b.RoundTripper.RoundTrip(r)
	if err == nil {
		res.Body = struct {
			io.Reader
			io.Closer
		}{io.LimitReader(res.Body, mostLineAnswer), res.Body}
	}
	return res, err
}

func (b bounded) CloseIdleConnections() {
	if t, ok := b.RoundTripper.(*http.Transport); ok {
		t.CloseIdleConnections()
	}
}

// container is a Flex container as it was rendered, to the byte.
type container json.RawMessage

// GetType is what the SDK asks of a container; it writes the type itself.
func (c container) GetType() string { return "" }

// MarshalJSON writes the container as it is.
func (c container) MarshalJSON() ([]byte, error) { return c, nil }

// send pushes one message. The retry key is the message's own and goes with the
// first request already: only then may a request be repeated (LINE, "Retrying
// an API request"). begin ends when it is too late to begin.
func (l *lineAPI) send(ctx, begin context.Context, d *scenarios.Delivery, r *scenarios.Rendered) scenarios.Outcome {
	key := d.Message.RetryKey()
	if key == "" {
		return scenarios.Outcome{Kind: scenarios.OutcomePermanent, Reason: scenarios.ReasonRenderFailed, Detail: "no retry key: the message id is not 32 hexadecimal digits"}
	}
	select {
	case l.room <- struct{}{}:
		defer func() { <-l.room }()
	case <-begin.Done():
		return released("no connection to LINE came free in time")
	}
	// Begun is begun: giving up half-way would leave the outcome unknown.
	call, cancel := context.WithDeadline(context.WithoutCancel(ctx), endOf(ctx))
	defer cancel()
	client := *l.client // WithContext writes to its receiver
	res, answer, err := client.WithContext(call).PushMessageWithHttpInfo(&messaging_api.PushMessageRequest{
		To: r.To,
		Messages: []messaging_api.MessageInterface{
			&messaging_api.FlexMessage{AltText: r.Subject, Contents: container(r.Flex)},
		},
	}, key)
	if res == nil {
		return l.unreached(err)
	}
	defer func() { _ = res.Body.Close() }()
	o := judgeLine(res, err)
	if answer != nil && len(answer.SentMessages) > 0 && o.ProviderID == "" {
		o.ProviderID = answer.SentMessages[0].Id
	}
	o.Detail = l.scrub(o.Detail, r.To)
	if o.fault {
		l.fault.report(errors.New(o.Detail), &o.Outcome)
	}
	return o.Outcome
}

// unreached is a request without an answer: LINE may have it, so the same key
// goes again.
func (l *lineAPI) unreached(err error) scenarios.Outcome {
	o := scenarios.Outcome{Kind: scenarios.OutcomeTemporary, Reason: scenarios.ReasonUnknownOutcome, Detail: errorDetail(err)}
	if op, ok := errors.AsType[*net.OpError](err); ok && op.Op == "dial" {
		o.Reason = scenarios.ReasonTemporary
		l.fault.report(err, &o)
	}
	return o
}

func (l *lineAPI) scrub(detail, userID string) string {
	detail = addresses.ReplaceAllString(cleanLine(detail), "<address>")
	if len(userID) > 2 {
		detail = replaceFold(detail, userID, "<address>")
	}
	return short(longestDetail, detail)
}

func (l *lineAPI) close() { l.http.CloseIdleConnections() }
