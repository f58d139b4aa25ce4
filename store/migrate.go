package store

import (
	"context"
	"fmt"
	"io/fs"
	"time"

	"github.com/pressly/goose/v3"
	"github.com/sethvargo/go-retry"
)

// Migration is one step of the schema.
type Migration struct {
	Version   int64
	File      string
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

// MigrationStatus lists the steps of the schema, first to last.
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
	return list, nil
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
