package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"

	"kagobell/scenarios"
)

// linePrinter writes a simulation line by line: a JSON object each, or a table with a summary below.
type linePrinter struct {
	out     *bufio.Writer
	json    *json.Encoder // nil: a table
	err     error
	counted map[string]*simulatedCount // by scenario
}

// simulatedCount is what happened in one scenario.
type simulatedCount struct {
	started, completed, exited int
	sent                       map[scenarios.Channel]int
	skipped                    map[scenarios.Reason]int
}

func newLinePrinter(format string, out io.Writer) (*linePrinter, error) {
	p := &linePrinter{out: bufio.NewWriterSize(out, 1<<16), counted: map[string]*simulatedCount{}}
	switch format {
	case "json":
		p.json = json.NewEncoder(p.out)
		p.json.SetEscapeHTML(false)
	case "table":
		_, p.err = fmt.Fprintf(p.out, tableRow, "AT", "BUYER", "SCENARIO/STEP", "ACTION", "CHANNEL", "REASON", "TITLE")
	default:
		return nil, usageError{fmt.Sprintf("--format: expected table or json, got %q", format)}
	}
	return p, nil
}

const tableRow = "%-25s  %-16s  %-30s  %-8s  %-7s  %-20s  %s\n"

func (p *linePrinter) print(l scenarios.Line) {
	if p.err != nil {
		return
	}
	if p.json != nil {
		p.err = p.json.Encode(l)
		return
	}
	p.count(l)
	place := l.Scenario
	if l.Step != "" {
		place += "/" + l.Step
	}
	_, p.err = fmt.Fprintf(p.out, tableRow, l.At, l.BuyerID, place, l.Action, l.Channel, l.Reason, l.Title)
}

func (p *linePrinter) count(l scenarios.Line) {
	c := p.counted[l.Scenario]
	if c == nil {
		c = &simulatedCount{sent: map[scenarios.Channel]int{}, skipped: map[scenarios.Reason]int{}}
		p.counted[l.Scenario] = c
	}
	switch l.Action {
	case scenarios.ActionStart:
		c.started++
	case scenarios.ActionSend:
		c.sent[l.Channel]++
	case scenarios.ActionComplete:
		c.completed++
	case scenarios.ActionExit:
		c.exited++
		c.skipped[l.Reason]++
	case scenarios.ActionSkip, scenarios.ActionExpire:
		c.skipped[l.Reason]++
	}
}

// end writes the summary of a table and everything that is still buffered.
func (p *linePrinter) end() error {
	if p.json == nil && p.err == nil {
		p.err = p.summary()
	}
	if p.err != nil {
		return p.err
	}
	return p.out.Flush()
}

func (p *linePrinter) summary() error {
	names := make([]string, 0, len(p.counted))
	for name := range p.counted {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		c := p.counted[name]
		if _, err := fmt.Fprintf(p.out, "\n%s: started %d, completed %d, ended early %d\n  sent: %s\n  not sent, by reason: %s\n",
			name, c.started, c.completed, c.exited, countsText(c.sent), countsText(c.skipped)); err != nil {
			return err
		}
	}
	return nil
}

func countsText[K ~string](counts map[K]int) string {
	if len(counts) == 0 {
		return "-"
	}
	var parts []string
	for k, n := range counts {
		parts = append(parts, fmt.Sprintf("%s %d", k, n))
	}
	slices.Sort(parts)
	return strings.Join(parts, ", ")
}
