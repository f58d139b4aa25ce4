package handlers

import (
	"net/http"
	"testing"
	"time"

	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"
)

// FuzzSignatureHeaders: whatever stands in the headers, only what was signed with the secret is believed.
func FuzzSignatureHeaders(f *testing.F) {
	const secret = "whsec_Y2hhb3MgaGFybmVzcyBzZWNyZXQgb2Yga2Fnb2JlbGw="
	native, err := NewNative([]string{secret}, NewTokens([]string{"a token of sixteen characters"}))
	if err != nil {
		f.Fatal(err)
	}
	signer, err := standardwebhooks.NewWebhook(secret)
	if err != nil {
		f.Fatal(err)
	}
	now := time.Unix(1_795_000_000, 0)
	signature, err := signer.Sign("msg_1", now, []byte("{}"))
	if err != nil {
		f.Fatal(err)
	}
	f.Add("msg_1", "1795000000", signature, "", []byte("{}"))
	f.Add("msg_1", "1795000000", "v1,x v2,y "+signature, "Basic x", []byte("{}"))
	f.Add("", "-9223372036854775808", "v1,", "Bearer ", []byte(nil))
	f.Add("msg.1", "1e9", ",,, v1", "bearer a token of sixteen characters ", []byte("{ }"))
	f.Fuzz(func(t *testing.T, id, stamp, signatures, authorization string, body []byte) {
		header := http.Header{}
		for name, value := range map[string]string{"webhook-id": id, "webhook-timestamp": stamp, "webhook-signature": signatures, "Authorization": authorization} {
			header.Set(name, value)
		}
		if native.Verify(header, body, now) != nil {
			return
		}
		token, _ := bearer(header)
		if token == "a token of sixteen characters" {
			return
		}
		if signer.VerifyIgnoringTimestamp(body, header) != nil {
			t.Errorf("%q, %q, %q, %q with %q is believed", id, stamp, signatures, authorization, body)
		}
	})
}
