package scenarios

import (
	"cmp"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"
)

// draft is a decision in the making: it reads the snapshot through what it has
// changed so far, and copies a row before it changes it.
type draft struct {
	e   *Engine
	s   *Snapshot
	now time.Time
	d   Decision

	runs     map[RunID]*Run      // those of d, where they are many
	messages map[string]*Message // likewise
	began    []*Run              // made by this draft
	moved    []*Run              // taken to another account by it
	held     ByChannel[Hold]     // channels on which nothing may be claimed
	rang     RunID               // the run whose alarm rang: it has none any more
	said     string              // id of the event decided about, as far as runs by date need it
	uncapped bool                // asks what would be sent if there were no cap
	asked    *Buyer              // the last buyer asked for, who is asked for again and again
	last     addressed

	ofRun     *runRows // what the snapshot has of the last run asked for
	ofBuyer   *buyerRows
	ofAccount *accountRows

	scratch
}

// scratch is memory that one draft leaves to the next. Nothing in it outlives
// the draft: what a decision keeps is copied.
type scratch struct {
	env       Env // of the condition that is being asked
	envItems  []EnvItem
	cartItems []EnvItem
	listed    []*Message
	chosen    []RunItem // for the message that is being made
	about     []RunItem // what the event is about
	added     []RunItem
}

func (e *Engine) draft(s *Snapshot, now time.Time) *draft {
	t := drafts.Get().(*draft)
	t.e, t.s, t.now = e, s, now.UTC().Truncate(time.Microsecond)
	return t
}

// drafts are those that were decided: an event that matters to nobody costs little but its draft.
var drafts = sync.Pool{New: func() any { return new(draft) }}

// decision closes the draft, which is not to be used any more: alarms are settled last, once a run.
func (t *draft) decision() Decision {
	for _, r := range t.d.Runs {
		t.arm(r)
	}
	d := t.d
	*t = draft{scratch: t.scratch}
	drafts.Put(t)
	return d
}

// with begins with a run: what the snapshot has of it and of those whose it is.
func (t *draft) with(of *runRows) *Run {
	t.ofRun, t.ofBuyer, t.ofAccount = of, of.buyer, of.account
	return of.row
}

// keptRun is what the snapshot has of a run.
func (t *draft) keptRun(id RunID) *runRows {
	if t.ofRun == nil || t.ofRun.id != id {
		t.ofRun = t.s.ofRun(id)
	}
	return t.ofRun
}

// keptBuyer is what the snapshot has of a buyer.
func (t *draft) keptBuyer(id string) *buyerRows {
	if t.ofBuyer == nil || t.ofBuyer.id != id {
		t.ofBuyer = t.s.ofBuyer(id)
		t.ofAccount = cmp.Or(t.ofBuyer.account, t.ofAccount)
	}
	return t.ofBuyer
}

// keyOf is the account of a buyer.
func (t *draft) keyOf(b *Buyer) AccountKey {
	if t.ofBuyer != nil && t.ofBuyer.row == b {
		return t.ofBuyer.account.key
	}
	return b.AccountKey()
}

// keptAccount is what the snapshot has of an account.
func (t *draft) keptAccount(key AccountKey) *accountRows {
	if t.ofAccount == nil || t.ofAccount.key != key {
		t.ofAccount = t.s.ofAccount(key)
	}
	return t.ofAccount
}

func (t *draft) run(id RunID) *Run {
	if r := changed(t.d.Runs, t.runs, id, runKey); r != nil {
		return r
	}
	return t.keptRun(id).row
}

func (t *draft) editRun(id RunID) *Run {
	if r := changed(t.d.Runs, t.runs, id, runKey); r != nil {
		return r
	}
	r := t.keptRun(id).row.clone()
	t.putRun(r)
	return r
}

// newest is a run of the snapshot as the draft has it.
func (t *draft) newest(r *Run) *Run {
	if c := changed(t.d.Runs, t.runs, r.ID, runKey); c != nil {
		return c
	}
	return r
}

func (t *draft) putRun(r *Run) {
	t.d.Runs = append(t.d.Runs, r)
	t.runs = indexed(t.d.Runs, t.runs, runKey)
}

func (t *draft) addRun(r *Run) {
	t.began = append(t.began, r)
	t.putRun(r)
}

