package handlers

import (
	"bytes"
	"errors"
	"io"

	"kagobell/scenarios"
)

// The largest bodies: of one event, and of an array of them.
const (
	maxObjectBody = scenarios.MaxEventBytes
	maxArrayBody  = 8 << 20
)

// firstBuffer bounds what a declared Content-Length alone makes us set aside, as much as the connection has for itself:
// a body that never comes costs little.
const firstBuffer = 4 << 10

var errBodyTooLarge = errors.New("the body is too large")

// readBody reads up to the limit that the first character decides; what has arrived is counted in hold, and what is
// merely announced is not, or whoever announces much and sends nothing would keep everybody else out. The buffer is new
// for every request and not pooled: events keep slices of it until they are committed, which may be after an answer was
// given up on.
func readBody(r io.Reader, declared int64, hold *hold) ([]byte, error) {
	if declared > maxArrayBody {
		return nil, errBodyTooLarge
	}
	first := firstBuffer
	if declared >= 0 {
		first = min(int(declared)+1, firstBuffer) // one more, to see the end without growing
	}
	body, limit := make([]byte, 0, first), maxObjectBody
	for {
		n, err := r.Read(body[len(body):min(cap(body), limit+1)])
		if full := hold.grow(n); full != nil {
			return nil, full
		}
		body = body[:len(body)+n]
		if len(body) > limit && limit == maxObjectBody && startsArray(body) {
			limit = maxArrayBody
		}
		switch {
		case len(body) > limit:
			return nil, errBodyTooLarge
		case err == io.EOF:
			return body, nil
		case err != nil:
			return nil, err
		case len(body) == cap(body):
			body = append(make([]byte, 0, nextSize(len(body), declared)), body...)
		}
	}
}

// nextSize is what the buffer of a body grows to when it is full: twice as much, but no more than was announced.
func nextSize(full int, declared int64) int {
	if declared >= int64(full) {
		return min(2*full, int(declared)+1)
	}
	return 2 * full
}

// startsArray looks past JSON's white space (RFC 8259 section 2).
func startsArray(body []byte) bool {
	rest := bytes.TrimLeft(body, " \t\r\n")
	return len(rest) > 0 && rest[0] == '['
}
