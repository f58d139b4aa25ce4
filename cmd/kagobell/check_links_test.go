package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"

	"kagobell/channels"
)

func TestLinksAreFoundWhereTheyStand(t *testing.T) {
	for _, c := range []struct {
		text string
		want []string // line:column address
		made int
	}{
		{"a https://shop.example/a を", []string{"1:3 https://shop.example/a"}, 0},
		{"詳細はhttps://shop.example/aをご覧ください。", []string{"1:4 https://shop.example/a"}, 0},
		{"\n(see http://shop.example/a_(b), please).", []string{"2:6 http://shop.example/a_(b)"}, 0},
		{`<a href="https://shop.example/商品?a=1&amp;b=2">x</a>`, []string{"1:10 https://shop.example/商品?a=1&b=2"}, 0},
		{`"uri": "https://shop.example/a"}, {"uri":"HTTPS://shop.example/b"}`, []string{"1:9 https://shop.example/a", "1:43 HTTPS://shop.example/b"}, 0},
		{`{{if .URL}}https://shop.example/a{{end}} https://shop.example/{{.Lead.SKU}} https://{{ .Data.host }}/x`, []string{"1:12 https://shop.example/a"}, 2},
		{"https:// https://shop.example/a!", []string{"1:10 https://shop.example/a"}, 0},
		{"ftp://shop.example mailto:a@shop.example //shop.example", nil, 0},
	} {
		found, made := linksIn("a.txt", c.text)
		var got []string
		for _, link := range found {
			got = append(got, fmt.Sprintf("%d:%d %s", link.line, link.column, link.address))
		}
		if !slices.Equal(got, c.want) || made != c.made {
			t.Errorf("%s\n got %q, %d\nwant %q, %d", c.text, got, made, c.want, c.made)
		}
	}
	if found, _ := linksIn("a.yaml", "# https://shop.example/note\ntext: https://shop.example/a\n"); len(found) != 1 || found[0].line != 2 {
		t.Errorf("a scenario: %+v", found)
	}
}

func TestPrivateAddressesAreRefused(t *testing.T) {
	for _, address := range []string{"127.0.0.1", "127.8.9.1", "10.0.0.1", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0",
		"0.1.2.3", "192.0.2.1", "198.18.0.1", "224.0.0.1", "255.255.255.255", "240.0.0.1", "::", "::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "::7f00:1",
		"fe80::1", "fe80::1%eth0", "fc00::1", "fd12::1", "fec0::1", "ff02::1", "64:ff9b::a00:1", "64:ff9b:1::1", "2002:a00:1::1", "2001::1", "2001:db8::1"} {
		if err := publicOnly(netip.MustParseAddr(address)); !errors.Is(err, errPrivate) {
			t.Errorf("%s is taken for public", address)
		}
	}
	for _, address := range []string{"8.8.8.8", "100.128.0.1", "172.32.0.1", "203.0.114.1", "2606:4700::1111", "2400:8500::1", "::ffff:8.8.8.8"} {
		if err := publicOnly(netip.MustParseAddr(address)); err != nil {
			t.Errorf("%s is refused", address)
		}
	}
}

// loopbackOnly lets a test visit its own server.
func loopbackOnly(address netip.Addr) error {
	if address != netip.MustParseAddr("127.0.0.1") {
		return errPrivate
	}
	return nil
}

// linkServer answers as its paths say.
func linkServer(t *testing.T) *httptest.Server {
	t.Helper()
	stop := make(chan struct{})
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var n int
		switch _, _ = fmt.Sscanf(r.URL.Path, "/hop/%d", &n); {
		case r.URL.Path == "/silent":
			<-stop
		case r.URL.Path == "/inside":
			http.Redirect(w, r, "http://[::1]:1/secret", http.StatusFound)
		case n > 1:
			http.Redirect(w, r, fmt.Sprintf("/hop/%d", n-1), http.StatusFound)
		case n == 1:
			http.Redirect(w, r, "/fine", http.StatusMovedPermanently)
		case r.URL.Path == "/get-only" && r.Method == http.MethodHead:
			w.WriteHeader(http.StatusMethodNotAllowed)
		case r.URL.Path == "/gone":
			w.WriteHeader(http.StatusGone)
		case r.URL.Path == "/broken":
			w.WriteHeader(http.StatusInternalServerError)
		}
	}))
	t.Cleanup(server.Close)
	t.Cleanup(func() { close(stop) })
	return server
}

