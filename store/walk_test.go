package store

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"kagobell/scenarios"
)

// savedBy puts a favourite of each buyer; the id says rank and age: "0-3" has
// rank key 0 and was saved 3 hours ago.
func savedBy(t *testing.T, s *testStore, sku string, ids ...string) {
	t.Helper()
	var d scenarios.Decision
	for _, id := range ids {
		rank, age, _ := strings.Cut(id, "-")
		hours, err := time.ParseDuration(age + "h")
		if err != nil {
			t.Fatal(err)
		}
		b := buyer(id, "")
		d.Buyers = append(d.Buyers, b)
		d.Favorites = append(d.Favorites, &scenarios.Favorite{BuyerID: id, SKU: sku, RankKey: rank, AddedAt: base.Add(-hours)})
	}
	s.put(t, "somebody", d)
}

func openFanOut(t *testing.T, s *testStore, id, sku string, edge time.Time) {
	t.Helper()
	s.put(t, "somebody", scenarios.Decision{FanOuts: []*scenarios.FanOut{{ID: id, SKU: sku, Kind: scenarios.FanOutRestock, EdgeAt: edge,
		DueAt: edge, Status: scenarios.FanOutOpen}}})
}

// telling is a decider that begins a run for each favourite and writes its buyer down.
func telling(told *[]string) fake {
	return fake{decide: func(_ *scenarios.Snapshot, w scenarios.Work, now time.Time) scenarios.Decision {
		id := w.Favorite.BuyerID
		*told = append(*told, id)
		if strings.HasPrefix(id, "9") {
			return scenarios.Decision{}
		}
		r := run("r-"+id, id, scenarios.KeyOfBuyer(id))
		return scenarios.Decision{Runs: []*scenarios.Run{r}, Alarms: []scenarios.Alarm{{RunID: r.ID}},
			Journal: []scenarios.Entry{{At: now, BuyerID: id, RunID: r.ID, Action: scenarios.ActionStart}}}
	}}
}

func TestWalkGoesInTurn(t *testing.T) {
	onBoth(t, func(t *testing.T, s *testStore) {
		savedBy(t, s, "A4", "1-5", "0-1", "0-9", "1-2", "1-3", "2-4", "2-8", "9-1")
		savedBy(t, s, "other", "0-7")
		savedBy(t, s, "A4", "0-0") // at the edge itself: still concerned
		late := &scenarios.Favorite{BuyerID: "0-1", SKU: "later", RankKey: "0", AddedAt: base.Add(time.Second)}
		gone := &scenarios.Favorite{BuyerID: "1-5", SKU: "later", RankKey: "0", AddedAt: base, RemovedAt: base}
		s.put(t, "somebody", scenarios.Decision{Favorites: []*scenarios.Favorite{late, gone}})
		openFanOut(t, s, "f-1", "A4", base)
		openFanOut(t, s, "f-2", "later", base)
		for _, limit := range []int{3, 1, 2, 100} {
			if _, err := s.db.Exec("UPDATE fan_outs SET status = 'open', cursor_rank_key = '', cursor_added_at = NULL, cursor_buyer_id = ''"); err != nil {
				t.Fatal(err)
			}
			var told []string
			total, alarms := Walked{More: true}, 0
			for steps := 0; total.More; steps++ {
				walked, err := s.WalkFanOut(t.Context(), limit, telling(&told))
				if err != nil || steps > 30 {
					t.Fatalf("step %d: %v", steps, err)
				}
				alarms += len(walked.Alarms)
				total.Decided += walked.Decided
				total.Told += walked.Told
				total.More = walked.More
			}
			want := []string{"0-9", "0-1", "0-0", "1-5", "1-3", "1-2", "2-8", "2-4", "9-1"}
			if !slices.Equal(told, want) || total.Decided != 9 || total.Told != 8 || alarms != 8 {
				t.Errorf("limit %d: told %v (%d of %d, %d alarms), want %v", limit, told, total.Told, total.Decided, alarms, want)
			}
			if n := count(t, s, "SELECT COUNT(*) FROM fan_outs WHERE status = 'done'"); n != 2 {
				t.Errorf("limit %d: %d fan-outs are done", limit, n)
			}
		}
		if walked, err := s.WalkFanOut(t.Context(), 10, telling(new([]string))); err != nil || walked.FanOut.ID != "" || walked.More {
			t.Errorf("walked %+v, %v though nothing is due", walked, err)
		}
	})
}

