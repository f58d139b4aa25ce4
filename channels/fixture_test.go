package channels

import (
	"context"
	"errors"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/shopspring/decimal"

	"kagobell/scenarios"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// golden compares with a file of testdata, which -update rewrites.
func golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatalf("%v (go test ./channels -update writes it)", err)
	}
	if got != string(want) {
		t.Errorf("%s differs at %s; if the new form is right: go test ./channels -update", path, firstDifference(string(want), got))
	}
}

func firstDifference(want, got string) string {
	a, b := strings.Split(want, "\n"), strings.Split(got, "\n")
	for i := range min(len(a), len(b)) {
		if a[i] != b[i] {
			return "line " + decimal.NewFromInt(int64(i+1)).String() + "\nwant " + a[i] + "\ngot  " + b[i]
		}
	}
	return "its end"
}

// testNow is when every test takes place: a Friday morning in Tokyo.
var testNow = time.Date(2026, 11, 20, 10, 0, 0, 0, time.FixedZone("JST", 9*60*60))

var testFrom = From{Name: "文具の森", Email: "order@bungu.example", ReplyTo: "support@bungu.example",
	Company: "株式会社文具の森", Address: "東京都千代田区丸の内9-9-9 森ビル2階", ContactURL: "https://bungu.example/contact"}

func money(s string) *scenarios.Money {
	d := decimal.RequireFromString(s)
	return &d
}

func number(n float64) *float64 { return &n }

var (
	paper = scenarios.MessageItem{SKU: "A4-500", Name: "コピー用紙 A4 500枚×5冊", URL: "https://bungu.example/p/A4-500?c=1&r=2",
		ImageURL: "https://bungu.example/i/A4-500.jpg", Quantity: 1000, Price: money("480"), Stock: number(2400), MOQ: 10}
	tape = scenarios.MessageItem{SKU: "TAPE-48", Name: "OPPテープ 透明 48mm×100m", URL: "https://bungu.example/p/TAPE-48",
		Quantity: 50, Price: money("98.5")}
	paperCut = scenarios.MessageItem{SKU: "A4-500", Name: "コピー用紙 A4 500枚×5冊", URL: "https://bungu.example/p/A4-500?c=1&r=2",
		ImageURL: "https://bungu.example/i/A4-500.jpg", Price: money("408"), Was: money("480"), Saving: money("72"), PercentOff: 15, MOQ: 10}
	tapeCut = scenarios.MessageItem{SKU: "TAPE-48", Name: "OPPテープ 透明 48mm×100m", URL: "https://bungu.example/p/TAPE-48",
		Price: money("93"), Was: money("98.5"), Saving: money("5.5"), PercentOff: 5}
)

var sato = scenarios.Buyer{ID: "b-1001", AccountID: "acme", Name: "佐藤 花子", Department: "購買部", Email: "sato@acme.example",
	LineUserID: "U0123456789abcdef0123456789abcdef",
	Postal: &scenarios.Postal{Code: "１００ー０００５", Prefecture: "東京都", City: "千代田区", Street: "丸の内1-1-1",
		Building: "アクメビル3階", Company: "アクメ工業株式会社", Department: "購買部", Recipient: "佐藤 花子"}}

var acme = scenarios.Account{Key: scenarios.KeyOfAccount("acme"), ID: "acme", Name: "アクメ工業株式会社"}

// delivery is a claimed message for 佐藤さん, with what its template is about.
func delivery(template string, c scenarios.Channel) scenarios.Delivery {
	m := scenarios.Message{ID: "0123456789abcdef0123456789abcdef", Scenario: "cart_abandonment", Step: "first", Channel: c,
		Template: template, BuyerID: sato.ID, Currency: "JPY", ClaimedAt: testNow}
	switch {
	case strings.HasPrefix(template, "cart_"):
		m.Items, m.URL = []scenarios.MessageItem{paper, tape}, "https://bungu.example/cart"
	case strings.HasPrefix(template, "price_"):
		m.Scenario, m.Currency, m.Items = "favorite_price_drop", "", []scenarios.MessageItem{paperCut, tapeCut}
	case strings.HasPrefix(template, "restock_"):
		m.Scenario, m.Currency, m.Items = "favorite_restock", "", []scenarios.MessageItem{paper}
	default:
		m.Scenario, m.Currency, m.Items = "browse_dropoff", "", []scenarios.MessageItem{tape, paper}
	}
	buyer, postal, account := sato, *sato.Postal, acme // a copy that the test may change
	buyer.Postal = &postal
	return scenarios.Delivery{Message: &m, Buyer: &buyer, Account: &account}
}

func popularItems(context.Context) []scenarios.MessageItem {
	return []scenarios.MessageItem{
		{SKU: "PEN-07", Name: "油性ボールペン 0.7mm 黒 10本入", URL: "https://bungu.example/p/PEN-07", ImageURL: "https://bungu.example/i/PEN-07.jpg"},
		{SKU: "GLV-M", Name: "ニトリル手袋 M 100枚", URL: "https://bungu.example/p/GLV-M"},
	}
}

// shippedTemplates are loaded, and tried, once for all tests: that takes long, and they are safe for use by many.
var shippedTemplates = sync.OnceValues(func() (*Templates, error) { return LoadTemplates("", testNow.Location()) })

// loadTemplates are those that ship, and those in dir (none when empty).
func loadTemplates(t testing.TB, dir string) *Templates {
	t.Helper()
	load := shippedTemplates
	if dir != "" {
		load = func() (*Templates, error) { return LoadTemplates(dir, testNow.Location()) }
	}
	templates, err := load()
	if err != nil {
		t.Fatal(err)
	}
	return templates
}

func testSigner(t testing.TB) *scenarios.TokenSigner {
	t.Helper()
	signer, err := scenarios.NewTokenSigner([]byte("a key for tests, not for shops"))
	if err != nil {
		t.Fatal(err)
	}
	return signer
}

// renderer makes one as a shop has it; change adjusts the options.
func renderer(t testing.TB, change func(*RenderOptions)) *Renderer {
	t.Helper()
	o := RenderOptions{From: testFrom, PublicURL: "https://bell.bungu.example/", Tokens: testSigner(t),
		Popular: popularItems, Now: func() time.Time { return testNow }}
	if change != nil {
		change(&o)
	}
	if o.Templates == nil {
		o.Templates = loadTemplates(t, "")
	}
	r, err := NewRenderer(o)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// sender makes one at testNow that is closed at the end of the test.
func sender(t testing.TB, o Options) *Sender {
	t.Helper()
	if o.Renderer == nil {
		o.Renderer = renderer(t, nil)
	}
	if o.Outbox == nil {
		o.Outbox = &memoryOutbox{}
	}
	if o.Now == nil {
		o.Now = func() time.Time { return testNow }
	}
	s, err := New(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
		defer cancel()
		if err := s.Close(ctx); err != nil {
			t.Errorf("close: %v", err)
		}
	})
	return s
}

// memoryOutbox keeps messages in memory.
type memoryOutbox struct {
	mu   sync.Mutex
	kept map[string]scenarios.Rendered
	fail error
}

func (o *memoryOutbox) Keep(_ context.Context, id string, r scenarios.Rendered) error {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.fail != nil {
		return o.fail
	}
	if o.kept == nil {
		o.kept = map[string]scenarios.Rendered{}
	}
	o.kept[id] = r
	return nil
}

func (o *memoryOutbox) get(id string) (scenarios.Rendered, bool) {
	o.mu.Lock()
	defer o.mu.Unlock()
	r, ok := o.kept[id]
	return r, ok
}

var errTest = errors.New("the database is away")
