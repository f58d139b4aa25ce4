package handlers

import (
	"crypto/sha256"
	"crypto/subtle"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"
)

// signatureTolerance is how far webhook-timestamp may be from now, either way.
const signatureTolerance = 5 * time.Minute

// Why a request is not believed. The texts are shown to whoever sent it: they name what to repair and no secret.
var (
	errUnsigned   = errors.New("expected the headers webhook-id, webhook-timestamp and webhook-signature, or Authorization: Bearer with an API token")
	errSignature  = errors.New("webhook-signature fits none of the secrets of this source")
	errTimestamp  = errors.New("webhook-timestamp is not a time in Unix seconds")
	errNotNow     = errors.New("webhook-timestamp is more than 5 minutes from now")
	errWrongToken = errors.New("the Bearer token is not one of the API tokens")
)

// Tokens are the API tokens. They are kept and compared as digests, in constant time.
type Tokens struct{ digests [][sha256.Size]byte }

// NewTokens takes the tokens as configured.
func NewTokens(tokens []string) *Tokens {
	t := &Tokens{}
	for _, token := range tokens {
		if token != "" {
			t.digests = append(t.digests, sha256.Sum256([]byte(token)))
		}
	}
	return t
}

// holds looks at every token, so that the time taken does not tell which one it was.
func (t *Tokens) holds(token string) bool {
	digest := sha256.Sum256([]byte(token))
	found := 0
	for i := range t.digests {
		found |= subtle.ConstantTimeCompare(digest[:], t.digests[i][:])
	}
	return found == 1
}

// bearer is the token of an Authorization header (RFC 6750 section 2.1); the scheme is written in any case.
func bearer(header http.Header) (token string, given bool) {
	scheme, token, _ := strings.Cut(header.Get("Authorization"), " ")
	if !strings.EqualFold(scheme, "Bearer") {
		return "", false
	}
	return strings.TrimSpace(token), true
}

// signatures verifies by Standard Webhooks, with any of several secrets.
type signatures []*standardwebhooks.Webhook

// newSignatures reads secrets of the form whsec_ and base64.
func newSignatures(secrets []string) (signatures, error) {
	var s signatures
	for i, secret := range secrets {
		key, err := standardwebhooks.NewWebhook(secret)
		// An empty key would let everybody sign.
		if err != nil || strings.TrimPrefix(secret, "whsec_") == "" {
			return nil, fmt.Errorf("secret %d: expected whsec_ followed by a key in base64", i+1)
		}
		s = append(s, key)
	}
	return s, nil
}

// verify checks the time itself, for the library has no clock but the machine's, and once for all the secrets.
func (s signatures) verify(header http.Header, body []byte, now time.Time) error {
	stamp := header.Get(standardwebhooks.HeaderWebhookTimestamp)
	if stamp == "" || header.Get(standardwebhooks.HeaderWebhookID) == "" || header.Get(standardwebhooks.HeaderWebhookSignature) == "" {
		return errUnsigned
	}
	seconds, err := strconv.ParseInt(stamp, 10, 64)
	if err != nil {
		return errTimestamp
	}
	if seconds < now.Add(-signatureTolerance).Unix() || seconds > now.Add(signatureTolerance).Unix() {
		return errNotNow
	}
	for _, key := range s {
		if key.VerifyIgnoringTimestamp(body, header) == nil {
			return nil
		}
	}
	return errSignature
}
