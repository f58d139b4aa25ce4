package channels

import (
	"errors"
	"fmt"

	"github.com/shopspring/decimal"

	"kagobell/scenarios"
)

// mostWhole bounds counts, ranks and days.
const mostWhole = 1_000_000

// whole reads a whole number.
func (f functionSet) whole(value any) (int, error) {
	amount, err := f.amount(value)
	if err != nil {
		return 0, err
	}
	if !amount.IsInteger() || amount.Abs().GreaterThan(decimal.NewFromInt(mostWhole)) {
		return 0, fmt.Errorf("expected a whole number up to %d", mostWhole)
	}
	return int(amount.IntPart()), nil
}

// rank says a place in a ranking: 第1位, or No. 1. It takes the place, or an
// item of the ranking.
func (f functionSet) rank(value any) (string, error) {
	if item, ok := value.(viewItem); ok {
		value = item.Rank
	}
	place, err := f.whole(value)
	if err != nil {
		return "", err
	}
	if place < 1 {
		return "", errors.New("expected a place from 1")
	}
	return fmt.Sprintf(inLanguage(f.lang, "第%d位", "No. %d"), place), nil
}

// pieces is how many there are: of an item, whose stock may not be known, or a
// number.
func (f functionSet) pieces(value any) (n scenarios.Money, known bool, err error) {
	if item, ok := value.(viewItem); ok {
		if item.inStock == nil {
			return n, false, nil
		}
		value = *item.inStock
	}
	n, err = f.amount(value)
	return n, err == nil, err
}

// stock says how a product stands: 在庫切れ, 残りわずか up to a mark, 在庫あり
// above it; nothing where the stock is not known.
func (f functionSet) stock(low, value any) (string, error) {
	mark, err := f.amount(low)
	if err != nil {
		return "", fmt.Errorf("the mark: %w", err)
	}
	n, known, err := f.pieces(value)
	switch {
	case err != nil || !known:
		return "", err
	case !n.IsPositive():
		return inLanguage(f.lang, "在庫切れ", "Out of stock"), nil
	case n.LessThanOrEqual(mark):
		return inLanguage(f.lang, "残りわずか", "Only a few left"), nil
	}
	return inLanguage(f.lang, "在庫あり", "In stock"), nil
}

// left counts what is left, up to a mark: 残り3点. Nothing above it, and where
// nothing is left or known.
func (f functionSet) left(low, value any) (string, error) {
	mark, err := f.amount(low)
	if err != nil {
		return "", fmt.Errorf("the mark: %w", err)
	}
	n, known, err := f.pieces(value)
	if err != nil || !known || !n.IsPositive() || n.GreaterThan(mark) {
		return "", err
	}
	return fmt.Sprintf(inLanguage(f.lang, "残り%s点", "Only %s left"), groupThousands(n.Round(3).String())), nil
}

// plural counts in English: 1 item, 3 items.
func (f functionSet) plural(value any, one, many string) (string, error) {
	n, err := f.amount(value)
	if err != nil {
		return "", err
	}
	word := many
	if n.Equal(decimal.NewFromInt(1)) {
		word = one
	}
	return groupThousands(n.Round(3).String()) + " " + word, nil
}
