package store

import (
	"context"
	"fmt"
	"time"

	"kagobell/scenarios"
)

// DefinitionVersion is a version of a scenario as it was written.
type DefinitionVersion struct {
	Name    string
	Version string
	YAML    []byte
	SavedAt time.Time
}

var definitions = &table{
	name:    "definitions",
	key:     columns("name version"),
	columns: columns("name version yaml saved_at"),
}

// SaveDefinitions keeps the versions that runs begin with from now on; known ones
// are left as they are.
func (s *Store) SaveDefinitions(ctx context.Context, list []*scenarios.Definition) error {
	err := s.inTx(ctx, func(c conn) error {
		now, err := s.now(ctx, c)
		if err != nil {
			return err
		}
		return write(ctx, c, definitions, c.dialect.keeping("name"), list, func(d *scenarios.Definition, r *row) {
			r.text(d.Name, d.Version, string(d.Source))
			r.time(now)
		})
	})
	if err != nil {
		return fmt.Errorf("save definitions: %w", err)
	}
	return nil
}

// DefinitionVersions reads all versions that were ever in force, the newest
// first: runs end on the one they began with.
func (s *Store) DefinitionVersions(ctx context.Context) ([]DefinitionVersion, error) {
	list, err := collect(ctx, s.query(), func(from scanner) (d DefinitionVersion, err error) {
		err = from.Scan(&d.Name, &d.Version, &d.YAML, (*stamp)(&d.SavedAt))
		return d, err
	}, definitions.selectFrom()+" ORDER BY saved_at DESC, name, version")
	if err != nil {
		return nil, fmt.Errorf("definitions: %w", err)
	}
	return list, nil
}