// openRuns lists the open runs of an account, strongest scenario first.
func (t *draft) openRuns(key AccountKey) []*Run {
	return t.open(func(r *Run) bool { return r.AccountKey == key }, t.keptAccount(key).open, t.moved, t.began)
}

// openRunsOf lists a buyer's open runs, strongest scenario first.
func (t *draft) openRunsOf(b *Buyer) []*Run {
	return t.open(func(r *Run) bool { return r.BuyerID == b.ID }, t.keptBuyer(b.ID).open, t.began)
}

func (t *draft) open(concerns func(*Run) bool, lists ...[]*Run) []*Run {
	type ranked struct {
		*Run
		priority int
	}
	var few [8]ranked // most buyers have less
	found := few[:0]
	for _, list := range lists {
		for _, r := range list {
			if r = t.newest(r); r.Open() && concerns(r) {
				found = append(found, ranked{r, t.priority(r)})
			}
		}
	}
	slices.SortFunc(found, func(a, b ranked) int {
		if a.priority != b.priority {
			return b.priority - a.priority
		}
		return strings.Compare(string(a.ID), string(b.ID))
	})
	open := make([]*Run, len(found))
	for i := range found {
		open[i] = found[i].Run
	}
	return open
}

func (t *draft) definition(r *Run) *Definition { return t.e.Definition(r.Scenario, r.Version) }

func (t *draft) priority(r *Run) int {
	if d := t.definition(r); d != nil {
		return d.Priority
	}
	return -1
}

func (t *draft) message(id string) *Message {
	if m := changed(t.d.Messages, t.messages, id, messageKey); m != nil {
		return m
	}
	return t.s.messages[id]
}

func (t *draft) editMessage(id string) *Message {
	if m := changed(t.d.Messages, t.messages, id, messageKey); m != nil {
		return m
	}
	m := t.s.messages[id].clone()
	t.putMessage(m)
	return m
}

func (t *draft) putMessage(m *Message) {
	t.d.Messages = append(t.d.Messages, m)
	t.messages = indexed(t.d.Messages, t.messages, messageKey)
}

// asKept is a message of the snapshot as the draft has it.
func (t *draft) asKept(m *Message) *Message {
	if c := changed(t.d.Messages, t.messages, m.ID, messageKey); c != nil {
		return c
	}
	return m
}

// messagesOfRun lists a run's messages, in the order of their ids, until it is asked again.
func (t *draft) messagesOfRun(id RunID) []*Message {
	known := t.keptRun(id).messages
	if len(known) == 0 && len(t.d.Messages) == 0 {
		return nil
	}
	list := t.listed[:0]
	for _, m := range known {
		list = append(list, t.asKept(m))
	}
	for _, m := range t.d.Messages {
		if m.RunID == id && !slices.ContainsFunc(known, func(k *Message) bool { return k.ID == m.ID }) {
			list = append(list, m)
		}
	}
	slices.SortFunc(list, func(a, b *Message) int { return strings.Compare(a.ID, b.ID) })
	t.listed = list
	return list
}

// messageFor is a run's message of a step on a channel; nil when there is none.
func (t *draft) messageFor(r *Run, step *Step, c Channel) *Message {
	for _, m := range t.keptRun(r.ID).messages {
		if m.Step == step.ID && m.Channel == c {
			return t.asKept(m)
		}
	}
	for _, m := range t.d.Messages {
		if m.RunID == r.ID && m.Step == step.ID && m.Channel == c {
			return m
		}
	}
	return nil
}

func (t *draft) account(key AccountKey) *Account {
	if a := changed(t.d.Accounts, nil, key, accountKey); a != nil {
		return a
	}
	return t.keptAccount(key).row
}

func (t *draft) editAccount(key AccountKey) *Account {
	if a := changed(t.d.Accounts, nil, key, accountKey); a != nil {
		return a
	}
	a := &Account{Key: key, ID: key.AccountID()}
	if known := t.keptAccount(key).row; known != nil {
		*a = *known
	}
	a.OrderedAt, a.Dated = slices.Clone(a.OrderedAt), maps.Clone(a.Dated)
	t.d.Accounts = append(t.d.Accounts, a)
	return a
}

