package handlers

import (
	"encoding/base64"
	"strings"
	"testing"
	"time"
)

func TestSessionIsBelievedOnlyWhole(t *testing.T) {
	now := &clock{at: time.Date(2026, 11, 20, 10, 0, 0, 0, time.UTC)}
	options := AdminOptions{User: "admin", PasswordHash: "$2a$one", SigningKey: []byte("a key that all replicas share")}
	ours := newSessions(options, now.now)
	value := ours.value(ours.begin())

	if _, ok := newSessions(options, now.now).read(value); !ok {
		t.Error("another replica with the same key does not believe the session")
	}
	others := map[string]AdminOptions{
		"another key":      {User: "admin", PasswordHash: "$2a$one", SigningKey: []byte("a key of somebody else")},
		"another user":     {User: "root", PasswordHash: "$2a$one", SigningKey: options.SigningKey},
		"another password": {User: "admin", PasswordHash: "$2a$two", SigningKey: options.SigningKey},
		"shifted parts":    {User: "admin$2a$one", PasswordHash: "", SigningKey: options.SigningKey},
	}
	for name, other := range others {
		if _, ok := newSessions(other, now.now).read(value); ok {
			t.Errorf("%s: the session is believed", name)
		}
	}

	raw, err := base64.RawURLEncoding.DecodeString(value)
	if err != nil {
		t.Fatal(err)
	}
	for i := range raw {
		raw[i] ^= 1
		if _, ok := ours.read(base64.RawURLEncoding.EncodeToString(raw)); ok {
			t.Fatalf("the session is believed with byte %d changed", i)
		}
		raw[i] ^= 1
	}
	for _, broken := range []string{"", "x", value + "A", value[1:], strings.Repeat("A", len(value)), value + "="} {
		if _, ok := ours.read(broken); ok {
			t.Errorf("%q is believed", broken)
		}
	}
}

func TestSessionLastsTwelveHours(t *testing.T) {
	now := &clock{at: time.Date(2026, 11, 20, 10, 0, 0, 0, time.UTC)}
	s := newSessions(AdminOptions{User: "admin", PasswordHash: "x", SigningKey: []byte("a key")}, now.now)
	value := s.value(s.begin())
	now.move(12*time.Hour - time.Second)
	if _, ok := s.read(value); !ok {
		t.Error("it ended before its time")
	}
	now.move(time.Second)
	if _, ok := s.read(value); ok {
		t.Error("it goes on after its time")
	}
}

func TestFormTokenBelongsToItsNonce(t *testing.T) {
	s := newSessions(AdminOptions{User: "admin", PasswordHash: "x", SigningKey: []byte("a key")}, time.Now)
	one, two := newNonce(), newNonce()
	if !s.formTokenFits(s.formToken(one), one) {
		t.Error("its own token does not fit")
	}
	for _, wrong := range []string{"", s.formToken(two), s.formToken(one) + "A", s.value(session{nonce: one})} {
		if s.formTokenFits(wrong, one) {
			t.Errorf("%q fits", wrong)
		}
	}
}
