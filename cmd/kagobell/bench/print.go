package bench

import (
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"math"
	"slices"
	"strings"

	"github.com/rivo/uniseg"
	"golang.org/x/text/language"
	"golang.org/x/text/message"
)

// WriteJSON writes the report as one indented object.
func (r *Report) WriteJSON(w io.Writer) error {
	encoder := json.NewEncoder(w)
	encoder.SetIndent("", "  ")
	encoder.SetEscapeHTML(false)
	return encoder.Encode(r)
}

// WriteTable writes the report for people, Japanese first.
func (r *Report) WriteTable(w io.Writer) error {
	out := &errWriter{w: w}
	fmt.Fprintf(out, "kagobell bench %s  %s  %d CPU  %s/%s  %s\n", r.Kind, r.At.Format("2006-01-02 15:04 MST"), r.Machine.CPUs,
		r.Machine.OS, r.Machine.Arch, r.Machine.Go)
	for _, key := range slices.Sorted(maps.Keys(r.Settings)) {
		fmt.Fprintf(out, "  %s: %v\n", key, r.Settings[key])
	}
	fmt.Fprintln(out)
	rows := [][]string{{"項目", "値", "目標", "", "上限との比", "item"}}
	for _, f := range r.Figures {
		ja := f.JA
		if f.Ceiling {
			ja = "上限: " + ja
		}
		rows = append(rows, []string{ja, figure(f.Value) + " " + f.Unit, f.Goal.text(), f.Goal.mark(), f.ratios(), f.EN})
	}
	writeRows(out, rows, 1, 2)
	rows = [][]string{{"プロセス", "区間 phase", "CPU秒", "コア", "最大メモリ", "process: CPU seconds, cores, peak resident memory"}}
	for _, p := range r.Processes {
		memory := "-"
		if p.PeakBytes > 0 {
			memory = figure(float64(p.PeakBytes)/1e6) + " MB"
		}
		rows = append(rows, []string{p.JA, p.Phase, figure(p.CPUSeconds), figure(p.Cores), memory, p.EN})
	}
	fmt.Fprintln(out)
	writeRows(out, rows, 2, 3, 4)
	r.writeEnd(out)
	return out.err
}

func (r *Report) writeEnd(out io.Writer) {
	if len(r.Answers) > 0 {
		parts := []string{}
		for _, status := range slices.Sorted(maps.Keys(r.Answers)) {
			parts = append(parts, fmt.Sprintf("%s: %s", status, figure(float64(r.Answers[status]))))
		}
		fmt.Fprintf(out, "\n応答 answers by status  %s\n", strings.Join(parts, "  "))
	}
	for _, p := range r.Pictures {
		fmt.Fprintf(out, "\n%s %s (%s)\n%s", p.JA, p.EN, p.Unit, p.bars())
	}
	if len(r.Checks) > 0 {
		fmt.Fprintln(out)
	}
	for _, c := range r.Checks {
		fmt.Fprintf(out, "%s %s %s  %s\n", (&Goal{Met: c.Holds}).mark(), c.JA, c.EN, c.Detail)
	}
	if len(r.Notes) > 0 {
		fmt.Fprintln(out)
	}
	for _, n := range r.Notes {
		fmt.Fprintf(out, "* %s %s\n", n.JA, n.EN)
	}
}

func (g *Goal) text() string {
	switch {
	case g == nil:
		return ""
	case g.OrShare != nil:
		return fmt.Sprintf(">= %s / %.0f%% %s", figure(*g.AtLeast), 100*g.OrShare.AtLeast, g.OrShare.Ceiling)
	case g.AtLeast != nil:
		return ">= " + figure(*g.AtLeast)
	}
	return "<= " + figure(*g.AtMost)
}

func (g *Goal) mark() string {
	switch {
	case g == nil:
		return ""
	case g.Met:
		return "OK"
	}
	return "NG"
}

func (f *Figure) ratios() string {
	var parts []string
	for _, name := range slices.Sorted(maps.Keys(f.Of)) {
		parts = append(parts, fmt.Sprintf("%.0f%% %s", 100*f.Of[name], name))
	}
	return strings.Join(parts, ", ")
}

// barWidth is the longest bar, in columns.
const barWidth = 50

// bars are of ASCII: blocks are two columns wide on many a Japanese terminal.
func (p *Picture) bars() string {
	var b strings.Builder
	top := 0.0
	for _, v := range p.Values {
		top = max(top, v)
	}
	for i, v := range p.Values {
		full := 0
		if top > 0 {
			full = int(math.Round(v / top * barWidth))
		}
		fmt.Fprintf(&b, "%7.1fs |%-*s %s\n", float64(i+1)*p.Every, barWidth, strings.Repeat("#", full), figure(v))
	}
	return b.String()
}

var numbers = message.NewPrinter(language.Japanese)

// figure writes a number with as many digits as mean something.
func figure(v float64) string {
	switch a := math.Abs(v); {
	case a >= 100 || v == math.Trunc(v):
		return numbers.Sprintf("%.0f", v)
	case a >= 10:
		return fmt.Sprintf("%.1f", v)
	}
	return fmt.Sprintf("%.2f", v)
}

// writeRows aligns columns; those named are aligned to the right.
func writeRows(out io.Writer, rows [][]string, right ...int) {
	widths := make([]int, len(rows[0]))
	for _, row := range rows {
		for i, cell := range row {
			widths[i] = max(widths[i], uniseg.StringWidth(cell))
		}
	}
	for _, row := range rows {
		var b strings.Builder
		for i, cell := range row {
			space := strings.Repeat(" ", widths[i]-uniseg.StringWidth(cell))
			if slices.Contains(right, i) {
				cell = space + cell
			} else {
				cell += space
			}
			b.WriteString(cell + "  ")
		}
		fmt.Fprintln(out, strings.TrimRight(b.String(), " "))
	}
}

// errWriter remembers the first error.
type errWriter struct {
	w   io.Writer
	err error
}

func (e *errWriter) Write(p []byte) (int, error) {
	n, err := e.w.Write(p)
	e.err = cmp.Or(e.err, err)
	return n, err
}
