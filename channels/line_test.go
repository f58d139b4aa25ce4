package channels

import (
	"bytes"
	"context"
	"encoding/json"
	"log/slog"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"kagobell/scenarios"
)

func TestBuiltInLineMessages(t *testing.T) {
	for _, template := range []string{"cart_unopened", "browse_second"} {
		for _, locale := range []string{"ja", "en"} {
			name := template + "." + locale
			t.Run(name, func(t *testing.T) {
				peer := newLinePeer(t)
				s := sender(t, Options{Line: peer.options()})
				d := delivery(template, scenarios.ChannelLine)
				d.Buyer.Locale = locale
				o := s.Send(context.Background(), d)
				if o.Kind != scenarios.OutcomeSent || o.Title == "" || o.ProviderID != "123e4567-e89b-12d3-a456-426655440001" {
					t.Fatalf("outcome %+v", o)
				}
				if len(peer.pushed) != 1 || peer.pushed[0].To != d.Buyer.LineUserID || peer.pushed[0].key != d.Message.RetryKey() ||
					peer.pushed[0].Msgs[0].AltText != o.Title {
					t.Fatalf("pushed %+v", peer.pushed)
				}
				var pretty bytes.Buffer
				if err := json.Indent(&pretty, peer.pushed[0].body, "", "  "); err != nil {
					t.Fatal(err)
				}
				golden(t, "line/"+name+".json", pretty.String()+"\n")
			})
		}
	}
}

func TestLineAnswers(t *testing.T) {
	for _, c := range []struct {
		name     string
		answer   lineAnswer
		kind     scenarios.OutcomeKind
		reason   scenarios.Reason
		suppress bool
		after    time.Duration
		loud     bool
	}{
		{"sent, but the answer is cut short", lineAnswer{status: 200, body: `{"sentMess`, keep: true}, scenarios.OutcomeSent, "", false, 0, false},
		{"already accepted", lineAnswer{status: 409, body: `{"message":"The retry key is already accepted"}`}, scenarios.OutcomeSent, "", false, 0, false},
		{"rate limit", lineAnswer{status: 429, body: `{"message":"The API rate limit has been exceeded. Try again later."}`},
			scenarios.OutcomeReleased, scenarios.ReasonTemporary, false, lineRests, false},
		{"rate limit with a time", lineAnswer{status: 429, header: map[string]string{"Retry-After": "90"}, body: `{}`},
			scenarios.OutcomeReleased, scenarios.ReasonTemporary, false, 90 * time.Second, false},
		{"rate limit with a date", lineAnswer{status: 429, header: map[string]string{"Date": "Fri, 20 Nov 2026 01:00:00 GMT", "Retry-After": "Fri, 20 Nov 2026 01:02:00 GMT"}, body: `{}`},
			scenarios.OutcomeReleased, scenarios.ReasonTemporary, false, 2 * time.Minute, false},
		{"the month's quota", lineAnswer{status: 429, body: `{"message":"You have reached your monthly limit."}`},
			scenarios.OutcomePermanent, scenarios.ReasonRejected, false, 0, true},
		{"server error", lineAnswer{status: 500, body: `{"message":"Internal server error"}`},
			scenarios.OutcomeTemporary, scenarios.ReasonTemporary, false, 0, false},
		{"a proxy's page", lineAnswer{status: 502, body: `<html>Bad Gateway</html>`},
			scenarios.OutcomeTemporary, scenarios.ReasonTemporary, false, 0, false},
		{"unknown user", lineAnswer{status: 400, body: `{"message":"Failed to send messages"}`},
			scenarios.OutcomePermanent, scenarios.ReasonHardBounce, true, 0, false},
		{"not a user id", lineAnswer{status: 400, body: `{"message":"The property, 'to', in the request body is invalid (line: -, column: -)"}`},
			scenarios.OutcomePermanent, scenarios.ReasonHardBounce, true, 0, false},
		{"a bad message", lineAnswer{status: 400, body: `{"message":"A message (messages[0]) in the request body is invalid","details":[{"message":"May not be empty","property":"/body/contents/0/text"}]}`},
			scenarios.OutcomePermanent, scenarios.ReasonRejected, false, 0, false},
		{"forbidden", lineAnswer{status: 403, body: `{"message":"Access to this API is not available for your account"}`},
			scenarios.OutcomePermanent, scenarios.ReasonRejected, false, 0, true},
		{"a token that is refused", lineAnswer{status: 401, body: `{"message":"Authentication failed due to the following reason: expired"}`},
			scenarios.OutcomeReleased, scenarios.ReasonTemporary, false, lineRests, true},
		{"not LINE at all", lineAnswer{status: 302, header: map[string]string{"Location": "/elsewhere"}, body: ""},
			scenarios.OutcomeReleased, scenarios.ReasonTemporary, false, lineRests, true},
		{"too large", lineAnswer{status: 413, body: `{"message":"Request exceeds the max size of 2MB"}`},
			scenarios.OutcomePermanent, scenarios.ReasonRejected, false, 0, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			peer := newLinePeer(t, c.answer)
			var log lines
			s := sender(t, Options{Line: peer.options(), Log: slog.New(slog.NewTextHandler(&log, nil))})
			o := s.Send(context.Background(), delivery("cart_unopened", scenarios.ChannelLine))
			if o.Kind != c.kind || o.Reason != c.reason || o.Suppress != c.suppress || o.RetryAfter != c.after {
				t.Errorf("outcome %+v", o)
			}
			// What is given back is nothing of the message's: the channel rests, or is out of order.
			if stopped := o.Hold == scenarios.HoldStopped; (o.Hold != 0) != (c.kind == scenarios.OutcomeReleased) || stopped && !c.loud {
				t.Errorf("the channel is held by %d", o.Hold)
			}
			if loud, stopped := log.count("level=ERROR") > 0, log.count("channel out of order") > 0; loud != c.loud || stopped != (o.Hold == scenarios.HoldStopped) {
				t.Errorf("log: %s", log.String())
			}
			if len(peer.requests) != 1 {
				t.Errorf("%d requests, want 1", len(peer.requests))
			}
			if strings.Contains(o.Detail+log.String(), lineToken) {
				t.Error("the token is in the log")
			}
		})
	}
}

