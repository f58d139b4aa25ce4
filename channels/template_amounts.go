package channels

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"regexp"
	"strings"

	"github.com/shopspring/decimal"

	"kagobell/scenarios"
)

// amount reads what stands in the data of an event as an amount: a number, or
// its digits, with or without commas between thousands.
func (f functionSet) amount(value any) (scenarios.Money, error) {
	switch v := value.(type) {
	case nil:
		if f.lenient {
			return decimal.NewFromInt(1), nil
		}
	case string:
		if f.lenient && v == "" {
			return decimal.NewFromInt(1), nil
		}
		if digits := strings.TrimSpace(v); writtenAmount.MatchString(digits) {
			return within(decimal.NewFromString(strings.ReplaceAll(digits, ",", "")))
		}
	case json.Number:
		return within(decimal.NewFromString(v.String()))
	case float64:
		if !math.IsNaN(v) && !math.IsInf(v, 0) {
			return within(decimal.NewFromFloat(v), nil)
		}
	case int:
		return within(decimal.NewFromInt(int64(v)), nil)
	case int64:
		return within(decimal.NewFromInt(v), nil)
	}
	return decimal.Zero, unexpected("an amount such as 12800 or 98.5", value)
}

// writtenAmount is 12800, -3, 98.50 or 1,234,567.
var writtenAmount = regexp.MustCompile(`^-?(\d{1,18}|\d{1,3}(,\d{3}){1,5})(\.\d{1,12})?$`)

var errOutOfRange = errors.New("expected an amount below 1,000,000,000,000,000,000, of at most 40 digits")

// within keeps amounts to what anybody has to pay: 1e999999999 is a number in
// JSON, and as digits it fills the memory.
func within(amount scenarios.Money, err error) (scenarios.Money, error) {
	if err != nil {
		return decimal.Zero, errOutOfRange // of a JSON number nothing else can be wrong
	}
	digits := amount.NumDigits()
	if exponent := int(amount.Exponent()); digits > 40 || exponent > 18 || exponent < -40 || digits+exponent > 18 {
		return decimal.Zero, errOutOfRange
	}
	return amount, nil
}

// yen writes a price: ￥12,800, rounded up.
func (f functionSet) yen(value any) (string, error) { return f.money(yen, value) }

// money writes a price in a currency of ISO 4217, rounded up as money.go says.
func (f functionSet) money(iso string, value any) (string, error) {
	if !currencyName.MatchString(iso) {
		return "", errors.New("expected a currency such as JPY or USD first")
	}
	amount, err := f.amount(value)
	if err != nil {
		return "", err
	}
	return formatPrice(&amount, iso), nil
}

var currencyName = regexp.MustCompile(`^[A-Z]{3}$`)

// number groups the digits of a number: 1,234.5, to three decimals.
func (f functionSet) number(value any) (string, error) {
	amount, err := f.amount(value)
	if err != nil {
		return "", err
	}
	return groupThousands(amount.Round(3).String()), nil
}

// reduction reads two prices. saving is zero where the second is not lower.
func (f functionSet) reduction(was, now any) (before, saving scenarios.Money, err error) {
	before, err = f.amount(was)
	if err != nil {
		return before, saving, fmt.Errorf("the price before: %w", err)
	}
	after, err := f.amount(now)
	if err != nil {
		return before, saving, fmt.Errorf("the price after: %w", err)
	}
	if before.IsNegative() || after.IsNegative() {
		return before, saving, errors.New("expected prices, got a negative one")
	}
	if after.LessThan(before) {
		saving = before.Sub(after)
	}
	return before, saving, nil
}

// percent is the size of a price cut in per cent, rounded down; 0 where there
// is none.
func (f functionSet) percent(was, now any) (int, error) {
	before, saving, err := f.reduction(was, now)
	if err != nil || !saving.IsPositive() {
		return 0, err
	}
	return int(saving.Mul(decimal.NewFromInt(100)).Div(before).Floor().IntPart()), nil
}

// saved is the amount of a price cut, rounded down: 1,200円, or ￥1,200. Empty
// where there is none. The currency is JPY, or what is named last.
func (f functionSet) saved(was, now any, iso ...string) (string, error) {
	_, saving, err := f.reduction(was, now)
	if err != nil || !savingShown(saving, first(iso)).IsPositive() {
		return "", err
	}
	if f.lang == inEnglish {
		return formatMoney(savingShown(saving, first(iso)), first(iso)), nil
	}
	return formatSavingWords(saving, first(iso)), nil
}

// savedWords says it in words: 1,200円もお得. Empty where nothing is saved.
func (f functionSet) savedWords(was, now any, iso ...string) (string, error) {
	_, saving, err := f.reduction(was, now)
	if err != nil || !saving.IsPositive() {
		return "", err
	}
	return savingWords(f.lang, saving, first(iso)), nil
}

// cut is for a subject: 15%OFF, and the amount in words where that would be 0.
func (f functionSet) cut(was, now any, iso ...string) (string, error) {
	percent, err := f.percent(was, now)
	if err != nil {
		return "", err
	}
	words, err := f.savedWords(was, now, iso...)
	return cutWords(f.lang, percent, words), err
}

func first(iso []string) string {
	if len(iso) == 0 {
		return yen
	}
	return iso[0]
}
