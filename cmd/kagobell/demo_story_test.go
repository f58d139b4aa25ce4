package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/mail"
	"slices"
	"testing"
	"time"

	"kagobell/scenarios"
)

var demoMonday = time.Date(2026, time.November, 16, 9, 0, 0, 0, time.FixedZone("JST", 9*60*60))

// bodiesOf are the events of a scene as the shop posts them when all goes to plan.
func bodiesOf(t *testing.T, p *posting, speed float64) []json.RawMessage {
	t.Helper()
	list, err := p.bodies(demoMonday.Add(sped(p.at, speed)), speed)
	if err != nil {
		t.Fatal(err)
	}
	return list
}

func TestDemoShopIsAsLargeAsTold(t *testing.T) {
	if len(demoAccounts) != 8 || len(demoBuyers) != 20 || len(demoProducts) != 40 {
		t.Errorf("%d accounts, %d buyers, %d products; want 8, 20, 40", len(demoAccounts), len(demoBuyers), len(demoProducts))
	}
	shop := newDemoShop("")
	if len(shop.accounts) != 8 || len(shop.buyers) != 20 || len(shop.products) != 40 {
		t.Error("an id stands twice")
	}
	mailboxes := map[string]int{}
	for _, b := range demoBuyers {
		if shop.accounts[b.account] == nil {
			t.Errorf("buyer %s: no account %s", b.id, b.account)
		}
		if _, err := mail.ParseAddress(b.email); err != nil {
			t.Errorf("buyer %s: %v", b.id, err)
		}
		mailboxes[b.email]++
	}
	if len(mailboxes) != 19 {
		t.Errorf("%d mailboxes; want one that two buyers share", len(mailboxes))
	}
	for _, p := range demoProducts {
		if p.gold > p.silver || p.silver > p.list || p.gold <= 0 || p.moq <= 0 || p.low <= 0 {
			t.Errorf("product %s: prices %d, %d, %d, MOQ %d, low at %d", p.sku, p.list, p.silver, p.gold, p.moq, p.low)
		}
	}
}

func TestDemoStoryIsValid(t *testing.T) {
	shop := newDemoShop("")
	known := func(n int, sku string) {
		if shop.products[sku] == nil {
			t.Errorf("scene %d: no product %q", n, sku)
		}
	}
	last, ids := time.Duration(-1), map[string]bool{}
	var before []json.RawMessage
	same := func(a, b json.RawMessage) bool { return bytes.Equal(a, b) }
	posted := 0
	for n, p := range newDemoShop("http://127.0.0.1:8090").postings() {
		if p.at < 0 || p.at > epilogue || p.at-p.late < 0 {
			t.Errorf("scene %d: at %v", n, p.at)
		}
		if p.at <= last {
			t.Errorf("scene %d: not after the one above", n)
		}
		last = p.at
		if id := p.act.who(); id != "" && shop.buyers[id] == nil && shop.accounts[id] == nil {
			t.Errorf("scene %d: nobody is called %q", n, id)
		}
		if ja, en := p.act.words(shop); ja == "" || en == "" {
			t.Errorf("scene %d has no words", n)
		}
		bodies := bodiesOf(t, &p, 3600)
		if _, repeated := p.act.(again); repeated && (len(bodies) == 0 || !slices.EqualFunc(bodies, before, same)) {
			t.Errorf("scene %d: not what was posted before: %s", n, bodies)
		}
		before = bodies
		for _, body := range bodies {
			event, wrong := scenarios.ReadEvent(body, "shop")
			if len(wrong) > 0 {
				t.Errorf("scene %d: %s: %v", n, body, wrong)
				continue
			}
			_, repeated := p.act.(again)
			if ids[event.ID] != repeated {
				t.Errorf("scene %d: event %s is known: %v", n, event.ID, ids[event.ID])
			}
			ids[event.ID] = true
			for _, sku := range skusOf(event) {
				known(n, sku)
			}
		}
		if len(bodies) > 0 {
			posted++
		}
	}
	if posted < 60 || posted > 100 {
		t.Errorf("the shop posts %d times; want 60 to 100", posted)
	}
}

func skusOf(event *scenarios.Event) []string {
	var list []string
	switch {
	case event.Cart != nil:
		for _, it := range event.Cart.Items {
			list = append(list, it.SKU)
		}
	case event.Order != nil:
		for _, it := range event.Order.Items {
			list = append(list, it.SKU)
		}
	case event.View != nil:
		list = append(list, event.View.SKU)
	case event.Favorite != nil:
		list = append(list, event.Favorite.SKU)
	case event.Product != nil:
		list = append(list, event.Product.SKU)
	}
	return list
}

