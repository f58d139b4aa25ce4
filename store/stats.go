package store

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/shopspring/decimal"

	"kagobell/scenarios"
)

// StatsBy is what statistics are broken down by; each has those before it.
type StatsBy string

// The breakdowns.
const (
	ByScenario StatsBy = "scenario"
	ByStep     StatsBy = "step"
	ByChannel  StatsBy = "channel"
)

// Stat is one line of statistics.
//
// Started and Skipped are what the journal holds of the period. The other
// figures are about the messages that were decided in it, whenever they were
// opened, clicked or led to an order: so they stand in proportion.
type Stat struct {
	Scenario string
	Step     string            // by step and by channel
	Channel  scenarios.Channel // by channel
	Started  int
	Sent     int // accepted by a provider, kept in the outbox, or in a DM batch
	Skipped  map[scenarios.Reason]int
	Opened   int                        // by people
	Clicked  int                        // by people
	Ordered  int                        // orders within 7 days of a click, by the buyer or in the name of his account alone; cancelled ones left out
	Revenue  map[string]scenarios.Money // of these orders, by currency
}

// Stats adds up what happened from `from` until `to`, without it; a zero time is
// no bound.
func (s *Store) Stats(ctx context.Context, by StatsBy, from, to time.Time) ([]Stat, error) {
	if to.IsZero() {
		to = lastTime
	}
	if from.IsZero() {
		from = firstTime
	}
	t := &tally{conn: s.query(), from: timeText(from), to: timeText(to), rows: map[statKey]*Stat{}}
	switch by {
	case ByScenario:
		t.columns = []string{"scenario"}
	case ByStep:
		t.columns = []string{"scenario", "step"}
	default:
		t.columns = []string{"scenario", "step", "channel"}
	}
	for _, add := range []func(context.Context) error{t.addJournal, t.addMessages, t.addOrders} {
		if err := add(ctx); err != nil {
			return nil, fmt.Errorf("statistics: %w", err)
		}
	}
	return t.sorted(), nil
}

type statKey struct{ scenario, step, channel string }

// tally adds up by the columns asked for.
type tally struct {
	conn
	from, to string
	columns  []string
	rows     map[statKey]*Stat
}

// group lists the columns, of a table when a prefix is given.
func (t *tally) group(prefix string) string {
	return prefix + strings.Join(t.columns, ", "+prefix)
}

// read scans the columns of the group, then the rest, and finds the line.
func (t *tally) read(rows *sql.Rows, rest ...any) (*Stat, error) {
	var key statKey
	targets := []any{&key.scenario, &key.step, &key.channel}[:len(t.columns)]
	if err := rows.Scan(append(targets, rest...)...); err != nil {
		return nil, err
	}
	if t.rows[key] == nil {
		t.rows[key] = &Stat{Scenario: key.scenario, Step: key.step, Channel: scenarios.Channel(key.channel),
			Skipped: map[scenarios.Reason]int{}, Revenue: map[string]scenarios.Money{}}
	}
	return t.rows[key], nil
}

func (t *tally) addJournal(ctx context.Context) error {
	return t.each(ctx, func(rows *sql.Rows) error {
		var action, reason string
		var n int
		x, err := t.read(rows, &action, &reason, &n)
		switch {
		case err != nil:
			return err
		case action == string(scenarios.ActionStart):
			x.Started += n
		default:
			x.Skipped[scenarios.Reason(reason)] += n
		}
		return nil
	}, "SELECT "+t.group("")+", action, reason, COUNT(*) FROM journal"+
		" WHERE at >= ? AND at < ? AND action IN ('start', 'skip', 'expire') GROUP BY "+t.group("")+", action, reason", t.from, t.to)
}

func (t *tally) addMessages(ctx context.Context) error {
	return t.each(ctx, func(rows *sql.Rows) error {
		var sent, opened, clicked int
		x, err := t.read(rows, &sent, &opened, &clicked)
		if err == nil {
			x.Sent, x.Opened, x.Clicked = sent, opened, clicked
		}
		return err
	}, "SELECT "+t.group("")+", COUNT(*), COUNT(opened_at), COUNT(clicked_at) FROM messages"+
		" WHERE recorded_at >= ? AND recorded_at < ? AND status IN ('sent', 'batched') GROUP BY "+t.group(""), t.from, t.to)
}

// addOrders gives credit for orders: each counts once in a line, however many
// messages of the line were clicked before it.
func (t *tally) addOrders(ctx context.Context) error {
	credited := func(join string) string {
		return "SELECT " + t.group("m.") + ", o.source, o.order_id, o.currency, o.total FROM messages AS m JOIN orders AS o ON " + join +
			" AND o.placed_at >= m.clicked_at AND o.placed_at <= m.credit_until AND o.cancelled_at IS NULL" +
			" WHERE m.recorded_at >= ? AND m.recorded_at < ? AND m.clicked_at IS NOT NULL"
	}
	return t.each(ctx, func(rows *sql.Rows) error {
		var currency string
		var n int
		var total sql.NullString
		x, err := t.read(rows, &currency, &n, &total)
		if err != nil {
			return err
		}
		x.Ordered += n
		if total.Valid {
			amount, err := decimal.NewFromString(total.String)
			if err != nil {
				return err
			}
			x.Revenue[currency] = amount.Round(6)
		}
		return nil
	}, "SELECT "+t.group("")+", currency, COUNT(*), SUM(CAST(total AS DECIMAL(30, 6))) FROM ("+
		credited("o.buyer_id = m.buyer_id")+" UNION "+credited("o.account_key = m.account_key AND o.buyer_id = ''")+
		") AS credited GROUP BY "+t.group("")+", currency", t.from, t.to, t.from, t.to)
}

func (t *tally) sorted() []Stat {
	list := make([]Stat, 0, len(t.rows))
	for _, x := range t.rows {
		list = append(list, *x)
	}
	slices.SortFunc(list, func(a, b Stat) int {
		if c := strings.Compare(a.Scenario, b.Scenario); c != 0 {
			return c
		}
		if c := strings.Compare(a.Step, b.Step); c != 0 {
			return c
		}
		return strings.Compare(string(a.Channel), string(b.Channel))
	})
	return list
}
