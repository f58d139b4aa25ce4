package main

import (
	"strings"
	"testing"
)

func senderVariables() []string {
	return []string{
		"KAGOBELL_SENDER_NAME=かごベル商店", "KAGOBELL_SENDER_EMAIL=news@shop.example", "KAGOBELL_SENDER_COMPANY=かごベル商店株式会社",
		"KAGOBELL_SENDER_ADDRESS=東京都千代田区千代田1-1", "KAGOBELL_SENDER_CONTACT_URL=https://shop.example/contact",
	}
}

func TestRealSMTPNeedsASender(t *testing.T) {
	inFolderWith(t, "sender: {name: かごベル商店, email: broken}\nsmtp_url: smtp://127.0.0.1:2525\n")
	const rest = `: missing: a mail to real recipients must show it (特定電子メール法), or set smtp_url to "outbox:"`
	want := lines(
		`kagobell.yaml:1:31: sender.email: expected a mail address such as shop@example.com, got "broken"`,
		"kagobell.yaml:2:11: sender.company"+rest,
		"kagobell.yaml:2:11: sender.address"+rest,
		"kagobell.yaml:2:11: sender.contact_url"+rest)
	if got := complaints(t); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	if got := complaints(t, append(senderVariables()[1:4], "KAGOBELL_SENDER_CONTACT_URL=")...); got != "kagobell.yaml:2:11: sender.contact_url"+rest {
		t.Error(got)
	}
	if _, err := loadConfig("", senderVariables()); err != nil {
		t.Error(err)
	}
}

func TestRealSMTPNeedsHTTPS(t *testing.T) {
	t.Chdir(t.TempDir())
	real := append(senderVariables(), "KAGOBELL_SMTP_URL=smtp://mail.example")
	want := "KAGOBELL_PUBLIC_URL: public_url: expected https:// with a real smtp_url: one-click opt-out (RFC 8058) works over http on this machine only"
	if got := complaints(t, append(real, "KAGOBELL_PUBLIC_URL=http://kago.example")...); got != want {
		t.Error(got)
	}
	for url, warned := range map[string]bool{
		"https://kago.example":  false,
		"http://127.0.0.1:8080": true,
		"http://localhost:8080": true,
	} {
		c, err := loadConfig("", append(real, "KAGOBELL_PUBLIC_URL="+url))
		if err != nil {
			t.Fatal(err)
		}
		if got := c.warnings(); (len(got) > 0) != warned {
			t.Errorf("%s: warnings %q", url, got)
		}
	}
	got := runProgram(t, "", append(real, "KAGOBELL_LOG_FORMAT=json"), "config")
	if got.code != exitDone || !strings.Contains(got.stderr, `"level":"WARN","msg":"public_url is an address of this machine`) {
		t.Errorf("got %+v", got)
	}
	if _, err := loadConfig("", []string{"KAGOBELL_PUBLIC_URL=http://kago.example"}); err != nil {
		t.Errorf("with the outbox http will do: %v", err)
	}
}

