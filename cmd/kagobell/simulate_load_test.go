//go:build unix

package main

import (
	"bufio"
	"bytes"
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

// loadHistory writes a history of 60 days: so many events of a twentieth as many buyers, most of whom look around.
func loadHistory(out io.Writer, events int) error {
	w, random := bufio.NewWriter(out), rand.New(rand.NewPCG(11, 12))
	begin, apart, buyers := time.Date(2026, 6, 1, 0, 0, 0, 0, time.UTC), 60*24*time.Hour/time.Duration(events), max(events/20, 1)
	for i := range events {
		at := begin.Add(apart * time.Duration(i)).Format(time.RFC3339)
		b, sku := random.IntN(buyers), random.IntN(2000)
		buyer := fmt.Sprintf(`"buyer":{"id":"b-%d","account_id":"a-%d","email":"b-%d@acme.example","name":"佐藤 花子","consent":{"email":true}},`,
			b, b/4, b)
		kind, data := "page.viewed", `"url":"https://shop.example/guide","category":"guide"`
		switch n := random.IntN(100); {
		case n < 30:
		case n < 60:
			kind, data = "product.viewed", fmt.Sprintf(`"sku":"SKU-%d","name":"商品 %d","price":%d,"url":"https://shop.example/p/%d"`, sku, sku, 100+sku, sku)
		case n < 83:
			kind, data = "cart.updated", fmt.Sprintf(`"cart_id":"c-%d","currency":"JPY","total":4800,"url":"https://shop.example/cart","items":[`+
				`{"sku":"SKU-%d","name":"商品 %d","quantity":10,"unit_price":480,"url":"https://shop.example/p/%d"},{"sku":"PEN-1","name":"ボールペン","quantity":1,"unit_price":90}]`,
				b, sku, sku, sku)
		case n < 88:
			kind, data = "favorite.added", fmt.Sprintf(`"sku":"SKU-%d"`, sku)
		case n < 96:
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

// BenchmarkSimulate is the whole command: reading, deciding, titles, printing. It tells events a second of processor
// time, and the peak of resident memory.
func BenchmarkSimulate(b *testing.B) {
	b.Chdir(b.TempDir())
	file, err := os.Create("history.jsonl")
	if err != nil {
		b.Fatal(err)
	}
	if err := loadHistory(file, *simulatedEvents); err != nil {
		b.Fatal(err)
	}
	if err := file.Close(); err != nil {
		b.Fatal(err)
	}
	for _, format := range []string{"json", "table"} {
		b.Run(format, func(b *testing.B) {
			before := usage(b)
			for b.Loop() {
				var stderr bytes.Buffer
				args := []string{"simulate", "--events", "history.jsonl", "--format", format}
				if code := run(b.Context(), args, strings.NewReader(""), io.Discard, &stderr, nil); code != exitDone {
					b.Fatalf("exit code %d: %s", code, stderr.String())
				}
			}
			after := usage(b)
			used := time.Duration(after.Utime.Nano() + after.Stime.Nano() - before.Utime.Nano() - before.Stime.Nano())
			b.ReportMetric(float64(*simulatedEvents*b.N)/used.Seconds(), "events/s")
			b.ReportMetric(float64(after.Maxrss)/1024, "MiB-peak")
		})
	}
}

func usage(b *testing.B) (u syscall.Rusage) {
	b.Helper()
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		b.Fatal(err)
	}
	return u
}
