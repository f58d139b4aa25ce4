package main

import (
	"strings"
	"testing"
)

// FuzzURLs: an address that is taken is shown without its password, and a mistake in one does not repeat it.
func FuzzURLs(f *testing.F) {
	for _, text := range []string{
		"smtp://user:hunter2hunter2@h:587?tls=require&pool=20&rate=100", "smtps://h", "smtp://h:99999", "smtp://:hunter2hunter2@h", "outbox:",
		"mysql://u:hunter2hunter2@h:3306/d", "sqlite:x", "redis://:hunter2hunter2@h", "smtp://u:hunter2hunter2@h?pool=-1", "smtp://u:hunter2%zz@h", "",
	} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		for name, parse := range map[string]func(string) (string, error){
			"smtp_url": checkSMTPURL, "redis_url": parseRedisURL, "database_url": parseDatabaseURL, "public_url": parseWebURL, "contact_url": parseContactURL} {
			read, err := parse(text)
			if err != nil {
				if strings.Contains(err.Error(), "hunter2hunter2") {
					t.Errorf("%s %q: the mistake shows the password: %v", name, text, err)
				}
				continue
			}
			if again, err := parse(read); err != nil || again != read {
				t.Errorf("%s %q is read as %q, and then as %q (%v)", name, text, read, again, err)
			}
		}
		if smtp, err := parseSMTPURL(text); err == nil && (smtp.Port < 0 || smtp.Port > 65535 || smtp.Pool < 0 || smtp.Rate < 0) {
			t.Errorf("%q is read as %+v", text, smtp)
		}
	})
}
