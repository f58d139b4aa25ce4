package main

import (
	"context"
	"database/sql"
	"fmt"
	"net/http"
	"net/url"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/go-sql-driver/mysql"
)

// holdAccounts makes every decision wait in MariaDB, as a database does that hangs, until release is called.
func holdAccounts(t *testing.T, address string) (release func()) {
	t.Helper()
	u, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	password, _ := u.User.Password()
	config := mysql.NewConfig()
	config.User, config.Passwd, config.Net, config.Addr, config.DBName = u.User.Username(), password, "tcp", u.Host, strings.Trim(u.Path, "/")
	db, err := sql.Open("mysql", config.FormatDSN())
	if err != nil {
		t.Fatal(err)
	}
	conn, err := db.Conn(t.Context())
	if err == nil {
		_, err = conn.ExecContext(t.Context(), "LOCK TABLES accounts WRITE")
	}
	if err != nil {
		t.Fatal(err)
	}
	return sync.OnceFunc(func() {
		_ = conn.Close()
		_ = db.Close() // and with it the lock
	})
}

type posted struct {
	status     int
	retryAfter string
}

// postPadded posts a cart in an array of nearly the largest size, most of it white space.
func (s *served) postPadded(event string) posted {
	body := "[" + strings.Repeat(" ", 7<<20) + event + "]"
	request, _ := http.NewRequestWithContext(context.Background(), http.MethodPost, s.url+"/webhooks/shop", strings.NewReader(body))
	request.Header.Set("Authorization", "Bearer "+testToken)
	request.Header.Set("Content-Type", "application/json")
	client := http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	response, err := client.Do(request)
	if err != nil {
		return posted{0, err.Error()}
	}
	_ = response.Body.Close()
	return posted{response.StatusCode, response.Header.Get("Retry-After")}
}

// A database that hangs: what waits for it is bounded, the rest is answered 503 at once, and when it goes on so does
// everything else.
func TestTheDatabaseHangs(t *testing.T) {
	s := startServe(t)
	release := holdAccounts(t, s.database)
	defer release()
	const posts, surplus = 12, 3 // of 7 MiB each; 64 are let in at most
	answers := make(chan posted, posts)
	for i := range posts {
		go func() { answers <- s.postPadded(oneLine(cartOf(fmt.Sprint("b", i), "A4"))) }()
	}
	taken := 0
	for n := range posts {
		if n == surplus {
			release()
		}
		select {
		case got := <-answers:
			switch {
			case got == posted{http.StatusServiceUnavailable, "2"}:
			case got == posted{http.StatusAccepted, ""} && n >= surplus:
				taken++
			default:
				t.Fatalf("answer %d is %+v\n%s", n, got, s.logs.String())
			}
		case <-time.After(patience):
			t.Fatalf("answer %d does not come", n)
		}
	}
	if taken == 0 {
		t.Error("nothing was taken after all")
	}
	stacks := make([]byte, 4<<20)
	deadline := time.After(patience)
	for strings.Contains(string(stacks[:runtime.Stack(stacks, true)]), "handlers.(*webhooks)") {
		select {
		case <-deadline:
			t.Fatal("goroutines of answered posts are left")
		case <-time.After(20 * time.Millisecond):
		}
	}
}
