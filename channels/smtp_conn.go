package channels

import (
	"bytes"
	"errors"
	"net"
	"net/textproto"
	"strings"
	"time"

	"github.com/wneessen/go-mail/smtp"
)

// smtpConn is one warm connection. One message is under way on it at a time.
type smtpConn struct {
	client     *smtp.Client
	raw        net.Conn
	pipelining bool
	utf8       bool
	used       int       // messages so far
	last       time.Time // end of its last use
}

// stage is how far a transaction had come.
type stage int

const (
	stageMail stage = iota // the sender
	stageRcpt              // the recipient
	stageData              // the permission to send the body
	stageBody              // the body and its final dot: from here the server may have it
)

// smtpFailure is why a transaction did not end with 250.
type smtpFailure struct {
	at     stage
	err    error
	broken bool // the connection failed after the answer came
}

// reply is the server's answer, if it gave one.
func (f *smtpFailure) reply() *textproto.Error {
	reply, _ := errors.AsType[*textproto.Error](f.err)
	return reply
}

// alive tells whether the connection can be used on: the server answered, and
// did not say that it hangs up (421, RFC 5321 section 3.8).
func (f *smtpFailure) alive() bool {
	reply := f.reply()
	return reply != nil && reply.Code != 421 && !f.broken
}

// envelope is a message as SMTP carries it.
type envelope struct {
	from, to string // ASCII, or UTF-8 where utf8 is set
	utf8     bool   // needs SMTPUTF8 (RFC 6531)
	message  []byte // CRLF lines
}

// transmit hands over one message before the deadline, and returns the
// server's last words. Where the server offers pipelining (RFC 2920), the three
// commands before the body go in one packet: a third of the round trips.
func (c *smtpConn) transmit(e *envelope, deadline time.Time) (string, *smtpFailure) {
	c.used++
	defer func() { c.last = time.Now() }()
	if err := c.raw.SetDeadline(deadline); err != nil {
		return "", &smtpFailure{at: stageMail, err: err}
	}
	if f := c.announce(e); f != nil {
		return "", f
	}
	// One write for body and dot: what fails before it is complete can't have
	// been accepted, but whether it was complete is not known for sure.
	if _, err := c.client.Text.W.Write(dotted(e.message)); err != nil {
		return "", &smtpFailure{at: stageBody, err: err}
	}
	if err := c.client.Text.W.Flush(); err != nil {
		return "", &smtpFailure{at: stageBody, err: err}
	}
	_, text, err := c.client.Text.ReadResponse(250)
	if err != nil {
		return "", &smtpFailure{at: stageBody, err: err}
	}
	return text, nil
}

// announce sends MAIL, RCPT and DATA.
func (c *smtpConn) announce(e *envelope) *smtpFailure {
	mail := "MAIL FROM:<" + e.from + ">"
	if e.utf8 {
		mail += " SMTPUTF8"
	}
	commands := [...]string{mail, "RCPT TO:<" + e.to + ">", "DATA"}
	expect := [...]int{250, 25, 354} // 25: 250, 251 and 252
	if c.pipelining {
		for _, command := range commands {
			if _, err := c.client.Text.W.WriteString(command + "\r\n"); err != nil {
				return &smtpFailure{at: stageMail, err: err}
			}
		}
		if err := c.client.Text.W.Flush(); err != nil {
			return &smtpFailure{at: stageMail, err: err}
		}
	}
	var first *smtpFailure
	for i, command := range commands {
		if !c.pipelining {
			if err := c.client.Text.PrintfLine("%s", command); err != nil {
				return &smtpFailure{at: stage(i), err: err}
			}
		}
		_, _, err := c.client.Text.ReadResponse(expect[i])
		if err == nil {
			continue
		}
		f := &smtpFailure{at: stage(i), err: err}
		switch {
		case first == nil:
			first = f
		case !f.alive():
			first.broken = true
		}
		if !c.pipelining || !f.alive() || stage(i) == stageData {
			return first
		}
	}
	if first != nil {
		first.broken = !c.refuseData()
	}
	return first
}

// refuseData ends a body that the server asks for although it took no
// recipient: with a dot alone (RFC 2920 section 3.1).
func (c *smtpConn) refuseData() bool {
	if err := c.client.Text.PrintfLine("."); err != nil {
		return false
	}
	_, _, err := c.client.Text.ReadResponse(250)
	_, refused := errors.AsType[*textproto.Error](err)
	return err == nil || refused
}

// dotted makes a body of the message: lines that begin with a dot get another
// (RFC 5321 section 4.5.2), and a dot alone ends it.
func dotted(message []byte) []byte {
	if bytes.Contains(message, []byte("\n.")) {
		message = bytes.ReplaceAll(message, []byte("\n."), []byte("\n.."))
	}
	if !bytes.HasSuffix(message, []byte("\r\n")) {
		message = append(message, "\r\n"...)
	}
	return append(message, ".\r\n"...)
}

// check asks an idle connection whether it still stands.
func (c *smtpConn) check(deadline time.Time) bool {
	return c.raw.SetDeadline(deadline) == nil && c.client.Noop() == nil
}

// reset forgets a transaction that was refused half-way.
func (c *smtpConn) reset() bool { return c.client.Reset() == nil }

// quit takes leave, briefly.
func (c *smtpConn) quit() {
	if c.raw.SetDeadline(time.Now().Add(time.Second)) == nil {
		_ = c.client.Quit()
	}
	_ = c.raw.Close()
}

// drop closes without a word: there is nobody to say it to.
func (c *smtpConn) drop() { _ = c.raw.Close() }

// queueID is the number under which a server queued a message, where it says
// so ("2.0.0 Ok: queued as 4XyZ").
func queueID(text string) string {
	_, id, ok := strings.Cut(cleanLine(text), "queued as ")
	if !ok {
		return ""
	}
	id, _, _ = strings.Cut(strings.TrimSpace(id), " ")
	return short(64, strings.Trim(id, ".;,()<>"))
}
