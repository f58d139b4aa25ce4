package scenarios

import (
	"slices"
	"time"
)

// buyerRows are what a snapshot has of one buyer.
type buyerRows struct {
	id        string
	row       *Buyer               // nil: only what follows is known
	account   *accountRows         // to which the row belongs; nil as long as row is
	carts     map[string]*Cart     // by cart id
	favorites map[string]*Favorite // by SKU
	open      []*Run
	told      []*Run // ended ones that wrote to him: they cool down
	messages  []*Message
}

// accountRows are what a snapshot has of one account.
type accountRows struct {
	key       AccountKey
	row       *Account // nil: only what follows is known
	open      []*Run
	letters   []*Message            // in DM batches
	purchases map[string][]Purchase // by SKU
}

// runRows are a run of a snapshot with its messages, and whose it is.
type runRows struct {
	id       RunID
	row      *Run // nil: only messages of it are known
	messages []*Message
	buyer    *buyerRows
	account  *accountRows // nil as long as row is
	rings    time.Time    // the alarm that a simulation has set, its only one; zero: it rang
}

// message is one of the run's messages; nil when it has none of that id.
func (of *runRows) message(id string) *Message {
	for _, m := range of.messages {
		if m.ID == id {
			return m
		}
	}
	return nil
}

// What there is of something that a snapshot does not know. Nobody writes here.
var (
	noBuyer   = &buyerRows{}
	noAccount = &accountRows{}
	noRun     = &runRows{buyer: noBuyer, account: noAccount}
)

func (s *Snapshot) ofBuyer(id string) *buyerRows { return known(s.buyers, id, noBuyer) }

func (s *Snapshot) ofAccount(key AccountKey) *accountRows { return known(s.accounts, key, noAccount) }

func (s *Snapshot) ofRun(id RunID) *runRows { return known(s.runs, id, noRun) }

func known[K comparable, R any](rows map[K]*R, key K, none *R) *R {
	if r := rows[key]; r != nil {
		return r
	}
	return none
}

func (s *Snapshot) keepBuyer(id string) *buyerRows {
	return kept(s.buyers, id, func() *buyerRows { return &buyerRows{id: id} })
}

func (s *Snapshot) keepAccount(key AccountKey) *accountRows {
	return kept(s.accounts, key, func() *accountRows { return &accountRows{key: key} })
}

func (s *Snapshot) keepRun(id RunID, buyerID string) *runRows {
	return kept(s.runs, id, func() *runRows { return &runRows{id: id, buyer: s.keepBuyer(buyerID)} })
}

func kept[K comparable, R any](rows map[K]*R, key K, made func() *R) *R {
	r := rows[key]
	if r == nil {
		r = made()
		rows[key] = r
	}
	return r
}

// listed is the list with row in the place of old, an earlier state of it; where either is nil, it is only added or
// taken out. A list is never changed in place but for a newer state of a row that it holds.
func listed[R any](list []*R, old, row *R) []*R {
	switch {
	case old == nil && row == nil:
	case old == nil:
		return append(list, row)
	case row == nil:
		return without(list, old)
	default:
		if i := slices.Index(list, old); i >= 0 {
			list[i] = row
		}
	}
	return list
}

// only is the row if there is one and it is of the kind; else nil.
func only[R any](row *R, is func(*R) bool) *R {
	if row == nil || !is(row) {
		return nil
	}
	return row
}

func without[T comparable](list []T, x T) []T {
	i := slices.Index(list, x)
	switch {
	case i < 0:
		return list
	case len(list) == 1:
		return nil
	}
	return slices.Concat(list[:i], list[i+1:])
}
