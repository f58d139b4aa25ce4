package scenarios

import (
	"encoding/json"
	"math"
	"regexp"
	"strconv"
	"strings"

	"github.com/shopspring/decimal"
)

// What is above maxQuantity, of quantities and stock, or below minQuantity is a slip of the keyboard.
const (
	maxQuantity = 1e9
	minQuantity = 1e-6 // as with money
)

// quantity is a number above 0 in a field that may be absent or null, which is 0: not said.
func (o jsonObject) quantity(key string) float64 {
	if !o.given(key) {
		return 0
	}
	n, ok := o.number(key)
	switch {
	case !ok || n <= 0 || n > maxQuantity:
		o.expected(key, "a number above 0"+atMost(ok, n))
		return 0
	case n < minQuantity:
		o.expected(key, "a number above 0 and at least 0.000001")
		return 0
	}
	return n
}

// stock is a number in a field that is there. Below 0 means that more was sold than there was.
func (o jsonObject) stock(key string) *float64 {
	n, ok := o.number(key)
	if !ok || math.Abs(n) > maxQuantity {
		o.expected(key, "a number"+atMost(ok, n))
		return nil
	}
	return &n
}

// mark is a number of 0 or more in a field that is there.
func (o jsonObject) mark(key string) *float64 {
	n, ok := o.number(key)
	if !ok || n < 0 || n > maxQuantity {
		o.expected(key, "a number of 0 or more"+atMost(ok, n))
		return nil
	}
	return &n
}

func atMost(ok bool, n float64) string {
	if ok && math.Abs(n) > maxQuantity {
		return " and at most 1000000000"
	}
	return ""
}

func (o jsonObject) number(key string) (float64, bool) {
	written, ok := o.fields[key].(json.Number)
	if !ok {
		return 0, false
	}
	n, err := strconv.ParseFloat(string(written), 64)
	return n, err == nil
}

// whole is a whole number in a field that is there.
func (o jsonObject) whole(key string) int64 {
	written, _ := o.fields[key].(json.Number)
	n, err := strconv.ParseInt(string(written), 10, 64)
	if err != nil {
		o.expected(key, "a whole number")
		return 0
	}
	return n
}

// Amounts have at most 15 digits before the point and 6 after it.
const moneyDecimals = 6

var (
	moneyText  = regexp.MustCompile(`^[0-9]{1,15}(\.[0-9]{1,6})?$`)
	moneyLimit = decimal.New(1, 15)
)

const moneyExpected = `an amount of 0 or more with at most 15 digits and 6 decimals, as a number or as a string such as "480.50"`

// money is an amount in major units in a field that may be absent or null.
func (o jsonObject) money(key string) *Money {
	if !o.given(key) {
		return nil
	}
	amount, ok := readMoney(o.fields[key])
	if !ok {
		o.expected(key, moneyExpected)
		return nil
	}
	return &amount
}

// readMoney reads a JSON number or a decimal string. A number may have been a float64 at the sender
// (105.60000000000001): it is rounded to 6 decimals, unless nothing would be left. A string is taken at its word.
func readMoney(value any) (Money, bool) {
	switch v := value.(type) {
	case string:
		if !moneyText.MatchString(v) {
			return Money{}, false
		}
		amount, err := decimal.NewFromString(v)
		return amount, err == nil
	case json.Number:
		// The size is known before any arithmetic: 1e999999999 would fill the memory.
		if !smallNumber(string(v)) {
			return Money{}, false
		}
		amount, err := decimal.NewFromString(string(v))
		if err != nil || amount.IsNegative() {
			return Money{}, false
		}
		kept := amount
		if amount.Exponent() < -moneyDecimals {
			kept = amount.Round(moneyDecimals)
		}
		return kept, kept.LessThan(moneyLimit) && kept.IsZero() == amount.IsZero()
	}
	return Money{}, false
}

func smallNumber(text string) bool {
	const most = 40
	digits, exponent, found := strings.Cut(strings.ToLower(text), "e")
	if !found {
		return len(digits) <= most
	}
	n, err := strconv.Atoi(exponent)
	return err == nil && -most <= n && n <= most && len(digits) <= most
}
