package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"time"

	"github.com/spf13/cobra"
	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"
)

// demoListen is where the demo is found; where the port is taken it is on a free one.
const demoListen = "127.0.0.1:8080"

func newDemoCommand(a *app) *cobra.Command {
	var speed float64
	var once bool
	command := &cobra.Command{
		Use:   "demo",
		Short: "See it work on a small shop of its own (架空の店で動きを見る)",
		Long: "Opens a small fictitious BtoB shop that posts its own signed webhooks to a sidecar on embedded storage, with\n" +
			"time sped up, and tells what happens. Needs nothing else, reads no configuration, sends nothing: messages stay\n" +
			"in an outbox that the admin pages show. Everything is in a temporary folder that goes with Ctrl-C.\n\n" +
			"架空の店の一週間を早送りで再現します。配信は送信箱に残るだけで、実際には何も送られません。",
		Args: cobra.NoArgs,
		RunE: func(command *cobra.Command, _ []string) error {
			if !(speed >= slowest && speed <= fastest) {
				return usageError{fmt.Sprintf("--speed: expected a number from %v to %d such as 3600, got %v", slowest, fastest, speed)}
			}
			err := a.demo(command.Context(), speed, once)
			if command.Context().Err() != nil && (err == nil || errors.Is(err, context.Canceled)) {
				_, err = fmt.Fprintln(a.stdout, "\n終了しました。一時フォルダーは消しました。 Ended; the temporary folder is gone.")
			}
			return err
		},
	}
	command.Flags().Float64Var(&speed, "speed", 3600, "how many times faster time runs: at 3600 an hour takes a second")
	command.Flags().BoolVar(&once, "once", false, "end when the story has been told")
	return command
}

// demo puts shop and sidecar up, lets the story happen, and takes everything down again.
func (a *app) demo(ctx context.Context, speed float64, once bool) (err error) {
	folder, err := os.MkdirTemp("", "kagobell-demo-")
	if err != nil {
		return fmt.Errorf("demo: %w", err)
	}
	defer func() { err = errors.Join(err, os.RemoveAll(folder)) }()
	shop, pages, err := openDemoShop()
	if err != nil {
		return err
	}
	defer func() { _ = pages.Close() }()
	listener, err := listenForDemo(ctx)
	if err != nil {
		return err
	}
	cfg, password, err := demoConfig(folder, listener.Addr().String(), speed)
	if err != nil {
		return errors.Join(err, listener.Close())
	}
	s, err := openSidecar(ctx, cfg, roleAll, a.logger(cfg.Log))
	if err != nil {
		return errors.Join(err, listener.Close())
	}

	telling, stop := context.WithCancel(ctx)
	defer stop()
	served := make(chan error, 1)
	go func() {
		served <- s.serve(telling, listener)
		stop() // a server that fails ends the story
	}()
	told := a.tellStory(telling, &stage{cfg: cfg, password: password, sidecar: s, shop: shop}, once)
	stop()
	if errors.Is(told, context.Canceled) {
		told = nil // what ended the story is said by ctx, or by the server
	}
	return errors.Join(told, <-served)
}

func listenForDemo(ctx context.Context) (net.Listener, error) {
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", demoListen)
	if err != nil {
		listener, err = (&net.ListenConfig{}).Listen(ctx, "tcp", "127.0.0.1:0")
	}
	if err != nil {
		return nil, fmt.Errorf("listen: %w", err)
	}
	return listener, nil
}

// stage is what the story happens on.
type stage struct {
	cfg      *config
	password string // of the admin
	sidecar  *sidecar
	shop     *demoShop
}

// tellStory lets the story happen and returns when it has been told, or without once when ctx ends.
func (a *app) tellStory(ctx context.Context, on *stage, once bool) error {
	signer, err := standardwebhooks.NewWebhook(on.cfg.Sources[0].Secrets[0])
	if err != nil {
		return fmt.Errorf("webhook secret: %w", err)
	}
	client := &http.Client{Timeout: time.Minute}
	screen := newTerminal(a.stdout, a.environ)
	on.welcome(screen)

	opened := time.Now()
	p := &play{
		scenes: on.shop.postings(), opened: opened, speed: on.cfg.Speed,
		poster: &sending{address: on.cfg.PublicURL + "/webhooks/" + generatedSource, signer: signer, client: client, wait: waitFor,
			input: &history{name: "demo"}, out: a.stdout, errs: a.stderr},
		mailbox:  &mailbox{store: on.sidecar.store, client: client},
		narrator: newNarrator(on.sidecar.store, screen, on.shop, on.sidecar.definitions, opened, on.cfg.Speed),
	}
	p.narrator.header()
	if err := p.until(ctx, curtain); err != nil {
		return err
	}
	if err := p.narrator.summary(ctx, on.sidecar.store); err != nil || once {
		return err
	}
	on.addresses(screen)
	if err := p.until(ctx, epilogue); err != nil {
		return err
	}
	if err := p.narrator.summary(ctx, on.sidecar.store); err != nil {
		return err
	}
	screen.print("\n物語はここまでです。管理画面は動いています。Ctrl-C で終了します。\n" +
		"The story ends here; the pages stay up. Ctrl-C ends.\n")
	return p.forEver(ctx)
}
