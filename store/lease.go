package store

import (
	"context"
	"fmt"
	"time"
)

var leases = &table{
	name:    "leases",
	key:     columns("name"),
	columns: columns("name holder expires_at"),
}

// Lease takes or prolongs a lease for ttl, by the database's clock. It returns
// false while somebody else holds it. A ttl of 0 gives it back.
func (s *Store) Lease(ctx context.Context, name, holder string, ttl time.Duration) (bool, error) {
	held := false
	err := s.inTx(ctx, func(c conn) error {
		// Make sure that there is a row to lock.
		free := func(x string, r *row) { r.text(x, ""); r.time(time.Time{}) }
		if err := write(ctx, c, leases, c.dialect.keeping("name"), []string{name}, free); err != nil {
			return err
		}
		var by string
		var until time.Time
		err := c.QueryRowxContext(ctx, "SELECT holder, expires_at FROM leases WHERE name = ?"+c.dialect.forUpdate, name).
			Scan(&by, (*stamp)(&until))
		if err != nil {
			return err
		}
		now, err := s.now(ctx, c)
		if err != nil {
			return err
		}
		if held = by == holder || !until.After(now); !held {
			return nil
		}
		_, err = c.ExecContext(ctx, "UPDATE leases SET holder = ?, expires_at = ? WHERE name = ?",
			holder, timeText(now.Add(ttl)), name)
		return err
	})
	if err != nil {
		return false, fmt.Errorf("lease %s: %w", name, err)
	}
	return held, nil
}
