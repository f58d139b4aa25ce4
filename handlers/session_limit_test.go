package handlers

import (
	"fmt"
	"net/http"
	"testing"
	"time"
)

func TestTriesAreLimitedByAddress(t *testing.T) {
	now := &clock{at: time.Date(2026, 11, 20, 10, 0, 0, 0, time.UTC)}
	l := newTriesLimit(now.now)
	for i := range triesAddress {
		if wait := l.take("a"); wait != 0 {
			t.Fatalf("try %d has to wait %v", i+1, wait)
		}
	}
	now.move(20 * time.Second)
	if wait := l.take("a"); wait != 40*time.Second {
		t.Errorf("one too many has to wait %v", wait)
	}
	if wait := l.take("b"); wait != 0 {
		t.Errorf("another address has to wait %v", wait)
	}
	l.giveBack("a")
	if wait := l.take("a"); wait != 0 {
		t.Errorf("after a success there is room, and yet it has to wait %v", wait)
	}
	now.move(40 * time.Second)
	if wait := l.take("a"); wait != 0 {
		t.Errorf("in a new window it has to wait %v", wait)
	}
}

func TestTriesAreLimitedOverall(t *testing.T) {
	now := &clock{at: time.Date(2026, 11, 20, 10, 0, 0, 0, time.UTC)}
	l := newTriesLimit(now.now)
	for i := range triesOverall {
		if wait := l.take(fmt.Sprint(i)); wait != 0 {
			t.Fatalf("try %d has to wait %v", i+1, wait)
		}
	}
	if wait := l.take("one more"); wait != triesWindow {
		t.Errorf("from a new address it has to wait %v", wait)
	}
}

func TestTriesAreForgotten(t *testing.T) {
	now := &clock{at: time.Date(2026, 11, 20, 10, 0, 0, 0, time.UTC)}
	l := newTriesLimit(now.now)
	for i := range 3 * triesRemember {
		l.take(fmt.Sprint(i))
		if i%100 == 99 {
			now.move(triesWindow)
		}
	}
	if n := len(l.byOrigin); n > triesRemember {
		t.Errorf("%d addresses are remembered", n)
	}
	now.move(-triesWindow) // all at once: nothing may be forgotten by age
	for i := range 2 * triesRemember {
		l.take(fmt.Sprint("x", i))
	}
	if n := len(l.byOrigin); n > triesRemember {
		t.Errorf("%d addresses are remembered in one window", n)
	}
}

func TestClientOf(t *testing.T) {
	for _, c := range []struct {
		name, remote, forwarded, want string
	}{
		{"straight", "203.0.113.7:4000", "", "203.0.113.7"},
		{"a stranger's word does not count", "203.0.113.7:4000", "198.51.100.1", "203.0.113.7"},
		{"through a proxy", "127.0.0.1:4000", "198.51.100.1", "198.51.100.1"},
		{"the proxy's own word is the last", "10.0.0.2:4000", "1.1.1.1, 198.51.100.1", "198.51.100.1"},
		{"nonsense from a proxy", "10.0.0.2:4000", "unknown", "10.0.0.2"},
		{"IPv6 by network", "[2001:db8:1:2:3:4:5:6]:4000", "", "2001:db8:1:2::/64"},
		{"IPv6 by proxy", "[::1]:4000", "2001:db8:1:2::9", "2001:db8:1:2::/64"},
		{"IPv4 in IPv6", "[::ffff:203.0.113.7]:4000", "", "203.0.113.7"},
		{"no port", "203.0.113.7", "", "203.0.113.7"},
		{"no address", "@", "", "@"},
	} {
		r := &http.Request{RemoteAddr: c.remote, Header: http.Header{}}
		if c.forwarded != "" {
			r.Header["X-Forwarded-For"] = []string{"192.0.2.1", c.forwarded}
		}
		if got := clientOf(r); got != c.want {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
}
