package scenarios

import (
	"encoding/json"
	"math"
	"slices"
	"time"
)

// meets tells whether a condition holds for an event; r is nil when there is no
// run yet. A condition that can't be answered does not hold.
func (t *draft) meets(c *Condition, ev *Event, r *Run) bool {
	if c == nil {
		return true
	}
	held, err := c.Holds(t.eventEnv(c, ev, r))
	return err == nil && held
}

// eventEnv is what a condition sees when an event has come.
func (t *draft) eventEnv(c *Condition, ev *Event, r *Run) *Env {
	env := t.envOf(c, r, t.buyer(ev.BuyerID()))
	env.Event = ev.Data
	if ev.Cart != nil && (c.asks.cart || c.asks.items) {
		env.Cart = t.envCart(c, ev.Cart)
		if r == nil {
			env.Items = env.Cart.Items
		}
	}
	return env
}

// meetsNow tells whether a condition holds when a step is due.
func (t *draft) meetsNow(c *Condition, r *Run, b *Buyer) bool {
	if c == nil {
		return true
	}
	held, err := c.Holds(t.runEnv(c, r, b))
	return err == nil && held
}

// runEnv is what a condition sees when a step is due.
func (t *draft) runEnv(c *Condition, r *Run, b *Buyer) *Env {
	env := t.envOf(c, r, b)
	env.Event = r.Data
	if c.asks.cart {
		if cart := t.keptBuyer(r.BuyerID).carts[r.Subject]; cart != nil {
			env.Cart = t.envCart(c, cart)
		}
	}
	return env
}

// envOf is what a condition sees of a run and its buyer, as far as it looks. The
// next one takes its place.
func (t *draft) envOf(c *Condition, r *Run, b *Buyer) *Env {
	env := &t.env
	*env = Env{}
	if c.asks.opened {
		env.Opened = t.reacted(r, func(m *Message) bool { return !m.OpenedAt.IsZero() || !m.ClickedAt.IsZero() })
	}
	if c.asks.clicked {
		env.Clicked = t.reacted(r, func(m *Message) bool { return !m.ClickedAt.IsZero() })
	}
	if c.asks.ordered {
		env.OrderedSinceAnchor = t.orderedSinceAnchor(r)
	}
	if c.asks.daysSince {
		env.DaysSince = t.daysSince
	}
	if c.asks.happened {
		env.Happened = func(step string) bool { return r != nil && slices.Contains(r.Happened, step) }
	}
	if c.asks.viewed {
		env.Viewed = t.viewed(r, b)
	}
	if c.asks.daysAfter {
		env.DaysAfter = t.daysAfter
	}
	if b != nil && c.asks.buyer {
		env.Buyer = envBuyer(b)
	}
	if c.asks.account {
		if a := t.accountSeen(r, b); a != nil {
			env.Account, env.Score = envAccount(a), t.e.ScoreNow(a.Score, t.now)
		}
	}
	if r == nil {
		return env
	}
	env.Run = EnvRun{Subject: r.Subject, Step: r.Step, Data: r.Data}
	if c.asks.items {
		t.envItems = t.envItems[:0]
		for i := range r.Items {
			if it := &r.Items[i]; it.Left == "" {
				t.envItems = append(t.envItems, t.envItem(it, b))
			}
		}
		env.Items = t.envItems
	}
	return env
}

// accountSeen is the buyer's; of an event that names nobody, the run's.
func (t *draft) accountSeen(r *Run, b *Buyer) *Account {
	switch {
	case b != nil:
		return t.account(b.AccountKey())
	case r != nil:
		return t.account(r.AccountKey)
	}
	return nil
}

// reacted is the function opened() or clicked(): a click tells of an opening.
func (t *draft) reacted(r *Run, did func(*Message) bool) func(string) bool {
	return func(step string) bool {
		if r == nil {
			return false
		}
		for _, m := range t.messagesOfRun(r.ID) {
			if m.Step == step && did(m) {
				return true
			}
		}
		return false
	}
}

func (t *draft) orderedSinceAnchor(r *Run) func(...string) bool {
	return func(skus ...string) bool {
		if r == nil {
			return false
		}
		if len(skus) > 0 {
			for _, sku := range skus {
				if t.purchasedSince(r.AccountKey, sku, r.Anchor) {
					return true
				}
			}
			return false
		}
		for sku := range t.keptAccount(r.AccountKey).purchases {
			if t.purchasedSince(r.AccountKey, sku, r.Anchor) {
				return true
			}
		}
		return false
	}
}

