package chaos

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"
)

// secret signs what the shop posts; it is nobody's.
const secret = "whsec_Y2hhb3MgaGFybmVzcyBzZWNyZXQgb2Yga2Fnb2JlbGw="

// shop posts a history and knows what was promised: the time at which each event was answered 2xx.
type shop struct {
	rig    *rig
	signer *standardwebhooks.Webhook
	client *http.Client
	next   atomic.Int64

	mu       sync.Mutex
	urls     []string
	promised map[string]time.Time // event id -> 2xx
	carts    map[string]*cart
	optOuts  map[string]time.Time // buyer -> 2xx
	answers  map[int]int          // status -> posts; 0: no answer
}

// cart is one buyer's cart, and what becomes of it.
type cart struct {
	id, buyer string
	postAt    time.Duration // after the beginning
	orderAt   time.Duration // 0: never
	leaveAt   time.Duration // consent is withdrawn; 0: never
	ordered   time.Time     // 2xx; zero: not
	stillborn bool          // what ends it came first: it need not have a run
}

func newShop(r *rig) *shop {
	signer, err := standardwebhooks.NewWebhook(secret)
	if err != nil {
		r.t.Fatal(err)
	}
	return &shop{rig: r, signer: signer, promised: map[string]time.Time{}, carts: map[string]*cart{}, optOuts: map[string]time.Time{},
		answers: map[int]int{}, client: &http.Client{Timeout: 20 * time.Second, Transport: &http.Transport{MaxIdleConnsPerHost: 64}}}
}

// postTo says where the shop posts from now on: to all of these in turn.
func (s *shop) postTo(urls ...string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.urls = urls
}

func (s *shop) url() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.urls[int(s.next.Add(1))%len(s.urls)]
}

// postOnce signs and posts a body. The status is 0 where no answer came.
func (s *shop) postOnce(body string) (status int, answer string) {
	request, err := http.NewRequest(http.MethodPost, s.url()+"/webhooks/shop", strings.NewReader(body))
	if err != nil {
		return 0, err.Error()
	}
	now, id := time.Now(), fmt.Sprintf("msg_%d", s.next.Add(1))
	signature, err := s.signer.Sign(id, now, []byte(body))
	if err != nil {
		return 0, err.Error()
	}
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("webhook-id", id)
	request.Header.Set("webhook-timestamp", fmt.Sprint(now.Unix()))
	request.Header.Set("webhook-signature", signature)
	response, err := s.client.Do(request)
	if err == nil {
		var text []byte
		text, err = io.ReadAll(response.Body)
		_ = response.Body.Close()
		answer = string(text)
	}
	if err == nil {
		status = response.StatusCode
	} else {
		answer = err.Error()
	}
	s.mu.Lock()
	s.answers[status]++
	s.mu.Unlock()
	return status, answer
}

// givesUp is how long a platform posts one thing over and over.
const givesUp = 5 * time.Minute

// post goes on until the body is answered 2xx, as a platform does. The events in it are promised from then on.
func (s *shop) post(body string, ids ...string) (answer string) {
	for began := time.Now(); ; {
		status, answer := s.postOnce(body)
		switch {
		case status/100 == 2:
			now := time.Now()
			s.mu.Lock()
			for _, id := range ids {
				s.promised[id] = now
			}
			s.mu.Unlock()
			return answer
		case time.Since(began) > givesUp:
			s.rig.tally.broke("not taken for %s, at last: %d %.200s", givesUp, status, answer)
			return answer
		case status == 0, status == http.StatusServiceUnavailable:
			<-time.After(50 * time.Millisecond)
		default:
			s.rig.tally.broke("a good post was answered %d: %.200s", status, answer)
			return answer
		}
	}
}

// plan lays out n carts over a time, by the seed: some are ordered by a colleague or emptied, some buyers leave.
func (s *shop) plan(n int, over time.Duration) []*cart {
	r := s.rig.rng
	carts := make([]*cart, n)
	for i := range carts {
		number := len(s.carts) + i
		c := &cart{id: fmt.Sprintf("cart-%d", number), buyer: fmt.Sprintf("buyer-%d", number), postAt: time.Duration(r.Int64N(int64(over) + 1))}
		switch r.IntN(10) {
		case 0, 1:
			c.orderAt = time.Duration(r.Int64N(int64(5 * time.Second)))
		case 2:
			c.leaveAt = time.Duration(r.Int64N(int64(5 * time.Second)))
		}
		carts[i] = c
	}
	slices.SortFunc(carts, func(a, b *cart) int { return cmp.Compare(a.postAt, b.postAt) })
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, c := range carts {
		s.carts[c.id] = c
	}
	return carts
}

