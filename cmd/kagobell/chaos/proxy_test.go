package chaos

import (
	"io"
	"net"
	"sync"
	"testing"
)

// proxy stands before a server and lets everything through, until it is told otherwise.
type proxy struct {
	listener net.Listener
	target   string
	links    sync.WaitGroup

	mu     sync.Mutex
	open   map[*link]bool
	closed bool          // connections are refused
	flow   chan struct{} // closed while data flows
	listen watcher
}

// link is one connection through a proxy, and what a watcher wants to remember of it.
type link struct {
	client, server net.Conn
	awaiting       bool // the COMMIT that was watched for is on the way
}

// watcher sees what passes, before it does; what it returns false for is swallowed, and the link cut. It is called by
// one goroutine at a time.
type watcher func(l *link, toServer bool, chunk []byte) bool

func newProxy(t *testing.T, target string) *proxy {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	p := &proxy{listener: listener, target: target, open: map[*link]bool{}, flow: make(chan struct{})}
	close(p.flow)
	p.links.Go(p.accept)
	t.Cleanup(func() {
		_ = listener.Close()
		p.cut()
		p.resume()
		p.links.Wait()
	})
	return p
}

func (p *proxy) address() string { return p.listener.Addr().String() }

func (p *proxy) accept() {
	for {
		client, err := p.listener.Accept()
		if err != nil {
			return
		}
		p.links.Go(func() { p.carry(client) })
	}
}

func (p *proxy) carry(client net.Conn) {
	p.mu.Lock()
	closed := p.closed
	p.mu.Unlock()
	server, err := net.Dial("tcp", p.target)
	if err != nil || closed {
		reset(client)
		if err == nil {
			reset(server)
		}
		return
	}
	l := &link{client: client, server: server}
	p.mu.Lock()
	p.open[l] = true
	if p.closed { // in the meantime
		l.cut()
	}
	p.mu.Unlock()
	var both sync.WaitGroup
	both.Go(func() { p.pump(l, client, server, true) })
	both.Go(func() { p.pump(l, server, client, false) })
	both.Wait()
	p.mu.Lock()
	delete(p.open, l)
	p.mu.Unlock()
}

// pump carries one direction, and cuts both when it ends.
func (p *proxy) pump(l *link, from, to net.Conn, toServer bool) {
	defer l.cut()
	buffer := make([]byte, 256<<10)
	for {
		n, err := from.Read(buffer)
		if n > 0 && p.pass(l, toServer, buffer[:n]) {
			_, err = to.Write(buffer[:n])
		} else if n > 0 {
			return
		}
		if err == io.EOF || err != nil {
			return
		}
	}
}

func (p *proxy) pass(l *link, toServer bool, chunk []byte) bool {
	p.mu.Lock()
	flow := p.flow
	p.mu.Unlock()
	<-flow
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.listen == nil || p.listen(l, toServer, chunk)
}

// watch has everything looked at from here on; nil ends that.
func (p *proxy) watch(w watcher) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.listen = w
}

// refuse cuts all connections and lets no other in.
func (p *proxy) refuse() {
	p.mu.Lock()
	p.closed = true
	p.mu.Unlock()
	p.cut()
}

// admit ends refuse.
func (p *proxy) admit() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.closed = false
}

// hang keeps all connections open and carries nothing.
func (p *proxy) hang() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.flow = make(chan struct{})
}

// resume ends hang.
func (p *proxy) resume() {
	p.mu.Lock()
	defer p.mu.Unlock()
	select {
	case <-p.flow:
	default:
		close(p.flow)
	}
}

// cut breaks what is open; new connections may be made.
func (p *proxy) cut() {
	p.mu.Lock()
	defer p.mu.Unlock()
	for l := range p.open {
		l.cut()
	}
}

func (l *link) cut() {
	reset(l.client)
	reset(l.server)
}

// reset closes a connection as one that crashed would be, with RST.
func reset(c net.Conn) {
	if tcp, ok := c.(*net.TCPConn); ok {
		_ = tcp.SetLinger(0)
	}
	_ = c.Close()
}
