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
	for _, m := range list {
		state := "pending"
		if !m.AppliedAt.IsZero() {
			state = "applied " + m.AppliedAt.Local().Format(time.DateTime)
		}
		if _, err := fmt.Fprintf(a.stdout, "%d  %-28s  %s\n", m.Version, m.File, state); err != nil {
			return err
		}
	}
	return nil
}
