package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/schollz/progressbar/v3"

	"kagobell/handlers"
)

func (d *deadLetterDesk) replay(ctx context.Context) error {
	return d.settle(ctx, "replayed", d.replayer.Replay)
}

func (d *deadLetterDesk) dismiss(ctx context.Context) error {
	return d.settle(ctx, "dismissed", func(ctx context.Context, letter handlers.DeadLetter) error {
		return d.letters.MarkReplayed(ctx, letter.ID, d.shop.clock.now())
	})
}

// settle deals with the letters asked for, one after the other: what is settled stays settled when it breaks off. It
// fails when one of them was refused; those that can't be replayed matter only where they were asked for by name.
func (d *deadLetterDesk) settle(ctx context.Context, did string, one func(context.Context, handlers.DeadLetter) error) error {
	bar, err := d.bar(ctx, did)
	if err != nil {
		return err
	}
	settled, refused, skipped := 0, 0, 0
	err = d.each(ctx, func(letter handlers.DeadLetter) error {
		defer func() { _ = bar.Add(1) }()
		err := one(ctx, letter)
		var again *handlers.RefusedError
		switch {
		case err == nil:
			settled++
			return nil
		case errors.Is(err, handlers.ErrNotReplayable) && d.query.all:
			skipped++
			return nil
		case errors.Is(err, handlers.ErrNotReplayable), errors.As(err, &again):
			refused++
			_, err = fmt.Fprintf(d.stderr, "%s: %v\n", letter.ID, err)
			return err
		}
		return fmt.Errorf("dead letter %s: %w", letter.ID, err)
	})
	_ = bar.Finish()
	fmt.Fprintf(d.stdout, "%s %d, refused %d, skipped %d\n", did, settled, refused, skipped)
	if err == nil && refused > 0 {
		err = fmt.Errorf("%d of the dead letters were refused", refused)
	}
	return err
}

// each goes through the letters that were named, or all that wait. Nothing is done when one of the names is wrong.
func (d *deadLetterDesk) each(ctx context.Context, do func(handlers.DeadLetter) error) error {
	letters := make([]handlers.DeadLetter, 0, len(d.query.ids))
	for _, id := range d.query.ids {
		letter, err := d.letters.DeadLetter(ctx, id)
		if errors.Is(err, handlers.ErrNotFound) {
			return fmt.Errorf("there is no dead letter %q; kagobell dead-letters list shows them", id)
		}
		if err != nil {
			return err
		}
		letters = append(letters, letter)
	}
	all := func(letters []handlers.DeadLetter) error {
		for _, letter := range letters {
			if err := do(letter); err != nil {
				return err
			}
		}
		return nil
	}
	if !d.query.all {
		return all(letters)
	}
	return d.pages(ctx, true, all)
}

// bar shows how far it is, where somebody watches.
func (d *deadLetterDesk) bar(ctx context.Context, did string) (*progressbar.ProgressBar, error) {
	most := len(d.query.ids)
	if d.query.all {
		load, err := d.shop.store.Load(ctx)
		if err != nil {
			return nil, err
		}
		most = load.DeadLetters
	}
	return progressbar.NewOptions(most, progressbar.OptionSetWriter(d.stderr), progressbar.OptionSetDescription(did),
		progressbar.OptionShowCount(), progressbar.OptionThrottle(200*time.Millisecond),
		progressbar.OptionSetVisibility(isTerminal(d.stderr)), progressbar.OptionClearOnFinish()), nil
}
