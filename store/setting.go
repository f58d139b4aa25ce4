package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
)

var settings = &table{
	name:    "settings",
	key:     columns("name"),
	columns: columns("name value"),
}

// Setting reads a value that all replicas share. The first who asks sets it to
// what orElse gives; everybody gets that.
func (s *Store) Setting(ctx context.Context, name string, orElse func() string) (string, error) {
	var value string
	err := s.inTx(ctx, func(c conn) error {
		err := c.QueryRowxContext(ctx, "SELECT value FROM settings WHERE name = ?", name).Scan(&value)
		if !errors.Is(err, sql.ErrNoRows) {
			return err
		}
		if err := write(ctx, c, settings, c.dialect.keeping("name"), []string{orElse()}, func(v string, r *row) { r.text(name, v) }); err != nil {
			return err
		}
		return c.QueryRowxContext(ctx, "SELECT value FROM settings WHERE name = ?", name).Scan(&value)
	})
	if err != nil {
		return "", fmt.Errorf("setting %s: %w", name, err)
	}
	return value, nil
}

// PutSetting replaces a value that all replicas share.
func (s *Store) PutSetting(ctx context.Context, name, value string) error {
	err := s.inTx(ctx, func(c conn) error {
		return upsert(ctx, c, settings, []string{value}, func(v string, r *row) { r.text(name, v) })
	})
	if err != nil {
		return fmt.Errorf("setting %s: %w", name, err)
	}
	return nil
}
