package scenarios

import (
	"strconv"
	"strings"
)

// product reads what stands behind `11-20 10:00 product`.
func (r *timelineReader) product(raw map[string]any, sku string, words []string) {
	data := map[string]any{"sku": sku}
	raw["type"], raw["data"] = EventProductUpdated, data
	prices := map[string]any{}
	for _, w := range words {
		key, value, _ := strings.Cut(w, "=")
		number, _ := strconv.ParseFloat(value, 64)
		switch {
		case key == "deleted":
			raw["type"] = EventProductDeleted
		case key == "active":
			data["active"] = value != "no"
		case value == "null":
			data[key] = nil
		case key == "price":
			data["price"] = value
		case strings.HasPrefix(key, "price."):
			prices[strings.TrimPrefix(key, "price.")] = value
			data["prices"] = prices
		case key == "low":
			data["low_stock"] = number
		case key == "stock" || key == "moq" || key == "version":
			data[key] = number
		default:
			r.t.Fatalf("product: unknown word %q", w)
		}
	}
}
