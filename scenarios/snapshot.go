package scenarios

import (
	"slices"
	"time"
)

// Snapshot is what the store knows that matters to the decisions of a batch:
// the accounts concerned, their buyers, carts, favourites, purchases, messages
// and runs. It may hold more than one decision needs (the simulator's holds
// the whole world); the engine asks by key and by time, so a larger snapshot
// decides the same.
//
// The store loads, for the accounts (and buyers) of a batch:
//   - accounts, and the buyers named by events, due runs and outcomes, and of
//     open runs that go by a date;
//   - of those buyers the carts touched by events or by open runs and those
//     changed in the last CartHistory, and the favourites of the SKUs concerned;
//   - all open runs of the buyers and, where Engine.ConcernsColleagues, of the
//     accounts; of the buyers the ended ones whose last message is younger than
//     Engine.CoolingFor; for an outcome its own run alone, and favourites only where
//     Engine.RemembersPrices;
//   - purchases of the accounts younger than PurchaseHistory;
//   - of the buyers, the messages of the loaded open runs, those that outcomes
//     and interactions name, those claimed in the last MessageHistory, and of the
//     accounts all that are batched in a DM batch not yet cut off;
//   - the products of all SKUs above; suppressions of the buyers' addresses;
//     messages with the DedupKeys that the due runs may use; paused scenarios;
//     sizes of the DM batches that are open.
type Snapshot struct {
	accounts     map[AccountKey]*accountRows
	buyers       map[string]*buyerRows
	runs         map[RunID]*runRows
	messages     map[string]*Message
	dedup        map[string]string // dedup key -> message id
	orders       map[orderKey]*Order
	products     map[string]*Product
	favoritesOf  map[string][]string  // buyers by SKU
	fanOuts      map[string][]*FanOut // by SKU, oldest first; those under way
	suppressions map[suppressionKey]*Suppression
	paused       map[string]bool
	batches      map[string]int // messages in a DM batch
}

// How far back a snapshot must reach.
const (
	CartHistory     = 30 * 24 * time.Hour
	PurchaseHistory = 400 * 24 * time.Hour
	MessageHistory  = 3 * 24 * time.Hour // the cap counts calendar days
)

type orderKey struct{ source, id string }
type suppressionKey struct {
	channel Channel
	hash    string
}

// NewSnapshot makes an empty one.
func NewSnapshot() *Snapshot {
	return &Snapshot{
		accounts: map[AccountKey]*accountRows{}, buyers: map[string]*buyerRows{}, runs: map[RunID]*runRows{},
		messages: map[string]*Message{}, dedup: map[string]string{}, orders: map[orderKey]*Order{},
		products: map[string]*Product{}, favoritesOf: map[string][]string{}, fanOuts: map[string][]*FanOut{},
		suppressions: map[suppressionKey]*Suppression{}, paused: map[string]bool{}, batches: map[string]int{},
	}
}

// PutAccount adds or replaces an account.
func (s *Snapshot) PutAccount(a *Account) { s.keepAccount(a.Key).row = a }

// PutBuyer adds or replaces a buyer.
func (s *Snapshot) PutBuyer(b *Buyer) { s.putBuyer(s.keepBuyer(b.ID), b) }

func (s *Snapshot) putBuyer(of *buyerRows, b *Buyer) {
	of.row = b
	if key := b.AccountKey(); of.account == nil || of.account.key != key {
		of.account = s.keepAccount(key)
	}
}

// PutCart adds or replaces a cart.
func (s *Snapshot) PutCart(c *Cart) { put(&s.keepBuyer(c.BuyerID).carts, c.ID, c) }

// PutPurchase adds one line of an order that stands.
func (s *Snapshot) PutPurchase(p Purchase) {
	of := s.keepAccount(p.AccountKey)
	put(&of.purchases, p.SKU, append(of.purchases[p.SKU], p))
}

// PutOrder adds an order that an event names (placed again, or cancelled). Its
// lines are not purchases: add those with PutPurchase.
func (s *Snapshot) PutOrder(o *Order) { s.orders[orderKey{o.Source, o.ID}] = o }

// PutProduct adds or replaces a product.
func (s *Snapshot) PutProduct(p *Product) { s.products[p.SKU] = p }

