package bench

import (
	"bufio"
	"context"
	"fmt"
	"net"
	"strings"
)

// bareClient says what SMTP needs and no more: what is left when everything else costs nothing.
type bareClient struct {
	conn net.Conn
	in   *bufio.Reader
}

func dialBare(ctx context.Context, address string) (*bareClient, error) {
	conn, err := (&net.Dialer{}).DialContext(ctx, "tcp", address)
	if err != nil {
		return nil, fmt.Errorf("SMTP: %w", err)
	}
	c := &bareClient{conn: conn, in: bufio.NewReader(conn)}
	if err := c.expect("220"); err != nil {
		return nil, err
	}
	return c, c.say("EHLO localhost\r\n", "250")
}

// send hands one mail over, awaiting one answer after the other; the mail ends with the final dot.
func (c *bareClient) send(to string, mail []byte) error {
	for _, line := range [][2]string{{"MAIL FROM:<news@shop.example>\r\n", "250"}, {"RCPT TO:<" + to + ">\r\n", "250"}, {"DATA\r\n", "354"}} {
		if err := c.say(line[0], line[1]); err != nil {
			return err
		}
	}
	if _, err := c.conn.Write(mail); err != nil {
		return err
	}
	return c.expect("250")
}

func (c *bareClient) say(line, code string) error {
	if _, err := c.conn.Write([]byte(line)); err != nil {
		return err
	}
	return c.expect(code)
}

func (c *bareClient) expect(code string) error {
	for {
		line, err := c.in.ReadString('\n')
		if err != nil {
			return err
		}
		if !strings.HasPrefix(line, code) {
			return fmt.Errorf("SMTP: expected %s, got %q", code, line)
		}
		if len(line) > 3 && line[3] == ' ' {
			return nil
		}
	}
}
