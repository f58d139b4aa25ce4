package channels

import (
	"context"
	"errors"
	"sync"
	"time"
)

const (
	probeAfter  = 10 * time.Second // an idle connection is asked before it is used again
	probeWithin = 2 * time.Second
	firstGate   = time.Second // after a connection failed, no other is opened for so long
	longestGate = 30 * time.Second
)

// errNoConnection is returned when all connections were busy until it was too
// late to begin. Nothing has left the machine.
var errNoConnection = errors.New("no SMTP connection came free in time")

// smtpPool keeps at most a fixed number of connections, and keeps them warm.
// While the server can't be reached nobody waits for it: after a failure no
// connection is opened for a moment, longer each time.
type smtpPool struct {
	dial        func(ctx context.Context) (*smtpConn, error)
	idle        chan *smtpConn
	room        chan struct{} // one token for each connection that may still be opened
	idleTimeout time.Duration
	maxMessages int

	mu       sync.Mutex
	open     int
	gate     time.Time // no connection is opened before
	gateWait time.Duration
	gateErr  error
	closed   bool

	done    chan struct{}
	stopped sync.WaitGroup
}

func newSMTPPool(size, maxMessages int, idleTimeout time.Duration, dial func(context.Context) (*smtpConn, error)) *smtpPool {
	p := &smtpPool{dial: dial, idle: make(chan *smtpConn, size), room: make(chan struct{}, size),
		idleTimeout: idleTimeout, maxMessages: maxMessages, done: make(chan struct{})}
	for range size {
		p.room <- struct{}{}
	}
	p.stopped.Add(1)
	go p.tidy()
	return p
}

// take returns a connection: a warm one if there is, else a new one if there is
// room, else the next that comes free before ctx ends.
func (p *smtpPool) take(ctx context.Context) (*smtpConn, error) {
	for {
		select {
		case c := <-p.idle:
			if p.usable(c) {
				return c, nil
			}
			continue
		default:
		}
		room, wait, err := p.mayOpen()
		if err != nil {
			return nil, err
		}
		var reopen <-chan time.Time
		var timer *time.Timer
		if wait > 0 {
			timer = time.NewTimer(wait)
			reopen = timer.C
		}
		select {
		case c := <-p.idle:
			stopTimer(timer)
			if p.usable(c) {
				return c, nil
			}
		case <-room:
			stopTimer(timer)
			return p.opened(p.dial(ctx))
		case <-reopen:
		case <-ctx.Done():
			stopTimer(timer)
			return nil, errNoConnection
		}
	}
}

func stopTimer(t *time.Timer) {
	if t != nil {
		t.Stop()
	}
}

// mayOpen is where a token for another connection comes from: nowhere while the
// last failure is fresh. Then one waits for those that are open; if none is,
// there is nothing to wait for.
func (p *smtpPool) mayOpen() (room <-chan struct{}, wait time.Duration, err error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.closed {
		return nil, 0, errNoConnection
	}
	wait = time.Until(p.gate)
	if wait <= 0 {
		return p.room, 0, nil
	}
	if p.open == 0 {
		return nil, 0, p.gateErr
	}
	return nil, wait, nil
}

func (p *smtpPool) opened(c *smtpConn, err error) (*smtpConn, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if err != nil {
		p.room <- struct{}{}
		p.gateWait = min(max(2*p.gateWait, firstGate), longestGate)
		p.gate, p.gateErr = time.Now().Add(p.gateWait), err
		return nil, err
	}
	p.open++
	p.gateWait, p.gateErr = 0, nil
	return c, nil
}

// usable checks a connection that lay idle; one that is not is given up.
func (p *smtpPool) usable(c *smtpConn) bool {
	rested := time.Since(c.last)
	if rested > p.idleTimeout {
		c.quit()
		p.forget()
		return false
	}
	if rested > probeAfter && !c.check(time.Now().Add(probeWithin)) {
		c.drop()
		p.forget()
		return false
	}
	return true
}

// put gives a connection back; a broken one is dropped, an old one replaced.
func (p *smtpPool) put(c *smtpConn, alive bool) {
	p.mu.Lock()
	keep := alive && !p.closed && c.used < p.maxMessages
	if keep {
		p.idle <- c // has room for all there are
	}
	p.mu.Unlock()
	if keep {
		return
	}
	if alive {
		c.quit()
	} else {
		c.drop()
	}
	p.forget()
}

func (p *smtpPool) forget() {
	p.mu.Lock()
	p.open--
	p.mu.Unlock()
	p.room <- struct{}{}
}

// tidy closes connections that nobody needs any more, before the server does.
func (p *smtpPool) tidy() {
	defer p.stopped.Done()
	ticker := time.NewTicker(max(p.idleTimeout/2, 10*time.Millisecond))
	defer ticker.Stop()
	for {
		select {
		case <-p.done:
			return
		case <-ticker.C:
		}
		for range len(p.idle) {
			select {
			case c := <-p.idle:
				if time.Since(c.last) > p.idleTimeout {
					c.quit()
					p.forget()
				} else {
					p.idle <- c
				}
			default:
			}
		}
	}
}

// close takes leave on all connections that are idle; those in use are closed
// when they are given back.
func (p *smtpPool) close() {
	p.mu.Lock()
	if p.closed {
		p.mu.Unlock()
		return
	}
	p.closed = true
	p.mu.Unlock()
	close(p.done)
	p.stopped.Wait()
	for {
		select {
		case c := <-p.idle:
			c.quit()
			p.forget()
		default:
			return
		}
	}
}
