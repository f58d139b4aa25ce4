package bench

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"sync/atomic"
	"time"

	"github.com/redis/go-redis/v9"
)

const (
	// walkedAtLeast is how many favourites a second are walked even on a slow machine: the crowd is due when all are armed.
	walkedAtLeast = 2500
	soonestDue    = 3 * time.Second

	// settled is how long nothing may change before it counts as done, silent how long no mail may come.
	settled = time.Second
	silent  = 30 * time.Second
)

// restockScenario is the one that ships but for its times: the walk begins at once, and the crowd is due when it has
// ended.
const restockScenario = `name: favorite_restock
title: お気に入り+在庫入荷
priority: 20
start: {on: favorite.restocked, per: items, hold: 0s, collect: %ds}
exit:
  - {on: order.placed, matching: items}
  - {on: cart.updated, matching: items}
  - {on: favorite.removed, matching: items}
  - {when: "all(items, .stock <= 0)", reason: out_of_stock}
window: business_hours
cool_down: 3d
steps:
  - {id: first, only: item.stock >= item.need, otherwise: out_of_stock, send: email, template: restock_first}
  - {id: second, after: 1d, only: item.stock <= item.low_stock, otherwise: not_low_stock, send: email, template: restock_second}
`

// fanout measures a restock that very many wait for: from the event to the last run armed, and then the sending.
func fanout(ctx context.Context, s *stage, r *Report) error {
	tasks, err := s.ceilingTasks(ctx, r)
	if err != nil {
		return err
	}
	collect := max(soonestDue, time.Duration(s.o.Favorites/walkedAtLeast)*time.Second)
	if err := s.prepareFavorites(ctx, collect); err != nil {
		return err
	}
	if err := s.startSidecar(ctx); err != nil {
		return err
	}
	r.Settings["favorites"], r.Settings["collect_seconds"] = s.o.Favorites, collect.Seconds()
	var first, last atomic.Int64
	s.sink.onAccepted(func(a accepted) {
		first.CompareAndSwap(0, a.at.UnixNano())
		last.Store(a.at.UnixNano())
	})
	s.say.line("入荷を知らせています。 Telling of the restock.")
	measuring, profiled := s.meter(ctx), s.profile(ctx, 0, min(2*collect, s.o.For), "fanout")
	posted := time.Now()
	if err := s.post(ctx, "msg_restock", s.crowd.product("restock", 1_000_000)); err != nil {
		return err
	}
	armed, err := s.awaitArmed(ctx, posted.Add(s.o.For))
	if err != nil {
		return err
	}
	measuring.into(ctx, r, "walk")
	r.add("fanout.armed", "入荷から最後の予約まで", "event to last run armed", armed.Sub(posted).Seconds(), "s").atMost(5)
	if n := s.sink.mails.Load(); n > 0 {
		r.note(fmt.Sprintf("最後の予約の前に %d 通が配信されました。", n), "So many messages were sent before the last run was armed.")
	}
	s.say.line("配信を待っています。 Waiting for the messages.")
	measuring = s.meter(ctx)
	stop := s.say.watch(func() string { return fmt.Sprintf("配信 %d 通 messages accepted", s.sink.mails.Load()) })
	err = s.awaitCrowd(ctx, posted.Add(s.o.For), collect, &last)
	stop()
	if err = errors.Join(err, <-profiled); err != nil {
		return err
	}
	measuring.into(ctx, r, "crowd")
	return s.fanoutFigures(ctx, r, tasks, time.Unix(0, last.Load()).Sub(time.Unix(0, first.Load())))
}

func (s *stage) fanoutFigures(ctx context.Context, r *Report, tasks *Figure, span time.Duration) error {
	sent := s.sink.mails.Load()
	if sent == 0 {
		return fmt.Errorf("no message came: %s", s.sidecar.lastWords())
	}
	size := float64(s.sink.bytes.Load()) / float64(sent)
	smtp, err := s.ceilingSMTP(ctx, r, int(size))
	if err != nil {
		return err
	}
	r.add("fanout.rate", "配信/秒（一斉）", "messages/s in the crowd", float64(sent)/max(span.Seconds(), 0.001), "messages/s").
		atLeast(8000).of(smtp, tasks)
	r.add("fanout.mail", "メールの大きさ", "size of a mail as sent", size, "bytes")
	r.add("fanout.memory", "本体の最大メモリー", "peak resident memory of the sidecar", float64(s.sidecar.usage().Peak)/1e6, "MB").atMost(300)
	r.check("全員に 1 通ずつ届いた", "everybody got one message", sent == int64(s.o.Favorites), fmt.Sprintf("%d of %d", sent, s.o.Favorites))
	return nil
}

