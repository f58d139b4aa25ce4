package channels

import (
	"cmp"
	"fmt"
	"net/mail"
	"strings"

	"golang.org/x/net/idna"
)

// From is who writes: the `sender` of the configuration. 特定電子メール法 art. 4
// and its ordinance want all of it but ReplyTo shown in every mail.
type From struct {
	Name       string // as the buyer knows the shop
	Email      string
	ReplyTo    string // empty: answers go to Email
	Company    string // the legal person that sends
	Address    string // its postal address
	ContactURL string // where complaints and questions go
}

// check names what is missing for writing to real people.
func (f From) check() error {
	var missing []string
	for _, field := range []struct{ key, value string }{
		{"sender.name", f.Name}, {"sender.email", f.Email}, {"sender.company", f.Company},
		{"sender.address", f.Address}, {"sender.contact_url", f.ContactURL},
	} {
		if cleanLine(field.value) == "" {
			missing = append(missing, field.key)
		}
	}
	if len(missing) > 0 {
		return fmt.Errorf("real mail needs %s: the law on advertising mail (特定電子メール法) wants the sender named", strings.Join(missing, ", "))
	}
	for _, field := range []struct{ key, value string }{{"sender.email", f.Email}, {"sender.reply_to", f.ReplyTo}} {
		if field.value == "" {
			continue
		}
		if a, err := mail.ParseAddress(field.value); err != nil || a.Address != field.value {
			return fmt.Errorf("%s: expected a plain e-mail address", field.key)
		}
	}
	return nil
}

// clean takes out what could break a header or a line of the footer.
func (f From) clean() From {
	return From{
		Name: cleanName(f.Name), Email: cleanLine(f.Email), ReplyTo: cleanLine(f.ReplyTo),
		Company: cleanName(f.Company), Address: cleanName(f.Address), ContactURL: contactLink(cleanLine(f.ContactURL)),
	}
}

// named fills in what a shop that only tries Kagobell has not configured yet, so
// that its messages can be read. Nothing leaves the machine before check passes.
func (f From) named(lang string) From {
	ours := "当店"
	if lang == inEnglish {
		ours = "our shop"
	}
	f.Name = cmp.Or(f.Name, f.Company, ours)
	f.Company = cmp.Or(f.Company, f.Name)
	return f
}

// domain is the part of the sender's address after the @, which makes
// Message-IDs unique in the world (RFC 5322 section 3.6.4), and by which we greet
// SMTP servers, some of which want a full name.
func (f From) domain() string {
	domain, err := idna.Lookup.ToASCII(f.Email[strings.LastIndexByte(f.Email, '@')+1:])
	if err != nil || domain == "" {
		return "localhost"
	}
	return domain
}