// PutFavorite adds or replaces a favourite.
func (s *Snapshot) PutFavorite(f *Favorite) {
	of := s.keepBuyer(f.BuyerID)
	if of.favorites[f.SKU] == nil {
		s.favoritesOf[f.SKU] = append(s.favoritesOf[f.SKU], f.BuyerID)
	}
	put(&of.favorites, f.SKU, f)
}

// PutFanOut adds or replaces a fan-out; one that is not under way any more is
// forgotten.
func (s *Snapshot) PutFanOut(f *FanOut) {
	list := s.fanOuts[f.SKU]
	i := slices.IndexFunc(list, func(known *FanOut) bool { return known.ID == f.ID })
	switch {
	case f.Status != FanOutOpen && i >= 0:
		s.fanOuts[f.SKU] = slices.Concat(list[:i], list[i+1:])
	case f.Status != FanOutOpen:
	case i >= 0:
		list[i] = f
	default:
		at, _ := slices.BinarySearchFunc(list, f, inTurn)
		s.fanOuts[f.SKU] = slices.Insert(list, at, f)
	}
}

// PutRun adds or replaces a run.
func (s *Snapshot) PutRun(r *Run) { s.putRun(s.keepRun(r.ID, r.BuyerID), r) }

func (s *Snapshot) putRun(of *runRows, r *Run) {
	old := of.row
	of.row = r
	was, is := only(old, (*Run).Open), only(r, (*Run).Open)
	if old != nil && old.AccountKey == r.AccountKey {
		of.account.open = listed(of.account.open, was, is)
	} else {
		if old != nil {
			of.account.open = listed(of.account.open, was, nil)
		}
		of.account = s.keepAccount(r.AccountKey)
		of.account.open = listed(of.account.open, nil, is)
	}
	of.buyer.open = listed(of.buyer.open, was, is)
	of.buyer.told = listed(of.buyer.told, only(old, (*Run).coolsDown), only(r, (*Run).coolsDown))
}

// PutMessage adds or replaces a message.
func (s *Snapshot) PutMessage(m *Message) { s.putMessage(s.keepRun(m.RunID, m.BuyerID), m) }

func (s *Snapshot) putMessage(of *runRows, m *Message) (old *Message) {
	old = s.messages[m.ID]
	s.messages[m.ID] = m
	of.messages = listed(of.messages, old, m)
	of.buyer.messages = listed(of.buyer.messages, old, m)
	s.listLetter(only(old, (*Message).batched), only(m, (*Message).batched))
	s.holdKey(old, m)
	return old
}

// holdKey lets a message hold its dedup key for as long as it stands.
func (s *Snapshot) holdKey(old, m *Message) {
	was, is := "", ""
	if old != nil && old.Stands() {
		was = old.DedupKey
	}
	if m.Stands() {
		is = m.DedupKey
	}
	if was == is {
		return
	}
	if was != "" && s.dedup[was] == m.ID {
		delete(s.dedup, was)
	}
	if is != "" {
		s.dedup[is] = m.ID
	}
}

// listLetter lists a letter with its account, which may be another one than before.
func (s *Snapshot) listLetter(was, is *Message) {
	if was != nil {
		of := s.keepAccount(was.AccountKey)
		of.letters = listed(of.letters, was, nil)
	}
	if is != nil {
		of := s.keepAccount(is.AccountKey)
		of.letters = listed(of.letters, nil, is)
	}
}

// PutSuppression adds or replaces a suppression.
func (s *Snapshot) PutSuppression(x *Suppression) {
	s.suppressions[suppressionKey{x.Channel, x.AddressHash}] = x
}

// PutPaused marks a scenario as paused.
func (s *Snapshot) PutPaused(scenario string, paused bool) { s.paused[scenario] = paused }

// PutBatch says how many messages a DM batch holds.
func (s *Snapshot) PutBatch(id string, size int) { s.batches[id] = size }

// Run is a run of the snapshot; nil when it is not known.
func (s *Snapshot) Run(id RunID) *Run { return s.ofRun(id).row }

// Buyer is a buyer of the snapshot; nil when not known.
func (s *Snapshot) Buyer(id string) *Buyer { return s.ofBuyer(id).row }

// Account is an account of the snapshot; nil when not known.
func (s *Snapshot) Account(key AccountKey) *Account { return s.ofAccount(key).row }

// Product is a product of the snapshot; nil when not known.
func (s *Snapshot) Product(sku string) *Product { return s.products[sku] }
