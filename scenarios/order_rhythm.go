package scenarios

import (
	"slices"
	"time"
)

// orderedAtMost is how many of an account's orders tell of its rhythm: twelve
// intervals, a year of monthly orders.
const orderedAtMost = 13

// countOrder takes an order that stands into its account.
func (t *draft) countOrder(o *Order) {
	if !o.CancelledAt.IsZero() {
		return
	}
	a := t.editAccount(o.AccountKey)
	a.Orders++
	at, _ := slices.BinarySearchFunc(a.OrderedAt, o.PlacedAt, time.Time.Compare)
	a.OrderedAt = slices.Insert(a.OrderedAt, at, o.PlacedAt)
	if n := len(a.OrderedAt) - orderedAtMost; n > 0 {
		a.OrderedAt = slices.Delete(a.OrderedAt, 0, n)
	}
}

// uncountOrder takes out an order that was cancelled or is told anew.
func (t *draft) uncountOrder(o *Order) {
	if o == nil || o.PlacedAt.IsZero() || !o.CancelledAt.IsZero() {
		return
	}
	a := t.editAccount(o.AccountKey)
	a.Orders = max(a.Orders-1, 0)
	if i := slices.IndexFunc(a.OrderedAt, o.PlacedAt.Equal); i >= 0 {
		a.OrderedAt = slices.Delete(a.OrderedAt, i, i+1)
	}
}

// orderInterval is the usual number of days between two orders: the median of
// the last intervals, orders of one day counting as one; 0 where there are fewer
// than two intervals.
func (a *Account) orderInterval() float64 {
	var gaps []float64
	for i := 1; i < len(a.OrderedAt); i++ {
		if gap := a.OrderedAt[i].Sub(a.OrderedAt[i-1]); gap >= dayLength {
			gaps = append(gaps, gap.Hours()/24)
		}
	}
	if len(gaps) < 2 {
		return 0
	}
	slices.Sort(gaps)
	middle := len(gaps) / 2
	if len(gaps)%2 == 1 {
		return gaps[middle]
	}
	return (gaps[middle-1] + gaps[middle]) / 2
}
