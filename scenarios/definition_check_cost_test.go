package scenarios

import (
	"fmt"
	"strings"
	"testing"
)

// refusal is what check says of a condition of a step; empty when it is taken.
func refusal(condition string) string {
	text := "name: x\nstart: {on: a.b}\nsteps:\n  - id: first\n    when: |\n      " + condition +
		"\n    send: email\n    template: cart_first\n"
	_, found := LoadDefinitions([]DefinitionFile{{Path: "f.yaml", Text: []byte(text)}}, testChecks())
	return mistakeLines(found)
}

func TestConditionsThatMayNotEndAreRefused(t *testing.T) {
	for _, c := range []struct{ condition, want string }{
		{`any(1..100, # > 3)`, "range"},
		{`any(items, any(items, any(items, .quantity > 1)))`, "3 loops"},
		{`items | any(items | any(items | any(.quantity > 1)))`, "3 loops"},
		{`reduce(items, #acc + #acc, "x") == "x"`, "reduce() is not allowed"},
		{`len(repeat(buyer.name, 1000000)) > 1`, "repeat() is not allowed"},
		{`len(replace(buyer.name, "", buyer.name)) > 1`, "replace() is not allowed"},
		{`len(join(split(buyer.name, ""), buyer.name)) > 1`, "join() is not allowed"},
		{`len(toJSON(toJSON(buyer.name))) > 1`, "toJSON() is not allowed"},
		{`len(flatten(map(items, items))) > 1`, "flatten() is not allowed"},
		{`len(concat(items, items)) > 1`, "concat() is not allowed"},
		{`let a = buyer.name + buyer.name; let b = a + a; b == ""`, "let is not allowed"},
		{`len(uniq(event.list)) > 1`, "uniq() is not allowed"},
		{`now().Year() > 2020`, "now() is not allowed"},
		{`buyer.name matches event.pattern`, "expected a text"},
		{`any(event.list, any(event.list, # > 1))`, "stand alone"},
		{`any(items, any(event.list, # > 1))`, "stand alone"},
		{`any(event.list, any(items, .price > 1))`, "within one over event"},
		{`any(event.list, # in event.other)`, "in this loop"},
		{`any(event.list, # + event.text == "")`, "in this loop"},
		{`any(event.list, event.a == event.b)`, "both sides"},
		{`any(items, event.a == event.b)`, "both sides"},
		{`any(event.list, any(#, # == lower(event.text)))`, "in this loop"},
		{`any(filter(event.list, # > 1), # in event.list)`, "in this loop"},
		{`any(event["list"], # in event["list"])`, "in this loop"},
		{`any($env.event.list, # in $env["event"].list)`, "in this loop"},
		{`any(run.data.list, # in (true ? run : run).data.list)`, "in this loop"},
		{`any(buyer.attributes.list, # in buyer.attributes.list)`, "in this loop"},
		{`any(items, any(items, .sku in event.list))`, "in this loop"},
		{`len(map(items, split(event.text, ""))) > 1`, "may take for ever in a loop"},
		{`any(items, len(sort(event.list)) > 1)`, "may take for ever in a loop"},
		{`any(items, lower(upper(event.text)) == .sku)`, "may take for ever in a loop"},
		{`any(items, .sku in event.list` + strings.Repeat(` or .sku in event.list`, 2) + `)`, "at most 2 times"},
		{`all(items, any(items, .sku == "a"))` + strings.Repeat(` and all(items, any(items, .sku == "a"))`, 2), "at most 2 times"},
		{`sum(items, event.text) == ""`, "in this loop"},
		{`len(sortBy(items, lower(event.text))) > 1`, "in this loop"},
		{`len(filter(items, any(sortBy(event.list, # > 2), # > 1))) > 1`, "stand alone"},
	} {
		if got := refusal(c.condition); !strings.Contains(got, c.want) {
			t.Errorf("%s\ngot  %q\nwant …%s…", c.condition, got, c.want)
		}
	}
}

