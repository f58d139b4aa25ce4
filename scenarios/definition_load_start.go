package scenarios

import (
	"fmt"
	"slices"
	"strings"

	"github.com/agnivade/levenshtein"
	"github.com/goccy/go-yaml/ast"
)

// typesWithItems are the event types that speak of SKUs.
var typesWithItems = []string{EventCartUpdated, EventOrderPlaced, EventProductViewed, EventFavoriteAdded,
	EventFavoriteRemoved, EventFavoriteRestocked, EventFavoritePriceDropped}

// KnownTypes are the event types that mean something by themselves and can move a run.
var KnownTypes = append([]string{EventOrderCancelled, EventBuyerUpdated, EventBuyerDeleted, EventPageViewed,
	EventMessageOpened, EventMessageClicked, EventLeadRejected, EventLeadAccepted, EventScoreReached}, typesWithItems...)

// eventType reads the type of an event that concerns a buyer.
func (r *definitionReader) eventType(node ast.Node) string {
	const expected = "on to be an event type of the form noun.verb such as cart.updated"
	text, ok := r.text(node, expected, false)
	switch {
	case !ok:
		return ""
	case !isEventType(text):
		r.unexpected(node, expected)
		return ""
	case text == EventProductUpdated || text == EventProductDeleted:
		r.mistake(node, "%s concerns no buyer: expected %s or %s, which tell the buyers who saved the product", text,
			EventFavoriteRestocked, EventFavoritePriceDropped)
		return ""
	case !slices.Contains(KnownTypes, text):
		// Any type may be one of the shop's own; but one that a single slip of the keyboard separates from a known one is not.
		for _, known := range KnownTypes {
			if isSlip(text, known) {
				r.mistake(node, "unknown event type %s, did you mean %s?", text, known)
				return ""
			}
		}
	}
	return text
}

// isSlip tells whether a type is a known one with a slip of the keyboard: one letter too many, too few or wrong, two
// that changed places, two slips where one is in the noun, or an end that was left off. product.reviewed is a type of
// its own beside product.viewed.
func isSlip(text, known string) bool {
	noun, _, _ := strings.Cut(text, ".")
	knownNoun, _, _ := strings.Cut(known, ".")
	distance := levenshtein.ComputeDistance(text, known)
	switch {
	case distance == 1, swapped(text, known):
		return true
	case distance == 2:
		return noun != knownNoun || strings.HasPrefix(known, text)
	}
	return false
}

// swapped tells whether two texts differ by two neighbours that changed places.
func swapped(a, b string) bool {
	for i := range len(a) - 1 {
		if len(a) == len(b) && a[i] != b[i] {
			return a[i] == b[i+1] && a[i+1] == b[i] && a[i+2:] == b[i+2:]
		}
	}
	return false
}

// start reads what begins a run.
func (r *definitionReader) start(node ast.Node) Start {
	m, ok := r.mapping(node, "start", startKeys)
	if !ok {
		return Start{}
	}
	s := Start{}
	m.trigger(&s)
	s.Per = m.per(s)
	s.When = m.condition("when", scope{place: "start"})
	s.QuietFor = m.duration("quiet_for", Duration{})
	s.MaxQuiet = m.duration("max_quiet", Duration{})
	s.MaxItems = m.whole("max_items", 1, maxItems, 0)
	s.NotBoughtWithin = m.atMost("not_bought_within", PurchaseHistory, Duration{})
	if m.has("wait_while") {
		s.WaitWhile = m.condition("wait_while", scope{place: "wait"})
		s.WaitUpTo = m.positive("wait_up_to", defaultWaitUpTo)
	}
	if s.Per == PerItems {
		s.Collect = m.duration("collect", defaultCollect)
	}
	if s.On == EventFavoriteRestocked {
		s.Hold = m.duration("hold", defaultHold)
		s.PerUnit = m.number("per_unit", 0, maxQuantity, 0)
	}
	if s.PerUnit > 0 {
		s.WaveEvery = m.positive("wave_every", defaultWave)
	}
	if s.On == EventFavoritePriceDropped {
		s.MinPercent = m.number("min_percent", 0, 100, defaultMinPercent)
		s.MinAmount = m.number("min_amount", 0, maxQuantity, defaultMinAmount)
	}
	if s.On != "" || s.Date != nil {
		m.checkStart(s)
	}
	return s
}

// trigger reads what begins a run: an event, or a date.
func (m mapping) trigger(s *Start) {
	switch {
	case m.has("on_date"):
		s.Date = m.dateAnchor(scope{place: "start"})
		if m.has("on") {
			m.r.mistake(m.at("on"), "expected on or on_date, not both")
		}
		return
	case !m.has("on"):
		m.r.mistake(m.node, "on is missing (or on_date in its place)")
	default:
		s.On = m.r.eventType(m.at("on"))
	}
	for _, key := range []string{"before", "after"} {
		if m.has(key) {
			m.r.mistake(m.at(key), "%s means nothing here: it belongs to on_date", key)
		}
	}
}

