package channels

import (
	"bytes"
	"context"
	"io"
	"mime"
	"net/mail"
	"strings"
	"testing"
	"time"

	smtpserver "github.com/emersion/go-smtp"

	"kagobell/scenarios"
)

// TestBuiltInMails sends every built-in mail to a real server and compares what
// arrives, whole.
func TestBuiltInMails(t *testing.T) {
	for _, template := range []string{"cart_first", "cart_second", "browse_first", "browse_second",
		"restock_first", "restock_second", "price_first", "price_second"} {
		for _, locale := range []string{"ja", "en-GB"} {
			name := template + "." + locale[:2]
			t.Run(name, func(t *testing.T) {
				peer := newMailPeer(t, nil)
				s := sender(t, Options{SMTP: peer.options()})
				d := delivery(template, scenarios.ChannelEmail)
				d.Buyer.Locale = locale
				o := s.Send(context.Background(), d)
				if o.Kind != scenarios.OutcomeSent || o.Reason != "" || o.MessageID != d.Message.ID || !o.ClaimedAt.Equal(testNow) {
					t.Fatalf("outcome %+v", o)
				}
				got := peer.only(t)
				golden(t, "mail/"+name+".txt", got.written(t))
				header, _, _ := got.parts(t)
				subject, err := new(mime.WordDecoder).DecodeHeader(header.Get("Subject"))
				if err != nil || subject != o.Title {
					t.Errorf("subject %q, title %q: %v", subject, o.Title, err)
				}
				if title, err := s.renderer.Title(d); err != nil || title != subject {
					t.Errorf("Title says %q, the mail %q: %v", title, subject, err)
				}
			})
		}
	}
}

func TestMailHeadersSurviveTheWire(t *testing.T) {
	peer := newMailPeer(t, nil)
	r := renderer(t, func(o *RenderOptions) { o.From.Name = `文具 "の" 森, 株式会社` })
	s := sender(t, Options{SMTP: peer.options(), Renderer: r})
	d := delivery("cart_first", scenarios.ChannelEmail)
	d.Buyer.Name = `斎藤 "ハナ" <花子>, Jr. (営業)`
	d.Message.Items[0].Name = "とても長い名前の商品" + strings.Repeat("あいうえお𠮷", 5)
	if o := s.Send(context.Background(), d); o.Kind != scenarios.OutcomeSent {
		t.Fatalf("outcome %+v", o)
	}
	got := peer.only(t)
	header, _, _ := got.parts(t)
	to, err := header.AddressList("To")
	if err != nil || len(to) != 1 || *to[0] != (mail.Address{Name: d.Buyer.Name, Address: d.Buyer.Email}) {
		t.Errorf("To %v: %v", to, err)
	}
	from, err := header.AddressList("From")
	if err != nil || len(from) != 1 || from[0].Name != `文具 "の" 森, 株式会社` || from[0].Address != testFrom.Email {
		t.Errorf("From %v: %v", from, err)
	}
	if id := header.Get("Message-Id"); id != "<"+d.Message.ID+"@bungu.example>" {
		t.Errorf("Message-ID %s", id)
	}
	if date, err := header.Date(); err != nil || !date.Equal(testNow) {
		t.Errorf("Date %v: %v", date, err)
	}
	for _, line := range strings.Split(string(got.raw), "\r\n") {
		if len(line) > 78 && !strings.Contains(line, "https://") {
			t.Errorf("a line of %d bytes: %s", len(line), line)
		}
		if !ascii(line) {
			t.Errorf("a line beyond ASCII: %s", line)
		}
	}
}

// TestHeaderIsOneField: the last line of defence, whatever comes in.
func TestHeaderIsOneField(t *testing.T) {
	var b bytes.Buffer
	writeHeader(&b, "X-Test", "a\r\nBcc: eve@evil.example\r\n\r\nbody "+strings.Repeat("long ", 30))
	for i, line := range strings.Split(strings.TrimSuffix(b.String(), "\r\n"), "\r\n") {
		if i > 0 && !strings.HasPrefix(line, " ") || len(line) > 76 {
			t.Errorf("line %d: %q", i, line)
		}
	}
}

