//go:build unix

package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"strings"
	"syscall"
	"testing"
	"time"
)

var simulatedEvents = flag.Int("simulated-events", 20_000, "events of BenchmarkSimulate: 1000000 for the figures of the docs")

// historyMix is the share of the kinds of events in a history, in per cent; what is left is product.updated.
type historyMix struct{ pages, views, carts, favorites, orders int }

var (
	// busy is more than any shop has: every second event leads to a message.
	busy = historyMix{pages: 30, views: 30, carts: 23, favorites: 5, orders: 8}

	// browsing has the shares of a clickstream, and pages beside it. RetailRocket's public data set has 2,756,101 events:
	// 2,664,312 views, 69,332 put into the cart and 22,457 bought (kaggle.com/retailrocket/ecommerce-dataset).
	browsing = historyMix{pages: 30, views: 64, carts: 2, favorites: 1, orders: 1}
)

// loadHistory writes a history of 60 days: so many events of a twentieth as many buyers.
func loadHistory(out io.Writer, events int, mix historyMix) error {
	w, random := bufio.NewWriter(out), rand.New(rand.NewPCG(11, 12))
	begin, apart, buyers := time.Date(2026, 6, 1, 0, 0, 0, 0, time.UTC), 60*24*time.Hour/time.Duration(events), max(events/20, 1)
	for i := range events {
		at := begin.Add(apart * time.Duration(i)).Format(time.RFC3339)
		b, sku := random.IntN(buyers), random.IntN(2000)
		buyer := fmt.Sprintf(`"buyer":{"id":"b-%d","account_id":"a-%d","email":"b-%d@acme.example","name":"佐藤 花子","consent":{"email":true}},`,
			b, b/4, b)
		kind, data := "page.viewed", `"url":"https://shop.example/guide","category":"guide"`
		switch n := random.IntN(100); {
		case n < mix.pages:
		case n < mix.pages+mix.views:
			kind, data = "product.viewed", fmt.Sprintf(`"sku":"SKU-%d","name":"商品 %d","price":%d,"url":"https://shop.example/p/%d"`, sku, sku, 100+sku, sku)
		case n < mix.pages+mix.views+mix.carts:
			kind, data = "cart.updated", fmt.Sprintf(`"cart_id":"c-%d","currency":"JPY","total":4800,"url":"https://shop.example/cart","items":[`+
				`{"sku":"SKU-%d","name":"商品 %d","quantity":10,"unit_price":480,"url":"https://shop.example/p/%d"},{"sku":"PEN-1","name":"ボールペン","quantity":1,"unit_price":90}]`,
				b, sku, sku, sku)
		case n < mix.pages+mix.views+mix.carts+mix.favorites:
			kind, data = "favorite.added", fmt.Sprintf(`"sku":"SKU-%d"`, sku)
		case n < mix.pages+mix.views+mix.carts+mix.favorites+mix.orders:
			kind, data = "order.placed", fmt.Sprintf(`"order_id":"o-%d","total":4800,"currency":"JPY","items":[{"sku":"SKU-%d","quantity":10},{"sku":"PEN-1","quantity":1}]`, i, sku)
		default:
			buyer, kind = "", "product.updated"
			data = fmt.Sprintf(`"sku":"SKU-%d","name":"商品 %d","price":%d,"stock":%d,"low_stock":5`, sku, sku, 100+sku-random.IntN(20), random.IntN(3)*10)
		}
		if _, err := fmt.Fprintf(w, `{"id":"e-%d","type":%q,"occurred_at":%q,%s"data":{%s}}`+"\n", i, kind, at, buyer, data); err != nil {
			return err
		}
	}
	return w.Flush()
}

// BenchmarkSimulate is the whole command: reading, deciding, titles, printing. It tells events a second, as the clock on
// the wall and as the processors count, and the peak of resident memory. Beside it stands what reading alone takes:
// encoding/json and a map for each line.
func BenchmarkSimulate(b *testing.B) {
	b.Chdir(b.TempDir())
	for _, x := range []struct {
		name string
		mix  historyMix
	}{{"busy", busy}, {"browsing", browsing}} {
		writeHistory(b, "history.jsonl", x.mix)
		for _, y := range []struct {
			name string
			once func(*testing.B)
		}{{"read", readAsMaps}, {"json", simulateHistory}, {"table", simulateHistory}} {
			b.Run(x.name+"_"+y.name, func(b *testing.B) {
				before := usage(b)
				for b.Loop() {
					y.once(b)
				}
				after := usage(b)
				used := time.Duration(after.Utime.Nano() + after.Stime.Nano() - before.Utime.Nano() - before.Stime.Nano())
				b.ReportMetric(float64(*simulatedEvents*b.N)/b.Elapsed().Seconds(), "events/s")
				b.ReportMetric(float64(*simulatedEvents*b.N)/used.Seconds(), "events/cpu-s")
				b.ReportMetric(float64(after.Maxrss)/1024, "MiB-peak")
			})
		}
	}
}

// simulateHistory is in the format that the benchmark's name ends with.
func simulateHistory(b *testing.B) {
	b.Helper()
	_, format, _ := strings.Cut(b.Name(), "_")
	var stderr bytes.Buffer
	args := []string{"simulate", "--events", "history.jsonl", "--format", format}
	if code := run(b.Context(), args, strings.NewReader(""), io.Discard, &stderr, nil); code != exitDone {
		b.Fatalf("exit code %d: %s", code, stderr.String())
	}
}

func readAsMaps(b *testing.B) {
	b.Helper()
	file, err := os.Open("history.jsonl")
	if err != nil {
		b.Fatal(err)
	}
	defer file.Close()
	for lines := json.NewDecoder(bufio.NewReader(file)); ; {
		var event map[string]any
		if err := lines.Decode(&event); err == io.EOF {
			return
		} else if err != nil {
			b.Fatal(err)
		}
	}
}

func writeHistory(b *testing.B, name string, mix historyMix) {
	b.Helper()
	file, err := os.Create(name)
	if err != nil {
		b.Fatal(err)
	}
	if err := errors.Join(loadHistory(file, *simulatedEvents, mix), file.Close()); err != nil {
		b.Fatal(err)
	}
}

func usage(b *testing.B) (u syscall.Rusage) {
	b.Helper()
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		b.Fatal(err)
	}
	return u
}
