package main

import (
	"fmt"
	"net/http"
	"net/url"
	"os"
	"time"

	"github.com/mattn/go-isatty"
	"github.com/schollz/progressbar/v3"
	"github.com/spf13/cobra"
	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"
)

func newSendCommand(a *app) *cobra.Command {
	var address, secret string
	var batch int
	var again bool
	command := &cobra.Command{
		Use:   "send --url URL --secret S FILE",
		Short: "Sign and post events from a JSON Lines file (署名付きでイベントを送信)",
		Long: "Posts the events of a JSON Lines file (- for standard input) to a Kagobell webhook address, signed as\n" +
			"Standard Webhooks asks. Interrupted, it goes on where it stopped: how far it came is kept beside the file\n" +
			"in FILE.sent. An event that was posted already is a duplicate and changes nothing.",
		Example: "  kagobell send --url http://localhost:8080/webhooks/shop --secret whsec_… events.jsonl",
		Args:    cobra.ExactArgs(1),
		RunE: func(command *cobra.Command, args []string) error {
			s, err := a.newSending(address, secret, batch, args[0], again)
			if err != nil {
				return err
			}
			defer s.close()
			return s.run(command.Context())
		},
	}
	flags := command.Flags()
	flags.StringVar(&address, "url", "", "webhook `URL`, http://host:8080/webhooks/SOURCE")
	flags.StringVar(&secret, "secret", "", "the source's `secret`, whsec_…")
	flags.IntVar(&batch, "batch", 200, "events in a request, 1 to 1000")
	flags.BoolVar(&again, "again", false, "start from the beginning, whatever was sent before")
	_ = command.MarkFlagRequired("url")
	_ = command.MarkFlagRequired("secret")
	return command
}

// newSending checks the words of the call and opens the file where the last one stopped.
func (a *app) newSending(address, secret string, batch int, file string, again bool) (*sending, error) {
	target, err := url.Parse(address)
	if err != nil || target.Host == "" || target.Scheme != "http" && target.Scheme != "https" {
		return nil, usageError{fmt.Sprintf("--url: expected http://host/webhooks/SOURCE, got %q", address)}
	}
	signer, err := standardwebhooks.NewWebhook(secret)
	if err != nil {
		return nil, usageError{"--secret: expected whsec_ and base64"}
	}
	if batch < 1 || batch > 1000 {
		return nil, usageError{fmt.Sprintf("--batch: expected 1 to 1000, got %d", batch)}
	}
	input, err := openHistory(a.stdin, a.stderr, file, again)
	if err != nil {
		return nil, err
	}
	return &sending{
		address: address, signer: signer, batch: batch, input: input, out: a.stdout, errs: a.stderr,
		client: &http.Client{Timeout: time.Minute}, wait: waitFor,
		bar: progressbar.NewOptions64(input.size,
			progressbar.OptionSetWriter(a.stderr), progressbar.OptionSetDescription("sending"),
			progressbar.OptionShowBytes(true), progressbar.OptionThrottle(200*time.Millisecond),
			progressbar.OptionSetVisibility(isTerminal(a.stderr)), progressbar.OptionClearOnFinish()),
	}, nil
}

// isTerminal tells whether somebody watches.
func isTerminal(w any) bool {
	f, ok := w.(*os.File)
	return ok && isatty.IsTerminal(f.Fd())
}
