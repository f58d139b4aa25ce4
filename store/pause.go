package store

import (
	"context"
	"database/sql"
	"fmt"
	"time"
)

// Pause is a scenario that is paused.
type Pause struct {
	Scenario string
	PausedAt time.Time
}

var scenarioPauses = &table{
	name:    "scenario_pauses",
	key:     columns("scenario"),
	columns: columns("scenario paused_at"),
}

func pausedScenarios(ctx context.Context, c conn) ([]string, error) {
	var names []string
	err := c.each(ctx, func(rows *sql.Rows) error {
		var name string
		err := rows.Scan(&name)
		names = append(names, name)
		return err
	}, "SELECT scenario FROM scenario_pauses")
	return names, err
}

// SetPaused pauses a scenario or lets it go on.
func (s *Store) SetPaused(ctx context.Context, scenario string, paused bool) error {
	err := s.inTx(ctx, func(c conn) error {
		if !paused {
			_, err := c.ExecContext(ctx, "DELETE FROM scenario_pauses WHERE scenario = ?", scenario)
			return err
		}
		now, err := s.now(ctx, c)
		if err != nil {
			return err
		}
		return write(ctx, c, scenarioPauses, c.dialect.keeping("scenario"), []Pause{{scenario, now}}, func(p Pause, r *row) {
			r.text(p.Scenario)
			r.time(p.PausedAt)
		})
	})
	if err != nil {
		return fmt.Errorf("pause scenario %s: %w", scenario, err)
	}
	return nil
}

// Pauses lists the scenarios that are paused.
func (s *Store) Pauses(ctx context.Context) ([]Pause, error) {
	return collect(ctx, s.query(), func(from scanner) (p Pause, err error) {
		err = from.Scan(&p.Scenario, (*stamp)(&p.PausedAt))
		return p, err
	}, "SELECT scenario, paused_at FROM scenario_pauses ORDER BY scenario")
}
