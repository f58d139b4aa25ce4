package main

import (
	"flag"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"
)

var crowd = flag.Int("crowd", 10_000, "steps that are due in one second beside the webhooks of BenchmarkWebhookBesideACrowd")

// BenchmarkWebhookBesideACrowd posts single carts, ten at a time of which each waits for its answer, before and while a
// crowd is due in one second and sent:
//
//	.ci/with-services go test ./cmd/kagobell -run '^$' -bench Crowd -benchtime 1x -crowd 200000 -timeout 30m
func BenchmarkWebhookBesideACrowd(b *testing.B) {
	s := startServeTo(b, &letterbox{})
	s.post(stockOf(0))
	for first := 0; first < *crowd; first += 1000 {
		var list []string
		for i := first; i < min(first+1000, *crowd); i++ {
			list = append(list, fmt.Sprintf(`{"id":"f%d","type":"favorite.added","occurred_at":"%s","buyer":{"id":"b%d","email":"b%d@shop.example",
"consent":{"email":true}},"data":{"sku":"A4"}}`, i, time.Now().Format(time.RFC3339Nano), i, i))
		}
		s.post("[" + strings.Join(list, ",") + "]")
	}
	for b.Loop() {
		end := time.Now().Add(10 * time.Second)
		alone := s.postWhile("alone", func() bool { return time.Now().Before(end) })
		s.post(stockOf(1000))
		began := time.Now()
		beside := s.postWhile("beside", func() bool { return s.box.count.Load() < int64(*crowd) && time.Since(began) < 20*time.Minute })
		b.ReportMetric(float64(s.box.count.Load())/time.Since(began).Seconds(), "mails/s")
		for name, list := range map[string][]time.Duration{"alone": alone, "beside": beside} {
			slices.Sort(list)
			b.ReportMetric(float64(list[len(list)/2].Microseconds())/1000, name+"-p50-ms")
			b.ReportMetric(float64(list[len(list)*99/100].Microseconds())/1000, name+"-p99-ms")
			b.ReportMetric(float64(len(list)), name+"-posts")
		}
	}
}

func stockOf(n int) string {
	return fmt.Sprintf(`{"id":"stock-%d","type":"product.updated","occurred_at":"%s","data":{"sku":"A4","name":"コピー用紙","url":"https://shop.example/p/A4","price":480,"stock":%d}}`,
		n, time.Now().Format(time.RFC3339Nano), n)
}

// postWhile posts carts one after the other, a hundred a second at most for each of ten clients, and tells how long each
// took to be answered.
func (s *served) postWhile(name string, goOn func() bool) []time.Duration {
	took := make(chan []time.Duration)
	for client := range 10 {
		go func() {
			var list []time.Duration
			ticker := time.NewTicker(10 * time.Millisecond)
			defer ticker.Stop()
			for n := 0; goOn(); n++ {
				<-ticker.C
				event := cartOf(fmt.Sprintf("%s-%d-%d", name, client, n), "B5")
				began := time.Now()
				s.post(strings.Replace(event, `"consent":{"email":true}`, `"consent":{}`, 1))
				list = append(list, time.Since(began))
			}
			took <- list
		}()
	}
	var all []time.Duration
	for range 10 {
		all = append(all, <-took...)
	}
	return all
}

func (s *served) post(body string) {
	request, _ := http.NewRequestWithContext(s.t.Context(), http.MethodPost, s.url+"/webhooks/shop", strings.NewReader(body))
	request.Header.Set("Authorization", "Bearer "+testToken)
	request.Header.Set("Content-Type", "application/json")
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		s.t.Error(err)
		return
	}
	text, _ := io.ReadAll(response.Body)
	_ = response.Body.Close()
	if response.StatusCode != http.StatusAccepted {
		s.t.Errorf("%s: %s", response.Status, text)
	}
}
