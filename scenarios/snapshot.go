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
	accounts     map[AccountKey]*Account
	buyers       map[string]*Buyer
	carts        map[CartKey]*Cart
	cartsOf      map[string][]CartKey
	purchases    map[AccountKey]map[string][]Purchase // by SKU
	orders       map[orderKey]*Order
	products     map[string]*Product
	favorites    map[favoriteKey]*Favorite
	favoritesOf  map[string][]string  // buyers by SKU
	favoritesBy  map[string][]string  // SKUs by buyer
	fanOuts      map[string][]*FanOut // by SKU, oldest first; those under way
	runs         map[RunID]*Run
	openOf       listed[AccountKey, Run] // open runs by account
	openBy       listed[string, Run]     // open runs by buyer
	toldBy       listed[string, Run]     // by buyer, ended ones that wrote to him: they cool down
	messages     map[string]*Message
	messagesOf   listed[string, Message]     // by buyer
	messagesRun  listed[RunID, Message]      // by run
	batchedOf    listed[AccountKey, Message] // by account, in an open DM batch
	dedup        map[string]string           // dedup key -> message id
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
type favoriteKey struct{ buyerID, sku string }
type suppressionKey struct {
	channel Channel
	hash    string
}

// NewSnapshot makes an empty one.
func NewSnapshot() *Snapshot {
	return &Snapshot{
		accounts: map[AccountKey]*Account{}, buyers: map[string]*Buyer{},
		carts: map[CartKey]*Cart{}, cartsOf: map[string][]CartKey{},
		purchases: map[AccountKey]map[string][]Purchase{}, orders: map[orderKey]*Order{},
		products: map[string]*Product{}, favorites: map[favoriteKey]*Favorite{},
		favoritesOf: map[string][]string{}, favoritesBy: map[string][]string{}, fanOuts: map[string][]*FanOut{},
		runs: map[RunID]*Run{}, openOf: listed[AccountKey, Run]{}, openBy: listed[string, Run]{}, toldBy: listed[string, Run]{},
		messages: map[string]*Message{}, messagesOf: listed[string, Message]{},
		messagesRun: listed[RunID, Message]{}, batchedOf: listed[AccountKey, Message]{},
		dedup: map[string]string{}, suppressions: map[suppressionKey]*Suppression{},
		paused: map[string]bool{}, batches: map[string]int{},
	}
}

// PutAccount adds or replaces an account.
func (s *Snapshot) PutAccount(a *Account) { s.accounts[a.Key] = a }

// PutBuyer adds or replaces a buyer.
func (s *Snapshot) PutBuyer(b *Buyer) { s.buyers[b.ID] = b }

// PutCart adds or replaces a cart.
func (s *Snapshot) PutCart(c *Cart) {
	if _, known := s.carts[c.Key()]; !known {
		s.cartsOf[c.BuyerID] = append(s.cartsOf[c.BuyerID], c.Key())
	}
	s.carts[c.Key()] = c
}

// PutPurchase adds one line of an order that stands.
func (s *Snapshot) PutPurchase(p Purchase) {
	bought := s.purchases[p.AccountKey]
	if bought == nil {
		bought = map[string][]Purchase{}
		s.purchases[p.AccountKey] = bought
	}
	bought[p.SKU] = append(bought[p.SKU], p)
}

// PutOrder adds an order that an event names (placed again, or cancelled). Its
// lines are not purchases: add those with PutPurchase.
func (s *Snapshot) PutOrder(o *Order) { s.orders[orderKey{o.Source, o.ID}] = o }

// PutProduct adds or replaces a product.
func (s *Snapshot) PutProduct(p *Product) { s.products[p.SKU] = p }

