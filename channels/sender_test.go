package channels

import (
	"context"
	"strings"
	"testing"
	"time"

	smtpserver "github.com/emersion/go-smtp"

	"kagobell/scenarios"
)

func TestOutboxKeepsAllChannels(t *testing.T) {
	outbox := &memoryOutbox{}
	s := sender(t, Options{Outbox: outbox})
	for template, c := range map[string]scenarios.Channel{"cart_first": scenarios.ChannelEmail, "browse_second": scenarios.ChannelLine, "cart_unopened": scenarios.ChannelDM} {
		d := delivery(template, c)
		d.Message.ID = scenarios.MessageIDFor("run", "step", c)
		o := s.Send(context.Background(), d)
		if o.Kind != scenarios.OutcomeSent || o.Reason != "" || o.Title == "" || o.MessageID != d.Message.ID {
			t.Errorf("%s: %+v", c, o)
		}
		kept, ok := outbox.get(d.Message.ID)
		if !ok || kept.Channel != c || kept.Subject != o.Title || kept.To == "" {
			t.Errorf("%s: kept %+v", c, kept)
		}
	}
	outbox.fail = errTest
	if o := s.Send(context.Background(), delivery("cart_first", scenarios.ChannelEmail)); o.Kind != scenarios.OutcomeTemporary {
		t.Errorf("the outbox is away: %+v", o)
	}
}

func TestSendOnlyTo(t *testing.T) {
	outbox, mail, line := &memoryOutbox{}, newMailPeer(t, nil), newLinePeer(t)
	s := sender(t, Options{Outbox: outbox, SMTP: mail.options(), Line: line.options(), SendOnlyTo: []string{" Test@Shop.example ", sato.LineUserID}})
	for _, c := range []struct {
		template string
		channel  scenarios.Channel
		email    string
		really   bool
	}{
		{"cart_first", scenarios.ChannelEmail, "test@shop.example", true},
		{"cart_first", scenarios.ChannelEmail, "sato@acme.example", false},
		{"cart_first", scenarios.ChannelEmail, "test@shop.example.evil.example", false},
		{"cart_unopened", scenarios.ChannelLine, "", true},
	} {
		d := delivery(c.template, c.channel)
		d.Buyer.Email = c.email
		o := s.Send(context.Background(), d)
		if redirected := o.Reason == scenarios.ReasonRedirected; o.Kind != scenarios.OutcomeSent || redirected == c.really || redirected != (o.Detail == "redirected") {
			t.Errorf("%s: %+v", c.email, o)
		}
	}
	d := delivery("cart_unopened", scenarios.ChannelLine)
	d.Buyer.LineUserID = "Ufedcba9876543210fedcba9876543210"
	if o := s.Send(context.Background(), d); o.Reason != scenarios.ReasonRedirected {
		t.Errorf("another LINE user: %+v", o)
	}
	if len(mail.received()) != 1 || len(line.pushed) != 1 {
		t.Errorf("%d mails, %d pushes", len(mail.received()), len(line.pushed))
	}
	nobody := sender(t, Options{Outbox: outbox, SMTP: mail.options(), SendOnlyTo: []string{}})
	if o := nobody.Send(context.Background(), delivery("cart_first", scenarios.ChannelEmail)); o.Reason != scenarios.ReasonRedirected {
		t.Errorf("an empty list is nobody: %+v", o)
	}
}

func TestFailedTemplateLeavesNothing(t *testing.T) {
	peer := newMailPeer(t, nil)
	dir := folder(t, map[string]string{"broken.txt": "subject: a\n\nこんにちは {{.Data.missing}}\n"})
	s := sender(t, Options{SMTP: peer.options(), Renderer: renderer(t, func(o *RenderOptions) { o.Templates = loadTemplates(t, dir) })})
	o := s.Send(context.Background(), delivery("broken", scenarios.ChannelEmail))
	if o.Kind != scenarios.OutcomePermanent || o.Reason != scenarios.ReasonRenderFailed || o.Suppress || !strings.Contains(o.Detail, "broken.txt:3:") {
		t.Errorf("outcome %+v", o)
	}
	if len(peer.received()) != 0 || peer.count() != 0 {
		t.Error("something left")
	}
}

