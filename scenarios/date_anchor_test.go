package scenarios

import "testing"

// TestDatesOfTheAccountThatOrders: whoever orders for a daughter company is not the
// one whom she is reminded by, and his own company has not ordered.
func TestDatesOfTheAccountThatOrders(t *testing.T) {
	s := newShop(t)
	s.engine = NewEngine(s.engine.settings, []*Definition{definitionForTest(t, "winback")}, nil)
	s.post(`{"id":"o1","type":"order.placed","occurred_at":"2026-11-16T10:00:00+09:00","buyer":{"id":"sato","account_id":"acme"},
"data":{"order_id":"o1","items":[{"sku":"A"}]}}`)
	s.post(`{"id":"o2","type":"order.placed","occurred_at":"2026-11-16T10:00:00+09:00","buyer":{"id":"mori","account_id":"daughter"},
"data":{"order_id":"o2","items":[{"sku":"A"}]}}`)
	s.post(`{"id":"o3","type":"order.placed","occurred_at":"2026-11-17T10:00:00+09:00","buyer":{"id":"sato"},"account_id":"daughter",
"data":{"order_id":"o3","items":[{"sku":"A"}]}}`)
	for key, want := range map[AccountKey]string{KeyOfAccount("acme"): "sato 2027-01-15", KeyOfAccount("daughter"): "mori 2027-01-16"} {
		open := s.world.ofAccount(key).open
		if len(open) != 1 {
			t.Errorf("%s has the runs %v, want one", key, open)
			continue
		}
		if r := open[0]; r.BuyerID+" "+r.Subject != want {
			t.Errorf("%s: %s %s, want %s", key, r.BuyerID, r.Subject, want)
		}
	}
}
