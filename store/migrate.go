package store

import (
	"context"
	"fmt"
	"io/fs"
	"slices"
	"time"

	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/database"
	"github.com/sethvargo/go-retry"
)

// Migration is one step of the schema.
type Migration struct {
	Version   int64
	File      string    // empty: a newer release's, which this one does not know
	AppliedAt time.Time // zero: pending
}

// Migrate brings the schema up to date. Several replicas may call it at once:
// on MySQL they wait for one another, on SQLite whoever comes second fails on
// what is there already and looks again.
func (s *Store) Migrate(ctx context.Context) error {
	provider, err := s.migrations()
	if err != nil {
		return err
	}
	err = retry.Do(ctx, backOff(), func(ctx context.Context) error {
		done, err := provider.Up(ctx)
		for _, m := range done {
			s.log.InfoContext(ctx, "migrated", "version", m.Source.Version, "took", m.Duration)
		}
		return retry.RetryableError(err)
	})
	if err != nil {
		return fmt.Errorf("migrate: %w", err)
	}
	current, known, err := provider.GetVersions(ctx)
	if err != nil {
		return fmt.Errorf("migrate: %w", err)
	}
	if current > known {
		s.log.WarnContext(ctx, "the database was migrated by a newer release; this one works on it until it is replaced",
			"database", current, "known", known)
	}
	return nil
}

// MigrationStatus lists the steps of the schema, first to last, and then those that only a newer release knows.
func (s *Store) MigrationStatus(ctx context.Context) ([]Migration, error) {
	provider, err := s.migrations()
	if err != nil {
		return nil, err
	}
	states, err := provider.Status(ctx)
	if err != nil {
		return nil, fmt.Errorf("migration status: %w", err)
	}
	list := make([]Migration, 0, len(states))
	for _, state := range states {
		list = append(list, Migration{state.Source.Version, state.Source.Path, state.AppliedAt.UTC()})
	}
	newer, err := s.newerMigrations(ctx, list)
	if err != nil {
		return nil, fmt.Errorf("migration status: %w", err)
	}
	return append(list, newer...), nil
}

// newerMigrations are those that were applied and are not known.
func (s *Store) newerMigrations(ctx context.Context, known []Migration) ([]Migration, error) {
	record, err := database.NewStore(s.dialect.goose, goose.DefaultTablename)
	if err != nil {
		return nil, err
	}
	applied, err := record.ListMigrations(ctx, s.db.DB)
	if err != nil {
		return nil, err
	}
	var newer []Migration
	for _, m := range slices.Backward(applied) {
		isKnown := slices.ContainsFunc(known, func(k Migration) bool { return k.Version == m.Version })
		if m.Version == 0 || !m.IsApplied || isKnown { // 0 is goose's own
			continue
		}
		when, err := record.GetMigration(ctx, s.db.DB, m.Version)
		if err != nil {
			return nil, err
		}
		newer = append(newer, Migration{Version: m.Version, AppliedAt: when.Timestamp.UTC()})
	}
	return newer, nil
}

func (s *Store) migrations() (*goose.Provider, error) {
	files, err := fs.Sub(s.dialect.migrations, s.dialect.name)
	if err != nil {
		return nil, fmt.Errorf("migrations: %w", err)
	}
	options := []goose.ProviderOption{goose.WithDisableGlobalRegistry(true)}
	if s.dialect.migrationLock != nil {
		options = append(options, goose.WithSessionLocker(s.dialect.migrationLock))
	}
	provider, err := goose.NewProvider(s.dialect.goose, s.db.DB, files, options...)
	if err != nil {
		return nil, fmt.Errorf("migrations: %w", err)
	}
	return provider, nil
}