// TestLineSameKeyAgain: what LINE took without our hearing of it is not pushed
// a second time.
func TestLineSameKeyAgain(t *testing.T) {
	for name, first := range map[string]lineAnswer{
		"the connection broke": {cut: true},
		"an error after all":   {status: 500, body: `{"message":"Internal server error"}`, keep: true},
	} {
		t.Run(name, func(t *testing.T) {
			peer := newLinePeer(t, first)
			s := sender(t, Options{Line: peer.options()})
			d := delivery("cart_unopened", scenarios.ChannelLine)
			if o := s.Send(context.Background(), d); o.Kind != scenarios.OutcomeTemporary {
				t.Fatalf("first: %+v", o)
			}
			o := s.Send(context.Background(), d)
			if o.Kind != scenarios.OutcomeSent || o.ProviderID != "123e4567-e89b-12d3-a456-426655440001" {
				t.Fatalf("second: %+v", o)
			}
			if len(peer.requests) != 2 || peer.requests[0].key != peer.requests[1].key || len(peer.pushed) != 1 {
				t.Errorf("%d requests, %d pushed", len(peer.requests), len(peer.pushed))
			}
		})
	}
}

func TestLineTimesOut(t *testing.T) {
	hold := make(chan struct{})
	slow := newLinePeer(t)
	slow.server.Config.Handler = http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { <-hold })
	t.Cleanup(func() { close(hold) })
	s := sender(t, Options{Line: slow.options()})
	ctx, cancel := context.WithTimeout(context.Background(), 200*time.Millisecond)
	defer cancel()
	o := s.Send(ctx, delivery("cart_unopened", scenarios.ChannelLine))
	if o.Kind != scenarios.OutcomeTemporary || o.Reason != scenarios.ReasonUnknownOutcome {
		t.Errorf("outcome %+v", o)
	}
}

