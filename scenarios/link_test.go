package scenarios

import "testing"

// TestWhereAMessageLeads: to the step's own address, else to the event's.
func TestWhereAMessageLeads(t *testing.T) {
	for name, c := range map[string]struct{ link, data, want string }{
		"nothing said":           {"", `{}`, ""},
		"of the event":           {"", `{"url":"https://shop.example/d/1"}`, "https://shop.example/d/1"},
		"not for a browser":      {"", `{"url":"javascript:alert(1)"}`, ""},
		"not even a text":        {"", `{"url":["https://shop.example/d/1"]}`, ""},
		"own, from the event":    {"link: event.survey_url", `{"url":"https://shop.example/d/1","survey_url":"https://q.example/9"}`, "https://q.example/9"},
		"own, not in the event":  {"link: event.survey_url", `{"url":"https://shop.example/d/1"}`, ""},
		"own, not for a browser": {"link: event.survey_url", `{"survey_url":"mailto:x@y.example"}`, ""},
		"own, as it stands":      {"link: https://q.example/s?a=1", `{"url":"https://shop.example/d/1"}`, "https://q.example/s?a=1"},
		"own, put together":      {`link: '"https://q.example/" + buyer.id'`, `{}`, "https://q.example/sato"},
	} {
		t.Run(name, func(t *testing.T) {
			d := loadOne(t, "name: x\nstart: {on: seminar.attended}\nsteps:\n  - id: a\n    send: email\n    template: cart_first\n    "+c.link+"\n")
			s := newShop(t)
			s.engine = NewEngine(s.engine.settings, []*Definition{d}, nil)
			s.post(`{"id":"e1","type":"seminar.attended","occurred_at":"2026-11-17T10:00:00+09:00",
"buyer":{"id":"sato","email":"sato@acme.example","consent":{"email":true}},"data":` + c.data + `}`)
			decision := s.ring()
			if len(decision.Deliveries) != 1 {
				t.Fatalf("deliveries %+v, journal %+v", decision.Deliveries, decision.Journal)
			}
			if got := decision.Deliveries[0].Message.URL; got != c.want {
				t.Errorf("leads to %q, want %q", got, c.want)
			}
		})
	}
}
