package store

import (
	"context"
	"fmt"
	"time"

	"kagobell/scenarios"
)

// popularFor is how long an order counts for the ranking.
const popularFor = 30 * 24 * time.Hour

// Popular lists the products that stood in most orders of the last 30 days and
// can be bought now, the most popular first; of one category when it is not empty.
func (s *Store) Popular(ctx context.Context, category string, limit int) ([]*scenarios.Product, error) {
	now, err := s.Now(ctx)
	if err != nil {
		return nil, err
	}
	query, args := products.selectFrom()+` AS p JOIN
		(SELECT sku AS bought, COUNT(*) AS times FROM order_items WHERE placed_at >= ? GROUP BY sku) AS lately ON bought = p.sku
		WHERE active = 1 AND deleted = 0 AND (stock IS NULL OR stock > 0)`, []any{timeText(now.Add(-popularFor))}
	if category != "" {
		query, args = query+" AND category = ?", append(args, category)
	}
	list, err := collect(ctx, s.query(), readProduct, query+" ORDER BY times DESC, sku LIMIT ?", append(args, limit)...)
	if err != nil {
		return nil, fmt.Errorf("popular products: %w", err)
	}
	return list, nil
}
