package bench

import (
	"errors"
	"strings"
	"testing"
	"time"

	"kagobell/scenarios"
)

func TestPercentiles(t *testing.T) {
	var list []time.Duration
	for n := 100; n >= 1; n-- {
		list = append(list, time.Duration(n)*time.Millisecond)
	}
	for p, want := range map[float64]float64{0: 1, .5: 51, .95: 96, .99: 100, 1: 100} {
		if got := percentile(list, p); got != want {
			t.Errorf("p%g of 1 to 100 ms: %g, want %g", 100*p, got, want)
		}
	}
	if percentile(nil, .5) != 0 {
		t.Error("of nothing")
	}
}

// TestTable: columns stay in line though Japanese is twice as wide, and figures have their goal and their share.
func TestTable(t *testing.T) {
	r := &Report{Kind: "ingest", At: time.Date(2026, 11, 20, 1, 0, 0, 0, time.UTC), Machine: Machine{"linux", "amd64", 2, "go1.26"},
		Answers: map[string]int{"202": 1200, "503": 1}, Pictures: []Picture{{Words{"受信", "taken"}, "events/s", 2, []float64{1, 2}}}}
	top := r.ceiling("http_1", "署名とJSONのみ", "no store", 20_000, "events/s")
	r.add("rate", "イベント/秒", "events/s, single", 12_345, "events/s").atLeast(10_000).of(top)
	r.add("p99", "応答時間", "time to answer", 123.4, "ms").atMost(100)
	r.check("保存", "stored", false, "1 of 2")
	var b strings.Builder
	if err := r.WriteTable(&b); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		"上限: 署名とJSONのみ  20,000 events/s                             no store\n",
		"イベント/秒           12,345 events/s  >= 10,000  OK  62% http_1  events/s, single\n",
		"応答時間                       123 ms     <= 100  NG              time to answer\n",
		"202: 1,200  503: 1\n", "NG 保存 stored  1 of 2\n", "2.0s |#########################                          1\n",
		"4.0s |################################################## 2\n",
	} {
		if !strings.Contains(b.String(), want) {
			t.Errorf("lacks %q:\n%s", want, b.String())
		}
	}
	if err := r.WriteTable(failing{}); err == nil {
		t.Error("a table that could not be written is no error")
	}
}

type failing struct{}

func (failing) Write([]byte) (int, error) { return 0, errors.New("no room") }

func TestSeen(t *testing.T) {
	s := newSeen()
	for _, id := range []string{"a", "b", "a"} {
		s.add(id)
	}
	if s.twice != 1 || len(s.ids) != 2 {
		t.Errorf("%+v", s)
	}
}

// TestEventsAreValid: what is posted is read without a complaint.
func TestEventsAreValid(t *testing.T) {
	c := newCrowd(50, 1)
	r := c.random(1)
	for n := range 300 {
		bodies := [][]byte{c.appendAny(nil, "any", r), c.appendCart(nil, "cart", n, time.Now(), r), c.appendFavorite(nil, "f", n, time.Now()),
			c.product("p", n)}
		for _, body := range bodies {
			events, rejected, err := scenarios.ReadEvents(body, sourceName)
			if err != nil || len(rejected) > 0 || len(events) != 1 {
				t.Fatalf("%s\n%v %v", body, err, rejected)
			}
		}
	}
}

// TestWindow: answers count between two moments; the first that comes too late counts when there was none.
func TestWindow(t *testing.T) {
	now := time.Now()
	w := &window{from: now.Add(-2 * time.Hour), to: now.Add(-time.Hour)}
	if w.count(now.Add(-3*time.Hour)) || w.over() {
		t.Error("it is over before an answer came, or one that came early counts")
	}
	if !w.count(now) || w.count(now) || !w.over() || !w.last().Equal(now) {
		t.Error("a late answer counts once")
	}
	w = &window{from: now.Add(-2 * time.Hour), to: now.Add(-time.Hour)}
	if !w.count(now.Add(-90*time.Minute)) || w.count(now) || !w.last().Equal(w.to) {
		t.Error("a late answer counts though others came in time")
	}
}
