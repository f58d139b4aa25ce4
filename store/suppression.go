package store

import (
	"context"

	"kagobell/scenarios"
)

var suppressions = &table{
	name:    "suppressions",
	key:     columns("address_hash channel"),
	columns: columns("address_hash channel reason at lifted_at"),
}

func suppressionValues(x *scenarios.Suppression, r *row) {
	r.text(x.AddressHash, string(x.Channel), string(x.Reason))
	r.time(x.At, x.LiftedAt)
}

func readSuppression(from scanner) (*scenarios.Suppression, error) {
	var x scenarios.Suppression
	return &x, from.Scan(&x.AddressHash, (*string)(&x.Channel), (*string)(&x.Reason), (*stamp)(&x.At), (*stamp)(&x.LiftedAt))
}

func readSuppressions(ctx context.Context, c conn, hashes []string) ([]*scenarios.Suppression, error) {
	var list []*scenarios.Suppression
	err := inChunks(hashes, func(part []string) error {
		found, err := collect(ctx, c, readSuppression,
			suppressions.selectFrom()+" WHERE address_hash IN "+in(len(part)), texts(part)...)
		list = append(list, found...)
		return err
	})
	return list, err
}
