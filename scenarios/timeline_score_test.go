package scenarios

import (
	"fmt"
	"os"
	"strings"
	"testing"
	"time"
)

// scoresForTest loads testdata/scores/NAME.yaml.
func scoresForTest(t *testing.T, name string) *Scores {
	t.Helper()
	path := "testdata/scores/" + name + ".yaml"
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	scores, mistakes := LoadScores(DefinitionFile{Path: path, Text: text})
	if len(mistakes) > 0 {
		t.Fatal(mistakeLines(mistakes))
	}
	return scores
}

// askScore adds an event that does nothing but to carry the clock to its time.
func (r *timelineReader) askScore(n int, at time.Time, who string) {
	key := KeyOfBuyer(who)
	if account, ok := strings.CutPrefix(who, "@"); ok {
		key = KeyOfAccount(account)
	}
	ev := &Event{Source: "clock", ID: fmt.Sprint(n), Type: "clock.ticked", OccurredAt: at, Buyer: &BuyerUpdate{ID: "clock"}}
	r.asked[ev] = key
	r.events = append(r.events, ev)
}

// scoreLine shows the score of an account, and how it stands on the list for sales.
func scoreLine(sim *Simulator, key AccountKey) string {
	a := sim.world.Account(key)
	if a == nil {
		return "no account " + string(key) + "\n"
	}
	zone := sim.engine.settings.Zone
	line := fmt.Sprintf("%s score of %s: %g", sim.now.In(zone).Format("01-02 15:04:05"), key, sim.engine.ScoreNow(a.Score, sim.now))
	if sim.engine.StillHot(a, sim.now) {
		line += fmt.Sprintf(", %s since %s by %q", a.Hot.Mark, a.Hot.Since.In(zone).Format("01-02 15:04"), a.Hot.BuyerID)
	}
	return line + "\n"
}
