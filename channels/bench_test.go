package channels

import (
	"bufio"
	"bytes"
	"context"
	"net"
	"strconv"
	"sync/atomic"
	"testing"
	"time"

	"kagobell/scenarios"
)

// sink is an SMTP server that takes everything and does nothing: the ceiling
// for any sender on this machine.
type sink struct {
	port  int
	mails atomic.Int64
}

func newSink(b *testing.B) *sink {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = l.Close() })
	s := &sink{port: l.Addr().(*net.TCPAddr).Port}
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			go s.serve(conn)
		}
	}()
	return s
}

func (s *sink) serve(conn net.Conn) {
	defer func() { _ = conn.Close() }()
	r, w := bufio.NewReaderSize(conn, 64<<10), bufio.NewWriter(conn)
	body := false
	_, _ = w.WriteString("220 sink\r\n")
	for {
		if r.Buffered() == 0 && w.Flush() != nil {
			return
		}
		line, err := r.ReadSlice('\n')
		if err != nil {
			return
		}
		switch {
		case body && string(line) == ".\r\n":
			body = false
			s.mails.Add(1)
			_, _ = w.WriteString("250 ok\r\n")
		case body:
		case bytes.HasPrefix(line, []byte("EHLO")):
			_, _ = w.WriteString("250-sink\r\n250 PIPELINING\r\n")
		case bytes.HasPrefix(line, []byte("DATA")):
			body = true
			_, _ = w.WriteString("354 go on\r\n")
		default:
			_, _ = w.WriteString("250 ok\r\n")
		}
	}
}

const benchConnections = 8

func benchDelivery() scenarios.Delivery {
	d := delivery("restock_first", scenarios.ChannelEmail)
	d.Message.ClaimedAt = time.Time{}
	return d
}

func BenchmarkRenderMail(b *testing.B) {
	r, d := renderer(b, nil), benchDelivery()
	b.ReportAllocs()
	for b.Loop() {
		if _, err := r.Render(context.Background(), d); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkRenderLine(b *testing.B) {
	r, d := renderer(b, nil), delivery("browse_second", scenarios.ChannelLine)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := r.Render(context.Background(), d); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkTitle(b *testing.B) {
	r, d := renderer(b, nil), benchDelivery()
	for b.Loop() {
		if _, err := r.Title(d); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkWriteMIME(b *testing.B) {
	r, d := renderer(b, nil), benchDelivery()
	rendered, err := r.Render(context.Background(), d)
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		if _, err := newEnvelope(&rendered, r.from, d.Buyer.Name, d.Message.ID, testNow); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkSend measures, in one run and to the same sink, the raw ceiling (one
// finished mail, over and over), and whole Sends: render, sign, write, transmit.
func BenchmarkSend(b *testing.B) {
	b.Run("ceiling", func(b *testing.B) {
		r, d := renderer(b, nil), benchDelivery()
		rendered, err := r.Render(context.Background(), d)
		if err != nil {
			b.Fatal(err)
		}
		e, err := newEnvelope(&rendered, r.from, d.Buyer.Name, d.Message.ID, testNow)
		if err != nil {
			b.Fatal(err)
		}
		o := SMTP{Host: "127.0.0.1", Port: newSink(b).port, TLS: TLSNone}
		b.SetParallelism(benchConnections)
		b.SetBytes(int64(len(e.message)))
		b.RunParallel(func(pb *testing.PB) {
			c, err := o.dial(context.Background(), "bungu.example")
			if err != nil {
				b.Error(err)
				return
			}
			defer c.quit()
			own := *e
			own.message = append([]byte(nil), e.message...)
			for pb.Next() {
				if _, f := c.transmit(&own, time.Now().Add(time.Minute)); f != nil {
					b.Error(f.err)
				}
			}
		})
		report(b)
	})
	b.Run("pool", func(b *testing.B) {
		s := sender(b, Options{SMTP: &SMTP{Host: "127.0.0.1", Port: newSink(b).port, TLS: TLSNone, Pool: benchConnections, MaxMessages: 1 << 30}, Now: time.Now})
		var n atomic.Int64
		b.SetParallelism(benchConnections)
		b.ReportAllocs()
		b.RunParallel(func(pb *testing.PB) {
			d := benchDelivery()
			for pb.Next() {
				d.Message.ID = scenarios.MessageIDFor("run", strconv.FormatInt(n.Add(1), 10), scenarios.ChannelEmail)
				if o := s.Send(context.Background(), d); o.Kind != scenarios.OutcomeSent {
					b.Error(o)
				}
			}
		})
		report(b)
	})
}

func report(b *testing.B) { b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "mails/s") }
