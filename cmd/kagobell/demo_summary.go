package main

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"kagobell/scenarios"
	"kagobell/store"
)

// demoColumns are the figures of the summary, with the widths of their columns.
var demoColumns = []struct {
	ja, en string
	width  int
}{
	{"開始", "started", 7}, {"1通目", "1st", 5}, {"2通目", "2nd", 5}, {"以降", "later", 5}, {"注文で停止", "stopped", 10},
	{"見送り", "skipped", 7}, {"開封", "opened", 6}, {"クリック", "clicked", 8}, {"注文", "ordered", 7}, {"売上", "revenue", 10},
}

// demoFigures is a line of the summary.
type demoFigures struct {
	sent             [3]int // first, second, later
	stopped, skipped int
	opened, clicked  int
	started, ordered int
	revenue          scenarios.Money
	skippedByReason  map[scenarios.Reason]int
}

// summary tells what has become of the story so far.
func (n *narrator) summary(ctx context.Context, s *store.Store) error {
	figures, err := n.figures(ctx, s)
	if err != nil {
		return err
	}
	n.screen.print("\n")
	ja, en := pad("シナリオ", scenarioColumns), pad("scenario", scenarioColumns)
	for _, c := range demoColumns {
		ja, en = ja+"  "+padLeft(c.ja, c.width), en+"  "+padLeft(c.en, c.width)
	}
	n.screen.line(bold, ja)
	n.screen.line(faint, en)
	names := n.scenarioNames()
	for _, name := range names {
		n.screen.line(plain, pad(sayScenario(name), scenarioColumns)+figures[name].columns())
	}
	n.screen.print("\n")
	n.screen.line(bold, "見送りの理由 why messages and items were skipped")
	for _, name := range names {
		n.screen.line(plain, pad(sayScenario(name), scenarioColumns)+"  "+figures[name].reasons())
	}
	return n.screen.err
}

// scenarioNames are those that the story is about, in the order of the README.
func (n *narrator) scenarioNames() []string {
	return []string{"cart_abandonment", "browse_dropoff", "favorite_restock", "favorite_price_drop"}
}

func (n *narrator) figures(ctx context.Context, s *store.Store) (map[string]*demoFigures, error) {
	figures := map[string]*demoFigures{}
	for _, name := range n.scenarioNames() {
		figures[name] = &demoFigures{stopped: n.stops[name], skippedByReason: map[scenarios.Reason]int{}}
	}
	whole, err := s.Stats(ctx, store.ByScenario, time.Time{}, time.Time{})
	if err != nil {
		return nil, err
	}
	for _, stat := range whole {
		f := figures[stat.Scenario]
		if f == nil {
			continue
		}
		f.started, f.opened, f.clicked, f.ordered = stat.Started, stat.Opened, stat.Clicked, stat.Ordered
		f.revenue, f.skippedByReason = stat.Revenue["JPY"], stat.Skipped
		for _, count := range stat.Skipped {
			f.skipped += count
		}
	}
	steps, err := s.Stats(ctx, store.ByStep, time.Time{}, time.Time{})
	if err != nil {
		return nil, err
	}
	for _, stat := range steps {
		if f, i := figures[stat.Scenario], slices.Index(n.steps[stat.Scenario], stat.Step); f != nil && i >= 0 {
			f.sent[min(i, len(f.sent)-1)] += stat.Sent
		}
	}
	return figures, nil
}

func (f *demoFigures) columns() string {
	revenue, _ := yen(int(f.revenue.IntPart()))
	cellsOf := []string{fmt.Sprint(f.started), fmt.Sprint(f.sent[0]), fmt.Sprint(f.sent[1]), fmt.Sprint(f.sent[2]), fmt.Sprint(f.stopped),
		fmt.Sprint(f.skipped), fmt.Sprint(f.opened), fmt.Sprint(f.clicked), fmt.Sprint(f.ordered), revenue}
	var text strings.Builder
	for i, c := range demoColumns {
		text.WriteString("  " + padLeft(cellsOf[i], c.width))
	}
	return text.String()
}

// reasons lists the skips, the most frequent first.
func (f *demoFigures) reasons() string {
	codes := slices.SortedFunc(maps.Keys(f.skippedByReason), func(a, b scenarios.Reason) int {
		if d := f.skippedByReason[b] - f.skippedByReason[a]; d != 0 {
			return d
		}
		return strings.Compare(string(a), string(b))
	})
	parts := make([]string, len(codes))
	for i, code := range codes {
		parts[i] = fmt.Sprintf("%s %d", sayReason(code), f.skippedByReason[code])
	}
	if len(parts) == 0 {
		return "-"
	}
	return strings.Join(parts, "、")
}