func TestOrdinaryConditionsAreTaken(t *testing.T) {
	for _, condition := range []string{
		`any(items, .sku in event.skus) and all(items, .price > event.minimum)`,
		`any(event.answers, .choice == "yes" and .weight > event.weight)`,
		`any(event.answers, any(.choices, # == "yes"))`,
		`any(items, .category == lower(event.category)) or buyer.name contains event.name`,
		`any(items, any(cart.items, .sku == "A4")) and sum(items, .price * .quantity) > 50000`,
		`len(filter(items, .stock > 0)) > 2 and max(map(items, .price)) > 100`,
		`any(event.skus, # == buyer.rank) and any(items, days_since(event.visited_at) > 3)`,
		`any(items, .name contains event.word) and items[0].name matches "^A[0-9]+"`,
		`lower(trim(event.form)) in ["contact", "trial"] and (event.score ?? 0) > 5`,
		`any(items, .sku in event.list` + strings.Repeat(` or .sku in event.list`, 1) + `)`,
		`any(items, .name == lower(event.name ?? ""))`,
		`count(event.lines, .qty > 1) > 2 and event.plan == buyer.attributes.plan`,
		`sum(map(filter(event.lines, .qty > 1), .qty)) > 10`,
	} {
		if got := refusal(condition); got != "" {
			t.Errorf("%s\n%s", condition, got)
		}
	}
}

// TestConditionsAreCheckedQuickly: each of these took the check longer than anybody waits, by looking at a node once for
// every function around it.
func TestConditionsAreCheckedQuickly(t *testing.T) {
	for _, condition := range []string{
		strings.Repeat("lower(", 300) + "buyer.name" + strings.Repeat(")", 300) + ` == ""`,
		strings.Repeat("any([", 40) + "true" + strings.Repeat("], # == true)", 40),
		strings.Repeat("(", 900) + "true" + strings.Repeat(")", 900),
		strings.Repeat("not ", 480) + `(buyer.name == "")`,
		`buyer.name in ["` + strings.Repeat(`a","`, 450) + `"]`,
	} {
		refusal(condition) // whatever it says
	}
}

// TestWhatCanNotBeAnsweredDoesNotHold: none of these ends the program, or is taken for true.
func TestWhatCanNotBeAnsweredDoesNotHold(t *testing.T) {
	env := &Env{
		Event:  map[string]any{"text": "abc", "number": 3.0, "list": []any{1.0, "a", nil}, "nothing": nil, "object": map[string]any{}},
		Buyer:  EnvBuyer{Attributes: map[string]any{"plan": 7.0}},
		Opened: func(string) bool { return false },
	}
	asked := 0
	for _, text := range []string{
		`event.missing > 5`, `event.missing.deeper == 1`, `event.nothing.deeper == 1`, `event.text > 5`, `event.text + 1 > 0`,
		`event.number matches "^3"`, `event.number contains "3"`, `event.object > 1`, `event.list > 1`, `event.text.deeper == 1`,
		`event.list[7] == 1`, `event.list[-9] == 1`, `items[0].price > 0`, `first(items).price > 0`, `cart.items[3].sku == "A"`,
		`event.number % 0 == 0`, `account.orders % 0 == 1`, `1 / account.orders < 0`, `account.orders * 9223372036854775807 > 0`,
		`int(event.text) > 0`, `float(event.object) > 0`, `date(event.text) > date("2026-01-01")`, `duration(event.text) > duration("1h")`,
		`any(event.text, # == "a")`, `any(event.number, # > 1)`, `all(event.missing, # > 1)`, `sum(event.list) > 0`, `event.list[event.text] == 1`,
		`max(event.list) > 1`, `len(event.number) > 1`, `lower(event.number) == "3"`, `event.text[0:99] == "x"`, `event.list["a"] == 1`,
		`event.missing`, `event.number`, `event.text`, `not event.text`, `event.text and true`, `event.object.f() == 1`, `event.number() == 1`,
		`fromPairs(event.list) == 1`, `split(event.text, event.number)[0] == "a"`, `event.text in event.number`, `buyer.attributes.plan == "free"`,
		`days_since(event.object) < 3`, `days_after(event.text, 3) > date("2026-01-01")`, `clicked(event.text)`, `viewed("a", 1, 2)`,
	} {
		c, err := CompileCondition(text)
		if err != nil {
			continue // refused when loaded: better still
		}
		asked++
		if held, _ := c.Holds(env); held {
			t.Errorf("%s holds", text)
		}
	}
	if asked < 30 {
		t.Errorf("only %d of them are not refused when loaded", asked)
	}
}

func ExampleCondition_Holds() {
	c, err := CompileCondition(`event.score > 5`)
	if err != nil {
		fmt.Println(err)
	}
	held, err := c.Holds(&Env{Event: map[string]any{"score": "high"}})
	fmt.Println(held, err != nil)
	// Output: false true
}
