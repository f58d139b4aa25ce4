package scenarios

import (
	"testing"
	"time"
)

// TestBatches: a batch closes at the very second of its cut-off, and the next
// letter goes into the next day's, over months, years and changes of the clocks.
func TestBatches(t *testing.T) {
	newYork, err := time.LoadLocation("America/New_York")
	if err != nil {
		t.Fatal(err)
	}
	tokyo := time.FixedZone("JST", 9*60*60)
	for _, c := range []struct {
		zone   *time.Location
		cutOff string
		now    string
		batch  string
		closes string
	}{
		{tokyo, "17:00", "2026-11-20T16:59:59.999999+09:00", "dm-2026-11-20", "2026-11-20T17:00:00+09:00"},
		{tokyo, "17:00", "2026-11-20T17:00:00+09:00", "dm-2026-11-21", "2026-11-21T17:00:00+09:00"},
		{tokyo, "17:00", "2026-12-31T18:00:00+09:00", "dm-2027-01-01", "2027-01-01T17:00:00+09:00"},
		{tokyo, "00:00", "2028-02-28T00:00:00+09:00", "dm-2028-02-29", "2028-02-29T00:00:00+09:00"},
		{tokyo, "24:00", "2026-11-20T23:59:59+09:00", "dm-2026-11-20", "2026-11-21T00:00:00+09:00"},
		{newYork, "02:30", "2026-03-08T01:29:59-05:00", "dm-2026-03-08", "2026-03-08T01:30:00-05:00"}, // 02:30 does not come
		{newYork, "02:30", "2026-03-08T03:10:00-04:00", "dm-2026-03-09", "2026-03-09T02:30:00-04:00"},
		{newYork, "17:00", "2026-11-01T16:00:00-05:00", "dm-2026-11-01", "2026-11-01T17:00:00-05:00"},
		{newYork, "01:30", "2026-11-01T01:15:00-04:00", "dm-2026-11-01", "2026-11-01T01:30:00-04:00"}, // it comes twice
		{newYork, "01:30", "2026-11-01T01:15:00-05:00", "dm-2026-11-02", "2026-11-02T01:30:00-05:00"},
	} {
		cutOff, err := ParseTimeOfDay(c.cutOff)
		if err != nil {
			t.Fatal(err)
		}
		e := NewEngine(Settings{Zone: c.zone, DMCutOff: cutOff}, nil, nil)
		now, _ := time.Parse(time.RFC3339, c.now)
		closes, _ := time.Parse(time.RFC3339, c.closes)
		if got := e.BatchID(now); got != c.batch {
			t.Errorf("%s: batch %s, want %s", c.now, got, c.batch)
		}
		if got := e.BatchClosesAt(c.batch); !got.Equal(closes) {
			t.Errorf("%s closes at %s, want %s", c.batch, got.In(c.zone), closes.In(c.zone))
		}
		if got := e.BatchClosesAt(e.BatchID(now)); !got.After(now) {
			t.Errorf("%s: a letter goes into a batch that closed at %s", c.now, got.In(c.zone))
		}
	}
	if got := (&Engine{}).BatchClosesAt("dm-tomorrow"); !got.IsZero() {
		t.Errorf("no batch closes at %s", got)
	}
}
