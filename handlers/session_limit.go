package handlers

import (
	"net"
	"net/http"
	"net/netip"
	"strings"
	"sync"
	"time"
)

// How often a password may be guessed in each minute: from one address, and in all.
const (
	triesWindow   = time.Minute
	triesAddress  = 10
	triesOverall  = 100
	triesRemember = 10_000 // addresses; more than triesOverall can be waiting for their window to end only in an attack
)

// triesLimit counts log-ins that failed or are not decided yet. A log-in that succeeds is given back: who knows the
// password is not to be locked out.
type triesLimit struct {
	now func() time.Time

	mu       sync.Mutex
	overall  tries
	byOrigin map[string]*tries
}

// tries are those of one window.
type tries struct {
	since time.Time
	n     int
}

func newTriesLimit(now func() time.Time) *triesLimit {
	return &triesLimit{now: now, byOrigin: map[string]*tries{}}
}

// take counts a try. When there have been too many it counts nothing and tells how long to wait.
func (l *triesLimit) take(origin string) (wait time.Duration) {
	l.mu.Lock()
	defer l.mu.Unlock()
	now := l.now()
	own := l.byOrigin[origin]
	if own == nil {
		l.forget(now)
		own = &tries{}
		l.byOrigin[origin] = own
	}
	if wait = max(own.wait(now, triesAddress), l.overall.wait(now, triesOverall)); wait > 0 {
		return wait
	}
	own.n++
	l.overall.n++
	return 0
}

// giveBack takes a try back that succeeded.
func (l *triesLimit) giveBack(origin string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if own := l.byOrigin[origin]; own != nil {
		own.n = max(own.n-1, 0)
	}
	l.overall.n = max(l.overall.n-1, 0)
}

// wait begins a new window where the old one is over.
func (t *tries) wait(now time.Time, limit int) time.Duration {
	if end := t.since.Add(triesWindow); now.Before(end) {
		if t.n >= limit {
			return end.Sub(now)
		}
		return 0
	}
	t.since, t.n = now, 0
	return 0
}

// forget keeps the memory bounded.
func (l *triesLimit) forget(now time.Time) {
	if len(l.byOrigin) < triesRemember {
		return
	}
	for origin, t := range l.byOrigin {
		if !now.Before(t.since.Add(triesWindow)) {
			delete(l.byOrigin, origin)
		}
	}
	if len(l.byOrigin) >= triesRemember {
		clear(l.byOrigin) // the overall limit still holds
	}
}

// clientOf names who asks: the peer, or, where that is a proxy in our own network, whom the proxy says it asks for.
// Only the last address of X-Forwarded-For is the proxy's; those before it are whatever the client wrote. Whoever has
// an IPv6 address has a whole /64 of them.
func clientOf(r *http.Request) string {
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		host = r.RemoteAddr
	}
	peer, err := netip.ParseAddr(host)
	if err != nil {
		return host
	}
	if peer = peer.Unmap(); peer.IsLoopback() || peer.IsPrivate() {
		forwarded := r.Header.Values("X-Forwarded-For")
		if len(forwarded) > 0 {
			last := forwarded[len(forwarded)-1]
			last = strings.TrimSpace(last[strings.LastIndexByte(last, ',')+1:])
			if client, err := netip.ParseAddr(last); err == nil {
				peer = client.Unmap()
			}
		}
	}
	if peer.Is6() {
		if network, err := peer.WithZone("").Prefix(64); err == nil {
			return network.String()
		}
	}
	return peer.String()
}