// TestWaves: a wave tells as many as it may, and the next comes later; those who
// are looked at without being told do not count.
func TestWaves(t *testing.T) {
	onBoth(t, func(t *testing.T, s *testStore) {
		savedBy(t, s, "A4", "0-9", "0-8", "1-7", "9-6", "2-5", "9-4")
		openFanOut(t, s, "f-1", "A4", base)
		var told []string
		d := telling(&told)
		d.wave = func(f *scenarios.FanOut, p *scenarios.Product, now time.Time) scenarios.Wave {
			return scenarios.Wave{Status: scenarios.FanOutOpen, Limit: 2, Every: time.Hour}
		}
		first, err := s.WalkFanOut(t.Context(), 100, d)
		if err != nil || first.Told != 2 || first.More || first.FanOut.Told != 0 || !slices.Equal(told, []string{"0-9", "0-8"}) {
			t.Fatalf("first wave %+v, %v, %v", first, told, err)
		}
		if again, err := s.WalkFanOut(t.Context(), 100, d); err != nil || again.FanOut.ID != "" {
			t.Errorf("walked %+v before its time, %v", again, err)
		}
		s.advance(61 * time.Minute)
		second, err := s.WalkFanOut(t.Context(), 2, d)
		if err != nil || second.Told != 2 && !second.More {
			t.Errorf("second wave %+v, %v", second, err)
		}
		s.advance(61 * time.Minute)
		for more := true; more; {
			walked, err := s.WalkFanOut(t.Context(), 2, d)
			if err != nil {
				t.Fatal(err)
			}
			more = walked.More
		}
		if want := []string{"0-9", "0-8", "1-7", "2-5", "9-6", "9-4"}; !slices.Equal(told, want) {
			t.Errorf("told %v, want %v", told, want)
		}
	})
}

// TestWaveMayEndOrPutOff: the decider closes a fan-out, or moves it.
func TestWaveMayEndOrPutOff(t *testing.T) {
	onBoth(t, func(t *testing.T, s *testStore) {
		savedBy(t, s, "A4", "0-9")
		stock := 3.0
		s.put(t, "somebody", scenarios.Decision{Products: []*scenarios.Product{{SKU: "A4", Offer: scenarios.Offer{Stock: &stock}}}})
		openFanOut(t, s, "f-1", "A4", base)
		var told []string
		d := telling(&told)
		var next scenarios.Wave
		d.wave = func(f *scenarios.FanOut, p *scenarios.Product, now time.Time) scenarios.Wave {
			if p == nil || *p.Stock != 3 || f.ID != "f-1" {
				t.Errorf("asked about %+v, %+v", f, p)
			}
			return next
		}
		later := base.Add(48 * time.Hour)
		next = scenarios.Wave{Status: scenarios.FanOutOpen, DueAt: later}
		walked, err := s.WalkFanOut(t.Context(), 10, d)
		if err != nil || !walked.FanOut.DueAt.Equal(later) || walked.More || len(told) > 0 {
			t.Errorf("put off: %+v, %v", walked, err)
		}
		s.advance(72 * time.Hour)
		next = scenarios.Wave{Status: scenarios.FanOutCancelled}
		walked, err = s.WalkFanOut(t.Context(), 10, d)
		if err != nil || walked.FanOut.Status != scenarios.FanOutCancelled || len(told) > 0 {
			t.Errorf("cancelled: %+v, %v", walked, err)
		}
	})
}

