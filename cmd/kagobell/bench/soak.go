package bench

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"hash/maphash"
	"math/rand/v2"
	"net/http"
	"strconv"
	"strings"
	"time"
)

const (
	// soakSpeed lets the 4 hours until a cart's first step pass in 20 s, and the day until its second in 2 minutes.
	soakSpeed   = 720
	soakSamples = 12
)

// soak posts a mixture for a long time at a moderate rate, and looks at what grows.
func soak(ctx context.Context, s *stage, r *Report) error {
	// At the usual speed, the runs that lie there are not due for hours.
	shop, err := s.open(ctx, nil)
	if err != nil {
		return err
	}
	_, err = s.fillOpenRuns(ctx, shop)
	if err = errors.Join(err, shop.Close(ctx)); err != nil {
		return err
	}
	if s.config, s.url, err = s.configure(ctx, "faster.yaml", map[string]any{"speed": soakSpeed}); err != nil {
		return err
	}
	if err := s.startSidecar(ctx); err != nil {
		return err
	}
	r.Settings["events_per_second"], r.Settings["speed"] = s.o.Rate, soakSpeed
	before, err := s.storedEvents(ctx)
	if err != nil {
		return err
	}
	ids := newSeen()
	s.sink.onAccepted(func(a accepted) { ids.add(a.messageID) })

	load := s.carts("soak", 1, float64(s.o.Rate))
	load.event = s.crowd.appendAny
	profiled, measuring := s.profile(ctx, 0, s.o.For, "soak"), s.meter(ctx)
	watching := s.watchGrowth(ctx, load)
	done, err := load.run(ctx, 0, s.o.For)
	grown := watching()
	if err = errors.Join(err, <-profiled); err != nil {
		return err
	}
	measuring.into(ctx, r, "soak")
	r.answers(done)
	if done.Events == 0 {
		return fmt.Errorf("no event was taken; answers: %v: %s", done.Statuses, s.sidecar.lastWords())
	}
	r.add("soak.rate", "イベント/秒", "events/s", done.perSecond(), "events/s")
	r.percentiles("soak.latency", "応答時間", "time to answer", done.Latencies)
	r.add("soak.messages", "配信/秒", "messages/s", float64(s.sink.mails.Load())/s.o.For.Seconds(), "messages/s")
	grown.into(r)
	return s.soakChecks(ctx, r, load, before, ids)
}

// soakChecks stops the sidecar as an operator would, and compares what was accepted with what is stored.
func (s *stage) soakChecks(ctx context.Context, r *Report, load *posting, before int64, ids *seen) error {
	s.say.line("停止して照合しています。 Stopping, and checking.")
	began := time.Now()
	err := s.sidecar.stop()
	<-s.sidecar.ended
	if err = errors.Join(err, s.sidecar.err); err != nil {
		s.say.line("%s", s.sidecar.lastWords())
	}
	r.check("SIGTERM で 15 秒以内に正常終了した", "SIGTERM ended it with 0 within 15 s", err == nil && time.Since(began) < 15*time.Second,
		time.Since(began).Round(10*time.Millisecond).String())
	after, err := s.storedEvents(ctx)
	if err != nil {
		return err
	}
	taken, unknown := load.taken.Load(), int64(r.Answers["none"])
	r.check("受理したイベントはすべて一度だけ保存されている", "every accepted event is in the database once",
		after-before >= taken && after-before <= taken+unknown, fmt.Sprintf("accepted %d, without an answer %d, stored %d", taken, unknown, after-before))
	r.check("同じ Message-ID の配信は二度ない", "no Message-ID came twice", ids.twice == 0, fmt.Sprintf("%d messages, %d twice", len(ids.ids), ids.twice))
	return nil
}

// appendAny writes an event of the mixture: carts most of all, orders that stop what is under way, and looking around.
func (c *crowd) appendAny(b []byte, id string, r *rand.Rand) []byte {
	n, sku, now := r.IntN(c.known), r.IntN(products), time.Now()
	kind, data := "", ""
	switch dice := r.IntN(100); {
	case dice < 75:
		return c.appendCart(b, id, n, now, r)
	case dice < 90:
		kind = "product.viewed"
		data = fmt.Sprintf(`"sku":"A4-%d","name":"コピー用紙 %d","url":"https://shop.example/p/A4-%d"`, sku, sku, sku)
	case dice < 95:
		kind = "order.placed"
		data = fmt.Sprintf(`"order_id":"%s-%s","cart_id":"c-%d","currency":"JPY","items":[{"sku":"A4-%d","quantity":1,"unit_price":480}]`, c.run, id, n, sku)
	case dice < 98:
		kind, data = "favorite.added", fmt.Sprintf(`"sku":"A4-%d","quantity":1`, sku)
	default:
		kind, data = "favorite.removed", fmt.Sprintf(`"sku":"A4-%d"`, sku)
	}
	b = fmt.Appendf(b, `{"id":"%s-%s","type":"%s","occurred_at":"%s","buyer":`, c.run, id, kind, now.UTC().Format(time.RFC3339Nano))
	return fmt.Appendf(appendBuyer(b, n), `,"data":{%s}}`, data)
}

