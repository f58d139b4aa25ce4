package channels

import (
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"kagobell/scenarios"
)

// FuzzSMTPAnswer: whatever a server says, it means one of the known things; only a refusal for good bars an address,
// and what is stored of it is one line without the address.
func FuzzSMTPAnswer(f *testing.F) {
	for code, text := range map[int]string{250: "2.0.0 Ok: queued as 4XyZ1", 421: "4.3.2 closing", 452: "4.2.2 full", 550: "5.1.1 <sato@acme.example>: unknown user",
		551: "5.999.999 x\n5.1.1 y", 552: "", 554: "relay access denied", 999: "\xff\x00", 0: "5.1.1"} {
		f.Add(code, text, int(stageRcpt))
	}
	f.Fuzz(func(t *testing.T, code int, text string, at int) {
		v := judge(code, text, stage(at))
		if v.kind != scenarios.OutcomeTemporary && v.kind != scenarios.OutcomePermanent || v.reason == "" || v.retryAfter < 0 {
			t.Errorf("%d %q means %+v", code, text, v)
		}
		if v.suppress && (v.kind != scenarios.OutcomePermanent || code < 500) {
			t.Errorf("%d %q bars the address for what is not for good", code, text)
		}
		detail := detailOf(code, text, "sato@acme.example")
		if strings.ContainsAny(detail, "\r\n\x00") || strings.Contains(strings.ToLower(detail), "sato@acme.example") {
			t.Errorf("%d %q is kept as %q", code, text, detail)
		}
		if id := queueID(text); strings.ContainsAny(id, "\r\n ") {
			t.Errorf("%q gives the id %q", text, id)
		}
	})
}

// FuzzLineAnswer: the same of LINE's answers.
func FuzzLineAnswer(f *testing.F) {
	f.Add(400, `{"message":"The property, 'to', in the request body is invalid"}`, "", "")
	f.Add(429, `{"message":"You have reached your monthly limit."}`, "5", "")
	f.Add(503, `<html>`, "Fri, 20 Nov 2026 01:00:00 GMT", "Fri, 20 Nov 2026 00:00:00 GMT")
	f.Add(409, ``, "-1", "x")
	f.Add(200, `{"sentMessages":[]}`, "99999999999999999999", "")
	f.Add(302, `{"details":[{"property":"to"}]}`, "1e9", "")
	f.Fuzz(func(t *testing.T, status int, body, after, date string) {
		header := http.Header{}
		header.Set("Retry-After", after)
		header.Set("Date", date)
		o := judgeLine(&http.Response{StatusCode: status, Header: header, Body: io.NopCloser(strings.NewReader(body))}, errors.New("an answer"))
		taken := status/100 == 2 || status == http.StatusConflict
		if taken != (o.Kind == scenarios.OutcomeSent) || o.RetryAfter < 0 || o.RetryAfter > 24*time.Hour {
			t.Errorf("%d %q, Retry-After %q: %+v", status, body, after, o)
		}
		if o.Suppress && status != http.StatusBadRequest {
			t.Errorf("%d %q bars the user", status, body)
		}
		line := &lineAPI{}
		if detail := line.scrub(o.Detail, "U4af4980629"); strings.ContainsAny(detail, "\r\n") || strings.Contains(detail, "U4af4980629") || !utf8.ValidString(detail) {
			t.Errorf("%d %q is kept as %q", status, body, detail)
		}
	})
}
