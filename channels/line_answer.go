package channels

import (
	"cmp"
	"encoding/json"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"

	"kagobell/scenarios"
)

// lineRests is how long nothing is pushed after a 429 that names no time.
const lineRests = 2 * time.Second

// lineOutcome is what an answer of LINE means.
type lineOutcome struct {
	scenarios.Outcome
	fault bool // of the configuration: a human has to look
}

// lineError is the body of an error (line-openapi, ErrorResponse).
type lineError struct {
	Message string `json:"message"`
	Details []struct {
		Message  string `json:"message"`
		Property string `json:"property"`
	} `json:"details"`
}

// judgeLine reads an answer. 200 and 409 are successes: 409 says that a request
// with this retry key was accepted before. err is what the SDK made of it.
func judgeLine(res *http.Response, err error) lineOutcome {
	switch {
	case res.StatusCode/100 == 2:
		// An answer that can't be read was accepted all the same.
		return lineOutcome{Outcome: scenarios.Outcome{Kind: scenarios.OutcomeSent, ProviderID: cleanName(res.Header.Get("X-Line-Request-Id"))}}
	case res.StatusCode == http.StatusConflict:
		return lineOutcome{Outcome: scenarios.Outcome{Kind: scenarios.OutcomeSent, Detail: "409: accepted before",
			ProviderID: cleanName(firstOf(res.Header.Get("X-Line-Accepted-Request-Id"), res.Header.Get("X-Line-Request-Id")))}}
	}
	body, _ := io.ReadAll(res.Body)
	var said lineError
	_ = json.Unmarshal(body, &said) // a proxy in between may answer in HTML
	o := lineOutcome{Outcome: scenarios.Outcome{Kind: scenarios.OutcomePermanent, Reason: scenarios.ReasonRejected}}
	o.Detail = strconv.Itoa(res.StatusCode) + " " + said.text()
	switch status := res.StatusCode; {
	case status == http.StatusTooManyRequests && said.monthlyLimit():
		// Nothing goes out before the month ends: the step's next channel is
		// tried instead of waiting for what can't come.
		o.fault = true
	case status == http.StatusTooManyRequests:
		// Nothing is wrong with the message: the channel rests, and no try is spent.
		o.Kind, o.Reason, o.Hold = scenarios.OutcomeReleased, scenarios.ReasonTemporary, scenarios.HoldBusy
		o.RetryAfter = cmp.Or(retryAfter(res.Header.Get("Retry-After"), res.Header.Get("Date")), lineRests)
	case status >= 500:
		o.Kind, o.Reason = scenarios.OutcomeTemporary, scenarios.ReasonTemporary
		o.RetryAfter = retryAfter(res.Header.Get("Retry-After"), res.Header.Get("Date"))
	case status == http.StatusUnauthorized, status == http.StatusNotFound, status/100 == 3:
		o.Outcome, o.fault = stopped(o.Detail), true // a token that expired, an endpoint that is not LINE's
	case status == http.StatusForbidden:
		o.fault = true
	case status == http.StatusBadRequest && said.unknownUser():
		o.Reason, o.Suppress = scenarios.ReasonHardBounce, true
	}
	return o
}

func (e lineError) text() string {
	text := e.Message
	for _, detail := range e.Details {
		text += "; " + detail.Property + ": " + detail.Message
	}
	return text
}

// monthlyLimit tells the quota from the rate limit: only the words differ.
func (e lineError) monthlyLimit() bool { return strings.Contains(e.Message, "monthly limit") }

// unknownUser tells whether it is the user id that LINE refuses: one that does
// not exist for this channel, or is none.
func (e lineError) unknownUser() bool {
	if e.Message == "Failed to send messages" {
		return true
	}
	if property, ok := strings.CutPrefix(e.Message, "The property, "); ok {
		property, _, _ = strings.Cut(property, ",")
		return strings.Trim(property, "'\"` ") == "to"
	}
	return len(e.Details) == 1 && e.Details[0].Property == "to"
}

// retryAfter reads the header in both its forms (RFC 9110 section 10.2.3); 0
// when there is none. A date counts from the server's own.
func retryAfter(header, date string) time.Duration {
	if seconds, err := strconv.Atoi(strings.TrimSpace(header)); err == nil && seconds > 0 {
		return min(time.Duration(seconds)*time.Second, 24*time.Hour)
	}
	at, err := http.ParseTime(header)
	now, noDate := http.ParseTime(date)
	if err != nil || noDate != nil || !at.After(now) {
		return 0
	}
	return min(at.Sub(now), 24*time.Hour)
}