// live posts what is planned, at its time; it returns when all of it was answered 2xx.
func (s *shop) live(carts []*cart) {
	began := time.Now()
	room := make(chan struct{}, 64)
	var posts sync.WaitGroup
	for _, c := range carts {
		<-time.After(time.Until(began.Add(c.postAt)))
		posts.Go(func() {
			room <- struct{}{}
			s.post(c.event(), c.id)
			<-room
			s.followUp(c)
		})
	}
	posts.Wait()
}

// liveBeside is live in the background.
func (s *shop) liveBeside(carts []*cart) *sync.WaitGroup {
	var living sync.WaitGroup
	living.Go(func() { s.live(carts) })
	return &living
}

func (s *shop) followUp(c *cart) {
	switch {
	case c.orderAt > 0:
		<-time.After(c.orderAt)
		s.post(c.order(), "order-"+c.id)
		s.mu.Lock()
		c.ordered = s.promised["order-"+c.id]
		s.mu.Unlock()
	case c.leaveAt > 0:
		<-time.After(c.leaveAt)
		s.post(c.goodbye(), "bye-"+c.id)
		s.mu.Lock()
		s.optOuts[c.buyer] = s.promised["bye-"+c.id]
		s.mu.Unlock()
	}
}

func stamp() string { return time.Now().Format(time.RFC3339Nano) }

// event is the post of the cart. Buyers of one account never share a SKU.
func (c *cart) event() string {
	return fmt.Sprintf(`{"id":"%[1]s","type":"cart.updated","occurred_at":"%[2]s","buyer":{"id":"%[3]s","account_id":"a-%[3]s","name":"佐藤 花子",
"email":"%[3]s@acme.example","line_user_id":"U-%[3]s","consent":{"email":true,"line":true}},"data":{"cart_id":"%[1]s","currency":"JPY",
"url":"https://shop.example/cart","items":[{"sku":"sku-%[1]s","name":"コピー用紙 A4","quantity":10,"unit_price":480,"url":"https://shop.example/p/1"}]}}`,
		c.id, stamp(), c.buyer)
}

// order is placed by telephone: only the account is known.
func (c *cart) order() string {
	return fmt.Sprintf(`{"id":"order-%[1]s","type":"order.placed","occurred_at":"%[2]s","account_id":"a-%[3]s",
"data":{"order_id":"order-%[1]s","medium":"phone","items":[{"sku":"sku-%[1]s","quantity":10}]}}`, c.id, stamp(), c.buyer)
}

// goodbye withdraws consent for both channels.
func (c *cart) goodbye() string {
	return fmt.Sprintf(`{"id":"bye-%s","type":"buyer.updated","occurred_at":"%s","buyer":{"id":"%s","consent":{"email":false,"line":false}}}`,
		c.id, stamp(), c.buyer)
}

// documents posts n downloads of documents, in arrays, each of its own buyer: as many messages are due far ahead.
func (s *shop) documents(n int) {
	const size = 1000
	room := make(chan struct{}, 4)
	var posts sync.WaitGroup
	for from := 0; from < n; from += size {
		posts.Go(func() {
			room <- struct{}{}
			defer func() { <-room }()
			var body bytes.Buffer
			var ids []string
			for i := from; i < min(from+size, n); i++ {
				id := fmt.Sprintf("document-%d", i)
				ids = append(ids, id)
				if body.Len() > 0 {
					body.WriteByte(',')
				}
				fmt.Fprintf(&body, `{"id":"%s","type":"document.downloaded","occurred_at":"%s","buyer":{"id":"reader-%d","account_id":"r-%d",
"email":"reader-%d@acme.example","name":"鈴木","consent":{"email":true}},"data":{"title":"資料"}}`, id, stamp(), i, i, i)
			}
			s.post("["+body.String()+"]", ids...)
		})
	}
	posts.Wait()
}

// answered counts the posts by their status.
func (s *shop) answered() map[int]int {
	s.mu.Lock()
	defer s.mu.Unlock()
	counts := map[int]int{}
	for status, n := range s.answers {
		counts[status] = n
	}
	return counts
}

// counts reads an answer of 202.
func counts(answer string) (accepted, duplicates int) {
	var out struct{ Accepted, Duplicates int }
	_ = json.Unmarshal([]byte(answer), &out)
	return out.Accepted, out.Duplicates
}
