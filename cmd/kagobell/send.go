package main

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"time"

	"github.com/schollz/progressbar/v3"
	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"

	"kagobell/scenarios"
)

// A request that was not committed is posted again, so often and no oftener.
const (
	sendTries   = 8
	sendPause   = time.Second // doubled from try to try, unless the answer says when
	sendMaxWait = 30 * time.Second
	sendBody    = 4 << 20 // bytes in a request; the contract allows 8 MiB
)

// sending posts a history, batch by batch.
type sending struct {
	address string
	signer  *standardwebhooks.Webhook
	batch   int
	input   *history
	client  *http.Client
	bar     *progressbar.ProgressBar
	wait    func(ctx context.Context, d time.Duration) error
	out     io.Writer
	errs    io.Writer

	accepted, duplicates, rejected int
}

func (s *sending) close() {
	_ = s.bar.Finish()
	s.input.close()
}

// run posts everything. It fails when an event was refused, or when the address does not take any.
func (s *sending) run(ctx context.Context) error {
	_ = s.bar.Set64(s.input.offset)
	for {
		batch, err := s.input.next(s.batch, sendBody)
		if errors.Is(err, io.EOF) {
			break
		}
		if err == nil {
			err = s.post(ctx, batch)
		}
		if err != nil {
			s.summary()
			return fmt.Errorf("%w; what was sent is kept in mind: the same command goes on from here", err)
		}
		last := batch[len(batch)-1]
		if err := s.input.remember(last); err != nil {
			return err
		}
		_ = s.bar.Set64(last.end)
	}
	s.input.forget()
	s.summary()
	if s.rejected > 0 {
		return fmt.Errorf("%d of the events were refused", s.rejected)
	}
	return nil
}

func (s *sending) summary() {
	_ = s.bar.Clear()
	s.rejected += s.input.refused
	s.input.refused = 0
	fmt.Fprintf(s.out, "accepted %d, duplicates %d, refused %d\n", s.accepted, s.duplicates, s.rejected)
}

// post sends one batch until it is committed or refused.
func (s *sending) post(ctx context.Context, lines []historyLine) error {
	body := bodyOf(lines)
	pause := sendPause
	for try := 1; ; try++ {
		answer, retryAfter, err := s.postOnce(ctx, body)
		if err == nil {
			s.count(lines, answer)
			return nil
		}
		var later notCommitted
		if !errors.As(err, &later) || try == sendTries || ctx.Err() != nil {
			return err
		}
		if retryAfter <= 0 {
			retryAfter = pause
			pause = min(2*pause, sendMaxWait)
		}
		retryAfter = min(retryAfter, sendMaxWait)
		fmt.Fprintf(s.errs, "not taken (%v); again in %s, try %d of %d\n", err, retryAfter, try+1, sendTries)
		if s.wait(ctx, retryAfter) != nil {
			return err
		}
	}
}

// notCommitted means: nothing is stored, post it again.
type notCommitted struct{ err error }

func (n notCommitted) Error() string { return n.err.Error() }
func (n notCommitted) Unwrap() error { return n.err }

// answered is the contract's answer to a post.
type answered struct {
	Accepted   int `json:"accepted"`
	Duplicates int `json:"duplicates"`
	Rejected   []struct {
		Index  int                    `json:"index"`
		ID     string                 `json:"id"`
		Errors []scenarios.FieldError `json:"errors"`
	} `json:"rejected"`
	Title  string `json:"title"`
	Detail string `json:"detail"`
}

func (s *sending) postOnce(ctx context.Context, body []byte) (answered, time.Duration, error) {
	request, err := s.signed(ctx, body)
	if err != nil {
		return answered{}, 0, err
	}
	response, err := s.client.Do(request)
	if err != nil {
		return answered{}, 0, notCommitted{err}
	}
	defer func() { _ = response.Body.Close() }()
	text, err := io.ReadAll(io.LimitReader(response.Body, 4<<20))
	if err != nil {
		return answered{}, 0, notCommitted{err}
	}
	var answer answered
	readable := json.Unmarshal(text, &answer) == nil
	switch code := response.StatusCode; {
	case readable && (code == http.StatusAccepted || code == http.StatusUnprocessableEntity):
		return answer, 0, nil
	case code == http.StatusTooManyRequests || code >= 500:
		seconds, _ := strconv.Atoi(response.Header.Get("Retry-After"))
		return answered{}, time.Duration(seconds) * time.Second, notCommitted{fmt.Errorf("%s: %s", s.address, response.Status)}
	}
	return answered{}, 0, fmt.Errorf("%s: %s: %s", s.address, response.Status, answer.Detail)
}

// signed makes the request; the id is of the content, so that a repeated post has the same.
func (s *sending) signed(ctx context.Context, body []byte) (*http.Request, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, s.address, bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	sum := sha256.Sum256(body)
	id, now := "msg_"+hex.EncodeToString(sum[:12]), time.Now()
	signature, err := s.signer.Sign(id, now, body)
	if err != nil {
		return nil, err
	}
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("webhook-id", id)
	request.Header.Set("webhook-timestamp", strconv.FormatInt(now.Unix(), 10))
	request.Header.Set("webhook-signature", signature)
	return request, nil
}

// count adds an answer up and names the events that were refused, by their lines.
func (s *sending) count(lines []historyLine, answer answered) {
	s.accepted += answer.Accepted
	s.duplicates += answer.Duplicates
	s.rejected += len(answer.Rejected)
	for _, r := range answer.Rejected {
		if r.Index < 0 || r.Index >= len(lines) {
			continue
		}
		for _, e := range r.Errors {
			fmt.Fprintf(s.errs, "%s:%d: refused: event %q %s: %s\n", s.input.name, lines[r.Index].number, r.ID, e.Pointer, e.Message)
		}
	}
}

func bodyOf(lines []historyLine) []byte {
	var body bytes.Buffer
	body.WriteByte('[')
	for i, line := range lines {
		if i > 0 {
			body.WriteByte(',')
		}
		body.Write(line.text)
	}
	body.WriteByte(']')
	return body.Bytes()
}

func waitFor(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
