package scenarios

import (
	"fmt"
	"regexp"
	"sync"
	"time"

	"github.com/expr-lang/expr"
	"github.com/expr-lang/expr/vm"
)

// Condition is an expression of a definition, compiled and type-checked
// against Env when the definition is loaded.
type Condition struct {
	Text    string
	program *vm.Program
	asks    asked
}

// Env is what a condition can see. Amounts are numbers here; a quantity or a
// price that is not known is 0.
type Env struct {
	Buyer   EnvBuyer       `expr:"buyer"`
	Account EnvAccount     `expr:"account"`
	Cart    EnvCart        `expr:"cart"`
	Items   []EnvItem      `expr:"items"`
	Item    EnvItem        `expr:"item"` // in `only`: the item asked about
	Event   map[string]any `expr:"event"`
	Run     EnvRun         `expr:"run"`
	Score   float64        `expr:"score"` // of the account, in whole points, now

	// In the rules of scores.yaml: of the event; empty where it has none.
	Category string `expr:"category"`
	URL      string `expr:"url"`
	SKU      string `expr:"sku"`

	Opened             func(step string) bool                  `expr:"opened"`
	Clicked            func(step string) bool                  `expr:"clicked"`
	Happened           func(step string) bool                  `expr:"happened"`
	OrderedSinceAnchor func(sku ...string) bool                `expr:"ordered_since_anchor"`
	Viewed             func(what string, days ...float64) bool `expr:"viewed"`
	DaysSince          func(when any) float64                  `expr:"days_since"`
	DaysAfter          func(when, days any) time.Time          `expr:"days_after"`
}

// EnvBuyer is the buyer as a condition sees him.
type EnvBuyer struct {
	ID         string         `expr:"id"`
	Name       string         `expr:"name"`
	Department string         `expr:"department"`
	Locale     string         `expr:"locale"`
	PriceGroup string         `expr:"price_group"`
	Rank       string         `expr:"rank"`
	Attributes map[string]any `expr:"attributes"`
}

// EnvAccount is the account as a condition sees it. What is not known is zero.
type EnvAccount struct {
	ID            string    `expr:"id"`
	Name          string    `expr:"name"`
	Orders        int       `expr:"orders"` // that stand
	LastOrderAt   time.Time `expr:"last_order_at"`
	OrderInterval float64   `expr:"order_interval"` // usual days between two orders: the median of the last ones
}

// EnvCart is a cart as a condition sees it.
type EnvCart struct {
	ID       string    `expr:"id"`
	Items    []EnvItem `expr:"items"`
	State    string    `expr:"state"`
	Total    float64   `expr:"total"`
	Currency string    `expr:"currency"`
}

// EnvItem is a SKU as a condition sees it. Stock of a product that is not
// tracked counts as endless; LowStock is 0 where the shop set no mark.
type EnvItem struct {
	SKU       string  `expr:"sku"`
	Name      string  `expr:"name"`
	Category  string  `expr:"category"`
	Quantity  float64 `expr:"quantity"`
	Price     float64 `expr:"price"`    // for this buyer, now
	Baseline  float64 `expr:"baseline"` // price drop: measured from here
	Stock     float64 `expr:"stock"`
	LowStock  float64 `expr:"low_stock"`
	Need      float64 `expr:"need"`
	Views     int     `expr:"views"`
	Available bool    `expr:"available"`
}

// EnvRun is the run as a condition sees it.
type EnvRun struct {
	Subject string         `expr:"subject"`
	Step    string         `expr:"step"`
	Data    map[string]any `expr:"data"` // of the event that started it
}

// CompileCondition reads an expression. The error is expr's, with the line and
// column within text.
func CompileCondition(text string) (*Condition, error) {
	return compile(text, expr.AsBool())
}

func compile(text string, wanted expr.Option) (*Condition, error) {
	program, err := expr.Compile(text, expr.Env(Env{}), wanted)
	if err != nil {
		return nil, err
	}
	return &Condition{Text: text, program: program, asks: whatIsAsked(text)}, nil
}

// asked says which parts of Env a condition may look at: only these are made for it.
type asked struct {
	buyer, account, cart, items        bool
	cartItems, prices                  bool // of a cart: its items, and what they cost
	opened, clicked, happened, ordered bool
	viewed, daysSince, daysAfter       bool
}

// anyName finds every name in an expression, those within strings too: a part
// of Env that is made in vain does no harm. With a point before it, it is a field.
var anyName = regexp.MustCompile(`\.?[a-z_]+`)

// whatIsAsked goes by the names in a condition; `$env` is a way to any of them.
func whatIsAsked(text string) asked {
	names := map[string]bool{}
	for _, name := range anyName.FindAllString(text, -1) {
		names[name] = true
	}
	has := func(name string) bool { return names[name] || names["env"] }
	items := has("items")
	return asked{buyer: has("buyer"), account: has("account") || has("score"), cart: has("cart"), items: items,
		cartItems: items || names[".items"], prices: has("price") || names[".price"],
		opened: has("opened"), clicked: has("clicked"), happened: has("happened"), ordered: has("ordered_since_anchor"),
		viewed: has("viewed"), daysSince: has("days_since"), daysAfter: has("days_after")}
}

// machines run programs; one keeps its stack for the next.
var machines = sync.Pool{New: func() any { return new(vm.VM) }}

// Holds asks the condition. A nil condition holds.
func (c *Condition) Holds(env *Env) (bool, error) {
	if c == nil {
		return true, nil
	}
	machine := machines.Get().(*vm.VM)
	defer machines.Put(machine)
	out, err := machine.Run(c.program, env)
	if err != nil {
		return false, fmt.Errorf("condition %q: %w", c.Text, err)
	}
	held, ok := out.(bool)
	if !ok {
		return false, fmt.Errorf("condition %q: expected true or false, got %T", c.Text, out)
	}
	return held, nil
}
