package handlers

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"time"
)

// sessionLasts is how long one log-in is good for: a working day and what comes after it.
const sessionLasts = 12 * time.Hour

const (
	nonceLength = 16
	bodyLength  = 8 + nonceLength // the expiry, then the nonce
)

// sessions makes and reads the values of session cookies. Nothing is kept: every replica with the same key believes
// them, and there is nothing to clean up. A value stands for one user with one password, so that a change of either
// ends all sessions; so does a new key.
type sessions struct {
	key          []byte
	user         string
	passwordHash string
	now          func() time.Time
}

// session is one log-in.
type session struct {
	nonce   []byte
	expires time.Time
}

// newSessions derives a key of its own from the shared one, so that a session can never be read as a tracking token.
func newSessions(o AdminOptions, now func() time.Time) *sessions {
	return &sessions{key: digest(o.SigningKey, "kagobell admin session"), user: o.User, passwordHash: o.PasswordHash, now: now}
}

// begin makes a session that starts now.
func (s *sessions) begin() session {
	return session{nonce: newNonce(), expires: s.now().Add(sessionLasts).Truncate(time.Second)}
}

// value is the session as its cookie carries it.
func (s *sessions) value(of session) string {
	body := binary.BigEndian.AppendUint64(nil, uint64(of.expires.Unix()))
	body = append(body, of.nonce...)
	return base64.RawURLEncoding.EncodeToString(append(body, s.seal(body)...))
}

// read checks a cookie. It is false for one that is not ours, has expired, or is from before a change of password.
func (s *sessions) read(value string) (session, bool) {
	raw, err := base64.RawURLEncoding.Strict().DecodeString(value)
	if err != nil || len(raw) != bodyLength+sha256.Size {
		return session{}, false
	}
	body := raw[:bodyLength]
	if !hmac.Equal(raw[bodyLength:], s.seal(body)) {
		return session{}, false
	}
	found := session{nonce: body[8:], expires: time.Unix(int64(binary.BigEndian.Uint64(body)), 0)}
	return found, s.now().Before(found.expires)
}

func (s *sessions) seal(body []byte) []byte {
	return digest(s.key, "session", s.user, s.passwordHash, string(body))
}

// formToken proves that a form was made for whoever holds the nonce.
func (s *sessions) formToken(nonce []byte) string {
	return base64.RawURLEncoding.EncodeToString(digest(s.key, "form", string(nonce)))
}

func (s *sessions) formTokenFits(token string, nonce []byte) bool {
	return hmac.Equal([]byte(token), []byte(s.formToken(nonce)))
}

// digest is the HMAC of parts that can't run together.
func digest(key []byte, parts ...string) []byte {
	h := hmac.New(sha256.New, key)
	for _, part := range parts {
		h.Write(binary.BigEndian.AppendUint64(nil, uint64(len(part))))
		h.Write([]byte(part))
	}
	return h.Sum(nil)
}

func newNonce() []byte {
	nonce := make([]byte, nonceLength)
	rand.Read(nonce) // never fails, see its documentation
	return nonce
}