// seen knows what was there already, by a hash: two of a hundred million are taken for one once in thousands of runs.
type seen struct {
	seed  maphash.Seed
	ids   map[uint64]bool
	twice int
}

func newSeen() *seen { return &seen{seed: maphash.MakeSeed(), ids: map[uint64]bool{}} }

func (s *seen) add(id string) {
	hash := maphash.String(s.seed, id)
	if s.ids[hash] {
		s.twice++
	}
	s.ids[hash] = true
}

// growth is what was looked at from time to time.
type growth struct {
	every                             time.Duration
	events, mails, memory, goroutines []float64
}

// watchGrowth looks until the returned function is called.
func (s *stage) watchGrowth(ctx context.Context, load *posting) func() *growth {
	g := &growth{every: max(s.o.For/soakSamples, 100*time.Millisecond)}
	ctx, cancel := context.WithCancel(ctx)
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		events, mails, at := load.taken.Load(), s.sink.mails.Load(), time.Now()
		for sleepUntil(ctx, at.Add(g.every)) == nil {
			span := time.Since(at).Seconds()
			e, m := load.taken.Load(), s.sink.mails.Load()
			g.events = append(g.events, float64(e-events)/span)
			g.mails = append(g.mails, float64(m-mails)/span)
			g.memory = append(g.memory, float64(s.sidecar.usage().RSS)/1e6)
			g.goroutines = append(g.goroutines, metric(ctx, s.url+"/metrics", "go_goroutines"))
			events, mails, at = e, m, time.Now()
			s.say.line("イベント %.0f/s  配信 %.0f/s  メモリー %.0f MB  events, messages, memory", g.events[len(g.events)-1], g.mails[len(g.mails)-1],
				g.memory[len(g.memory)-1])
		}
	}()
	return func() *growth {
		cancel()
		<-ended
		return g
	}
}

// into adds the pictures and how much the last quarter has over the second: in the first everything warms up.
func (g *growth) into(r *Report) {
	for _, x := range []struct {
		name, ja, en, unit string
		values             []float64
	}{
		{"events", "受信", "events taken", "events/s", g.events}, {"messages", "配信", "messages", "messages/s", g.mails},
		{"memory", "本体のメモリー", "resident memory of the sidecar", "MB", g.memory}, {"goroutines", "ゴルーチン", "goroutines", "goroutines", g.goroutines},
	} {
		r.Pictures = append(r.Pictures, Picture{Words{x.ja, x.en}, x.unit, g.every.Seconds(), x.values})
		if x.name != "memory" && x.name != "goroutines" || len(x.values) == 0 {
			continue
		}
		quarter := max(1, len(x.values)/4)
		early, late := mean(x.values[min(quarter, len(x.values)-1):][:1]), mean(x.values[len(x.values)-quarter:])
		if len(x.values) >= 2*quarter {
			early = mean(x.values[quarter : 2*quarter])
		}
		r.add("soak."+x.name+".start", x.ja+"（第2四半期）", x.en+", second quarter", early, x.unit)
		r.add("soak."+x.name+".end", x.ja+"（最後の四半期）", x.en+", last quarter", late, x.unit)
		r.add("soak."+x.name+".growth", x.ja+"の増加", x.en+", growth", late-early, x.unit)
	}
}

func mean(list []float64) float64 {
	sum := 0.0
	for _, v := range list {
		sum += v
	}
	return sum / float64(max(1, len(list)))
}

// metric reads one figure of a Prometheus page; 0 when it is not to be had.
func metric(ctx context.Context, url, name string) float64 {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return 0
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return 0
	}
	defer func() { _ = response.Body.Close() }()
	for lines := bufio.NewScanner(response.Body); lines.Scan(); {
		if text, ok := strings.CutPrefix(lines.Text(), name+" "); ok {
			value, _ := strconv.ParseFloat(text, 64)
			return value
		}
	}
	return 0
}
