package main

import (
	"context"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"kagobell/store"
)

func newMigrateCommand(a *app) *cobra.Command {
	command := &cobra.Command{
		Use:   "migrate",
		Short: "Bring the database to this version, or show where it stands (データベースの移行)",
		Long:  "serve migrates by itself; this is for those who want to do it before, or to look first.",
	}
	command.AddCommand(
		&cobra.Command{Use: "up", Short: "Apply what is missing (未適用分を適用)", Args: cobra.NoArgs,
			RunE: func(command *cobra.Command, _ []string) error { return a.withStore(command.Context(), migrateUp) }},
		&cobra.Command{Use: "status", Short: "List the migrations (適用状況を表示)", Args: cobra.NoArgs,
			RunE: func(command *cobra.Command, _ []string) error {
				return a.withStore(command.Context(), a.migrationStatus)
			}},
	)
	return command
}

// withStore opens the configured database for one piece of work.
func (a *app) withStore(ctx context.Context, work func(context.Context, *store.Store) error) error {
	cfg, err := a.loadConfig()
	if err != nil {
		return err
	}
	s, err := openStore(ctx, cfg, a.logger(cfg.Log))
	if err != nil {
		return err
	}
	defer func() { _ = s.Close() }()
	return work(ctx, s)
}

func migrateUp(ctx context.Context, s *store.Store) error { return s.Migrate(ctx) }

func (a *app) migrationStatus(ctx context.Context, s *store.Store) error {
	list, err := s.MigrationStatus(ctx)
	if err != nil {
		return err
	}
	newer := 0
	for _, m := range list {
		state, file := "pending", m.File
		if !m.AppliedAt.IsZero() {
			state = "applied " + m.AppliedAt.Local().Format(time.DateTime)
		}
		if file == "" {
			file = "unknown (newer)"
			newer++
		}
		if _, err := fmt.Fprintf(a.stdout, "%d  %-28s  %s\n", m.Version, file, state); err != nil {
			return err
		}
	}
	if newer > 0 {
		fmt.Fprintf(a.stderr, "the database was migrated by a newer release, in steps that this one does not know: %d; "+
			"this one works on it until it is replaced\n", newer)
	}
	return nil
}

// needMigrated tells those to migrate who want to look at a database that lacks something: looking changes nothing.
func needMigrated(ctx context.Context, s *store.Store) error {
	list, err := s.MigrationStatus(ctx)
	if err != nil {
		return err
	}
	for _, m := range list {
		if m.AppliedAt.IsZero() {
			return fmt.Errorf("the database lacks %s: run kagobell migrate up, or serve, which migrates first", m.File)
		}
	}
	return nil
}
