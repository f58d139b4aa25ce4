package main

import (
	"strings"
	"testing"
)

// TestURLs tries every URL key; want is "" for a URL that is taken.
func TestURLs(t *testing.T) {
	const (
		database = "expected mysql://user:pass@host:3306/db or sqlite:PATH"
		redis    = "expected embedded, redis://, rediss://, redis-sentinel:// or redis-cluster://"
		web      = "expected a URL that begins with https:// or http://"
		notURL   = "not a URL (a special character in a password is written %XX, @ as %40 for example)"
	)
	for _, test := range []struct{ key, url, want string }{
		{"database_url", "sqlite:", ""},
		{"database_url", "sqlite:a b/shop.db", ""},
		{"database_url", "sqlite://shop.db", "expected sqlite:PATH with the path of a file, as in sqlite:kagobell-data/kagobell.db"},
		{"database_url", "sqlite::memory:", "expected sqlite:PATH with the path of a file, as in sqlite:kagobell-data/kagobell.db"},
		{"database_url", "mysql://kago:s%40fe@db:3306/kagobell", ""},
		{"database_url", "mysql://kago@[::1]/kagobell", ""},
		{"database_url", "mysql://db:3306/kagobell", "the URL lacks its user, as in mysql://user:pass@host:3306/db"},
		{"database_url", "mysql://kago:hush@db:3306", "the URL lacks the name of the database, as in mysql://user:pass@host:3306/db"},
		{"database_url", "mysql://kago:hush@/kagobell", "the URL lacks its host, as in mysql://host.example"},
		{"database_url", "mysql://kago:hu/sh@db/kagobell", notURL},
		{"database_url", "mysql://kago:hush@db:99999/kagobell", "port 99999: expected a number from 1 to 65535"},
		{"database_url", "mysql://kago:hush@db/kagobell?tls=true&timeout=5s", ""},
		{"database_url", "mysql://kago:hush@db/kagobell?tls=maybe", "the part after ?: invalid value / unknown config name: maybe"},
		{"database_url", "postgres://kago:hush@db/kagobell", database},
		{"database_url", "kago:hush@tcp(db)/kagobell", database},
		{"redis_url", "redis://:hush@redis:6379/0", ""},
		{"redis_url", "rediss://redis", ""},
		{"redis_url", "redis-sentinel://:hush@s1:26379,s2:26379/0?master=shop", ""},
		{"redis_url", "redis-sentinel://s1:26379", "the URL lacks the name of the master, as in redis-sentinel://host:26379/0?master=NAME"},
		{"redis_url", "redis-sentinel://s1,s2/shop?db=0&tls=true", ""},
		{"redis_url", "redis://redis/shop", "expected the number of the database behind the host, as in redis://host:6379/0"},
		{"redis_url", "redis://redis?pass=hush", "option pass: no such option; there are db, master, tls, sentinel_username, sentinel_password"},
		{"redis_url", "redis-cluster://c1:6379,c2:6379,c3:6379", ""},
		{"redis_url", "redis://a:1,b:2", "expected one host; several belong to redis-sentinel:// or redis-cluster://"},
		{"redis_url", "redis://:hu@sh@redis", notURL},
		{"redis_url", "redis:6379", notURL},
		{"redis_url", "embedded:", redis},
		{"redis_url", "memcached://hush", redis},
		{"smtp_url", "outbox:", ""},
		{"smtp_url", "outbox", ""},
		{"smtp_url", "smtp://user:hush@mail.example:587?tls=require&pool=20&rate=100", ""},
		{"smtp_url", "smtps://user:hush@mail.example", ""},
		{"smtp_url", "smtp://mail.example?tls=maybe", `option tls: expected none, starttls or require, got "maybe"`},
		{"smtp_url", "smtps://mail.example?tls=none", "option tls: smtps:// is always encrypted; none belongs to smtp://"},
		{"smtp_url", "smtp://mail.example?pool=0", `option pool: expected a whole number from 1 to 1000, got "0"`},
		{"smtp_url", "smtp://mail.example?rate=-1", `option rate: expected a whole number from 0 to 1000000, got "-1"`},
		{"smtp_url", "smtp://mail.example?pools=2", "option pools: no such option; there are tls, pool, rate"},
		{"smtp_url", "smtp://mail.example?pool=1&pool=2", "option pool stands twice"},
		{"smtp_url", "smtp://mail.example/x", "expected nothing after host and port but ?tls=…&pool=…&rate=…"},
		{"smtp_url", "sendmail:", "expected outbox:, smtp://user:pass@host:587 or smtps://…"},
		{"public_url", "https://kago.example/bell/", ""},
		{"public_url", "ftp://kago.example", web},
		{"public_url", "kago.example", web},
		{"public_url", "https://kago.example/?a=1", "expected a URL without user, query and fragment"},
		{"public_url", "https://kago.example:x", notURL},
		{"public_url", "https://kago.example/be ll", notURL},
		{"line.endpoint", "http://127.0.0.1:9000", ""},
		{"line.endpoint", "line.me", web},
		{"sender.contact_url", "tel:03-1234-5678", ""},
		{"sender.contact_url", "mailto:help@shop.example", ""},
		{"sender.contact_url", "mailto:", "expected a URL that begins with https://, http://, mailto: or tel:"},
	} {
		t.Run(test.key+" "+test.url, func(t *testing.T) {
			t.Chdir(t.TempDir())
			environ := append(senderVariables(), "KAGOBELL_PUBLIC_URL=https://kago.example", variable(test.key)+"="+test.url)
			if test.want == "" {
				if _, err := loadConfig("", environ); err != nil {
					t.Error(err)
				}
				return
			}
			want := variable(test.key) + ": " + test.key + ": " + test.want
			if got := complaints(t, environ...); got != want {
				t.Errorf("got\n%s\nwant\n%s", got, want)
			} else if strings.Contains(got, "hush") {
				t.Errorf("the password shows: %s", got)
			}
		})
	}
}

