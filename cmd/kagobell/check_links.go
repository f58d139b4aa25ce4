package main

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"sync"
	"time"

	"github.com/schollz/progressbar/v3"
	"golang.org/x/sync/errgroup"

	"kagobell/channels"
)

const (
	linkTries     = 8                // addresses at a time
	linkWithin    = 15 * time.Second // for one answer, redirects included
	linkRedirects = 5
)

// linkVisitor asks servers whether an address is alive.
type linkVisitor struct {
	client *http.Client
	within time.Duration
}

// newLinkVisitor makes one that connects only to what allow has nothing against. It uses no proxy: that would connect in
// its place, unasked.
func newLinkVisitor(allow func(netip.Addr) error) *linkVisitor {
	dialer := &net.Dialer{Timeout: 5 * time.Second, Control: guard(allow)}
	client := &http.Client{
		Transport: &http.Transport{DialContext: dialer.DialContext, TLSHandshakeTimeout: 5 * time.Second,
			MaxResponseHeaderBytes: 64 << 10, DisableKeepAlives: true},
		CheckRedirect: func(_ *http.Request, via []*http.Request) error {
			if len(via) > linkRedirects {
				return fmt.Errorf("more than %d redirects", linkRedirects)
			}
			return nil
		},
	}
	return &linkVisitor{client, linkWithin}
}

// visit is nil for an address that answers. Some servers know no HEAD, so what fails is asked for by GET.
func (v *linkVisitor) visit(ctx context.Context, address string) error {
	ctx, cancel := context.WithTimeout(ctx, v.within)
	defer cancel()
	err := v.ask(ctx, http.MethodHead, address)
	if err == nil || errors.Is(err, errPrivate) || ctx.Err() != nil {
		return plainLinkError(err)
	}
	return plainLinkError(v.ask(ctx, http.MethodGet, address))
}

func (v *linkVisitor) ask(ctx context.Context, method, address string) error {
	request, err := http.NewRequestWithContext(ctx, method, address, http.NoBody)
	if err != nil {
		return errors.New("not an address")
	}
	request.Header.Set("User-Agent", "kagobell-check")
	response, err := v.client.Do(request)
	if err != nil {
		return err
	}
	_, _ = io.CopyN(io.Discard, response.Body, 512)
	_ = response.Body.Close()
	if response.StatusCode >= http.StatusBadRequest {
		return fmt.Errorf("answers %s", response.Status)
	}
	return nil
}

// plainLinkError says why in few words: the errors of net/http repeat the address.
func plainLinkError(err error) error {
	var name *net.DNSError
	var certificate *tls.CertificateVerificationError
	var op *net.OpError
	switch {
	case err == nil:
		return nil
	case errors.Is(err, errPrivate):
		return errPrivate
	case errors.Is(err, context.DeadlineExceeded):
		return errors.New("no answer in time")
	case errors.As(err, &name):
		if name.IsNotFound {
			return fmt.Errorf("there is no host %s", name.Name)
		}
		return fmt.Errorf("the host %s can't be looked up: %s", name.Name, name.Err)
	case errors.As(err, &certificate):
		return fmt.Errorf("TLS: %w", certificate.Err)
	case errors.As(err, &op):
		return op.Err
	}
	if wrapped := errors.Unwrap(err); wrapped != nil { // *url.Error
		return wrapped
	}
	return err
}

// checkLinks visits each address once, and prints the dead ones at every place where they stand.
func (a *app) checkLinks(ctx context.Context, visitor *linkVisitor, cfg *config, templates *channels.Templates) error {
	links, made, err := allLinks(cfg, templates)
	if err != nil {
		return err
	}
	addresses := map[string]error{}
	for _, link := range links {
		addresses[link.address] = nil
	}
	if err := a.visitAll(ctx, visitor, addresses); err != nil {
		return err
	}
	dead := 0
	for _, link := range links {
		if err := addresses[link.address]; err != nil {
			fmt.Fprintf(a.stdout, "%s:%d:%d: %s: %v\n", link.file, link.line, link.column, link.address, err)
			dead++
		}
	}
	if dead > 0 {
		return fmt.Errorf("dead links found: %d", dead)
	}
	fmt.Fprintf(a.stdout, "OK: %d addresses answer, %d with placeholders were not visited\n", len(addresses), made)
	return nil
}

// allLinks are those of the templates and the scenarios in use, in the order of the files.
func allLinks(cfg *config, templates *channels.Templates) (links []writtenLink, made int, err error) {
	add := func(file, text string) {
		found, more := linksIn(file, text)
		links, made = append(links, found...), made+more
	}
	for _, file := range templates.Files() {
		add(file.Path, file.Text)
	}
	files, err := scenarioFiles([]string{cfg.ScenariosDir})
	if err != nil {
		return nil, 0, err
	}
	for _, file := range files {
		add(file.Path, string(file.Text))
	}
	return links, made, nil
}

// visitAll fills in what became of each address.
func (a *app) visitAll(ctx context.Context, visitor *linkVisitor, addresses map[string]error) error {
	bar := progressbar.NewOptions(len(addresses), progressbar.OptionSetWriter(a.stderr), progressbar.OptionSetDescription("visiting"),
		progressbar.OptionShowCount(), progressbar.OptionSetVisibility(isTerminal(a.stderr)), progressbar.OptionClearOnFinish())
	list := make([]string, 0, len(addresses))
	for address := range addresses {
		list = append(list, address)
	}
	var mu sync.Mutex
	var group errgroup.Group
	group.SetLimit(linkTries)
	for _, address := range list {
		group.Go(func() error {
			err := visitor.visit(ctx, address)
			mu.Lock()
			defer mu.Unlock()
			addresses[address] = err
			_ = bar.Add(1)
			return ctx.Err()
		})
	}
	err := group.Wait()
	_ = bar.Finish()
	return err
}