func TestOneClickOnlyWhereItMayBe(t *testing.T) {
	for _, c := range []struct {
		publicURL string
		want      bool
	}{
		{"https://bell.example", true}, {"http://127.0.0.1:8080", true}, {"http://[::1]:8080", true},
		{"http://localhost:8080", true}, {"http://bell.example", false}, {"http://192.168.0.10", false},
	} {
		r := renderer(t, func(o *RenderOptions) { o.PublicURL = c.publicURL })
		rendered, err := r.Render(context.Background(), delivery("cart_first", scenarios.ChannelEmail))
		if err != nil {
			t.Fatal(err)
		}
		found := map[string]string{}
		for _, h := range rendered.Headers {
			found[h[0]] = h[1]
		}
		if _, has := found["List-Unsubscribe"]; has != c.want {
			t.Errorf("%s: List-Unsubscribe is there: %v", c.publicURL, has)
		}
		if c.want && (found["List-Unsubscribe-Post"] != "List-Unsubscribe=One-Click" || !strings.HasPrefix(found["List-Unsubscribe"], "<"+c.publicURL+"/u/")) {
			t.Errorf("%s: %v", c.publicURL, found)
		}
		if !strings.Contains(rendered.Text, c.publicURL+"/u/") {
			t.Errorf("%s: the footer has no opt-out", c.publicURL)
		}
	}
}

func TestRefusals(t *testing.T) {
	type refusal func(*mailPeer)
	at := func(stage string, err error) refusal {
		return func(p *mailPeer) {
			switch stage {
			case "mail":
				p.onMail = func(string) error { return err }
			case "rcpt":
				p.onRcpt = func(string) error { return err }
			case "data":
				p.onData = func(int, *smtpserver.Conn) error { return err }
			}
		}
	}
	for _, c := range []struct {
		name     string
		peer     refusal
		kind     scenarios.OutcomeKind
		reason   scenarios.Reason
		suppress bool
		detail   string
	}{
		{"greylisted", at("rcpt", refuse(450, "4.2.0", "<sato@acme.example>: greylisted, come back")),
			scenarios.OutcomeTemporary, scenarios.ReasonTemporary, false, "450 4.2.0 <<address>>: greylisted, come back"},
		{"no such mailbox", at("rcpt", refuse(550, "5.1.1", "<sato@acme.example>: user unknown")),
			scenarios.OutcomePermanent, scenarios.ReasonHardBounce, true, "550 5.1.1 <<address>>: user unknown"},
		{"after the body", at("data", refuse(550, "5.1.10", "null MX")),
			scenarios.OutcomePermanent, scenarios.ReasonHardBounce, true, "550 5.1.10 null MX"},
		{"spam", at("data", refuse(554, "5.7.1", "looks like spam")),
			scenarios.OutcomePermanent, scenarios.ReasonRejected, false, "554 5.7.1 looks like spam"},
		{"full", at("rcpt", refuse(552, "5.2.2", "mailbox of SATO is full")),
			scenarios.OutcomeTemporary, scenarios.ReasonTemporary, false, "552 5.2.2 mailbox of <name> is full"},
		{"sender refused", at("mail", refuse(550, "5.7.1", "not your domain")),
			scenarios.OutcomeTemporary, scenarios.ReasonTemporary, false, "550 5.7.1 not your domain"},
		{"hangs up", at("rcpt", refuse(421, "4.3.2", "closing")),
			scenarios.OutcomeTemporary, scenarios.ReasonTemporary, false, "421 4.3.2 closing"},
	} {
		t.Run(c.name, func(t *testing.T) {
			peer := newMailPeer(t, func(p *mailPeer, _ *smtpserver.Server) { c.peer(p) })
			s := sender(t, Options{SMTP: peer.options()})
			o := s.Send(context.Background(), delivery("cart_first", scenarios.ChannelEmail))
			if o.Kind != c.kind || o.Reason != c.reason || o.Suppress != c.suppress || o.Detail != c.detail {
				t.Errorf("outcome %+v", o)
			}
			if o.Title == "" {
				t.Error("a failure has no title")
			}
		})
	}
}

// TestConnectionGoesOnAfterRefusal: one bad address costs nothing to the next.
func TestConnectionGoesOnAfterRefusal(t *testing.T) {
	peer := newMailPeer(t, func(p *mailPeer, _ *smtpserver.Server) {
		p.onRcpt = func(to string) error {
			if strings.HasPrefix(to, "gone") {
				return refuse(550, "5.1.1", "user unknown")
			}
			return nil
		}
	})
	s := sender(t, Options{SMTP: peer.options()})
	d := delivery("cart_first", scenarios.ChannelEmail)
	for _, address := range []string{"gone@acme.example", "sato@acme.example", "gone2@acme.example", "kato@acme.example"} {
		d.Buyer.Email = address
		o := s.Send(context.Background(), d)
		if gone := strings.HasPrefix(address, "gone"); gone != (o.Kind == scenarios.OutcomePermanent) {
			t.Fatalf("%s: %+v", address, o)
		}
	}
	if mails := peer.received(); len(mails) != 2 || peer.count() != 1 {
		t.Errorf("%d mails over %d connections, want 2 over 1", len(mails), peer.count())
	}
}

