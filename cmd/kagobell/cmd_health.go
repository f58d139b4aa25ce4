package main

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/spf13/cobra"
)

// healthWithin bounds the question: /readyz itself answers within two seconds.
const healthWithin = 5 * time.Second

func newHealthCommand(a *app) *cobra.Command {
	var ready bool
	var address string
	command := &cobra.Command{
		Use:   "health",
		Short: "Ask a running serve whether it is well (稼働確認)",
		Long: "Asks /healthz of the process that listens on the configured address of this machine, prints the answer, and\n" +
			"exits with 1 where there is none: for containers, which have no curl. --ready asks /readyz, which looks at the\n" +
			"database and Redis too and says how far the work is behind.",
		Args: cobra.NoArgs,
		RunE: func(command *cobra.Command, _ []string) error {
			if address == "" {
				cfg, err := a.loadConfig()
				if err != nil {
					return err
				}
				address = localAddress(cfg.Listen)
			}
			if u, err := url.Parse(address); err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
				return usageError{fmt.Sprintf("--url: expected http://host:port, got %q", address)}
			}
			path := "/healthz"
			if ready {
				path = "/readyz"
			}
			return a.askHealth(command.Context(), strings.TrimSuffix(address, "/")+path)
		},
	}
	command.Flags().BoolVar(&ready, "ready", false, "ask /readyz instead of /healthz")
	command.Flags().StringVar(&address, "url", "", "`URL` of another serve, like http://10.0.0.5:8080")
	return command
}

// localAddress is where this machine reaches what listens on an address.
func localAddress(listen string) string {
	host, port, err := net.SplitHostPort(listen)
	if err != nil {
		return "http://" + listen
	}
	if ip := net.ParseIP(host); host == "" || ip != nil && ip.IsUnspecified() {
		host = "localhost"
	}
	return "http://" + net.JoinHostPort(host, port)
}

func (a *app) askHealth(ctx context.Context, address string) error {
	ctx, cancel := context.WithTimeout(ctx, healthWithin)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return err
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return err
	}
	defer func() { _ = response.Body.Close() }()
	body, err := io.ReadAll(io.LimitReader(response.Body, 1<<16))
	if err != nil {
		return err
	}
	fmt.Fprintf(a.stdout, "%s\n", body)
	if response.StatusCode != http.StatusOK {
		return fmt.Errorf("%s: %s", address, response.Status)
	}
	return nil
}
