package scenarios

import (
	"cmp"
	"slices"

	"github.com/goccy/go-yaml/ast"
)

// ScoresFile is the name of the file with the scores, in the folder of the scenarios.
const ScoresFile = "scores.yaml"

const (
	maxScoreRules = 200
	maxMarks      = 20
	maxPoints     = 1_000_000
)

// LoadScores reads scores.yaml and reports every mistake at once. The scores are of
// use only where there is none.
func LoadScores(file DefinitionFile) (*Scores, []Mistake) {
	r := &definitionReader{file: file, what: "scores"}
	scores := &Scores{HalfLife: defaultHalfLife}
	if root := r.root(); root != nil {
		r.scores(root, scores)
	}
	sortMistakes(r.found)
	return scores, r.found
}

func (r *definitionReader) scores(root ast.Node, s *Scores) {
	m, ok := r.mapping(root, "scores", scoresKeys)
	if !ok {
		return
	}
	s.Enabled = m.boolean("enabled", true)
	s.HalfLife = m.positive("half_life", defaultHalfLife)
	for _, rule := range m.parts("rules", "a rule such as {on: page.viewed, add: 10}", maxScoreRules, s.Enabled) {
		if in, ok := r.mapping(rule, "a rule", scoreRuleKeys); ok {
			s.Rules = append(s.Rules, in.scoreRule())
		}
	}
	taken := map[string]bool{}
	for _, mark := range m.parts("marks", "a mark such as {name: hot, at: 50}", maxMarks, false) {
		in, ok := r.mapping(mark, "a mark", markKeys)
		if !ok {
			continue
		}
		read := in.mark()
		if read.Name != "" && taken[read.Name] {
			r.mistake(in.at("name"), "the mark %s stands twice", read.Name)
		}
		taken[read.Name] = true
		s.Marks = append(s.Marks, read)
	}
	slices.SortStableFunc(s.Marks, func(a, b Mark) int { return cmp.Compare(a.At, b.At) })
}

// parts are the entries of a list in a key.
func (m mapping) parts(key, each string, most int, needed bool) []ast.Node {
	node := m.part(key, needed)
	if node == nil {
		return nil
	}
	list, ok := m.r.list(node, key+" to be a list, each "+each)
	if ok && len(list) > most {
		m.r.mistake(node, "%s are too many: expected at most %d, got %d", key, most, len(list))
	}
	return list
}

func (m mapping) scoreRule() ScoreRule {
	rule := ScoreRule{When: m.condition("when", scope{place: "score"})}
	if on, ok := m.required("on"); ok {
		rule.On = m.r.eventType(on)
		if slices.Contains(neverScore, rule.On) {
			m.r.mistake(on, "%s can't score: expected an event of the shop, %s or %s", rule.On, EventMessageOpened, EventMessageClicked)
		}
	}
	if rule.When.constant() == "false" {
		m.r.mistake(m.at("when"), "the condition is always false, so the rule never holds")
	}
	before := len(m.r.found)
	if m.has("add") {
		rule.Add = m.number("add", -maxPoints, maxPoints, 1)
	}
	rule.AtMost = m.number("at_most", 0, maxPoints, 0)
	if m.has("set") {
		set := m.number("set", 0, maxPoints, 0)
		rule.Set = &set
	}
	switch {
	case m.has("add") == m.has("set"):
		m.r.mistake(m.node, "expected either add or set in a rule")
	case len(m.r.found) > before: // nothing is known of how the numbers stand to each other
	case m.has("add") && rule.Add == 0:
		m.r.mistake(m.at("add"), "add: 0 changes nothing")
	case m.has("at_most") && rule.Add <= 0:
		m.r.mistake(m.at("at_most"), "at_most means nothing here: it belongs to an add above zero")
	case m.has("at_most") && rule.AtMost < rule.Add: // 0 too, which would be no limit
		m.r.mistake(m.at("at_most"), "at_most (%g) is less than one add (%g)", rule.AtMost, rule.Add)
	}
	rule.Title = orElse(m.line("title", MaxTitle), ruleText(&rule))
	return rule
}

// neverScore are events that follow from scores, or are not about what somebody did.
var neverScore = []string{EventScoreReached, EventFavoriteRestocked, EventFavoritePriceDropped, EventBuyerDeleted}

func (m mapping) mark() Mark {
	mark := Mark{Name: m.name("name")}
	before := len(m.r.found)
	if _, ok := m.required("at"); ok {
		mark.At = m.number("at", 1, maxPoints, 1)
	}
	mark.Cool = m.number("cool", 0, maxPoints, mark.At/2)
	if mark.Cool > mark.At && len(m.r.found) == before {
		m.r.mistake(m.at("cool"), "cool (%g) is above at (%g)", mark.Cool, mark.At)
	}
	return mark
}
