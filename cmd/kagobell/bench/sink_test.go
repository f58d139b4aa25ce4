package bench

import (
	"bufio"
	"io"
	"net"
	"slices"
	"strings"
	"testing"

	"github.com/emersion/go-smtp"
)

func testSink(t *testing.T) (*sink, chan accepted) {
	t.Helper()
	s, err := startSink(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.close)
	came := make(chan accepted, 10)
	s.onAccepted(func(a accepted) { came <- a })
	return s, came
}

// TestSink speaks to the sink with a client that is not ours, about mails that a careless reader would cut in two.
func TestSink(t *testing.T) {
	s, came := testSink(t)
	client, err := smtp.Dial(s.address)
	if err != nil {
		t.Fatal(err)
	}
	long := strings.Repeat("x", 40_000) // longer than what is read at once
	for _, mail := range []string{
		"Message-Id: <1@shop.example>\r\nSubject: a\r\n\r\nbody\r\n",
		"Subject: a\r\nMESSAGE-ID:<2@shop.example>\r\n\r\nMessage-ID: <no@shop.example>\r\n.\r\n..\r\n" + long + ".\r\n",
	} {
		if err := client.SendMail("a@shop.example", []string{addressOf(7)}, strings.NewReader(mail)); err != nil {
			t.Fatal(err)
		}
	}
	if err := client.Quit(); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"<1@shop.example>", "<2@shop.example>"} {
		got := <-came
		if n, ok := buyerAt(got.to); got.messageID != want || n != 7 || !ok {
			t.Errorf("%+v, want %s for buyer 7", got, want)
		}
	}
	if s.mails.Load() != 2 || s.bytes.Load() < 40_000 {
		t.Errorf("%d mails, %d bytes", s.mails.Load(), s.bytes.Load())
	}
}

// TestSinkTakesPipelines: all commands at once get their answers in order (RFC 2920).
func TestSinkTakesPipelines(t *testing.T) {
	s, came := testSink(t)
	conn, err := net.Dial("tcp", s.address)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close() }()
	if _, err := io.WriteString(conn, "EHLO x\r\nMAIL FROM:<a@b>\r\nRCPT TO:<b3@c> NOTIFY=NEVER\r\nVRFY x\r\nDATA\r\n\r\nhello\r\n.\r\nQUIT\r\n"); err != nil {
		t.Fatal(err)
	}
	var codes []string
	for lines := bufio.NewScanner(conn); lines.Scan(); {
		if code, _, last := strings.Cut(lines.Text(), " "); last && len(code) == 3 {
			codes = append(codes, code)
		}
	}
	if want := []string{"220", "250", "250", "250", "502", "354", "250", "221"}; !slices.Equal(codes, want) {
		t.Errorf("answers %v, want %v", codes, want)
	}
	if got := <-came; got.to != "b3@c" || got.messageID != "" {
		t.Errorf("%+v", got)
	}
}
