package handlers

import "sync/atomic"

// mostBodies bounds the bodies of webhooks that are here at a time: arriving, however slowly, waiting to be read into
// events, which are weighed by scales, or being committed. 10,000 events a second of 1 KB that take 100 ms each come to
// 1 MB.
const mostBodies = 64 << 20

// bodies counts the bytes of all bodies that are here, as far as they have arrived.
type bodies struct {
	most int64
	here atomic.Int64
}

func newBodies(most int64) *bodies { return &bodies{most: most} }

// hold is the part that one request has in it.
type hold struct {
	bodies *bodies
	bytes  int64
}

func (b *bodies) hold() *hold { return &hold{bodies: b} }

// grow asks for more bytes; ErrOverloaded when there are too many here already.
func (h *hold) grow(by int) error {
	if h.bodies.here.Add(int64(by)) > h.bodies.most {
		h.bodies.here.Add(int64(-by))
		return ErrOverloaded
	}
	h.bytes += int64(by)
	return nil
}

// release gives all of it back, when the body is not kept or the request is answered.
func (h *hold) release() {
	h.bodies.here.Add(-h.bytes)
	h.bytes = 0
}
