package channels

import (
	"maps"
	"slices"
)

// Names lists the templates that there are, in order.
func (t *Templates) Names() []string {
	names := map[string]bool{}
	for s := range t.words {
		names[s.name] = true
	}
	return slices.Sorted(maps.Keys(names))
}