// PutFavorite adds or replaces a favourite.
func (s *Snapshot) PutFavorite(f *Favorite) {
	key := favoriteKey{f.BuyerID, f.SKU}
	if s.favorites[key] == nil {
		s.favoritesOf[f.SKU] = append(s.favoritesOf[f.SKU], f.BuyerID)
		s.favoritesBy[f.BuyerID] = append(s.favoritesBy[f.BuyerID], f.SKU)
	}
	s.favorites[key] = f
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
func (s *Snapshot) PutRun(r *Run) {
	old := s.runs[r.ID]
	s.runs[r.ID] = r
	was, is := only(old, (*Run).Open), only(r, (*Run).Open)
	if old != nil && old.AccountKey != r.AccountKey {
		s.openOf.put(old.AccountKey, was, nil)
		s.openOf.put(r.AccountKey, nil, is)
	} else {
		s.openOf.put(r.AccountKey, was, is)
	}
	s.openBy.put(r.BuyerID, was, is)
	s.toldBy.put(r.BuyerID, only(old, (*Run).coolsDown), only(r, (*Run).coolsDown))
}

// PutMessage adds or replaces a message.
func (s *Snapshot) PutMessage(m *Message) {
	old := s.messages[m.ID]
	s.messages[m.ID] = m
	s.messagesOf.put(m.BuyerID, old, m)
	s.messagesRun.put(m.RunID, old, m)
	if was := only(old, (*Message).batched); was != nil {
		s.batchedOf.put(was.AccountKey, was, nil)
	}
	s.batchedOf.put(m.AccountKey, nil, only(m, (*Message).batched))
	if old != nil && old.DedupKey != "" && s.dedup[old.DedupKey] == m.ID {
		delete(s.dedup, old.DedupKey)
	}
	if m.DedupKey != "" && m.Stands() {
		s.dedup[m.DedupKey] = m.ID
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
func (s *Snapshot) Run(id RunID) *Run { return s.runs[id] }

// Buyer is a buyer of the snapshot; nil when not known.
func (s *Snapshot) Buyer(id string) *Buyer { return s.buyers[id] }

// Account is an account of the snapshot; nil when not known.
func (s *Snapshot) Account(key AccountKey) *Account { return s.accounts[key] }

// Product is a product of the snapshot; nil when not known.
func (s *Snapshot) Product(sku string) *Product { return s.products[sku] }

// Apply makes the snapshot what it will be once the decision is saved.
func (s *Snapshot) Apply(d *Decision) {
	for _, a := range d.Accounts {
		s.PutAccount(a)
	}
	for _, b := range d.Buyers {
		s.applyBuyer(b)
	}
	for _, c := range d.Carts {
		s.PutCart(c)
	}
	for _, o := range d.Orders {
		s.applyOrder(o)
	}
	for _, p := range d.Products {
		s.PutProduct(p)
	}
	for _, f := range d.Favorites {
		s.PutFavorite(f)
	}
	for _, f := range d.FanOuts {
		s.PutFanOut(f)
	}
	for _, r := range d.Runs {
		s.PutRun(r)
	}
	for _, m := range d.Messages {
		if old := s.messages[m.ID]; old != nil && old.Status == MessageBatched {
			s.batches[old.BatchID]--
		}
		if m.Status == MessageBatched {
			s.batches[m.BatchID]++
		}
		s.PutMessage(m)
	}
	for _, x := range d.Suppressions {
		s.PutSuppression(x)
	}
}

// applyBuyer keeps in step what hangs on a buyer: his letters follow him to
// another account and his favourites a new rank; an erased person's carts and
// favourites go.
func (s *Snapshot) applyBuyer(b *Buyer) {
	old := s.buyers[b.ID]
	s.PutBuyer(b)
	switch {
	case old == nil:
	case b.Erased():
		for _, sku := range s.favoritesBy[b.ID] {
			delete(s.favorites, favoriteKey{b.ID, sku})
			s.favoritesOf[sku] = without(s.favoritesOf[sku], b.ID)
		}
		for _, key := range s.cartsOf[b.ID] {
			delete(s.carts, key)
		}
		delete(s.favoritesBy, b.ID)
		delete(s.cartsOf, b.ID)
	case old.AccountKey() != b.AccountKey():
		for _, m := range s.messagesOf[b.ID] {
			moved := m.clone()
			moved.AccountKey = b.AccountKey()
			s.PutMessage(moved)
		}
	}
	if rank := RankKey(b); old != nil && rank != RankKey(old) {
		for _, sku := range s.favoritesBy[b.ID] {
			f := *s.favorites[favoriteKey{b.ID, sku}]
			f.RankKey = rank
			s.PutFavorite(&f)
		}
	}
}

// applyOrder keeps the purchases in step with an order placed or cancelled.
func (s *Snapshot) applyOrder(o *Order) {
	if known := s.orders[orderKey{o.Source, o.ID}]; known != nil {
		s.takeBack(known)
	}
	if o.CancelledAt.IsZero() {
		for _, it := range o.Items {
			s.PutPurchase(Purchase{AccountKey: o.AccountKey, Source: o.Source, OrderID: o.ID, SKU: it.SKU, At: o.PlacedAt})
		}
	}
	s.PutOrder(o)
}

// takeBack takes the lines of an order out of the purchases.
func (s *Snapshot) takeBack(o *Order) {
	bought := s.purchases[o.AccountKey]
	for _, it := range o.Items {
		if len(bought[it.SKU]) == 0 {
			continue // not loaded, or a line given twice
		}
		left := slices.DeleteFunc(slices.Clone(bought[it.SKU]), func(p Purchase) bool {
			return p.Source == o.Source && p.OrderID == o.ID
		})
		if bought[it.SKU] = left; len(left) == 0 {
			delete(bought, it.SKU)
		}
	}
}
