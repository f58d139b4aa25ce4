package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"kagobell/channels"
	"kagobell/scenarios"
)

// previewFile is one file to look at, and the title of the message that it is of.
type previewFile struct {
	channel scenarios.Channel
	title   string
	name    string
	text    []byte
}

// render makes the messages of the step on all its channels.
func (p *preview) render(ctx context.Context, now time.Time) ([]previewFile, error) {
	// Whoever gets hold of a preview must not be able to opt the buyer out, so no real key signs it.
	signer, err := scenarios.NewTokenSigner([]byte("previews lead nowhere"))
	if err != nil {
		return nil, err
	}
	from := fromOf(p.cfg.Sender)
	if from.Name == "" && from.Company == "" {
		from = exampleSender
	}
	renderer, err := channels.NewRenderer(channels.RenderOptions{
		Templates: p.templates, From: from, PublicURL: p.cfg.PublicURL, Tokens: signer, Locale: p.cfg.Locale,
		Popular: func(context.Context) []scenarios.MessageItem { return p.shown.popular },
		Inline:  inlineOf(p.engine), Now: func() time.Time { return now },
	})
	if err != nil {
		return nil, err
	}
	var files []previewFile
	for _, channel := range p.step.Send {
		d := p.delivery(channel, now)
		if d.Data == nil {
			if d.Data, err = renderer.ExampleData(d.Message, p.lang()); err != nil {
				return nil, err
			}
		}
		message, err := renderer.Render(ctx, d)
		if err != nil {
			return nil, err
		}
		files = append(files, p.filesOf(&message)...)
	}
	return files, nil
}

// lang is the language that the buyer is written to in.
func (p *preview) lang() string {
	locale := p.shown.buyer.Locale
	if locale == "" {
		locale = p.cfg.Locale
	}
	if strings.HasPrefix(strings.ToLower(locale), "en") {
		return "en"
	}
	return "ja"
}

// delivery is the message as the worker would have claimed it.
func (p *preview) delivery(channel scenarios.Channel, now time.Time) scenarios.Delivery {
	m := scenarios.Message{
		ID: scenarios.MessageIDFor("preview", p.step.ID, channel), Scenario: p.definition.Name, Version: p.definition.Version,
		Step: p.step.ID, Channel: channel, BuyerID: p.shown.buyer.ID, Template: p.step.Template, Currency: p.shown.currency,
		URL: p.shown.url, ClaimedAt: now, Items: p.shown.items,
	}
	if m.Items == nil {
		m.Items = exampleItems(p.definition.Start)
		if p.definition.Start.Per == scenarios.PerCart && m.URL == "" {
			m.URL = "https://shop.example/cart"
		}
	}
	return scenarios.Delivery{Message: &m, Buyer: &p.shown.buyer, Account: &p.shown.account, Data: p.shown.data}
}

// filesOf writes a message by its kind.
func (p *preview) filesOf(r *scenarios.Rendered) []previewFile {
	name := p.definition.Name + "." + p.step.ID
	if p.lang() == "en" {
		name += ".en"
	}
	name += "." + string(r.Channel)
	file := func(ending string, text []byte) previewFile {
		return previewFile{channel: r.Channel, title: r.Subject, name: name + ending, text: text}
	}
	switch {
	case r.Flex != nil:
		var indented bytes.Buffer
		_ = json.Indent(&indented, r.Flex, "", "  ") // it is JSON: the renderer has checked it
		return []previewFile{file(".json", append(indented.Bytes(), '\n'))}
	case r.HTML != "":
		return []previewFile{file(".html", []byte(r.HTML)), file(".txt", []byte(r.Text))}
	}
	return []previewFile{file(".txt", []byte(r.Text))}
}

// writePreview writes the files, which may show a real buyer: to their owner alone.
func writePreview(out io.Writer, dir string, files []previewFile) error {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return fmt.Errorf("--out: %w", err)
	}
	var channel scenarios.Channel
	for _, f := range files {
		path := filepath.Join(dir, f.name)
		if err := os.WriteFile(path, f.text, 0o600); err != nil {
			return fmt.Errorf("--out: %w", err)
		}
		if f.channel != channel {
			channel = f.channel
			fmt.Fprintf(out, "%-6s %s\n", channel, f.title)
		}
		fmt.Fprintf(out, "       %s\n", path)
	}
	return nil
}
