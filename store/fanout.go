package store

import (
	"context"

	"kagobell/scenarios"
)

var fanOuts = &table{
	name: "fan_outs",
	key:  columns("fan_out_id"),
	columns: columns(`fan_out_id sku kind edge_at offer_before offer_after due_at cursor_rank_key cursor_added_at
		cursor_buyer_id told status`),
}

func fanOutValues(f *scenarios.FanOut, r *row) {
	r.text(f.ID, f.SKU, string(f.Kind))
	r.time(f.EdgeAt)
	r.json(f.Before, true)
	r.json(f.After, true)
	r.time(f.DueAt)
	r.text(f.Cursor.RankKey)
	r.time(f.Cursor.AddedAt)
	r.text(f.Cursor.BuyerID)
	r.number(int64(f.Told))
	r.text(string(f.Status))
}

func readFanOut(from scanner) (*scenarios.FanOut, error) {
	var f scenarios.FanOut
	return &f, from.Scan(&f.ID, &f.SKU, (*string)(&f.Kind), (*stamp)(&f.EdgeAt), jsonInto{&f.Before},
		jsonInto{&f.After}, (*stamp)(&f.DueAt), &f.Cursor.RankKey, (*stamp)(&f.Cursor.AddedAt), &f.Cursor.BuyerID,
		&f.Told, (*string)(&f.Status))
}

// openFanOuts reads the fan-outs of SKUs that are under way, oldest first.
func openFanOuts(ctx context.Context, c conn, skus []string) ([]*scenarios.FanOut, error) {
	var list []*scenarios.FanOut
	err := inChunks(skus, func(part []string) error {
		found, err := collect(ctx, c, readFanOut, fanOuts.selectFrom()+
			" WHERE sku IN "+in(len(part))+" AND status = 'open' ORDER BY edge_at, fan_out_id", texts(part)...)
		list = append(list, found...)
		return err
	})
	return list, err
}
