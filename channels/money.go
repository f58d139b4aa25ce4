package channels

import (
	"math"
	"strconv"
	"strings"

	"golang.org/x/text/currency"

	"kagobell/scenarios"
)

// yen is the currency where none is said: catalogue events carry none, and the
// shops are Japanese.
const yen = "JPY"

// mostDecimals are shown in currencies other than the yen: parts that are sold by
// the thousand cost fractions of a cent. The yen has none.
const mostDecimals = 4

// priceShown and savingShown round an amount to what is shown of it: a price is
// never shown lower than it is, and a saving never higher.
func priceShown(amount scenarios.Money, iso string) scenarios.Money {
	return rounded(amount, iso, scenarios.Money.RoundCeil)
}

func savingShown(amount scenarios.Money, iso string) scenarios.Money {
	return rounded(amount, iso, scenarios.Money.RoundFloor)
}

// rounded leaves an amount alone that has no more decimals than are shown, as most have none.
func rounded(amount scenarios.Money, iso string, round func(scenarios.Money, int32) scenarios.Money) scenarios.Money {
	places := decimalsShown(iso)
	if amount.Exponent() >= -places {
		return amount
	}
	return round(amount, places)
}

func decimalsShown(iso string) int32 {
	if currencyCode(iso) == yen {
		return 0
	}
	return mostDecimals
}

// formatPrice writes a price with its currency: ￥48,000 (the full-width sign,
// which CP932 has), USD 1,234.50. Empty for nil.
func formatPrice(amount *scenarios.Money, iso string) string {
	if amount == nil {
		return ""
	}
	return formatMoney(priceShown(*amount, iso), iso)
}

// formatSavingWords writes a saving as one says it in a sentence: 1,200円.
func formatSavingWords(amount scenarios.Money, iso string) string {
	amount = savingShown(amount, iso)
	if currencyCode(iso) == yen {
		return formatAmount(amount, yen) + "円"
	}
	return formatMoney(amount, iso)
}

// formatMoney writes an amount that is rounded already.
func formatMoney(amount scenarios.Money, iso string) string {
	code := currencyCode(iso)
	digits := formatAmount(amount, code)
	sign := ""
	if strings.HasPrefix(digits, "-") {
		sign, digits = "-", digits[1:]
	}
	if code == yen {
		return sign + "￥" + digits
	}
	return code + " " + sign + digits
}

func currencyCode(iso string) string {
	if iso == "" || iso == yen {
		return yen
	}
	return strings.ToUpper(short(8, cleanLine(iso)))
}

// formatAmount groups the digits by thousands, with at least the decimals that
// the currency has.
func formatAmount(amount scenarios.Money, code string) string {
	least := int32(0)
	if code != yen {
		least = decimals(code)
	}
	text := amount.String()
	if fraction := len(text) - strings.IndexByte(text, '.') - 1; !strings.Contains(text, ".") || int32(fraction) < least {
		text = amount.StringFixed(least)
	}
	return groupThousands(text)
}

// decimals is how many a currency has by ISO 4217; 2 for one that is not known.
func decimals(code string) int32 {
	unit, err := currency.ParseISO(code)
	if err != nil {
		return 2
	}
	scale, _ := currency.Standard.Rounding(unit)
	return int32(scale)
}

// formatQuantity writes a number of pieces: 1,000 or 2.5. Empty for nothing.
func formatQuantity(n float64) string {
	if n == 0 || math.IsNaN(n) || math.IsInf(n, 0) {
		return ""
	}
	return groupThousands(strconv.FormatFloat(math.Round(n*1000)/1000, 'f', -1, 64))
}

func groupThousands(text string) string {
	sign, whole, fraction := "", text, ""
	if strings.HasPrefix(whole, "-") {
		sign, whole = "-", whole[1:]
	}
	if dot := strings.IndexByte(whole, '.'); dot >= 0 {
		whole, fraction = whole[:dot], whole[dot:]
	}
	if len(whole) <= 3 {
		return text
	}
	var b strings.Builder
	b.WriteString(sign)
	for i := 0; i < len(whole); i++ {
		if i > 0 && (len(whole)-i)%3 == 0 {
			b.WriteByte(',')
		}
		b.WriteByte(whole[i])
	}
	b.WriteString(fraction)
	return b.String()
}
