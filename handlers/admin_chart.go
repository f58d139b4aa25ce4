package handlers

import (
	"cmp"
	"slices"
	"strconv"

	"kagobell/scenarios"
)

// chartWidth is a length in per cent of the drawing, as SVG takes it. Style attributes would need a weaker
// Content-Security-Policy; those of SVG do not.
type chartWidth string

// widthOf shows even the smallest part, if there is one.
func widthOf(part, whole int) chartWidth {
	if part <= 0 || whole <= 0 {
		return "0%"
	}
	share := 100 * float64(min(part, whole)) / float64(whole)
	return chartWidth(strconv.FormatFloat(max(share, 0.8), 'f', 1, 64) + "%")
}

// funnelBar is one stage on the way from a run to an order.
type funnelBar struct {
	Stage   string // a key of the texts below stage.
	N       int
	Width   chartWidth
	OfSent  int // what the rate is measured against; 0: no rate
	HasRate bool
}

// funnel shows all stages on one scale. A run can send several messages, so that there can be more of them than runs.
func funnel(s Stat) []funnelBar {
	widest := max(s.Started, s.Sent, s.Opened, s.Clicked, s.Ordered)
	bar := func(stage string, n int, hasRate bool) funnelBar {
		return funnelBar{stage, n, widthOf(n, widest), s.Sent, hasRate}
	}
	return []funnelBar{
		bar("started", s.Started, false), bar("sent", s.Sent, false), bar("opened", s.Opened, true),
		bar("clicked", s.Clicked, true), bar("ordered", s.Ordered, true),
	}
}

// layer is one of the bars that lie on one another.
type layer struct {
	Stage string
	Width chartWidth
}

// layered draws lines of statistics on one scale: what was opened lies on what was sent, and so on.
func layered(stats []Stat) []statRow {
	widest := 0
	for _, s := range stats {
		widest = max(widest, s.Sent, s.Ordered)
	}
	var rows []statRow
	for _, s := range stats {
		rows = append(rows, statRow{Stat: s, Layers: []layer{
			{"sent", widthOf(s.Sent, widest)}, {"opened", widthOf(s.Opened, widest)},
			{"clicked", widthOf(s.Clicked, widest)}, {"ordered", widthOf(s.Ordered, widest)},
		}})
	}
	return rows
}

// skippedBar is how often something was not sent for one reason.
type skippedBar struct {
	Reason scenarios.Reason
	N      int
	Width  chartWidth
}

// skippedBars lists the most frequent reason first.
func skippedBars(skipped map[scenarios.Reason]int) []skippedBar {
	widest := 0
	for _, n := range skipped {
		widest = max(widest, n)
	}
	var bars []skippedBar
	for reason, n := range skipped {
		if n > 0 {
			bars = append(bars, skippedBar{reason, n, widthOf(n, widest)})
		}
	}
	slices.SortFunc(bars, func(a, b skippedBar) int {
		return cmp.Or(cmp.Compare(b.N, a.N), cmp.Compare(a.Reason, b.Reason))
	})
	return bars
}
