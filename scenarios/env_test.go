package scenarios

import "testing"

// TestConditionsSeeTheAccountOfTheRun: an order by telephone names no buyer.
func TestConditionsSeeTheAccountOfTheRun(t *testing.T) {
	s := newShop(t)
	s.engine = NewEngine(s.engine.settings, loadForTest(t, []DefinitionFile{{Path: "second.yaml", Text: []byte(`name: second
start: {on: order.placed}
exit:
  - {on: order.placed, when: account.orders > 1}
steps:
  - {id: first, after: 1d, send: email, message: {subject: s, text: t}}
`)}}), nil)
	s.post(`{"id":"o1","type":"order.placed","occurred_at":"2026-11-16T10:00:00+09:00","buyer":{"id":"sato","account_id":"acme"},
"data":{"order_id":"o1","items":[{"sku":"A"}]}}`)
	s.post(`{"id":"o2","type":"order.placed","occurred_at":"2026-11-17T10:00:00+09:00","account_id":"acme",
"data":{"order_id":"o2","items":[{"sku":"B"}]}}`)
	if r := s.run(); r.Open() {
		t.Error("the account's second order, by telephone, is not seen")
	}
}