// prepareFavorites fills the database: a product that is sold out, those who wait for it, and their open carts.
func (s *stage) prepareFavorites(ctx context.Context, collect time.Duration) (err error) {
	folder := filepath.Join(s.folder, "scenarios")
	if err := os.Mkdir(folder, 0o700); err != nil {
		return fmt.Errorf("scenarios: %w", err)
	}
	text := fmt.Sprintf(restockScenario, int(collect.Seconds()))
	if err := os.WriteFile(filepath.Join(folder, "favorite_restock.yaml"), []byte(text), 0o600); err != nil {
		return fmt.Errorf("scenarios: %w", err)
	}
	shop, err := s.open(ctx, map[string]any{"scenarios_dir": folder})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, shop.Close(ctx)) }()
	if _, err := decideBody(ctx, shop, s.crowd.product("sold-out", 0)); err != nil {
		return err
	}
	if _, err := s.fillOpenRuns(ctx, shop); err != nil {
		return err
	}
	restore, err := s.hurry(ctx)
	if err != nil {
		return err
	}
	added := time.Now()
	_, err = s.fill(ctx, shop, fmt.Sprintf("お気に入りを %d 件入れています。 Loading %d favourites.", s.o.Favorites, s.o.Favorites), 0, s.o.Favorites,
		func(b []byte, n int) []byte { return s.crowd.appendFavorite(b, "favorite-"+strconv.Itoa(n), n, added) })
	return errors.Join(err, restore())
}

// restocked is another product in each run: nobody was told of it lately.
func (c *crowd) restocked() string { return "RESTOCK-" + c.run }

// product is the event that tells of the stock.
func (c *crowd) product(id string, stock int) []byte {
	return fmt.Appendf(nil, `[{"id":"%s-%s","type":"product.updated","occurred_at":"%s","data":{"sku":"%s","name":"コピー用紙 A4 再入荷",`+
		`"url":"https://shop.example/p/%s","image_url":"https://shop.example/i/%s.jpg","price":480,"stock":%d,"low_stock":10,"active":true}}]`,
		c.run, id, time.Now().UTC().Format(time.RFC3339Nano), c.restocked(), c.restocked(), c.restocked(), stock)
}

func (c *crowd) appendFavorite(b []byte, id string, n int, at time.Time) []byte {
	b = fmt.Appendf(b, `{"id":"%s-%s","type":"favorite.added","occurred_at":"%s","buyer":`, c.run, id, at.UTC().Format(time.RFC3339Nano))
	b = appendBuyer(b, n)
	return fmt.Appendf(b, `,"data":{"sku":"%s","quantity":%d}}`, c.restocked(), 1+n%50)
}

// awaitArmed waits until the fan-out has ended and no alarm is added any more, and tells when the last one was.
func (s *stage) awaitArmed(ctx context.Context, until time.Time) (time.Time, error) {
	options, err := redis.ParseURL(s.redisURL)
	if err != nil {
		return time.Time{}, fmt.Errorf("--redis-url: %w", err)
	}
	client := redis.NewClient(options)
	defer func() { _ = client.Close() }()
	db, err := openDatabase(s.dbURL, 1)
	if err != nil {
		return time.Time{}, err
	}
	defer func() { _ = db.Close() }()
	known, changed := int64(-1), time.Now()
	for {
		alarms, err := scheduled(ctx, client)
		if err != nil {
			return time.Time{}, err
		}
		if alarms != known {
			known, changed = alarms, time.Now()
		}
		if time.Since(changed) >= settled {
			open, err := openFanOuts(ctx, db)
			if err != nil {
				return time.Time{}, err
			}
			if open == 0 || time.Now().After(until) {
				return changed, nil
			}
		}
		if err := sleepUntil(ctx, time.Now().Add(20*time.Millisecond)); err != nil {
			return time.Time{}, err
		}
	}
}

// scheduled counts the tasks that wait for their time, in all queues.
func scheduled(ctx context.Context, client *redis.Client) (sum int64, err error) {
	queues, err := client.SMembers(ctx, "asynq:queues").Result()
	if err != nil {
		return 0, fmt.Errorf("redis: %w", err)
	}
	for _, name := range queues {
		n, err := client.ZCard(ctx, "asynq:{"+name+"}:scheduled").Result()
		if err != nil {
			return 0, fmt.Errorf("redis: %w", err)
		}
		sum += n
	}
	return sum, nil
}

func openFanOuts(ctx context.Context, db *sql.DB) (n int, err error) {
	if err := db.QueryRowContext(ctx, "SELECT COUNT(*) FROM fan_outs WHERE status = 'open'").Scan(&n); err != nil {
		return 0, fmt.Errorf("fan-outs: %w", err)
	}
	return n, nil
}

// awaitCrowd waits until everybody has a message, or none comes any more.
func (s *stage) awaitCrowd(ctx context.Context, until time.Time, collect time.Duration, last *atomic.Int64) error {
	quiet := time.Now().Add(collect + silent)
	for s.sink.mails.Load() < int64(s.o.Favorites) && time.Now().Before(until) {
		if at := last.Load(); at > 0 {
			quiet = time.Unix(0, at).Add(silent)
		}
		if time.Now().After(quiet) {
			return nil
		}
		select {
		case <-s.sidecar.ended:
			return s.sidecar.failed()
		default:
		}
		if err := sleepUntil(ctx, time.Now().Add(20*time.Millisecond)); err != nil {
			return err
		}
	}
	return nil
}
