package scenarios

import (
	"sort"
	"time"
)

// favoritesAfter lists the favourites of a SKU behind a cursor, made by the
// time of the edge, in the order in which they are walked.
func (s *Snapshot) favoritesAfter(sku string, c FavoriteCursor, edge time.Time) []*Favorite {
	var list []*Favorite
	for _, buyerID := range s.favoritesOf[sku] {
		f := s.ofBuyer(buyerID).favorites[sku]
		if f.RemovedAt.IsZero() && !f.AddedAt.After(edge) && c.before(f) {
			list = append(list, f)
		}
	}
	sort.Slice(list, func(i, j int) bool {
		a := list[i]
		return FavoriteCursor{a.RankKey, a.AddedAt, a.BuyerID}.before(list[j])
	})
	return list
}

// before tells whether the cursor stands before a favourite.
func (c FavoriteCursor) before(f *Favorite) bool {
	if c.RankKey != f.RankKey {
		return c.RankKey < f.RankKey
	}
	if !c.AddedAt.Equal(f.AddedAt) {
		return c.AddedAt.Before(f.AddedAt)
	}
	return c.BuyerID < f.BuyerID
}
