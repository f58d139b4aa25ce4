package store

import (
	"slices"
	"testing"
	"time"

	"kagobell/scenarios"
)

const priceRules = `
rules:
  - {on: page.viewed, add: 30, title: 閲覧}
  - {on: message.clicked, add: 3}
marks: [{name: hot, at: 50}]`

func scoringEngine(t *testing.T) *scenarios.Engine {
	t.Helper()
	scores, wrong := scenarios.LoadScores(scenarios.DefinitionFile{Path: scenarios.ScoresFile, Text: []byte(priceRules)})
	if len(wrong) > 0 {
		t.Fatal(wrong)
	}
	return scenarios.NewEngine(scenarios.Settings{Scores: scores, TellLeads: true}, nil, nil)
}

func pageViewed(buyerID, accountID, id string) scenarios.Work {
	e := eventOf(buyerID, id)
	e.Type, e.Data = scenarios.EventPageViewed, map[string]any{"url": "https://shop.example/price"}
	e.Buyer.AccountID = scenarios.Field[string]{Present: true, Value: accountID}
	return scenarios.Work{Event: e}
}

// TestScoresAreKept: points of two buyers add up on their account, also within one transaction; the account is on the
// list, with reasons, and one row waits for the sales system. The same events again change nothing.
func TestScoresAreKept(t *testing.T) {
	onBoth(t, func(t *testing.T, s *testStore) {
		engine := scoringEngine(t)
		works := []scenarios.Work{pageViewed("b-1", "acme", "e-1"), pageViewed("b-2", "acme", "e-2"), pageViewed("b-3", "", "e-3")}
		s.mustDecide(t, engine, works...)
		for i, r := range s.mustDecide(t, engine, works...) {
			if !r.Duplicate {
				t.Errorf("event %d is no duplicate", i)
			}
		}
		now, err := s.Now(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		hot, err := s.HotAccounts(t.Context(), 10)
		if err != nil || len(hot) != 1 || hot[0].Key != "a:acme" || hot[0].Hot.Mark != "hot" || hot[0].Hot.BuyerID != "b-2" ||
			engine.ScoreNow(hot[0].Score, now) != 60 {
			t.Fatalf("%+v, %v", hot, err)
		}
		reasons, err := s.ScoreReasons(t.Context(), "a:acme", now, 1)
		if err != nil || len(reasons) != 1 || reasons[0].BuyerID != "b-2" || reasons[0].Rule != "閲覧" {
			t.Errorf("reasons %+v, %v", reasons, err)
		}
		if n := count(t, s, "SELECT COUNT(*) FROM leads"); n != 1 {
			t.Errorf("%d leads wait", n)
		}
		if a, err := s.Account(t.Context(), "b:b-3"); err != nil || !a.Hot.Since.IsZero() || engine.ScoreNow(a.Score, now) != 30 {
			t.Errorf("a buyer who is not hot: %+v, %v", a, err)
		}
		reject := &scenarios.Event{Source: "crm", ID: "no", Type: scenarios.EventLeadRejected, OccurredAt: now, AccountID: "acme"}
		s.mustDecide(t, engine, scenarios.Work{Event: reject})
		if hot, err := s.HotAccounts(t.Context(), 10); err != nil || len(hot) != 0 {
			t.Errorf("a rejected lead is on the list: %+v, %v", hot, err)
		}
		if n, err := s.PruneScoreEntries(t.Context(), now.Add(time.Hour), 100); err != nil || n != 4 {
			t.Errorf("%d reasons pruned, %v", n, err)
		}
	})
}

// TestLeadsAreClaimed: one process has a lead until its claim ends; a late finish does not undo a newer claim.
func TestLeadsAreClaimed(t *testing.T) {
	onBoth(t, func(t *testing.T, s *testStore) {
		lead := &scenarios.Lead{ID: "lead-1", AccountKey: "a:acme", BuyerID: "b-1", Mark: "hot", Score: 60, At: base}
		s.put(t, "b-1", scenarios.Decision{Leads: []*scenarios.Lead{lead}})
		s.put(t, "b-1", scenarios.Decision{Leads: []*scenarios.Lead{lead}}) // once more: the same row
		claim := func(hold time.Duration) Lead {
			t.Helper()
			got, err := s.ClaimLead(t.Context(), hold)
			if err != nil {
				t.Fatal(err)
			}
			return got
		}
		none := func(when string) {
			t.Helper()
			if got, err := s.ClaimLead(t.Context(), time.Minute); !isNotFound(err) {
				t.Errorf("%s: %+v, %v", when, got, err)
			}
		}
		first := claim(time.Minute)
		if first.Lead != *lead || first.Attempts != 1 || first.Tries != 1 {
			t.Errorf("claimed %+v", first)
		}
		none("while it is claimed")
		s.advance(time.Minute)
		second := claim(time.Minute)
		if second.Attempts != 2 {
			t.Errorf("%d attempts", second.Attempts)
		}
		now, _ := s.Now(t.Context())
		finish := func(claim Lead, status LeadStatus, next time.Time) {
			t.Helper()
			if err := s.FinishLead(t.Context(), claim, status, next); err != nil {
				t.Error(err)
			}
		}
		finish(first, LeadTold, now)
		finish(second, LeadWaiting, now.Add(5*time.Minute))
		none("before its time")
		s.advance(5*time.Minute + time.Second)
		third := claim(time.Minute)
		finish(third, LeadDead, now)
		none("when it is dead")
		if err := s.RetryLead(t.Context(), "lead-1"); err != nil {
			t.Fatal(err)
		}
		if again := claim(time.Minute); again.Attempts != 4 || again.Tries != 1 || !again.TriesSince.After(third.TriesSince) {
			t.Errorf("replayed %+v", again)
		} else {
			finish(again, LeadTold, now)
		}
		none("when it was told")
		if err := s.RetryLead(t.Context(), "lead-1"); !isNotFound(err) {
			t.Errorf("retry of one that was told: %v", err)
		}
		if n, err := s.PruneLeads(t.Context(), base.Add(time.Second), 10); err != nil || n != 1 {
			t.Errorf("%d pruned, %v", n, err)
		}
	})
}

// TestReactionIsKeptWithItsEvent: a click decided as an event leaves the same row and marks as one recorded alone, and
// scores once.
func TestReactionIsKeptWithItsEvent(t *testing.T) {
	onBoth(t, func(t *testing.T, s *testStore) {
		r := run("r-1", "b-1", "b:b-1")
		m := message("m-1", r)
		m.Status = scenarios.MessageSent
		s.put(t, "b-1", scenarios.Decision{Buyers: []*scenarios.Buyer{buyer("b-1", "")}, Runs: []*scenarios.Run{r}, Messages: []*scenarios.Message{m}})
		at := base.Add(time.Minute)
		click := eventOf("b-1", "click:m-1:0")
		click.Source, click.Type, click.OccurredAt = scenarios.SourceKagobell, scenarios.EventMessageClicked, at
		click.Data = map[string]any{"message_id": "m-1", "url": "https://shop.example/p"}
		engine := scoringEngine(t)
		s.mustDecide(t, engine, scenarios.Work{Event: click})
		s.mustDecide(t, engine, scenarios.Work{Event: click})
		got, err := s.Message(t.Context(), "m-1")
		if err != nil || !got.OpenedAt.Equal(at) || !got.ClickedAt.Equal(at) {
			t.Errorf("opened %s, clicked %s, %v", got.OpenedAt, got.ClickedAt, err)
		}
		if n := count(t, s, `SELECT COUNT(*) FROM interactions WHERE message_id = 'm-1' AND buyer_id = 'b-1' AND kind = 'click'
			AND machine = 0 AND url = 'https://shop.example/p' AND at = ?`, timeText(at)); n != 1 {
			t.Errorf("%d interactions as they should be", n)
		}
		if n := count(t, s, "SELECT COUNT(*) FROM messages WHERE credit_until = ?", timeText(at.Add(credit))); n != 1 {
			t.Error("orders after the click are not credited")
		}
		stats, err := s.Stats(t.Context(), ByScenario, time.Time{}, time.Time{})
		if i := slices.IndexFunc(stats, func(x Stat) bool { return x.Clicked == 1 && x.Opened == 1 }); err != nil || i < 0 {
			t.Errorf("statistics %+v, %v", stats, err)
		}
		if reasons, err := s.ScoreReasons(t.Context(), "b:b-1", lastTime, 5); err != nil || len(reasons) != 1 || reasons[0].Points != 3 {
			t.Errorf("reasons %+v, %v", reasons, err)
		}
	})
}