// simulateDemo tells the story to the simulator, on waits that are divided by the speed.
func simulateDemo(t *testing.T, speed float64) []scenarios.Line {
	t.Helper()
	cfg, _, err := demoConfig(t.TempDir(), "127.0.0.1:8080", speed)
	if err != nil {
		t.Fatal(err)
	}
	engine, title, err := simulated(cfg, "")
	if err != nil {
		t.Fatal(err)
	}
	var lines []scenarios.Line
	sim := scenarios.NewSimulator(engine, title, func(l scenarios.Line) { lines = append(lines, l) })
	for n, p := range newDemoShop("http://127.0.0.1:8090").postings() {
		bodies := bodiesOf(t, &p, speed)
		if r, ok := p.act.(reaction); ok {
			bodies = []json.RawMessage{reactionBody(t, n, r, demoMonday.Add(sped(p.at, speed)))}
		}
		for _, body := range bodies {
			event, wrong := scenarios.ReadEvent(body, "shop")
			if len(wrong) > 0 {
				t.Fatal(wrong)
			}
			sim.Event(event)
		}
	}
	sim.Finish(demoMonday.Add(sped(epilogue, speed)))
	return lines
}

// reactionBody is what a history says instead of a visit to the tracking addresses.
func reactionBody(t *testing.T, n int, r reaction, at time.Time) json.RawMessage {
	t.Helper()
	event := demoEvent{ID: fmt.Sprintf("reaction-%d", n), OccurredAt: at, Buyer: map[string]any{"id": r.by},
		Data: map[string]any{"scenario": r.scenario, "step": r.step, "channel": "email"}}
	event.Type = map[reactionKind]string{opens: scenarios.EventMessageOpened, clicks: scenarios.EventMessageClicked,
		optsOut: scenarios.EventBuyerOptedOut}[r.kind]
	body, err := json.Marshal(event)
	if err != nil {
		t.Fatal(err)
	}
	return body
}

// demoPromise is something that the story promises to show.
type demoPromise struct {
	buyer, scenario, step string
	action                scenarios.Action
	channel               scenarios.Channel
	reason                scenarios.Reason
}

const storyCart, storyBrowse, storyRestock, storyPrice = "cart_abandonment", "browse_dropoff", "favorite_restock", "favorite_price_drop"

var demoPromises = []demoPromise{
	{"sato", storyCart, "first", "send", "email", ""},
	{"sato", storyCart, "second", "send", "email", ""},
	{"sato", storyCart, "unopened", "send", "line", ""},
	{"takahashi", storyCart, "unopened", "send", "dm", ""},
	{"ogawa", storyCart, "unopened", "skip", "dm", "ordered"},
	{"watanabe", storyCart, "", "skip", "", "ordered"},
	{"watanabe", storyCart, "unopened", "skip", "", "condition"},
	{"tanaka", storyCart, "second", "exit", "", "ordered"},
	{"ito", storyCart, "first", "wait", "", "awaiting_approval"},
	{"ito", storyCart, "first", "send", "email", ""},
	{"ito", storyCart, "second", "send", "email", ""},
	{"kobayashi", storyCart, "first", "skip", "email", "no_consent"},
	{"kimura", storyCart, "first", "exit", "", "emptied"},
	{"kato", storyCart, "first", "send", "email", ""},
	{"kato", storyCart, "second", "skip", "email", "no_consent"},
	{"yoshida", storyCart, "first", "restart", "", ""},
	{"yoshida", storyCart, "", "skip", "", "ordered"},
	{"yamada", storyBrowse, "first", "send", "email", ""},
	{"yamada", storyBrowse, "second", "send", "line", ""},
	{"sasaki", storyBrowse, "", "skip", "", "recently_purchased"},
	{"matsumoto", storyBrowse, "", "skip", "", "superseded"},
	{"clark", storyBrowse, "second", "send", "email", ""},
	{"kimura", storyRestock, "first", "send", "email", ""},
	{"kimura", storyRestock, "second", "send", "email", ""},
	{"hayashi", storyRestock, "second", "exit", "", "out_of_stock"},
	{"ogawa", storyRestock, "second", "skip", "", "not_low_stock"},
	{"suzuki", storyPrice, "first", "send", "email", ""},
	{"suzuki", storyPrice, "second", "exit", "", "ordered"},
	{"yamaguchi", storyPrice, "second", "send", "email", ""},
	{"hayashi", storyPrice, "second", "send", "email", ""}, // the third mail in the same minute
	{"tanaka", storyPrice, "second", "skip", "", "price_reverted"},
	{"sasaki", storyPrice, "", "skip", "", "below_minimum"},
}

func TestDemoStoryInTheSimulator(t *testing.T) {
	for _, speed := range []float64{1, 3600} {
		t.Run(fmt.Sprint(speed), func(t *testing.T) {
			lines := simulateDemo(t, speed)
			var seen []demoPromise
			for _, l := range lines {
				seen = append(seen, demoPromise{l.BuyerID, l.Scenario, l.Step, l.Action, l.Channel, l.Reason})
			}
			for _, w := range demoPromises {
				if !slices.Contains(seen, w) {
					t.Errorf("missing: %+v", w)
				}
			}
			saito := demoPromise{"saito", storyRestock, "first", "skip", "email", "duplicate_address"}
			shimizu := saito
			shimizu.buyer = "shimizu"
			if slices.Contains(seen, saito) == slices.Contains(seen, shimizu) {
				t.Error("the shared mailbox got the restock twice, or not at all")
			}
			if !t.Failed() {
				return
			}
			for _, l := range lines {
				t.Logf("%s %-10s %s/%s %s %s %s %s", l.At, l.BuyerID, l.Scenario, l.Step, l.Action, l.Channel, l.Reason, l.Title)
			}
		})
	}
}
