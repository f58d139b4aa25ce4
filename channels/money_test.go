package channels

import (
	"math"
	"testing"
)

// TestFormatMoney: yen have no fraction. A price goes up to the next whole one,
// and a saving down.
func TestFormatMoney(t *testing.T) {
	for _, c := range []struct{ amount, iso, price, saving string }{
		{"480", "JPY", "￥480", "480円"}, {"48000", "", "￥48,000", "48,000円"}, {"1234567", "JPY", "￥1,234,567", "1,234,567円"},
		{"1234.5", "JPY", "￥1,235", "1,234円"}, {"98.5", "", "￥99", "98円"}, {"98.01", "JPY", "￥99", "98円"},
		{"999.001", "JPY", "￥1,000", "999円"}, {"0.00004", "JPY", "￥1", "0円"}, {"480.00", "JPY", "￥480", "480円"}, {"-1200", "JPY", "-￥1,200", "-1,200円"},
		{"1234.5", "USD", "USD 1,234.50", "USD 1,234.50"}, {"9.999", "usd", "USD 9.999", "USD 9.999"}, {"5", "KRW", "KRW 5", "KRW 5"},
		{"0.00004", "USD", "USD 0.0001", "USD 0.00"}, {"1e3", "USD", "USD 1,000.00", "USD 1,000.00"}, {"1e5", "JPY", "￥100,000", "100,000円"},
		{"5", "BHD", "BHD 5.000", "BHD 5.000"}, {"7", "XQZ", "XQZ 7.00", "XQZ 7.00"}, {"7", "<b>\r\n", "<B> 7.00", "<B> 7.00"},
	} {
		if got := formatPrice(money(c.amount), c.iso); got != c.price {
			t.Errorf("price %s %s: %q, want %q", c.amount, c.iso, got, c.price)
		}
		if got := formatSavingWords(*money(c.amount), c.iso); got != c.saving {
			t.Errorf("saving %s %s: %q, want %q", c.amount, c.iso, got, c.saving)
		}
	}
	if formatPrice(nil, "JPY") != "" {
		t.Error("nothing is not nothing")
	}
}

func TestFormatQuantity(t *testing.T) {
	for n, want := range map[float64]string{1: "1", 1000: "1,000", 2.5: "2.5", 0.1 + 0.2: "0.3", 0: "", 12345678: "12,345,678", math.Inf(1): "", -5: "-5"} {
		if got := formatQuantity(n); got != want {
			t.Errorf("%v: %q, want %q", n, got, want)
		}
	}
}