func TestClaimsAreNotOutlived(t *testing.T) {
	peer := newMailPeer(t, nil)
	s := sender(t, Options{SMTP: peer.options()})
	for _, c := range []struct {
		age  time.Duration
		sent bool
	}{{0, true}, {9 * time.Second, true}, {10 * time.Second, false}, {time.Hour, false}, {-time.Hour, true}} {
		d := delivery("cart_first", scenarios.ChannelEmail)
		d.Message.ClaimedAt = testNow.Add(-c.age)
		o := s.Send(context.Background(), d)
		if (o.Kind == scenarios.OutcomeSent) != c.sent || !c.sent && o.Kind != scenarios.OutcomeReleased {
			t.Errorf("claimed %v ago: %+v", c.age, o)
		}
		if !o.ClaimedAt.Equal(d.Message.ClaimedAt) {
			t.Errorf("the outcome answers another claim: %v", o.ClaimedAt)
		}
	}
}

func TestCloseDrains(t *testing.T) {
	begun, answer := make(chan struct{}), make(chan struct{})
	peer := newMailPeer(t, func(p *mailPeer, _ *smtpserver.Server) {
		p.onData = func(int, *smtpserver.Conn) error {
			close(begun)
			<-answer
			return nil
		}
	})
	s := sender(t, Options{SMTP: peer.options()})
	ctx, cancel := context.WithCancel(context.Background())
	outcome, closed := make(chan scenarios.Outcome), make(chan error)
	go func() { outcome <- s.Send(ctx, delivery("cart_first", scenarios.ChannelEmail)) }()
	<-begun
	cancel() // a shutdown cancels the worker's context: what has begun goes on
	go func() { closed <- s.Close(context.Background()) }()
	close(answer)
	if o := <-outcome; o.Kind != scenarios.OutcomeSent {
		t.Errorf("under way: %+v", o)
	}
	if err := <-closed; err != nil {
		t.Errorf("close: %v", err)
	}
	if o := s.Send(context.Background(), delivery("cart_first", scenarios.ChannelEmail)); o.Kind != scenarios.OutcomeReleased {
		t.Errorf("after closing: %+v", o)
	}
}

func TestRealMailNeedsANamedSender(t *testing.T) {
	peer := newMailPeer(t, nil)
	for name, c := range map[string]struct {
		change func(*From)
		want   string
	}{
		"complete":     {func(*From) {}, ""},
		"no company":   {func(f *From) { f.Company, f.Address = "", " " }, "sender.company, sender.address"},
		"no contact":   {func(f *From) { f.ContactURL = "javascript:x" }, "sender.contact_url"},
		"bad address":  {func(f *From) { f.Email = "文具の森 <a@b.example>" }, "sender.email"},
		"bad reply-to": {func(f *From) { f.ReplyTo = "x" }, "sender.reply_to"},
	} {
		r := renderer(t, func(o *RenderOptions) { c.change(&o.From) })
		s, err := New(Options{Renderer: r, SMTP: peer.options(), Outbox: &memoryOutbox{}})
		if c.want == "" && err != nil || c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want)) {
			t.Errorf("%s: %v", name, err)
		}
		if s != nil {
			if err := s.Close(context.Background()); err != nil {
				t.Error(err)
			}
		}
	}
	for email, want := range map[string]string{"a@Shop.example": "shop.example", "a@店.example": "xn--hxt.example", "": "localhost", "a@": "localhost"} {
		if got := (From{Email: email}).domain(); got != want {
			t.Errorf("domain of %q: %q, want %q", email, got, want)
		}
	}
	if _, err := New(Options{Renderer: renderer(t, nil)}); err == nil {
		t.Error("no outbox, and no server either")
	}
	for _, bad := range []SMTP{{}, {Host: "h"}, {Host: "h", Port: 25, TLS: "maybe"}} {
		if _, err := New(Options{Renderer: renderer(t, nil), SMTP: &bad, Outbox: &memoryOutbox{}}); err == nil {
			t.Errorf("%+v is taken", bad)
		}
	}
}

// A shop that tries Kagobell has configured no sender; its first mail reads well all the same.
func TestAMailWithoutASenderReadsWell(t *testing.T) {
	r := renderer(t, func(o *RenderOptions) { o.From = From{} })
	d := delivery("cart_first", scenarios.ChannelEmail)
	got := mustRender(t, r, d)
	d.Buyer.Locale = "en"
	inEnglish := mustRender(t, r, d)
	for _, c := range []struct{ text, want string }{
		{got.Text, "いつも当店をご利用いただき"}, {got.Text, "配信者：当店\n"}, {inEnglish.Text, "shopping with our shop."},
	} {
		if !strings.Contains(c.text, c.want) {
			t.Errorf("%q is not in\n%s", c.want, c.text)
		}
	}
}
