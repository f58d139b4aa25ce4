package handlers

import (
	"net/http"
	"strings"
	"testing"
	"time"
)

func TestSignatures(t *testing.T) {
	tests := []struct {
		name   string
		sign   func(b *bench, r *http.Request, body string)
		status int
	}{
		{"second secret", func(b *bench, r *http.Request, body string) { b.sign(r, body, b.clock.now(), secretTwo) }, 202},
		{"several signatures", func(b *bench, r *http.Request, body string) {
			b.sign(r, body, b.clock.now(), "whsec_b2xkLXNlY3JldA==", secretTwo)
		}, 202},
		{"among other versions", func(b *bench, r *http.Request, body string) {
			b.sign(r, body, b.clock.now(), secretOne)
			r.Header.Set("webhook-signature", "v1a,zzzz v1, "+r.Header.Get("webhook-signature")+" v2,aaaa")
		}, 202},
		{"unknown secret", func(b *bench, r *http.Request, body string) { b.sign(r, body, b.clock.now(), "whsec_b2xkLXNlY3JldA==") }, 401},
		{"other version only", func(b *bench, r *http.Request, body string) {
			b.sign(r, body, b.clock.now(), secretOne)
			r.Header.Set("webhook-signature", strings.Replace(r.Header.Get("webhook-signature"), "v1,", "v2,", 1))
		}, 401},
		{"another body", func(b *bench, r *http.Request, body string) { b.sign(r, body+" ", b.clock.now(), secretOne) }, 401},
		{"another time", func(b *bench, r *http.Request, body string) {
			b.sign(r, body, b.clock.now(), secretOne)
			r.Header.Set("webhook-timestamp", "1795136401")
		}, 401},
		{"5 minutes old", func(b *bench, r *http.Request, body string) {
			b.sign(r, body, b.clock.now().Add(-5*time.Minute), secretOne)
		}, 202},
		{"older", func(b *bench, r *http.Request, body string) {
			b.sign(r, body, b.clock.now().Add(-5*time.Minute-time.Second), secretOne)
		}, 401},
		{"5 minutes ahead", func(b *bench, r *http.Request, body string) {
			b.sign(r, body, b.clock.now().Add(5*time.Minute), secretOne)
		}, 202},
		{"further ahead", func(b *bench, r *http.Request, body string) {
			b.sign(r, body, b.clock.now().Add(5*time.Minute+time.Second), secretOne)
		}, 401},
		{"no time", func(b *bench, r *http.Request, body string) {
			b.sign(r, body, b.clock.now(), secretOne)
			r.Header.Set("webhook-timestamp", "2026-11-20T10:00:00+09:00")
		}, 401},
		{"token", func(_ *bench, r *http.Request, _ string) { r.Header.Set("Authorization", "Bearer "+apiToken) }, 202},
		{"scheme in lower case", func(_ *bench, r *http.Request, _ string) {
			r.Header.Set("Authorization", "bearer another-token-of-them")
		}, 202},
		{"half a token", func(_ *bench, r *http.Request, _ string) {
			r.Header.Set("Authorization", "Bearer "+apiToken[:10])
		}, 401},
		{"no token", func(_ *bench, r *http.Request, _ string) { r.Header.Set("Authorization", "Bearer ") }, 401},
		{"token as a password", func(_ *bench, r *http.Request, _ string) { r.SetBasicAuth("shop", apiToken) }, 401},
		{"a proxy's token beside a signature", func(b *bench, r *http.Request, body string) {
			b.sign(r, body, b.clock.now(), secretOne)
			r.Header.Set("Authorization", "Bearer of-the-proxy")
		}, 202},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			b, body := serve(t), event("ev")
			r := b.request(http.MethodPost, "/webhooks/shop", body, "Content-Type", "application/json")
			test.sign(b, r, body)
			wantStatus(t, b.do(r), test.status)
			if taken := test.status == 202; (b.ingest.count() == 1) != taken || len(b.letters.all()) != 0 {
				t.Errorf("%d events, %d dead letters", b.ingest.count(), len(b.letters.all()))
			}
		})
	}
}

func TestSecretsThatAreNone(t *testing.T) {
	for _, secret := range []string{"", "whsec_", "whsec_***", "plain text"} {
		if _, err := NewNative([]string{secretOne, secret}, NewTokens(nil)); err == nil {
			t.Errorf("%q was taken", secret)
		}
	}
}

func TestNoTokenAtAll(t *testing.T) {
	// An empty token in the configuration must not open the door to an empty one in a request.
	if tokens := NewTokens([]string{""}); tokens.holds("") {
		t.Error("an empty token is taken")
	}
}
