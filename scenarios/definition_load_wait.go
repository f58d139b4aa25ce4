package scenarios

// waitFor reads `{on: order.placed, when: …, up_to: 2d}`.
func (m mapping) waitFor() *WaitFor {
	in, ok := m.r.mapping(m.at("wait_for"), "wait_for", waitForKeys)
	if !ok {
		return nil
	}
	w := &WaitFor{When: in.condition("when", scope{place: "rule", steps: m.r.behindAll.messages, waits: m.r.behindAll.waits, all: m.r.stepIDs})}
	if on, ok := in.required("on"); ok {
		w.On = m.r.eventType(on)
	}
	in.required("up_to")
	w.UpTo = in.positive("up_to", Duration{})
	if w.When.constant() == "false" {
		m.r.mistake(in.at("when"), "the condition is always false, so the event never comes")
	}
	return w
}

// dateAnchor reads `on_date: buyer.attributes.renewal_date` and `before: 30d` or `after: 3d` beside it.
func (m mapping) dateAnchor(in scope) *DateAnchor {
	anchor := &DateAnchor{Date: m.dateExpression("on_date", in)}
	switch {
	case m.has("before") && m.has("after"):
		m.r.mistake(m.at("after"), "expected before or after beside on_date, not both")
	case m.has("before"):
		anchor.Before, anchor.Offset = true, m.duration("before", Duration{})
	default:
		anchor.Offset = m.duration("after", Duration{})
	}
	return anchor
}
