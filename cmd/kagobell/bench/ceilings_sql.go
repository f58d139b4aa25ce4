package bench

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"golang.org/x/sync/errgroup"

	"kagobell/store"
)

const (
	intakeLanes = 2   // batches that the sidecar decides side by side, for accounts of their own
	intakeMost  = 500 // events in such a batch at most
	playAtOnce  = 4   // batches of each lane that are recorded, then run
	shareOfSQL  = 0.6 // of the same statements alone, is as good as the goal for many events a request
)

// laneBody is a batch of one lane, as large as they get: events of buyers whose accounts are that lane's.
func (s *stage) laneBody(lane int, turn int64) []byte {
	random := s.crowd.random(uint64(turn) + 1<<50)
	body := []byte{'['}
	for i := range intakeMost {
		if i > 0 {
			body = append(body, ',')
		}
		n := random.IntN(s.crowd.known)
		n += (lane - n/perAccount%intakeLanes) * perAccount
		if n < 0 || n >= s.crowd.known {
			n = min(lane*perAccount, s.crowd.known-1)
		}
		body = s.crowd.appendCart(body, fmt.Sprintf("alone-%d-%d", turn, i), n, time.Now(), random)
	}
	return append(body, ']')
}

// ceilingDecide measures the decisions and their SQL without HTTP: the same events, handed to store and engine in this
// process, in batches as large as they get.
func (s *stage) ceilingDecide(ctx context.Context, r *Report, shop *Shop) (*Figure, error) {
	s.say.line("上限（HTTP なしの判断と保存）を測っています。 Ceiling: deciding and saving without HTTP.")
	perSecond, err := repeat(ctx, intakeLanes, s.ceilingTime(), func(ctx context.Context, lane int, turn int64) (int, error) {
		_, err := decideBody(ctx, shop, s.laneBody(lane, turn))
		return intakeMost, err
	})
	return r.ceiling("decide", "判断と保存のみ（HTTP なし）", "events decided and saved without HTTP", perSecond, "events/s"), err
}

// ceilingSQL measures the same statements alone. Batches are decided by store and engine, which write down what they ask
// of the database and take it back; then the statements run for themselves, and their commits count.
func (s *stage) ceilingSQL(ctx context.Context, r *Report, shop *Shop) (_ *Figure, err error) {
	s.say.line("上限（同じ SQL 文のみ）を測っています。 Ceiling: the same SQL statements alone.")
	lanes := make([]*sqlLane, intakeLanes)
	for lane := range lanes {
		if lanes[lane], err = s.openSQLLane(ctx, shop, lane); err != nil {
			return nil, err
		}
		defer func() { err = errors.Join(err, lanes[lane].close()) }()
	}
	var took time.Duration
	events := 0
	for turn := int64(1) << 40; took < s.ceilingTime(); turn += playAtOnce {
		parts := make([][]transaction, len(lanes))
		for i, lane := range lanes {
			if parts[i], err = lane.record(ctx, turn); err != nil {
				return nil, err
			}
		}
		began := time.Now()
		group, ctx := errgroup.WithContext(ctx)
		for i, lane := range lanes {
			group.Go(func() error { return lane.play(ctx, parts[i]) })
		}
		if err := group.Wait(); err != nil {
			return nil, fmt.Errorf("statements alone: %w", err)
		}
		took += time.Since(began)
		events += intakeLanes * playAtOnce * intakeMost
	}
	return r.ceiling("sql", "同じ SQL 文のみ", "the same SQL statements alone", float64(events)/took.Seconds(), "events/s"), nil
}

// sqlLane records and runs the statements of one lane.
type sqlLane struct {
	stage *stage
	lane  int
	shop  *Shop // whose store is recorded
	player
	recorder *recorder
}

func (s *stage) openSQLLane(ctx context.Context, shop *Shop, lane int) (*sqlLane, error) {
	x := &sqlLane{stage: s, lane: lane, recorder: &recorder{}}
	recording, err := store.Open(ctx, s.dbURL, store.WithConnector(x.recorder.of))
	if err != nil {
		return nil, err
	}
	x.shop = &Shop{Store: recording, Engine: shop.Engine}
	x.player = player{db: sql.OpenDB(x.recorder.Connector), prepared: map[string]*sql.Stmt{}}
	x.db.SetMaxOpenConns(1)
	return x, nil
}

// record decides batches without keeping them.
func (x *sqlLane) record(ctx context.Context, turn int64) ([]transaction, error) {
	for i := range int64(playAtOnce) {
		if _, err := decideBody(ctx, x.shop, x.stage.laneBody(x.lane, turn*intakeLanes+i*intakeLanes+int64(x.lane))); err != nil {
			return nil, err
		}
	}
	list := x.recorder.take()
	return list, x.prepare(ctx, list)
}

func (x *sqlLane) play(ctx context.Context, list []transaction) error {
	for _, t := range list {
		if err := x.player.play(ctx, t); err != nil {
			return err
		}
	}
	return nil
}

func (x *sqlLane) close() error { return errors.Join(x.shop.Store.Close(), x.db.Close()) }