func TestVisits(t *testing.T) {
	server := linkServer(t)
	secure := httptest.NewUnstartedServer(http.NotFoundHandler())
	secure.Config.ErrorLog = log.New(io.Discard, "", 0) // it would tell of the handshake that we refuse
	secure.StartTLS()
	defer secure.Close()
	closed, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	nobody := "http://" + closed.Addr().String()
	_ = closed.Close()
	visitor := newLinkVisitor(loopbackOnly)
	for _, c := range []struct{ address, want string }{
		{server.URL + "/fine", ""}, {server.URL + "/get-only", ""}, {server.URL + "/hop/5", ""},
		{server.URL + "/hop/6", "more than 5 redirects"},
		{server.URL + "/gone", "answers 410 Gone"}, {server.URL + "/broken", "answers 500 Internal Server Error"},
		{server.URL + "/inside", "not a public address: refused"}, // the redirect leads elsewhere on this machine
		{"http://[::1]:1/", "not a public address: refused"},
		{secure.URL, "TLS: x509: certificate signed by unknown authority"},
		{nobody, "connect: connection refused"},
		{"http://shop.example:port/", "not an address"},
	} {
		got := ""
		if err := visitor.visit(t.Context(), c.address); err != nil {
			got = err.Error()
		}
		if got != c.want {
			t.Errorf("%s: %q, want %q", c.address, got, c.want)
		}
	}
	visitor.within = time.Millisecond
	if err := visitor.visit(t.Context(), server.URL+"/silent"); err == nil || err.Error() != "no answer in time" {
		t.Errorf("a server that says nothing: %v", err)
	}
	for err, want := range map[*net.DNSError]string{
		{Err: "no such host", Name: "nosuch.example", IsNotFound: true}:        "there is no host nosuch.example",
		{Err: "server misbehaving", Name: "nosuch.example", IsTemporary: true}: "the host nosuch.example can't be looked up: server misbehaving",
	} {
		if got := plainLinkError(fmt.Errorf("dial: %w", err)).Error(); got != want {
			t.Errorf("%s, want %s", got, want)
		}
	}
}

// TestNothingPrivateIsVisited: the command itself refuses the loopback, under whatever name.
func TestNothingPrivateIsVisited(t *testing.T) {
	asked := false
	server := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { asked = true }))
	defer server.Close()
	_, port, _ := net.SplitHostPort(server.Listener.Addr().String())
	writeFiles(t, map[string]string{"kagobell.yaml": "templates_dir: words\n",
		"words/note.txt": fmt.Sprintf("subject: a\n\nx http://127.0.0.1:%s/ http://localhost:%s/\nhttp://[::ffff:127.0.0.1]:%s/\n", port, port, port)})
	got := runProgram(t, "", nil, "check", "--links")
	want := fmt.Sprintf(`OK: 11 scenarios (7 of them switched off), 43 templates
words/note.txt:3:3: http://127.0.0.1:%s/: not a public address: refused
words/note.txt:3:%d: http://localhost:%s/: not a public address: refused
words/note.txt:4:1: http://[::ffff:127.0.0.1]:%s/: not a public address: refused
`, port, 3+len("http://127.0.0.1:/ ")+len(port), port, port)
	if got.code != exitFailed || got.stdout != want || got.stderr != "kagobell: dead links found: 3\n" || asked {
		t.Errorf("asked %v, %+v\nwant %s", asked, got, want)
	}
}

func TestCheckLinks(t *testing.T) {
	server := linkServer(t)
	writeFiles(t, map[string]string{"words/note.txt": "subject: a\n\n" + server.URL + "/fine " + server.URL + "/gone\n" + server.URL + "/{{.Lead.SKU}}\n",
		"mine/a.yaml": strings.Replace(followUp, "    template: seminar_thanks", "    message: {subject: a, text: \""+server.URL+"/gone\"}", 1)})
	cfg := defaultConfig()
	cfg.ScenariosDir = "mine"
	templates, err := channels.LoadTemplates("words", cfg.TimeZone)
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	a := &app{stdout: &out, stderr: &bytes.Buffer{}}
	err = a.checkLinks(t.Context(), newLinkVisitor(loopbackOnly), cfg, templates)
	gone := server.URL + "/gone: answers 410 Gone\n"
	want := fmt.Sprintf("words/note.txt:3:%d: %smine/a.yaml:6:34: %s", len(server.URL)+7, gone, gone)
	if err == nil || err.Error() != "dead links found: 2" || out.String() != want {
		t.Errorf("%v\n%s\nwant %s", err, out.String(), want)
	}
	writeFiles(t, map[string]string{"words/note.txt": "subject: a\n\n" + server.URL + "/fine\n" + server.URL + "/{{.Lead.SKU}}\n"})
	if templates, err = channels.LoadTemplates("words", cfg.TimeZone); err != nil {
		t.Fatal(err)
	}
	out.Reset()
	cfg.ScenariosDir = ""
	if err := a.checkLinks(t.Context(), newLinkVisitor(loopbackOnly), cfg, templates); err != nil || out.String() != "OK: 1 addresses answer, 1 with placeholders were not visited\n" {
		t.Errorf("%v\n%s", err, out.String())
	}
}
