package handlers

import (
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	"kagobell/scenarios"
)

func TestResults(t *testing.T) {
	o := openOffice(t, func(o *office) { o.furnish() })
	a := o.insider().get("/admin")
	wantStatus(t, a, http.StatusOK)
	wantText(t, a,
		"<strong>1,203</strong>", "<strong>1,502</strong>", "<strong>400</strong><small>開封率 26.6%</small>",
		"<strong>30</strong><small>注文率 2.0%</small>", "1,235,067円", "12.50 USD",
		"注文済み", "取引先がすでに注文しました。", "同意なし", "メール", "LINE", "郵送 DM", `id="scenario-cart_abandonment"`)
	channels := a.body[strings.Index(a.body, `id="channels"`):]
	for _, c := range []struct{ channel, opened, clicked string }{{"メール", "400", "100"}, {"LINE", "–", "50"}, {"郵送 DM", "–", "–"}} {
		row := channels[strings.Index(channels, `<th scope="row">`+c.channel):]
		for stage, want := range map[string]string{"開封": c.opened, "クリック": c.clicked} {
			cell := row[strings.Index(row, `data-label="`+stage+`"`):]
			if cell = cell[:strings.Index(cell, "</td>")]; !strings.Contains(cell, ">"+want) {
				t.Errorf("%s on %s: %s", stage, c.channel, cell)
			}
		}
	}
	order := regexp.MustCompile(`<th scope="row">([a-z]+)</th>`).FindAllStringSubmatch(a.body, -1)
	var steps []string
	for _, step := range order {
		steps = append(steps, step[1])
	}
	// The scenarios in the order of the catalogue, each with its steps in that of the definition; what is gone comes last.
	if got := strings.Join(steps, " "); !strings.Contains(got, "first second") || !strings.HasSuffix(got, "old") {
		t.Errorf("steps in the order %s", got)
	}
	wantText(t, o.insider("Accept-Language", "en").get("/admin"), "open rate 26.6%", "Why something was not sent", "e-mail")
}

func TestResultsAskForThePeriod(t *testing.T) {
	o := openOffice(t)
	w := o.insider()
	day := func(month time.Month, day int) time.Time {
		return time.Date(2026, month, day, 0, 0, 0, 0, o.options.Zone)
	}
	for query, want := range map[string]period{
		"":                               {From: day(10, 22), To: day(11, 21)},
		"?days=7":                        {From: day(11, 14), To: day(11, 21)},
		"?days=90":                       {From: day(8, 23), To: day(11, 21)},
		"?days=8":                        {From: day(10, 22), To: day(11, 21)},
		"?from=2026-11-01&to=2026-11-01": {From: day(11, 1), To: day(11, 2)},
		"?from=2026-11-01":               {From: day(11, 1), To: day(11, 21)},
		"?to=2026-09-30":                 {From: day(9, 1), To: day(10, 1)},
		"?from=2026-11-02&to=2026-11-01": {From: day(10, 22), To: day(11, 21), Wrong: true},
		"?from=yesterday":                {From: day(10, 22), To: day(11, 21), Wrong: true},
		"?to=2026-02-30":                 {From: day(10, 22), To: day(11, 21), Wrong: true},
	} {
		a := w.get("/admin" + query)
		wantStatus(t, a, http.StatusOK)
		asked := o.reports.askedStats
		if !asked.From.Equal(want.From) || !asked.To.Equal(want.To) {
			t.Errorf("%s asks from %v to %v", query, asked.From, asked.To)
		}
		if wrong := strings.Contains(a.body, "期間の指定が正しくない"); wrong != want.Wrong {
			t.Errorf("%s: told that it is wrong: %v", query, wrong)
		}
		wantText(t, a, `name="from" value="`+want.From.Format(time.DateOnly)+`"`, `name="to" value="`+want.To.AddDate(0, 0, -1).Format(time.DateOnly)+`"`)
	}
}

func TestChartWidths(t *testing.T) {
	for _, c := range []struct {
		part, whole int
		want        chartWidth
	}{{0, 10, "0%"}, {1, 10000, "0.8%"}, {5, 10, "50.0%"}, {20, 10, "100.0%"}, {1, 0, "0%"}, {-1, 10, "0%"}} {
		if got := widthOf(c.part, c.whole); got != c.want {
			t.Errorf("%d of %d is %s wide, want %s", c.part, c.whole, got, c.want)
		}
	}
	bars := funnel(Stat{Started: 50, Sent: 100, Opened: 25})
	if bars[0].Width != "50.0%" || bars[1].Width != "100.0%" || bars[2].Width != "25.0%" || bars[4].Width != "0%" {
		t.Errorf("funnel %+v", bars)
	}
}

func TestAddingUpLeavesTheParts(t *testing.T) {
	a := Stat{Sent: 1, Skipped: map[scenarios.Reason]int{scenarios.ReasonOrdered: 1}, Revenue: map[string]scenarios.Money{"JPY": *yen(1)}}
	b := Stat{Sent: 2, Skipped: map[scenarios.Reason]int{scenarios.ReasonOrdered: 2, scenarios.ReasonLate: 3}, Revenue: map[string]scenarios.Money{"JPY": *yen(2), "USD": *yen(3)}}
	sum := plus(a, b)
	if sum.Sent != 3 || sum.Skipped[scenarios.ReasonOrdered] != 3 || sum.Skipped[scenarios.ReasonLate] != 3 || !sum.Revenue["JPY"].Equal(*yen(3)) || !sum.Revenue["USD"].Equal(*yen(3)) {
		t.Errorf("sum %+v", sum)
	}
	if a.Skipped[scenarios.ReasonOrdered] != 1 || len(a.Skipped) != 1 || len(a.Revenue) != 1 {
		t.Errorf("the first part became %+v", a)
	}
	skipped := skippedBars(sum.Skipped)
	if len(skipped) != 2 || skipped[0].Reason != scenarios.ReasonLate || skipped[1].Reason != scenarios.ReasonOrdered {
		t.Errorf("skipped %+v", skipped)
	}
}
