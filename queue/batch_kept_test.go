package queue

import (
	"runtime"
	"testing"
	"weak"
)

// TestBatcherKeepsNothing: what was decided is not held until so much has come that the list of those that wait is made
// anew: a post may be large.
func TestBatcherKeepsNothing(t *testing.T) {
	r := &register{}
	b := NewBatcher(r, r, BatchOptions{})
	works := ofAccounts(1, 1)
	event := weak.Make(works[0].Event)
	if _, err := b.Submit(t.Context(), works); err != nil {
		t.Fatal(err)
	}
	if err := b.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	runtime.GC()
	if event.Value() != nil {
		t.Error("an event that was decided is still there")
	}
	runtime.KeepAlive(b)
}