// TestLineGoesOnWhenCancelled: a shutdown does not break off what has begun.
func TestLineGoesOnWhenCancelled(t *testing.T) {
	begun, answer := make(chan struct{}), make(chan struct{})
	peer := newLinePeer(t)
	peer.server.Config.Handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		close(begun)
		<-answer
		peer.ServeHTTP(w, r)
	})
	s := sender(t, Options{Line: peer.options()})
	ctx, cancel := context.WithCancel(context.Background())
	outcome := make(chan scenarios.Outcome)
	go func() { outcome <- s.Send(ctx, delivery("cart_unopened", scenarios.ChannelLine)) }()
	<-begun
	cancel()
	close(answer)
	if o := <-outcome; o.Kind != scenarios.OutcomeSent {
		t.Errorf("outcome %+v", o)
	}
}

func TestLineAway(t *testing.T) {
	peer := newLinePeer(t)
	peer.server.Close()
	s := sender(t, Options{Line: peer.options()})
	o := s.Send(context.Background(), delivery("cart_unopened", scenarios.ChannelLine))
	if o.Kind != scenarios.OutcomeTemporary || o.Reason != scenarios.ReasonTemporary {
		t.Errorf("outcome %+v", o)
	}
}

// TestLineManyAtOnce is for the race detector: the SDK's client keeps the
// context of a call.
func TestLineManyAtOnce(t *testing.T) {
	peer := newLinePeer(t)
	s := sender(t, Options{Line: peer.options()})
	var all sync.WaitGroup
	for n := range 50 {
		all.Go(func() {
			d := delivery("cart_unopened", scenarios.ChannelLine)
			d.Message.ID = scenarios.MessageIDFor("run", string(rune('a'+n)), scenarios.ChannelLine)
			ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
			defer cancel()
			if o := s.Send(ctx, d); o.Kind != scenarios.OutcomeSent {
				t.Errorf("outcome %+v", o)
			}
		})
	}
	all.Wait()
	if len(peer.pushed) != 50 {
		t.Errorf("%d pushed", len(peer.pushed))
	}
}

// TestLineTakesAnything: whatever shops and buyers typed, LINE gets something
// that it accepts.
func TestLineTakesAnything(t *testing.T) {
	peer := newLinePeer(t)
	s := sender(t, Options{Line: peer.options()})
	d := delivery("cart_unopened", scenarios.ChannelLine)
	d.Buyer.Name = "\"花子\"\r\n\\u0000\x00"
	d.Message.URL = "javascript:alert(1)"
	d.Message.Items = nil
	for range 300 {
		d.Message.Items = append(d.Message.Items, scenarios.MessageItem{SKU: "S", Name: strings.Repeat(`"<𠮷>\`, 300),
			URL: "https://bungu.example/" + strings.Repeat("あ", 400), ImageURL: "http://bungu.example/i.jpg"})
	}
	o := s.Send(context.Background(), d)
	if o.Kind != scenarios.OutcomeSent {
		t.Fatalf("outcome %+v", o)
	}
	d.Message.ID, d.Message.Items = strings.Repeat("ab", 16), nil
	if o := s.Send(context.Background(), d); o.Kind != scenarios.OutcomeSent {
		t.Errorf("without items: %+v", o)
	}
}

func TestLineNeedsAToken(t *testing.T) {
	if _, err := New(Options{Renderer: renderer(t, nil), Line: &Line{}, Outbox: &memoryOutbox{}}); err == nil {
		t.Error("LINE without a token starts")
	}
}
