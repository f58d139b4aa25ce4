package scenarios

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"strings"
)

// TokenKind is what a tracking address is for.
type TokenKind byte

// The kinds of token.
const (
	TokenOpen        TokenKind = 'o' // GET /t/o/{token}
	TokenClick       TokenKind = 'c' // GET /t/c/{token}
	TokenUnsubscribe TokenKind = 'u' // /u/{token}
)

// Token says which message a tracking address belongs to, and for a click
// which of its links: the index into Message.Items, or LinkMain.
type Token struct {
	Kind      TokenKind
	MessageID string
	Link      int // 0-254
}

// LinkMain is the link of Message.URL (back to the cart).
const LinkMain = 254

// ErrToken is returned for a token that this signer did not make.
var ErrToken = errors.New("token: not one of ours")

const tokenMAC = 12 // bytes: 96 bits, out of reach of guessing over HTTP

// TokenSigner makes and reads tokens that nobody else can make.
type TokenSigner struct{ key []byte }

// NewTokenSigner takes a secret key of at least 16 bytes that all replicas share.
func NewTokenSigner(key []byte) (*TokenSigner, error) {
	if len(key) < 16 {
		return nil, errors.New("token key: expected at least 16 bytes")
	}
	return &TokenSigner{key: append([]byte(nil), key...)}, nil
}

// Sign writes a token: 40 characters that are safe in a URL.
func (s *TokenSigner) Sign(t Token) (string, error) {
	id, err := hex.DecodeString(t.MessageID)
	if err != nil || len(id) != 16 || t.Link < 0 || t.Link > LinkMain {
		return "", errors.New("token: expected a message id of 32 hexadecimal digits and a link from 0 to 254")
	}
	body := append([]byte{byte(t.Kind), byte(t.Link)}, id...)
	return base64.RawURLEncoding.EncodeToString(append(body, s.mac(body)...)), nil
}

// Read checks a token; ErrToken when it is not ours or not of this kind.
func (s *TokenSigner) Read(kind TokenKind, token string) (Token, error) {
	raw, err := base64.RawURLEncoding.Strict().DecodeString(token)
	twisted := strings.ContainsAny(token, "\r\n") // which Go's decoder passes over: a token has one spelling
	if err != nil || twisted || len(raw) != 18+tokenMAC || TokenKind(raw[0]) != kind {
		return Token{}, ErrToken
	}
	body := raw[:18]
	if !hmac.Equal(raw[18:], s.mac(body)) {
		return Token{}, ErrToken
	}
	return Token{Kind: kind, Link: int(raw[1]), MessageID: hex.EncodeToString(raw[2:18])}, nil
}

func (s *TokenSigner) mac(body []byte) []byte {
	h := hmac.New(sha256.New, s.key)
	h.Write(body)
	return h.Sum(nil)[:tokenMAC]
}
