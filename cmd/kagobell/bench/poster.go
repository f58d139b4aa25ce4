package bench

import (
	"context"
	"fmt"
	"math/rand/v2"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"
	"github.com/valyala/fasthttp"
)

// posting is a stream of signed webhooks over a number of connections.
type posting struct {
	url         string
	secret      string
	batch       int // events in a request
	connections int
	rate        float64 // events a second; 0: as many as are taken
	event       func(b []byte, id string, r *rand.Rand) []byte
	random      func(stream uint64) *rand.Rand
	name        string // begins the ids

	posted atomic.Int64 // requests, answered or not
	taken  atomic.Int64 // events that were answered 202
}

// postings is what came of it between two moments.
type postings struct {
	Events    int         // accepted
	Requests  int         // answered 202
	Statuses  map[int]int // requests by answer; 0: none came
	Latencies []time.Duration
	Span      time.Duration
}

func (p *postings) perSecond() float64 { return float64(p.Events) / p.Span.Seconds() }

// run posts for `span` after `warm` has passed, and on until one answer came at least; what happens before is not
// counted.
func (p *posting) run(ctx context.Context, warm, span time.Duration) (*postings, error) {
	signer, err := standardwebhooks.NewWebhook(p.secret)
	if err != nil {
		return nil, fmt.Errorf("webhook secret: %w", err)
	}
	client := &fasthttp.Client{MaxConnsPerHost: p.connections, ReadTimeout: time.Minute, WriteTimeout: time.Minute,
		NoDefaultUserAgentHeader: true, MaxIdemponentCallAttempts: 1}
	defer client.CloseIdleConnections()
	began := time.Now()
	clock := &window{from: began.Add(warm), to: began.Add(warm + span)}
	each := make([]postings, p.connections)
	var posters sync.WaitGroup
	for i := range each {
		poster := &poster{posting: p, client: client, signer: signer, began: began, clock: clock, into: &each[i],
			random: p.random(uint64(i) + 1<<40)}
		posters.Go(func() { poster.run(ctx) })
	}
	posters.Wait()
	all := &postings{Statuses: map[int]int{}, Span: clock.last().Sub(clock.from)}
	for _, one := range each {
		all.Events += one.Events
		all.Requests += one.Requests
		all.Latencies = append(all.Latencies, one.Latencies...)
		for status, n := range one.Statuses {
			all.Statuses[status] += n
		}
	}
	return all, ctx.Err()
}

// window is the time in which answers count. When it is over and no answer came, it waits for the first.
type window struct {
	from, to time.Time
	late     atomic.Pointer[time.Time] // the answer that was waited for
	answers  atomic.Int64
}

func (w *window) over() bool { return time.Now().After(w.to) && w.answers.Load() > 0 }

// count tells whether an answer counts.
func (w *window) count(at time.Time) bool {
	if at.Before(w.from) {
		return false
	}
	if at.Before(w.to) {
		w.answers.Add(1)
		return true
	}
	if !w.answers.CompareAndSwap(0, 1) {
		return false
	}
	w.late.Store(&at)
	return true
}

func (w *window) last() time.Time {
	if late := w.late.Load(); late != nil {
		return *late
	}
	return w.to
}

// poster is one connection.
type poster struct {
	*posting
	client *fasthttp.Client
	signer *standardwebhooks.Webhook
	random *rand.Rand
	began  time.Time
	clock  *window
	into   *postings
}

func (p *poster) run(ctx context.Context) {
	p.into.Statuses = map[int]int{}
	request, response := fasthttp.AcquireRequest(), fasthttp.AcquireResponse()
	defer fasthttp.ReleaseRequest(request)
	defer fasthttp.ReleaseResponse(response)
	request.SetRequestURI(p.url)
	request.Header.SetMethod(fasthttp.MethodPost)
	request.Header.SetContentType("application/json")
	var body []byte
	for ctx.Err() == nil && !p.clock.over() {
		number := p.posted.Add(1)
		due := time.Now()
		if p.rate > 0 { // an answer that comes late makes the next ones late too: time counts from when they were due
			due = p.began.Add(time.Duration(float64(number) * float64(p.batch) / p.rate * float64(time.Second)))
			if sleepUntil(ctx, due) != nil || p.clock.over() {
				return
			}
		}
		body = p.bodyOf(body[:0], number)
		if p.sign(request, body, number) != nil {
			return
		}
		status := 0
		if p.client.Do(request, response) == nil {
			status = response.StatusCode()
		}
		p.count(status, due)
		if status == fasthttp.StatusServiceUnavailable || status == 0 {
			seconds, _ := strconv.Atoi(string(response.Header.Peek("Retry-After")))
			_ = sleepUntil(ctx, time.Now().Add(max(time.Duration(seconds)*time.Second, 100*time.Millisecond)))
		}
	}
}

func (p *poster) count(status int, due time.Time) {
	now := time.Now()
	if status == fasthttp.StatusAccepted {
		p.taken.Add(int64(p.batch))
	}
	if !p.clock.count(now) {
		return
	}
	p.into.Statuses[status]++
	if status == fasthttp.StatusAccepted {
		p.into.Events += p.batch
		p.into.Requests++
		p.into.Latencies = append(p.into.Latencies, now.Sub(due))
	}
}

func (p *poster) bodyOf(b []byte, number int64) []byte {
	if p.batch == 1 {
		return p.event(b, fmt.Sprintf("%s-%d", p.name, number), p.random)
	}
	b = append(b, '[')
	for i := range p.batch {
		if i > 0 {
			b = append(b, ',')
		}
		b = p.event(b, fmt.Sprintf("%s-%d-%d", p.name, number, i), p.random)
	}
	return append(b, ']')
}

func (p *poster) sign(request *fasthttp.Request, body []byte, number int64) error {
	id, now := "msg_"+p.name+"_"+strconv.FormatInt(number, 10), time.Now()
	signature, err := p.signer.Sign(id, now, body)
	if err != nil {
		return err
	}
	request.Header.Set("webhook-id", id)
	request.Header.Set("webhook-timestamp", strconv.FormatInt(now.Unix(), 10))
	request.Header.Set("webhook-signature", signature)
	request.SetBodyRaw(body)
	return nil
}

func sleepUntil(ctx context.Context, at time.Time) error {
	timer := time.NewTimer(time.Until(at))
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
