package scenarios

import (
	"cmp"
	"slices"

	"github.com/shopspring/decimal"
)

// messageItems are the SKUs that a message shows, at this moment and for this
// buyer; when none is left, the reason.
func (t *draft) messageItems(r *Run, d *Definition, step *Step, b *Buyer) ([]MessageItem, Reason) {
	why := ReasonUnavailable
	account := t.keyOf(b)
	chosen := t.chosen[:0]
	var env *Env
	if step.Only != nil {
		env = t.runEnv(step.Only, r, b)
	}
	for i := range r.Items {
		it := &r.Items[i]
		if it.Left != "" {
			continue
		}
		if t.boughtLately(d, it.SKU, account) {
			why = ReasonRecentlyPurchased
			continue
		}
		if p := t.s.products[it.SKU]; p != nil && !p.Available() {
			continue
		}
		if step.Only != nil {
			env.Item = t.envItem(it, b)
			if held, err := step.Only.Holds(env); err != nil || !held {
				why = step.Otherwise
				if why == "" {
					why = ReasonCondition
				}
				continue
			}
		}
		chosen = append(chosen, *it)
	}
	t.chosen = chosen
	chosen = inOrder(chosen, d.Start.MaxItems)
	items, saves := make([]MessageItem, len(chosen)), false
	for i := range chosen {
		items[i] = t.messageItem(&chosen[i], b)
		saves = saves || items[i].Saving != nil
	}
	if saves {
		slices.SortStableFunc(items, func(a, b MessageItem) int { return saving(b).Cmp(saving(a)) })
	}
	return items, why
}

// inOrder puts what was viewed newest and most viewed first, leaves everything
// else as it came, and cuts at the limit.
func inOrder(items []RunItem, limit int) []RunItem {
	slices.SortStableFunc(items, func(a, b RunItem) int {
		if a.Views == 0 || b.Views == 0 {
			return 0
		}
		return cmp.Or(b.At.Compare(a.At), cmp.Compare(b.Views, a.Views))
	})
	if limit > 0 && len(items) > limit {
		items = items[:limit]
	}
	return items
}

func (t *draft) messageItem(it *RunItem, b *Buyer) MessageItem {
	m := MessageItem{SKU: it.SKU, Name: it.Name, URL: it.URL, ImageURL: it.ImageURL, Quantity: it.Quantity,
		Price: t.priceNow(it, b), At: it.At}
	if p := t.s.products[it.SKU]; p != nil {
		m.Name, m.URL, m.ImageURL = either(it.Name, p.Name), either(it.URL, p.URL), either(it.ImageURL, p.ImageURL)
		m.Stock = p.Stock
		if p.MOQ != nil {
			m.MOQ = *p.MOQ
		}
	}
	m.Name = either(m.Name, m.SKU)
	if it.Baseline != nil && m.Price != nil && m.Price.LessThan(*it.Baseline) && it.Baseline.IsPositive() {
		was, cut := *it.Baseline, it.Baseline.Sub(*m.Price)
		m.Was, m.Saving = &was, &cut
		m.PercentOff = int(cut.Mul(decimal.NewFromInt(100)).Div(was).Floor().IntPart())
	}
	return m
}

func saving(m MessageItem) Money {
	if m.Saving == nil {
		return decimal.Zero
	}
	return *m.Saving
}

func either(a, b string) string {
	if a != "" {
		return a
	}
	return b
}
