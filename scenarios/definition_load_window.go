package scenarios

import "time"

// orderBy is the order cut-off of a scenario. It must come after the opening of every window that holds for a step,
// or the step could never be sent. The shop's own hours are asked for where they are known: an older version of a
// scenario is read without them, and stays what it was when they change.
func (m mapping) orderBy(d *Definition) time.Duration {
	node := m.at("order_by")
	if node == nil {
		return 0
	}
	text, ok := m.r.text(node, `order_by to be a time of day such as "15:00"`, false)
	if !ok {
		return 0
	}
	orderBy, err := ParseTimeOfDay(text)
	if err != nil {
		m.r.mistake(node, "order_by: %s", err)
		return 0
	}
	if from := m.r.latestOpening(d); orderBy <= from {
		m.r.mistake(node, "order_by: %s", orderByTooEarly(orderBy, from))
	}
	return orderBy
}

// latestOpening is the latest From among the windows that hold for the steps.
func (r *definitionReader) latestOpening(d *Definition) time.Duration {
	var latest time.Duration
	for i := range d.Steps {
		if len(d.Steps[i].Send) == 0 { // a branch or a wait goes at any hour
			continue
		}
		window := d.Steps[i].Window
		if window == nil {
			window = d.Window
		}
		if window == nil || window.Shop {
			window = r.checks.BusinessHours
		}
		if window != nil {
			latest = max(latest, window.From)
		}
	}
	return latest
}