// daysSince is the whole and broken days from a date to now; a value that is no
// date is infinitely long ago.
func (t *draft) daysSince(when any) float64 {
	at, known := parseDate(when, t.e.settings.Zone)
	if !known {
		return math.Inf(1)
	}
	return t.now.Sub(at).Hours() / 24
}

// daysAfter is so many days after a date; the zero time, which is no date, where
// there is none to count from.
func (t *draft) daysAfter(when, number any) time.Time {
	at, known := parseDate(when, t.e.settings.Zone)
	days := numberOf(number)
	if !known || math.IsNaN(days) || math.Abs(days) > maxDurationDays {
		return time.Time{}
	}
	whole, part := math.Modf(days)
	return addCalendarDays(at, int(whole), t.e.settings.Zone).Add(time.Duration(part * float64(dayLength)))
}

// numberOf takes any number: max(30, 1.5 * x) is a whole one or not, by what x is.
func numberOf(v any) float64 {
	switch n := v.(type) {
	case float64:
		return n
	case int:
		return float64(n)
	}
	return math.NaN()
}

// attributesOf reads a buyer's own object.
func attributesOf(b *Buyer) (fields map[string]any) {
	if len(b.Attributes) > 0 {
		_ = json.Unmarshal(b.Attributes, &fields) // checked when the event was read
	}
	return fields
}

func envBuyer(b *Buyer) EnvBuyer {
	e := EnvBuyer{ID: b.ID, Name: b.Name, Department: b.Department, Locale: b.Locale,
		PriceGroup: b.PriceGroup, Rank: b.Rank, Attributes: attributesOf(b)}
	return e
}

func envAccount(a *Account) EnvAccount {
	e := EnvAccount{ID: a.ID, Name: a.Name, Orders: a.Orders, OrderInterval: a.orderInterval()}
	if n := len(a.OrderedAt); n > 0 {
		e.LastOrderAt = a.OrderedAt[n-1]
	}
	return e
}

func (t *draft) envCart(condition *Condition, c *Cart) EnvCart {
	e := EnvCart{ID: c.ID, State: string(c.State), Total: toFloat(c.Total), Currency: c.Currency}
	if !condition.asks.cartItems {
		return e
	}
	t.cartItems = t.cartItems[:0]
	for i := range c.Items {
		it := &c.Items[i]
		seen := EnvItem{SKU: it.SKU, Name: it.Name, Quantity: it.Quantity}
		if condition.asks.prices {
			seen.Price = toFloat(it.UnitPrice)
		}
		t.cartItems = append(t.cartItems, seen)
	}
	e.Items = t.cartItems
	return e
}

func (t *draft) envItem(it *RunItem, b *Buyer) EnvItem {
	e := EnvItem{SKU: it.SKU, Name: it.Name, Quantity: it.Quantity, Price: toFloat(t.priceNow(it, b)),
		Baseline: toFloat(it.Baseline), Need: it.Need, Views: it.Views, Available: true, Stock: math.Inf(1)}
	if p := t.s.products[it.SKU]; p != nil {
		e.Category, e.Available = p.Category, p.Available()
		if p.Stock != nil {
			e.Stock = *p.Stock
		}
		if p.LowStock != nil {
			e.LowStock = *p.LowStock
		}
	}
	return e
}

// priceNow is the price of an item for this buyer at this moment: his price
// group's, else what the shop's cart said, else the list price. What a viewed page
// said is older than the catalogue.
func (t *draft) priceNow(it *RunItem, b *Buyer) *Money {
	p := t.s.products[it.SKU]
	if p == nil {
		return it.UnitPrice
	}
	if b != nil && b.PriceGroup != "" {
		if price, ok := p.Prices[b.PriceGroup]; ok {
			return &price
		}
	}
	if it.UnitPrice != nil && it.Baseline == nil && it.Views == 0 {
		return it.UnitPrice
	}
	return p.Price
}

var tens = [...]float64{1, 10, 100, 1e3, 1e4, 1e5, 1e6}

func toFloat(m *Money) float64 {
	if m == nil {
		return 0
	}
	// Both parts are exact here, so that their quotient is the nearest number, as that of the slow way is.
	if places := -m.Exponent(); 0 <= places && int(places) < len(tens) && m.NumDigits() <= 15 {
		return float64(m.CoefficientInt64()) / tens[places]
	}
	f, _ := m.Float64()
	return f
}