func TestUnknownOutcomeAfterBody(t *testing.T) {
	t.Run("the server drops the connection", func(t *testing.T) {
		peer := newMailPeer(t, func(p *mailPeer, _ *smtpserver.Server) {
			p.onData = func(n int, c *smtpserver.Conn) error {
				if n == 1 {
					_ = c.Conn().Close()
					return io.ErrClosedPipe
				}
				return nil
			}
		})
		s := sender(t, Options{SMTP: peer.options()})
		d := delivery("cart_first", scenarios.ChannelEmail)
		o := s.Send(context.Background(), d)
		if o.Kind != scenarios.OutcomeTemporary || o.Reason != scenarios.ReasonUnknownOutcome {
			t.Fatalf("outcome %+v", o)
		}
		if o := s.Send(context.Background(), d); o.Kind != scenarios.OutcomeSent {
			t.Fatalf("again: %+v", o)
		}
		header, _, _ := peer.only(t).parts(t)
		if header.Get("Message-Id") != "<"+d.Message.ID+"@bungu.example>" {
			t.Errorf("the second try has another Message-ID: %s", header.Get("Message-Id"))
		}
	})
	t.Run("the server does not answer in time", func(t *testing.T) {
		answer := make(chan struct{})
		peer := newMailPeer(t, func(p *mailPeer, _ *smtpserver.Server) {
			p.onData = func(int, *smtpserver.Conn) error { <-answer; return nil }
		})
		t.Cleanup(func() { close(answer) })
		s := sender(t, Options{SMTP: peer.options()})
		ctx, cancel := context.WithTimeout(context.Background(), 300*time.Millisecond)
		defer cancel()
		start := time.Now()
		o := s.Send(ctx, delivery("cart_first", scenarios.ChannelEmail))
		if o.Kind != scenarios.OutcomeTemporary || o.Reason != scenarios.ReasonUnknownOutcome {
			t.Errorf("outcome %+v", o)
		}
		if took := time.Since(start); took >= scenarios.SendDeadline {
			t.Errorf("it ended after %v, not with its context", took)
		}
	})
}

func TestBadAddresses(t *testing.T) {
	peer := newMailPeer(t, nil)
	s := sender(t, Options{SMTP: peer.options()})
	d := delivery("cart_first", scenarios.ChannelEmail)
	for _, c := range []struct {
		address string
		reason  scenarios.Reason
	}{
		{"", scenarios.ReasonNoAddress},
		{"not an address", scenarios.ReasonRejected},
		{"佐藤 <sato@acme.example>", scenarios.ReasonRejected},
		{"sato@acme.example\r\nRCPT TO:<eve@evil.example>", scenarios.ReasonRejected},
		{"sato@acme.example>\x00", scenarios.ReasonRejected},
		{"sato@-bad-.例え", scenarios.ReasonRejected},
		{"sato@acme..example", scenarios.ReasonRejected},
		{"sa to@acme.example", scenarios.ReasonRejected},
		{`sato..\"@acme.example`, scenarios.ReasonRejected},
		{`"sato"@acme.example`, scenarios.ReasonRejected},
		{"sato(hanako)@acme.example", scenarios.ReasonRejected},
		{strings.Repeat("s", 65) + "@acme.example", scenarios.ReasonRejected},
		{"@acme.example", scenarios.ReasonRejected},
		{"佐藤@acme.example", scenarios.ReasonRejected}, // the server has no SMTPUTF8
	} {
		d.Buyer.Email = c.address
		o := s.Send(context.Background(), d)
		if o.Kind != scenarios.OutcomePermanent || o.Reason != c.reason || o.Suppress || c.address != "" && o.Detail == "" {
			t.Errorf("%q: %+v", c.address, o)
		}
	}
	d.Buyer.Email = "sato@日本語.example"
	if o := s.Send(context.Background(), d); o.Kind != scenarios.OutcomeSent {
		t.Fatalf("a Japanese domain: %+v", o)
	}
	if got := peer.only(t); got.to != "sato@xn--wgv71a119e.example" {
		t.Errorf("RCPT TO %s", got.to)
	}
}

func TestNonASCIILocalPart(t *testing.T) {
	peer := newMailPeer(t, func(_ *mailPeer, s *smtpserver.Server) { s.EnableSMTPUTF8 = true })
	s := sender(t, Options{SMTP: peer.options()})
	d := delivery("cart_first", scenarios.ChannelEmail)
	d.Buyer.Email = "佐藤@acme.example"
	if o := s.Send(context.Background(), d); o.Kind != scenarios.OutcomeSent {
		t.Fatalf("outcome %+v", o)
	}
	if got := peer.only(t); got.to != "佐藤@acme.example" {
		t.Errorf("RCPT TO %s", got.to)
	}
}