// per is what a run is one of; the usual thing for the event when nothing is said.
func (m mapping) per(s Start) SubjectKind {
	usual := PerEvent
	switch {
	case s.On == EventCartUpdated:
		usual = PerCart
	case s.On == EventProductViewed, s.Date != nil:
		usual = PerBuyer
	case s.On == EventFavoriteRestocked, s.On == EventFavoritePriceDropped:
		usual = PerItems
	}
	if !m.has("per") {
		return usual
	}
	word, ok := m.r.word(m.at("per"), "value of per", wordsOf(SubjectKinds)...)
	if !ok {
		return usual
	}
	return SubjectKind(word)
}

// checkStart reports keys that mean nothing beside the others.
func (m mapping) checkStart(s Start) {
	without := func(key string, useful bool, belongs string) {
		if m.has(key) && !useful {
			m.r.mistake(m.at(key), "%s means nothing here: it belongs to %s", key, belongs)
		}
	}
	on := func(event string) string { return "on: " + event }
	without("quiet_for", s.Date == nil, "on")
	without("max_quiet", m.has("quiet_for"), "quiet_for")
	without("wait_while", s.Per == PerCart, "per: cart")
	without("wait_up_to", m.has("wait_while"), "wait_while")
	without("collect", s.Per == PerItems, "per: items")
	without("hold", s.On == EventFavoriteRestocked, on(EventFavoriteRestocked))
	without("per_unit", s.On == EventFavoriteRestocked, on(EventFavoriteRestocked))
	without("wave_every", s.PerUnit > 0, "per_unit")
	without("min_percent", s.On == EventFavoritePriceDropped, on(EventFavoritePriceDropped))
	without("min_amount", s.On == EventFavoritePriceDropped, on(EventFavoritePriceDropped))
	hasItems := slices.Contains(typesWithItems, s.On)
	without("max_items", hasItems, "an event with items")
	without("not_bought_within", hasItems, "an event with items")
	switch {
	case s.Date != nil && s.Per != PerBuyer && s.Per != PerAccount:
		m.r.mistake(m.at("per"), "a date has no %s: expected per: buyer or per: account", s.Per)
	case s.Per == PerCart && s.On != EventCartUpdated:
		m.r.mistake(m.at("per"), "per: cart belongs to %s", on(EventCartUpdated))
	case s.Per == PerItems && !hasItems:
		m.r.mistake(m.at("per"), "%s says nothing of items: expected per: buyer or per: event", s.On)
	}
	if !s.MaxQuiet.IsZero() && s.MaxQuiet.Approx() < s.QuietFor.Approx() {
		m.r.mistake(m.at("max_quiet"), "max_quiet (%s) is shorter than quiet_for (%s)", s.MaxQuiet, s.QuietFor)
	}
	if s.When.constant() == "false" {
		m.r.mistake(m.at("when"), "the condition is always false, so no run ever starts and no step can be reached")
	}
}

// window is the send window in a key: nil for the business hours that the shop configured. inherited is the one that
// holds when the key is left out.
func (m mapping) window(key string, inherited *Window) *Window {
	node := m.at(key)
	switch node.(type) {
	case nil:
		return nil
	case *ast.MappingNode:
		return m.r.ownWindow(node)
	}
	word, ok := m.r.word(node, "window", "business_hours", "always")
	switch {
	case !ok:
		return nil
	case word == "always":
		always := AlwaysWindow()
		return &always
	case inherited == nil:
		return nil
	}
	return &Window{Shop: true}
}

// ownWindow reads a window of the scenario's own.
func (r *definitionReader) ownWindow(node ast.Node) *Window {
	m, ok := r.mapping(node, "window", windowKeys)
	if !ok {
		return nil
	}
	places := map[string]ast.Node{"": node}
	text := func(key string) string {
		if !m.has(key) {
			return ""
		}
		places[key] = m.at(key)
		text, _ := r.text(m.at(key), key+` to be a time of day such as "09:00"`, false)
		return text
	}
	texts := func(key string) []string {
		if !m.has(key) {
			return nil
		}
		places[key] = m.at(key)
		list, ok := r.list(m.at(key), key+" to be a list")
		if !ok {
			return nil
		}
		out := []string{}
		for _, entry := range list {
			if word, ok := r.text(entry, "a word in "+key, false); ok {
				places[fmt.Sprintf("%s[%d]", key, len(out))] = entry
				out = append(out, word)
			}
		}
		return out
	}
	spec := WindowSpec{Days: texts("days"), From: text("from"), To: text("to"), Holidays: m.boolean("holidays", false), ClosedOn: texts("closed_on"),
		OrderBy: text("order_by")}
	w, wrong := spec.Window()
	for _, err := range wrong {
		r.windowMistake(err, places)
	}
	return &w
}