func (t *draft) buyer(id string) *Buyer {
	if t.asked != nil && t.asked.ID == id {
		return t.asked
	}
	b := changed(t.d.Buyers, nil, id, buyerKey)
	if b == nil {
		b = t.keptBuyer(id).row
	}
	t.asked = b
	return b
}

func (t *draft) editBuyer(id string) *Buyer {
	if b := changed(t.d.Buyers, nil, id, buyerKey); b != nil {
		return b
	}
	b := &Buyer{ID: id}
	if known := t.keptBuyer(id).row; known != nil {
		*b = *known
	}
	b.Dated, b.Viewed = maps.Clone(b.Dated), maps.Clone(b.Viewed)
	t.d.Buyers = append(t.d.Buyers, b)
	t.asked = b
	return b
}

func (t *draft) favorite(buyerID, sku string) *Favorite {
	if f := changed(t.d.Favorites, nil, favoriteKey{buyerID, sku}, favoriteOf); f != nil {
		return f
	}
	return t.keptBuyer(buyerID).favorites[sku]
}

func (t *draft) editFavorite(buyerID, sku string) *Favorite {
	key := favoriteKey{buyerID, sku}
	if f := changed(t.d.Favorites, nil, key, favoriteOf); f != nil {
		return f
	}
	f := &Favorite{BuyerID: buyerID, SKU: sku}
	if known := t.keptBuyer(buyerID).favorites[sku]; known != nil {
		*f = *known
	}
	t.d.Favorites = append(t.d.Favorites, f)
	return f
}

// purchasedSince tells whether the account bought the SKU at `since` or later.
func (t *draft) purchasedSince(key AccountKey, sku string, since time.Time) bool {
	for _, p := range t.keptAccount(key).purchases[sku] {
		if !p.At.Before(since) {
			return true
		}
	}
	for _, o := range t.d.Orders {
		if o.AccountKey != key || !o.CancelledAt.IsZero() || o.PlacedAt.Before(since) {
			continue
		}
		for _, it := range o.Items {
			if it.SKU == sku {
				return true
			}
		}
	}
	return false
}

// note writes a line of the journal about a run.
func (t *draft) note(r *Run, a Action, step string, c Channel, why Reason, messageID string) {
	t.d.Journal = append(t.d.Journal, Entry{At: t.now, AccountKey: r.AccountKey, BuyerID: r.BuyerID,
		Scenario: r.Scenario, Subject: r.Subject, RunID: r.ID, Step: step, Action: a, Channel: c,
		Reason: why, MessageID: messageID})
}

// noteNoRun writes a line about a run that did not come to be.
func (t *draft) noteNoRun(d *Definition, b *Buyer, subject string, why Reason) {
	t.d.Journal = append(t.d.Journal, Entry{At: t.now, AccountKey: t.keyOf(b), BuyerID: b.ID,
		Scenario: d.Name, Subject: subject, Action: ActionSkip, Reason: why})
}

// changed finds a row among those that a draft has changed; nil when it is not one of them. Most drafts change so few
// that looking through them costs less than a map.
func changed[K comparable, R any](rows []*R, index map[K]*R, key K, keyOf func(*R) K) *R {
	if index != nil {
		return index[key]
	}
	for _, r := range rows {
		if keyOf(r) == key {
			return r
		}
	}
	return nil
}

// indexed takes the newest row into the index, which there is only for many.
func indexed[K comparable, R any](rows []*R, index map[K]*R, keyOf func(*R) K) map[K]*R {
	const few = 8
	switch {
	case len(rows) <= few:
		return nil
	case index == nil:
		index = make(map[K]*R, 2*len(rows))
		for _, r := range rows {
			index[keyOf(r)] = r
		}
	default:
		newest := rows[len(rows)-1]
		index[keyOf(newest)] = newest
	}
	return index
}

func runKey(r *Run) RunID              { return r.ID }
func messageKey(m *Message) string     { return m.ID }
func accountKey(a *Account) AccountKey { return a.Key }
func buyerKey(b *Buyer) string         { return b.ID }

type favoriteKey struct{ buyerID, sku string }

func favoriteOf(f *Favorite) favoriteKey { return favoriteKey{f.BuyerID, f.SKU} }

// put makes a map that most rows do without.
func put[K comparable, V any](m *map[K]V, key K, v V) {
	if *m == nil {
		*m = map[K]V{}
	}
	(*m)[key] = v
}
