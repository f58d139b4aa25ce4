package handlers

import (
	"mime"
	"net/http"
	"strings"
	"time"

	"kagobell/scenarios"
)

// Adapter knows how one kind of platform signs its posts and what they look like.
type Adapter interface {
	// Accepts tells whether bodies of this Content-Type can be read.
	Accepts(contentType string) bool
	// Verify returns why the request is not believed, in words for the one who sent it; nil when it is.
	Verify(header http.Header, body []byte, now time.Time) error
	// Read translates a body. Errors: scenarios.ErrNotJSON, ErrNotUTF8 and ErrTooMany. The events may share
	// memory with the body.
	Read(source string, header http.Header, body []byte) ([]*scenarios.Event, []scenarios.RejectedEvent, error)
}

// Native is the adapter for Kagobell's own events.
type Native struct {
	signatures signatures
	tokens     *Tokens
}

// NewNative takes the secrets of the source, and the API tokens that may stand in for a signature.
func NewNative(secrets []string, tokens *Tokens) (*Native, error) {
	s, err := newSignatures(secrets)
	if err != nil {
		return nil, err
	}
	return &Native{signatures: s, tokens: tokens}, nil
}

// Accepts wants JSON in UTF-8, which is the only encoding that JSON has between systems (RFC 8259 section 8.1).
func (*Native) Accepts(contentType string) bool {
	if contentType == "application/json" {
		return true
	}
	media, parameters, err := mime.ParseMediaType(contentType)
	if err != nil || media != "application/json" {
		return false
	}
	charset, given := parameters["charset"]
	return !given || strings.EqualFold(charset, "utf-8")
}

// Verify takes an API token or a signature.
func (n *Native) Verify(header http.Header, body []byte, now time.Time) error {
	token, given := bearer(header)
	if given && n.tokens.holds(token) {
		return nil
	}
	if given && header.Get("webhook-signature") == "" {
		return errWrongToken
	}
	return n.signatures.verify(header, body, now)
}

// Read reads one event or an array of them.
func (*Native) Read(source string, _ http.Header, body []byte) ([]*scenarios.Event, []scenarios.RejectedEvent, error) {
	return scenarios.ReadEvents(body, source)
}
