package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"slices"
	"strings"

	"kagobell/scenarios"
)

// linePrinter writes a simulation line by line: a JSON object each, or a table with a summary below.
type linePrinter struct {
	out     *bufio.Writer
	json    *json.Encoder // nil: a table
	most    int           // lines of a table; below 0: all
	lines   int           // that there were
	err     error
	counted map[string]*simulatedCount // by scenario
}

// simulatedCount is what happened in one scenario.
type simulatedCount struct {
	started, completed, exited int
	steps                      []string // in the order in which they were first sent
	sentOf                     map[string]int
	sent                       map[scenarios.Channel]int
	skipped                    map[scenarios.Reason]int
}

// usualLines is how long a table is if nothing is said. A page that nobody reads to its end hides what it says: a long
// history is told by its summary.
const usualLines = 1000

func newLinePrinter(format string, out io.Writer, most int) (*linePrinter, error) {
	p := &linePrinter{out: bufio.NewWriterSize(out, 1<<16), most: most, counted: map[string]*simulatedCount{}}
	switch format {
	case "json":
		p.json = json.NewEncoder(p.out)
		p.json.SetEscapeHTML(false)
	case "table":
		if most == 0 {
			break
		}
		_, p.err = fmt.Fprintf(p.out, tableRow, "AT", "BUYER", "SCENARIO/STEP", "ACTION", "CHANNEL", "REASON", "TITLE")
	default:
		return nil, usageError{fmt.Sprintf("--format: expected table or json, got %q", format)}
	}
	return p, nil
}

const tableRow = "%-25s  %-16s  %-30s  %-8s  %-7s  %-20s  %s\n"

func (p *linePrinter) print(l *scenarios.Line) {
	if p.err != nil {
		return
	}
	if p.json != nil {
		p.err = p.json.Encode(l)
		return
	}
	p.count(l)
	if p.lines++; p.most >= 0 && p.lines > p.most {
		return
	}
	place := l.Scenario
	if l.Step != "" {
		place += "/" + l.Step
	}
	_, p.err = fmt.Fprintf(p.out, tableRow, l.At, l.BuyerID, place, l.Action, l.Channel, l.Reason, l.Title)
}

func (p *linePrinter) count(l *scenarios.Line) {
	c := p.counted[l.Scenario]
	if c == nil {
		c = &simulatedCount{sentOf: map[string]int{}, sent: map[scenarios.Channel]int{}, skipped: map[scenarios.Reason]int{}}
		p.counted[l.Scenario] = c
	}
	switch l.Action {
	case scenarios.ActionStart:
		c.started++
	case scenarios.ActionSend:
		c.sent[l.Channel]++
		if c.sentOf[l.Step]++; c.sentOf[l.Step] == 1 {
			c.steps = append(c.steps, l.Step)
		}
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
	if p.most > 0 && p.lines > p.most {
		fmt.Fprintf(p.out, "… %d further lines (ほか %d 行): --lines -1 shows all of them\n", p.lines-p.most, p.lines-p.most)
	}
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
		c.draw(p.out)
	}
	return nil
}

// draw shows for each step how many of the runs got its message. The bars are of ASCII: what is drawn with lines and
// blocks is two columns wide on many a Japanese terminal.
func (c *simulatedCount) draw(out io.Writer) {
	const width = 20
	longest := 0
	for _, step := range c.steps {
		longest = max(longest, len(step))
	}
	for _, step := range c.steps {
		share := min(float64(c.sentOf[step])/float64(max(c.started, 1)), 1)
		full := int(math.Round(share * width))
		fmt.Fprintf(out, "  %-*s  [%s%s]  %d (%.0f%%)\n", longest, step, strings.Repeat("#", full), strings.Repeat(".", width-full),
			c.sentOf[step], 100*share)
	}
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
