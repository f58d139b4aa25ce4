package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/shopspring/decimal"
	"github.com/spf13/cobra"

	"kagobell/handlers"
)

func newDMCommand(a *app) *cobra.Command {
	command := &cobra.Command{
		Use:   "dm",
		Short: "Postal batches (郵送 DM のバッチ)",
		Long:  "A day's letters make a batch, which closes at dm.cut_off. Buyers who order before that leave it.",
	}
	list := &cobra.Command{Use: "list", Short: "List the batches, newest first (バッチの一覧)", Args: cobra.NoArgs,
		RunE: func(command *cobra.Command, _ []string) error {
			return a.withShop(command.Context(), a.listBatches)
		}}
	var out string
	export := &cobra.Command{Use: "export BATCH --out FILE", Short: "Write a batch as CSV for the printer (CSV に書き出す)",
		Example: "  kagobell dm export dm-2026-11-20 --out dm.csv", Args: cobra.ExactArgs(1),
		RunE: func(command *cobra.Command, args []string) error {
			return a.withShop(command.Context(), func(ctx context.Context, s *sidecar) error {
				return a.exportBatch(ctx, s, args[0], out)
			})
		}}
	export.Flags().StringVar(&out, "out", "", "CSV `FILE` to write, - for standard output")
	_ = export.MarkFlagRequired("out")
	command.AddCommand(list, export)
	return command
}

// withShop opens what is needed to read and render, for one piece of work.
func (a *app) withShop(ctx context.Context, work func(context.Context, *sidecar) error) error {
	cfg, err := a.loadConfig()
	if err != nil {
		return err
	}
	s, err := openShop(ctx, cfg, a.logger(cfg.Log))
	if err != nil {
		return err
	}
	return errors.Join(work(ctx, s), s.close(ctx))
}

// batchesShown is how many batches a page of the list reads.
const batchesShown = 100

func (a *app) listBatches(ctx context.Context, s *sidecar) error {
	fmt.Fprintf(a.stdout, "%-16s  %7s  %12s  %-16s  %s\n", "BATCH", "LETTERS", "COST", "CUT-OFF", "STATE")
	for cursor := ""; ; {
		page, err := s.letters.DMBatches(ctx, cursor, batchesShown)
		if err != nil {
			return err
		}
		for _, b := range page.Items {
			state := "open"
			if b.Closed {
				state = "closed"
			}
			cost := s.cfg.DM.UnitCost.Mul(decimal.NewFromInt(int64(b.Letters)))
			fmt.Fprintf(a.stdout, "%-16s  %7d  %12s  %-16s  %s\n", b.ID, b.Letters, cost, b.CutOffAt.In(s.cfg.TimeZone).Format("2006-01-02 15:04"), state)
		}
		if cursor = page.Next; cursor == "" {
			return nil
		}
	}
}

// exportBatch writes a whole batch, or nothing: half a list would be printed as if it were one.
func (a *app) exportBatch(ctx context.Context, s *sidecar, batch, out string) error {
	var file bytes.Buffer
	if _, err := s.letters.WriteDM(ctx, batch, &file); err != nil {
		if errors.Is(err, handlers.ErrNotFound) {
			return fmt.Errorf("there is no batch %q; kagobell dm list shows them", batch)
		}
		return err
	}
	if s.clock.now().Before(s.engine.BatchClosesAt(batch)) {
		fmt.Fprintf(a.stderr, "kagobell: %s is open until %s: letters may still join or leave it\n", batch,
			s.engine.BatchClosesAt(batch).In(s.cfg.TimeZone).Format(time.DateTime))
	}
	if out == "-" {
		_, err := a.stdout.Write(file.Bytes())
		return err
	}
	return writeWhole(out, file.Bytes())
}
