package store

import (
	"context"

	"kagobell/scenarios"
)

var favorites = &table{
	name:    "favorites",
	key:     columns("buyer_id sku"),
	columns: columns("buyer_id sku quantity added_at rank_key baseline removed_at occurred_at"),
}

type favoriteKey struct{ buyerID, sku string }

func favoriteValues(f *scenarios.Favorite, r *row) {
	r.text(f.BuyerID, f.SKU)
	r.float(f.Quantity)
	r.time(f.AddedAt)
	r.text(f.RankKey)
	r.money(f.Baseline)
	r.time(f.RemovedAt, f.OccurredAt)
}

func readFavorite(from scanner) (*scenarios.Favorite, error) {
	var f scenarios.Favorite
	return &f, from.Scan(&f.BuyerID, &f.SKU, &f.Quantity, (*stamp)(&f.AddedAt), &f.RankKey, moneyInto{&f.Baseline},
		(*stamp)(&f.RemovedAt), (*stamp)(&f.OccurredAt))
}

func readFavorites(ctx context.Context, c conn, keys []favoriteKey) ([]*scenarios.Favorite, error) {
	var list []*scenarios.Favorite
	err := inChunks(keys, func(part []favoriteKey) error {
		args := make([]any, 0, 2*len(part))
		for _, k := range part {
			args = append(args, k.buyerID, k.sku)
		}
		found, err := collect(ctx, c, readFavorite,
			favorites.byPairs(c.dialect, len(part), "buyer_id", "sku"), args...)
		list = append(list, found...)
		return err
	})
	return list, err
}

// favoritesInTurn reads the places of the favourites of a SKU that a fan-out
// reaches next; the favourites themselves are read under their accounts' locks. The
// place after the cursor is up to three ranges of the index, one after the
// other: no database walks a comparison of triples as one range on all versions
// that are supported.
func favoritesInTurn(ctx context.Context, c conn, f *scenarios.FanOut, limit int) ([]scenarios.FavoriteCursor, error) {
	from := f.Cursor
	ranges := []struct {
		where string
		args  []any
	}{{"", nil}}
	if from != (scenarios.FavoriteCursor{}) {
		ranges[0].where, ranges[0].args = " AND rank_key = ? AND added_at = ? AND buyer_id > ?",
			[]any{from.RankKey, timeValue(from.AddedAt), from.BuyerID}
		ranges = append(ranges, ranges[0], ranges[0])
		ranges[1].where, ranges[1].args = " AND rank_key = ? AND added_at > ?", []any{from.RankKey, timeValue(from.AddedAt)}
		ranges[2].where, ranges[2].args = " AND rank_key > ?", []any{from.RankKey}
	}
	var list []scenarios.FavoriteCursor
	for _, r := range ranges {
		if len(list) == limit {
			break
		}
		args := append([]any{f.SKU, timeText(f.EdgeAt)}, r.args...)
		found, err := collect(ctx, c, readPlace, "SELECT rank_key, added_at, buyer_id FROM favorites"+
			" WHERE sku = ? AND removed_at IS NULL AND added_at <= ?"+r.where+
			" ORDER BY rank_key, added_at, buyer_id LIMIT ?", append(args, limit-len(list))...)
		if err != nil {
			return nil, err
		}
		list = append(list, found...)
	}
	return list, nil
}

func readPlace(from scanner) (x scenarios.FavoriteCursor, err error) {
	err = from.Scan(&x.RankKey, (*stamp)(&x.AddedAt), &x.BuyerID)
	return x, err
}
