package handlers

import (
	"net/http"
	"strings"
	"testing"

	"kagobell/scenarios"
)

// TestReplayOfMany: what waits is tried again page by page; one that is refused holds up no other.
func TestReplayOfMany(t *testing.T) {
	b := serve(t)
	b.letters.letters = []DeadLetter{
		{ID: "good", Kind: DeadLetterEvent, Source: "shop", Body: []byte(event("ev-1")), CreatedAt: morning},
		rejectedLetter("shop", scenarios.RejectedEvent{ID: "ev-2", Raw: []byte(`{"id":"ev-2","type":"cart.updated"}`)}, morning),
		{ID: "broken", Kind: DeadLetterEvent, Source: "shop", Body: []byte("{\xff"), CreatedAt: morning},
		{ID: "message", Kind: "message", Body: []byte("template: line 3"), CreatedAt: morning},
		{ID: "other", Kind: DeadLetterEvent, Source: "erp", Body: []byte(event("ev-3")), CreatedAt: morning},
		{ID: "done", Kind: DeadLetterEvent, Source: "shop", Body: []byte(event("ev-4")), CreatedAt: morning, ReplayedAt: morning},
	}
	for _, step := range []struct{ query, want string }{
		{"?source=shop&type=order.placed", `{"replayed":0,"refused":0,"skipped":3}`},
		{"?source=shop", `{"replayed":1,"refused":2,"skipped":0}`},
		{"?source=shop&type=cart.updated", `{"replayed":0,"refused":1,"skipped":1}`},
		{"?kind=event", `{"replayed":1,"refused":2,"skipped":0}`},
		{"?kind=message", `{"replayed":0,"refused":0,"skipped":1}`},
	} {
		a := b.api(http.MethodPost, "/api/dead-letters/replay"+step.query)
		wantStatus(t, a, http.StatusOK)
		if a.body != step.want {
			t.Errorf("%s: answer %s", step.query, a.body)
		}
	}
	wantProblem(t, b.api(http.MethodPost, "/api/dead-letters/replay?sorce=shop"), http.StatusBadRequest)
	for _, method := range []string{http.MethodPost, http.MethodGet} {
		path := map[string]string{http.MethodPost: "/api/dead-letters/replay", http.MethodGet: "/api/dead-letters"}[method]
		p := wantProblem(t, b.api(method, path+"?kind=nosuch"), http.StatusBadRequest)
		if len(p.Errors) != 1 || p.Errors[0] != (ParameterError{"kind", "expected one of event, message, lead"}) {
			t.Errorf("%s: %+v", method, p)
		}
	}
	form := b.request(http.MethodPost, "/api/dead-letters/replay", "source=nobody", "Authorization", "Bearer "+apiToken,
		"Content-Type", "application/x-www-form-urlencoded")
	if p := wantProblem(t, b.do(form), http.StatusBadRequest); !strings.Contains(p.Detail, "in the query: ?kind=event") {
		t.Errorf("%+v", p)
	}
	wantStatus(t, b.api(http.MethodPost, "/api/dead-letters/message/dismiss"), http.StatusNoContent)
	wantProblem(t, b.api(http.MethodPost, "/api/dead-letters/nothing/dismiss"), http.StatusNotFound)
	if letters := b.letters.all(); !letters[3].ReplayedAt.Equal(b.clock.now()) || !letters[1].ReplayedAt.IsZero() {
		t.Errorf("letters %+v", letters)
	}
	b.ingest.away = errAway
	b.letters.letters = append(b.letters.letters, DeadLetter{ID: "late", Kind: DeadLetterEvent, Source: "shop", Body: []byte(event("ev-5"))})
	wantProblem(t, b.api(http.MethodPost, "/api/dead-letters/replay"), http.StatusServiceUnavailable)
}
