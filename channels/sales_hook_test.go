package channels

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"
)

const salesSecret = "whsec_c2VjcmV0LW9mLXRoZS1zYWxlcy1zeXN0ZW0tMDE="

// salesPeer is a sales system that believes what is signed, and answers as told.
type salesPeer struct {
	*httptest.Server
	status int
	ids    []string
	bodies []string
}

func newSalesPeer(t *testing.T) *salesPeer {
	t.Helper()
	p := &salesPeer{status: http.StatusNoContent}
	key, err := standardwebhooks.NewWebhook(salesSecret)
	if err != nil {
		t.Fatal(err)
	}
	p.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err == nil {
			err = key.Verify(body, r.Header)
		}
		if err != nil || r.Method != http.MethodPost || r.Header.Get("Content-Type") != "application/json" {
			t.Errorf("%s %s: %v", r.Method, r.URL.Path, err)
		}
		p.ids, p.bodies = append(p.ids, r.Header.Get("webhook-id")), append(p.bodies, string(body))
		w.Header().Set("Location", "/elsewhere")
		w.WriteHeader(p.status)
	}))
	t.Cleanup(p.Close)
	return p
}

func salesHook(t *testing.T, address string) *SalesHook {
	t.Helper()
	h, err := NewSalesHook(address, salesSecret, time.Now)
	if err != nil {
		t.Fatal(err)
	}
	return h
}

func hotLead() HotLead {
	at := time.Date(2026, 11, 20, 1, 0, 0, 0, time.UTC)
	return HotLead{ID: "lead-1", At: at, AccountID: "acme", AccountName: "アクメ", Mark: "hot", Score: 62,
		Buyer:   &LeadBuyer{ID: "b-1", Name: "佐藤 花子", Email: "sato@acme.example"},
		Reasons: []LeadReason{{Rule: "料金ページを閲覧", Event: "page.viewed", Points: 10, At: at}}}
}

func TestSalesHookSignsWhatItTells(t *testing.T) {
	peer := newSalesPeer(t)
	hook := salesHook(t, peer.URL+"/hook/")
	for range 2 {
		if err := hook.Tell(t.Context(), hotLead()); err != nil {
			t.Fatal(err)
		}
	}
	want := `{"type":"lead.hot","timestamp":"2026-11-20T01:00:00Z","data":{"account_id":"acme","account_name":"アクメ",` +
		`"buyer":{"id":"b-1","name":"佐藤 花子","email":"sato@acme.example"},"mark":"hot","score":62,` +
		`"reasons":[{"rule":"料金ページを閲覧","event":"page.viewed","points":10,"at":"2026-11-20T01:00:00Z"}]}}`
	if len(peer.bodies) != 2 || peer.bodies[0] != want || peer.bodies[1] != want || peer.ids[0] != "lead-1" || peer.ids[1] != "lead-1" {
		t.Errorf("told %q as %q", peer.bodies, peer.ids)
	}
	if !json.Valid([]byte(peer.bodies[0])) {
		t.Error("not JSON")
	}
}

// TestSalesHookFails: all but 2xx is a failure, and redirects are not followed.
func TestSalesHookFails(t *testing.T) {
	peer := newSalesPeer(t)
	hook := salesHook(t, peer.URL+"/secret-path")
	for _, status := range []int{302, 307, 308, 400, 410, 429, 500, 503} {
		peer.status, peer.ids = status, nil
		if err := hook.Tell(t.Context(), hotLead()); err == nil || len(peer.ids) != 1 {
			t.Errorf("%d: %v after %d posts", status, err, len(peer.ids))
		}
	}
	peer.Close()
	err := hook.Tell(t.Context(), hotLead())
	if err == nil || strings.Contains(err.Error(), "secret-path") || strings.Contains(err.Error(), "sato") {
		t.Errorf("nobody there: %v", err)
	}
	if _, err := NewSalesHook(peer.URL, "not base64!", time.Now); err == nil {
		t.Error("took a secret that is none")
	}
}
