package main

import (
	"net/url"
	"os"
	"regexp"
	"strings"

	"github.com/alexedwards/argon2id"
	"golang.org/x/crypto/bcrypt"

	"kagobell/scenarios"
)

const leastTokenLength = 16

var (
	listenKind    = textKind("host:port or :port such as :8080", isListenAddress)
	mailKind      = textKind("a mail address such as shop@example.com", isMailAddress)
	folderKind    = textKind("a folder that exists", isFolder)
	fileKind      = textKind("a file that exists", isFile)
	recipientKind = textKind("a mail address or a LINE user id", func(s string) bool {
		return isMailAddress(s) || lineUserForm.MatchString(s)
	})
	lineSecretKind   = hiddenKind(textKind("what the LINE Developers console shows", isToken))
	passwordHashKind = hiddenKind(textKind("an argon2id or bcrypt hash; `kagobell password` prints one", isPasswordHash))
	apiTokenKind     = hiddenKind(textKind("a token of at least 16 characters without spaces", isAPIToken))
)

var lineUserForm = regexp.MustCompile(`^U[0-9A-Za-z_-]+$`)

func isAPIToken(text string) bool { return isToken(text) && len(text) >= leastTokenLength }

// isToken is for what can stand in an HTTP header: visible ASCII.
func isToken(text string) bool {
	return text != "" && !strings.ContainsFunc(text, func(r rune) bool { return r <= ' ' || r > '~' })
}

func isFolder(path string) bool {
	stat, err := os.Stat(path)
	return err == nil && stat.IsDir()
}

func isFile(path string) bool {
	stat, err := os.Stat(path)
	return err == nil && stat.Mode().IsRegular()
}

func isPasswordHash(text string) bool {
	if strings.HasPrefix(text, "$argon2id$") {
		_, _, _, err := argon2id.DecodeHash(text)
		return err == nil
	}
	_, err := bcrypt.Cost([]byte(text))
	return err == nil
}

// validate checks what concerns several keys at once.
func (c *config) validate(found *mistakes) {
	if c.SendOnlyTo != nil && len(c.SendOnlyTo) == 0 && !found.about("send_only_to") {
		found.add(c.origin("send_only_to"), "send_only_to",
			"the list is empty; leave the key out to write to everybody, or set paused: true to write to nobody")
	}
	c.validateWindow(found)
	c.readHolidays(found)
	c.validateHotList(found)
	if c.Retention.Carts < shortestCarts {
		found.add(c.origin("retention.carts"), "retention.carts", "expected 60d or more: messages may still be about younger carts")
	}
	if c.realSMTP() {
		c.validateSender(found)
		c.validatePublicURL(found)
	}
}

// shortestCarts is twice as long as decisions look at carts and wait for an approval.
const shortestCarts = 2 * scenarios.CartHistory

// validateHotList: one of the two without the other is forgotten, not meant.
func (c *config) validateHotList(found *mistakes) {
	for _, pair := range []struct{ path, value, other, needed string }{
		{"hot_list.webhook_url", c.HotList.WebhookURL, "hot_list.secret", c.HotList.Secret},
		{"hot_list.secret", c.HotList.Secret, "hot_list.webhook_url", c.HotList.WebhookURL},
	} {
		if pair.value != "" && pair.needed == "" && !found.about(pair.other) {
			found.add(c.origin(pair.path), pair.other, "missing: %s needs it", pair.path)
		}
	}
}

// validateSender holds mail back until it can say who sends it (特定電子メール法 第4条).
func (c *config) validateSender(found *mistakes) {
	s := c.Sender
	for _, needed := range []struct{ path, value string }{
		{"sender.name", s.Name}, {"sender.email", s.Email}, {"sender.company", s.Company},
		{"sender.address", s.Address}, {"sender.contact_url", s.ContactURL},
	} {
		if needed.value == "" && !found.about(needed.path) {
			found.add(c.origin("smtp_url"), needed.path,
				"missing: a mail to real recipients must show it (特定電子メール法), or set smtp_url to \"outbox:\"")
		}
	}
}

// validatePublicURL asks for https once mail leaves the machine: RFC 8058 section 3.1 allows one-click only there.
func (c *config) validatePublicURL(found *mistakes) {
	u, err := url.Parse(c.PublicURL)
	if err == nil && u.Scheme == "http" && !isLoopback(u.Hostname()) {
		found.add(c.origin("public_url"), "public_url",
			"expected https:// with a real smtp_url: one-click opt-out (RFC 8058) works over http on this machine only")
	}
}

// warnings is what may be meant and is more likely a slip.
func (c *config) warnings() []string {
	if !c.realSMTP() {
		return nil
	}
	smtp, err := parseSMTPURL(c.SMTPURL)
	public, publicErr := url.Parse(c.PublicURL)
	if err == nil && publicErr == nil && !isLoopback(smtp.Host) && isLoopback(public.Hostname()) {
		return []string{"public_url is an address of this machine: links and opt-outs in the mails will not work elsewhere"}
	}
	return nil
}