// TestFanOutsOfOneSKUAreSerial: the later waits for the earlier, also when only
// the later is due; another SKU does not wait.
func TestFanOutsOfOneSKUAreSerial(t *testing.T) {
	onBoth(t, func(t *testing.T, s *testStore) {
		savedBy(t, s, "A4", "0-9")
		s.put(t, "somebody", scenarios.Decision{FanOuts: []*scenarios.FanOut{
			{ID: "f-1", SKU: "A4", Kind: scenarios.FanOutRestock, EdgeAt: base.Add(-2 * time.Hour), DueAt: base.Add(24 * time.Hour), Status: scenarios.FanOutOpen},
			{ID: "f-2", SKU: "A4", Kind: scenarios.FanOutRestock, EdgeAt: base.Add(-time.Hour), DueAt: base.Add(-time.Hour), Status: scenarios.FanOutOpen},
			{ID: "f-3", SKU: "B5", Kind: scenarios.FanOutRestock, EdgeAt: base, DueAt: base, Status: scenarios.FanOutOpen},
			{ID: "f-4", SKU: "A4", Kind: scenarios.FanOutPrice, EdgeAt: base, DueAt: base, Status: scenarios.FanOutOpen},
		}})
		var walked []string
		walkAll := func() {
			walked = nil
			for {
				w, err := s.WalkFanOut(t.Context(), 10, telling(new([]string)))
				if err != nil {
					t.Fatal(err)
				}
				if w.FanOut.ID == "" {
					return
				}
				walked = append(walked, w.FanOut.ID)
			}
		}
		if walkAll(); !slices.Equal(walked, []string{"f-3", "f-4"}) {
			t.Errorf("walked %v", walked)
		}
		s.advance(25 * time.Hour)
		if walkAll(); !slices.Equal(walked, []string{"f-1", "f-2"}) {
			t.Errorf("a day later walked %v", walked)
		}
	})
}

// TestWalkGoesPastPoison: a favourite that can't be decided is left behind.
func TestWalkGoesPastPoison(t *testing.T) {
	onBoth(t, func(t *testing.T, s *testStore) {
		var ids []string
		for i := range 20 {
			ids = append(ids, fmt.Sprintf("0-%d", 40-i))
		}
		savedBy(t, s, "A4", ids...)
		openFanOut(t, s, "f-1", "A4", base)
		var told []string
		d := telling(&told)
		decide := d.decide
		d.decide = func(snapshot *scenarios.Snapshot, w scenarios.Work, now time.Time) scenarios.Decision {
			if w.Favorite.BuyerID == ids[5] || w.Favorite.BuyerID == ids[6] {
				panic("poison")
			}
			return decide(snapshot, w, now)
		}
		decided, failed := 0, 0
		for more := true; more; {
			w, err := s.WalkFanOut(t.Context(), 16, d)
			if err != nil {
				t.Fatal(err)
			}
			decided, failed, more = decided+w.Told, failed+len(w.Failed), w.More
		}
		if decided != 18 || failed != 2 {
			t.Errorf("%d told, %d failed; want 18 and 2", decided, failed)
		}
		if n := count(t, s, "SELECT COUNT(*) FROM runs"); n != 18 {
			t.Errorf("%d runs, want 18", n)
		}
	})
}

// TestWalkedBySomebodyElse: a fan-out that another replica has in hand is left to it.
func TestWalkedBySomebodyElse(t *testing.T) {
	s := openStore(t, mysqlURL(t))
	savedBy(t, s, "A4", "0-9")
	openFanOut(t, s, "f-1", "A4", base)
	d := telling(new([]string))
	decide := d.decide
	d.decide = func(snapshot *scenarios.Snapshot, w scenarios.Work, now time.Time) scenarios.Decision {
		if other, err := s.WalkFanOut(t.Context(), 10, fake{}); err != nil || other.FanOut.ID != "" {
			t.Errorf("walked %+v, %v", other, err)
		}
		return decide(snapshot, w, now)
	}
	if w, err := s.WalkFanOut(t.Context(), 10, d); err != nil || w.Told != 1 {
		t.Errorf("%+v, %v", w, err)
	}
}

// TestRankMovesFavorites: when a buyer's rank changes, so does his place.
func TestRankMovesFavorites(t *testing.T) {
	onBoth(t, func(t *testing.T, s *testStore) {
		low := buyer("b-1", "")
		fav := &scenarios.Favorite{BuyerID: "b-1", SKU: "A4", RankKey: scenarios.RankKey(low), AddedAt: base}
		s.put(t, "b-1", scenarios.Decision{Buyers: []*scenarios.Buyer{low}, Favorites: []*scenarios.Favorite{fav}})
		high := *low
		high.Rank, high.PriceGroup = "9", "gold"
		s.put(t, "b-1", scenarios.Decision{Buyers: []*scenarios.Buyer{&high}})
		if n := count(t, s, "SELECT COUNT(*) FROM favorites WHERE rank_key = ?", scenarios.RankKey(&high)); n != 1 {
			t.Error("the favourite kept its place")
		}
	})
}