func TestSources(t *testing.T) {
	const expectedSecret = "expected whsec_ followed by a key in base64"
	for name, test := range map[string]struct{ yaml, want string }{
		"not a list":   {"sources: whsec_hush", "kagobell.yaml:1:10: sources: expected a list of sources with name, adapter, secrets and rate_limit, got text"},
		"not a source": {"sources: [shop]", "kagobell.yaml:1:11: sources[0]: expected a mapping with name, adapter, secrets and rate_limit, got text"},
		"nothing in it": {"sources:\n  - adapter: native\n", lines(
			"kagobell.yaml:2:5: sources[0].name: missing: expected a name of a-z, 0-9, _ and - such as shop, but not kagobell",
			"kagobell.yaml:2:5: sources[0].secrets: missing: expected at least one, each whsec_ followed by a key in base64")},
		"bad values": {"sources:\n  - name: Shop\n    adapter: shopify\n    secrets: [hush, whsec_, \"whsec_hu sh\"]\n    rate_limit: -1\n  - {name: -x, adaptor: native, adapter: ntive}\n", lines(
			`kagobell.yaml:2:11: sources[0].name: expected a name of a-z, 0-9, _ and - such as shop, but not kagobell, got "Shop"`,
			`kagobell.yaml:3:14: sources[0].adapter: adapter shopify is not yet supported by this version; expected native`,
			`kagobell.yaml:4:15: sources[0].secrets[0]: `+expectedSecret,
			`kagobell.yaml:4:21: sources[0].secrets[1]: `+expectedSecret,
			`kagobell.yaml:4:29: sources[0].secrets[2]: `+expectedSecret,
			`kagobell.yaml:5:17: sources[0].rate_limit: expected events a second, 0 for no limit, got -1`,
			`kagobell.yaml:6:12: sources[1].name: expected a name of a-z, 0-9, _ and - such as shop, but not kagobell, got "-x"`,
			`kagobell.yaml:6:16: sources[1].adaptor: no such key, did you mean sources[1].adapter?`,
			`kagobell.yaml:6:42: sources[1].adapter: expected native, got "ntive"`)},
		"Kagobell's own name": {"sources: [{name: kagobell, secrets: [whsec_aHVzaA==]}]",
			`kagobell.yaml:1:18: sources[0].name: expected a name of a-z, 0-9, _ and - such as shop, but not kagobell, got "kagobell"`},
		"the same name twice": {"sources:\n  - {name: a, secrets: [whsec_aHVzaA==]}\n  - {name: a, secrets: [whsec_aHVzaA==]}\n",
			`kagobell.yaml:3:5: sources[1].name: "a" is the name of sources[0] already`},
	} {
		t.Run(name, func(t *testing.T) {
			inFolderWith(t, test.yaml)
			got := complaints(t)
			if got != test.want {
				t.Errorf("got\n%s\nwant\n%s", got, test.want)
			}
			if strings.Contains(got, "hush") {
				t.Error("a secret shows")
			}
		})
	}
}

func TestSecretsAreChecked(t *testing.T) {
	t.Chdir(t.TempDir())
	for entry, want := range map[string]string{
		"KAGOBELL_API_TOKENS=hush-hush":                                 "api_tokens[0]: expected a token of at least 16 characters without spaces",
		"KAGOBELL_API_TOKENS=[0123456789abcdef, 'hush hush hush hush']": "api_tokens[1]: expected a token of at least 16 characters without spaces",
		"KAGOBELL_API_TOKENS=[hush":                                     "api_tokens: expected a list, each a token of at least 16 characters without spaces, got text",
		"KAGOBELL_ADMIN_PASSWORD_HASH=hush":                             "admin.password_hash: expected an argon2id or bcrypt hash; `kagobell password` prints one",
		"KAGOBELL_ADMIN_PASSWORD_HASH=$argon2id$v=19$m=1$hush":          "admin.password_hash: expected an argon2id or bcrypt hash; `kagobell password` prints one",
		"KAGOBELL_LINE_CHANNEL_SECRET=hush hush":                        "line.channel_secret: expected what the LINE Developers console shows",
		"KAGOBELL_SOURCES=[{name: a, secrets: [hush":                    "sources: not YAML: sequence end token ']' not found",
	} {
		name, _, _ := strings.Cut(entry, "=")
		if got := complaints(t, entry); got != name+": "+want {
			t.Errorf("%s: got %s, want %s", entry, got, want)
		}
	}
	for _, entry := range []string{
		"KAGOBELL_ADMIN_PASSWORD_HASH=$2a$10$N9qo8uLOickgx2ZMRZoMyeIjZAgcfl7p92ldGxad68LJZdL17lhWy",
		"KAGOBELL_ADMIN_PASSWORD_HASH=$argon2id$v=19$m=19456,t=2,p=1$MR/Jv7QrdPIX60844BG5kg$RGzD6IJH4ty4S/Bw4eEOv7opa4mmpUIRqMj4tSgNYUs",
		"KAGOBELL_API_TOKENS=0123456789abcdef,fedcba9876543210",
	} {
		if _, err := loadConfig("", []string{entry}); err != nil {
			t.Errorf("%s: %v", entry, err)
		}
	}
}
