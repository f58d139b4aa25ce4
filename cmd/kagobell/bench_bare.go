package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"time"

	"github.com/spf13/cobra"

	"kagobell/handlers"
	"kagobell/scenarios"
)

// newBareCommand is what `bench` compares the sidecar with, as a process of its own: the same router, which checks
// signatures and reads events, and then forgets them.
func newBareCommand(a *app) *cobra.Command {
	return &cobra.Command{
		Use: "bare", Short: "The router without a store, to compare with", Hidden: true, Args: cobra.NoArgs,
		RunE: func(command *cobra.Command, _ []string) error {
			cfg, err := a.loadConfig()
			if err != nil {
				return err
			}
			return serveBare(command.Context(), cfg)
		},
	}
}

func serveBare(ctx context.Context, cfg *config) error {
	tokens := handlers.NewTokens(cfg.APITokens)
	sources, err := sourcesOf(cfg, tokens)
	if err != nil {
		return err
	}
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", cfg.Listen)
	if err != nil {
		return fmt.Errorf("listen: %w", err)
	}
	server := &http.Server{ReadHeaderTimeout: 10 * time.Second, Handler: handlers.New(handlers.Options{
		Probes:  handlers.Probes{Metrics: handlers.NewMetrics(), Now: time.Now, Log: slog.New(slog.DiscardHandler)},
		Sources: sources, Tokens: tokens, Ingest: forgetful{}, DeadLetters: forgetful{},
	})}
	context.AfterFunc(ctx, func() { _ = server.Close() })
	if err := server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}

// letterKeeper has the name that an embedded field needs beside the method DeadLetters.
type letterKeeper = handlers.DeadLetters

// forgetful accepts everything and keeps nothing; nobody asks it for letters.
type forgetful struct{ letterKeeper }

func (forgetful) Ingest(_ context.Context, events []*scenarios.Event) ([]scenarios.Result, error) {
	return make([]scenarios.Result, len(events)), nil
}

func (forgetful) KeepDeadLetters(context.Context, []handlers.DeadLetter) error { return nil }
