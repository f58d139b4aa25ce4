package scenarios

import (
	"fmt"
	"reflect"
	"slices"
	"testing"
	"time"
)

// TestDecidingChangesNothingKnown: the rows of a snapshot are the same after a decision about them as before, though
// what is changed shares with them what is not.
func TestDecidingChangesNothingKnown(t *testing.T) {
	engine, world := NewEngine(benchSettings, builtinForTest(t), nil), NewSnapshot()
	view := func(id int, sku string) *Event {
		at := tuesday.Add(time.Duration(id) * time.Minute)
		ev, wrong := ReadEvent(fmt.Appendf(nil, `{"id":"v-%d","type":"product.viewed","occurred_at":%q,"buyer":{"id":"b-1","email":"b@acme.example",
"consent":{"email":true,"line":{"granted":%t}}},"data":{"sku":%q,"name":"%s %d"}}`, id, at.Format(time.RFC3339), id%2 == 0, sku, sku, id), "shop")
		if len(wrong) > 0 {
			t.Fatal(wrong)
		}
		return ev
	}
	joined := 0
	for id, sku := range []string{"A4", "PEN", "A4", "GLUE", "PEN", "A4"} {
		ev := view(id, sku)
		buyers, runs := map[string]Buyer{}, map[RunID]Run{}
		for _, of := range world.buyers {
			b := of.row
			own := *b
			own.Consents = slices.Clone(b.Consents)
			buyers[b.ID] = own
		}
		for _, r := range everyRun(world) {
			own := *r
			own.Items = slices.Clone(r.Items)
			runs[r.ID] = own
		}
		d := engine.OnEvent(world, ev, ev.OccurredAt)
		for _, of := range world.buyers {
			b := of.row
			if !reflect.DeepEqual(*b, buyers[b.ID]) {
				t.Errorf("event %d changed the buyer to %+v", id, *b)
			}
		}
		for _, r := range everyRun(world) {
			if !reflect.DeepEqual(*r, runs[r.ID]) {
				t.Errorf("event %d changed a run's items to %+v, were %+v", id, r.Items, runs[r.ID].Items)
			}
			joined++
		}
		world.Apply(&d)
	}
	if joined != 5 {
		t.Errorf("%d times there was a run to join, want 5", joined)
	}
}

// everyRun lists the runs of a snapshot, in no order.
func everyRun(s *Snapshot) (list []*Run) {
	for _, of := range s.runs {
		if of.row != nil {
			list = append(list, of.row)
		}
	}
	return list
}