func TestSMTPSettings(t *testing.T) {
	for url, want := range map[string]smtpSettings{
		"smtp://127.0.0.1:2525":              {Host: "127.0.0.1", Port: 2525, TLS: "starttls", Pool: 20},
		"smtp://u:p@localhost":               {Host: "localhost", Port: 587, User: "u", Password: "p", TLS: "starttls", Pool: 20},
		"smtp://u%40x:p%2Fq@m.example":       {Host: "m.example", Port: 587, User: "u@x", Password: "p/q", TLS: "require", Pool: 20},
		"smtp://u:p@m.example?tls=none":      {Host: "m.example", Port: 587, User: "u", Password: "p", TLS: "none", Pool: 20},
		"smtps://m.example?pool=3&rate=100":  {Host: "m.example", Port: 465, ImplicitTLS: true, TLS: "require", Pool: 3, Rate: 100},
		"smtp://[::1]:25?tls=require&pool=1": {Host: "::1", Port: 25, TLS: "require", Pool: 1},
	} {
		got, err := parseSMTPURL(url)
		if err != nil || got != want {
			t.Errorf("%s: got %+v, %v; want %+v", url, got, err, want)
		}
	}
}

func TestPublicURLFollowsListen(t *testing.T) {
	for listen, want := range map[string]string{
		":8080":          "http://localhost:8080",
		"0.0.0.0:80":     "http://localhost:80",
		"[::]:8080":      "http://localhost:8080",
		"10.1.2.3:9000":  "http://10.1.2.3:9000",
		"[fd00::1]:9000": "http://[fd00::1]:9000",
	} {
		t.Chdir(t.TempDir())
		c, err := loadConfig("", []string{"KAGOBELL_LISTEN=:1"}, setting{"listen", listen, "--listen"})
		if err != nil || c.PublicURL != want || c.Listen != listen {
			t.Errorf("%s: got %+v, %v, want %s", listen, c, err, want)
		}
	}
}
