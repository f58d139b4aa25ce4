package scenarios

import "hash/maphash"

// EventsSeen tells events that come again by their source and id, as the store
// does. Of each it keeps 16 bytes: two hashes with keys of this process.
type EventsSeen struct {
	seeds [2]maphash.Seed
	known map[[2]uint64]struct{}
}

// NewEventsSeen makes one that has seen nothing.
func NewEventsSeen() *EventsSeen {
	return &EventsSeen{seeds: [2]maphash.Seed{maphash.MakeSeed(), maphash.MakeSeed()}, known: map[[2]uint64]struct{}{}}
}

// Again is true for an event that it was asked for before.
func (s *EventsSeen) Again(ev *Event) bool {
	key := [2]uint64{s.hash(0, ev), s.hash(1, ev)}
	if _, known := s.known[key]; known {
		return true
	}
	s.known[key] = struct{}{}
	return false
}

func (s *EventsSeen) hash(n int, ev *Event) uint64 {
	var h maphash.Hash
	h.SetSeed(s.seeds[n])
	_, _ = h.WriteString(ev.Source)
	_ = h.WriteByte(0) // no source has a NUL in its name
	_, _ = h.WriteString(ev.ID)
	return h.Sum64()
}
