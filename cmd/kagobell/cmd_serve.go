package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"os"

	"github.com/spf13/cobra"
)

func newServeCommand(a *app) *cobra.Command {
	var as, listen, profiles string
	command := &cobra.Command{
		Use:   "serve",
		Short: "Run the sidecar (本体を起動)",
		Long: "Runs the sidecar: migrates the database, takes webhooks, and sends what is due. Without any configuration it\n" +
			"runs on embedded storage, keeps messages in an outbox instead of sending them, and prints the secret,\n" +
			"password and token that it made. SIGTERM or Ctrl-C finishes what is under way and ends within 15 seconds.",
		Args: cobra.NoArgs,
		RunE: func(command *cobra.Command, _ []string) error {
			r := role(as)
			if r != roleAll && r != roleAPI && r != roleWorker {
				return usageError{fmt.Sprintf("--role: expected all, api or worker, got %q", as)}
			}
			var flags []setting
			if listen != "" {
				flags = append(flags, setting{"listen", listen, "--listen"})
			}
			return a.serve(command.Context(), r, profiles, flags)
		},
	}
	command.Flags().StringVar(&as, "role", string(roleAll), "all, api (takes webhooks) or worker (sends)")
	command.Flags().StringVar(&listen, "listen", "", "`ADDRESS` to listen on, like :8080")
	command.Flags().StringVar(&profiles, "profile", "", "`ADDRESS` of this machine for Go's profiles (/debug/pprof), like 127.0.0.1:6060")
	return command
}

func (a *app) serve(ctx context.Context, r role, profiles string, flags []setting) error {
	cfg, err := a.loadConfig(flags...)
	if err != nil {
		return err
	}
	log := a.logger(cfg.Log)
	defer collectLess(sidecarGrowth, sidecarMemory)()
	if profiles != "" {
		if err := serveProfiles(ctx, profiles, log); err != nil {
			return err
		}
	}
	// Listening comes first: an address that is taken should not cost a migration.
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", cfg.Listen)
	if err != nil {
		return fmt.Errorf("listen: %w", err)
	}
	lock, err := lockWhereAlone(cfg)
	if err != nil {
		_ = listener.Close()
		return err
	}
	defer func() { _ = lock.Close() }() // nothing to close is no harm
	s, err := a.openServed(ctx, cfg, r, log)
	if err != nil {
		_ = listener.Close()
		return err
	}
	log.Info("Kagobell is up", "listen", listener.Addr().String(), "role", string(r), "admin", cfg.PublicURL+"/admin",
		"scenarios", len(s.engine.Definitions()))
	return s.serve(ctx, listener)
}

// lockWhereAlone locks data_dir where the alarms live in this process.
func lockWhereAlone(cfg *config) (*os.File, error) {
	if cfg.RedisURL != embeddedRedis {
		return nil, nil
	}
	if err := os.MkdirAll(cfg.DataDir, 0o700); err != nil {
		return nil, fmt.Errorf("data_dir: %w", err)
	}
	return lockDataDir(cfg.DataDir)
}

// openServed opens what serve needs. Secrets are made, and shown this once, when all that can be wrong with the
// database and the scenarios is not.
func (a *app) openServed(ctx context.Context, cfg *config, r role, log *slog.Logger) (*sidecar, error) {
	s, err := openShop(ctx, cfg, log)
	if err != nil {
		return nil, err
	}
	created, err := ensureSecrets(cfg.DataDir, cfg)
	if err == nil {
		err = writeCredentials(a.stdout, cfg.DataDir, created)
	}
	if err != nil {
		return nil, errors.Join(err, s.close(ctx))
	}
	warnOfReplicas(cfg, log)
	return s, s.openFor(ctx, r)
}

// warnOfReplicas warns where several processes may stand side by side but each would make secrets of its own.
func warnOfReplicas(cfg *config, log *slog.Logger) {
	if scheme(cfg.DatabaseURL) != "mysql" {
		return
	}
	for _, key := range []string{"sources", "admin", "api_tokens"} {
		if cfg.origin(key).place == generated {
			log.Warn("made in data_dir: replicas on other machines do not know it; configure it", "key", key)
		}
	}
	if cfg.RedisURL == embeddedRedis {
		log.Warn("redis_url is embedded: every replica has alarms of its own; configure one Redis for all")
	}
}
