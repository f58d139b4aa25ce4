package scenarios

import (
	"strings"
	"testing"
	"time"
)

// TestOrderByIsHeldToTheShopsHours asks with and without them: older versions are read without, and must stay readable
// when the shop opens later.
func TestOrderByIsHeldToTheShopsHours(t *testing.T) {
	late := windowOf(t, WindowSpec{From: "13:00"})
	head := "name: x\nstart: {on: member.registered}\norder_by: \"12:00\"\n"
	const step = "steps: [{id: first, send: email, template: cart_first}]\n"
	const wrong = "test.yaml:3:11: order_by: 12:00 is not after from (13:00), so no message could leave: expected a later time of the same day"
	for name, test := range map[string]struct {
		hours *Window
		rest  string
		want  string
	}{
		"the shop opens later":      {&late, step, wrong},
		"nobody knows when it does": {nil, step, ""},
		"a window of its own":       {&late, "window: {from: \"09:00\"}\n" + step, ""},
		"always":                    {&late, "window: always\n" + step, ""},
		"a wait, which has no hours": {&late, "steps:\n  - {id: wait, wait_for: {on: form.submitted, up_to: 2d}}\n" +
			"  - {id: first, window: always, send: email, template: cart_first}\n", ""},
		"a step in the shop's hours": {&late, "window: always\nsteps: [{id: first, window: business_hours, send: email, template: cart_first}]\n",
			wrong},
	} {
		checks := testChecks()
		checks.BusinessHours = test.hours
		_, found := LoadDefinitions([]DefinitionFile{{Path: "test.yaml", Text: []byte(head + test.rest)}}, checks)
		if got, _, _ := strings.Cut(mistakeLines(found), "\n"); got != test.want {
			t.Errorf("%s: %q, want %q", name, got, test.want)
		}
	}
}

func TestWindowOfAStep(t *testing.T) {
	shop := windowOf(t, WindowSpec{OrderBy: "15:00"})
	own, always := windowOf(t, WindowSpec{From: "10:00", OrderBy: "16:00"}), AlwaysWindow()
	e := NewEngine(Settings{Window: shop}, nil, nil)
	for name, test := range map[string]struct {
		d    Definition
		step Step
		want time.Duration
	}{
		"the shop's":                        {Definition{}, Step{}, 15 * time.Hour},
		"a scenario's earlier one":          {Definition{OrderBy: 12 * time.Hour}, Step{}, 12 * time.Hour},
		"a scenario's later one":            {Definition{OrderBy: 17 * time.Hour}, Step{}, 15 * time.Hour},
		"a step in the shop's hours":        {Definition{Window: &own}, Step{Window: &Window{Shop: true}}, 15 * time.Hour},
		"of a window of its own":            {Definition{Window: &own}, Step{}, 16 * time.Hour},
		"narrowed":                          {Definition{Window: &own, OrderBy: 12 * time.Hour}, Step{}, 12 * time.Hour},
		"always has none":                   {Definition{Window: &always}, Step{}, 0},
		"unless the scenario says so":       {Definition{Window: &always, OrderBy: 12 * time.Hour}, Step{}, 12 * time.Hour},
		"a step that is always open":        {Definition{Window: &own}, Step{Window: &always}, 0},
		"which the scenario's narrows, too": {Definition{OrderBy: 12 * time.Hour}, Step{Window: &always}, 12 * time.Hour},
	} {
		if got := e.windowOf(&test.d, &test.step).OrderBy; got != test.want {
			t.Errorf("%s: %s, want %s", name, got, test.want)
		}
	}
	// A version of long ago was read when the shop had other hours: those of today hold.
	w := e.windowOf(&Definition{Window: &always}, &Step{Window: &Window{Shop: true}})
	if w.Always || w.Shop || w.From != 9*time.Hour || w.To != 18*time.Hour {
		t.Errorf("business hours of a step: %+v", w)
	}
	if own.OrderBy != 16*time.Hour || e.settings.Window.OrderBy != 15*time.Hour {
		t.Error("narrowing changed a window that others use")
	}
}
