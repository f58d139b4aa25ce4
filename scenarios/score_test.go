package scenarios

import (
	"testing"
	"time"
)

// scoreWorld is an engine with testdata/scores/shop.yaml.
func scoreWorld(t *testing.T, tell bool) (*Engine, *Snapshot) {
	t.Helper()
	settings := Settings{Zone: time.FixedZone("JST", 9*60*60), Window: AlwaysWindow(), Scores: scoresForTest(t, "shop"), TellLeads: tell}
	return NewEngine(settings, nil, nil), NewSnapshot()
}

func scoreEvent(id, kind, data string, at time.Time) *Event {
	text := `{"id":"` + id + `","type":"` + kind + `","occurred_at":"` + at.Format(time.RFC3339) + `","account_id":"acme",` +
		`"buyer":{"id":"b-1","account_id":"acme"},"data":` + data + `}`
	ev, wrong := ReadEvent([]byte(text), "shop")
	if len(wrong) > 0 {
		panic(wrong[0].Message)
	}
	return ev
}

const signed = `{"url":"https://shop.example/signed","category":"price"}`

// TestReachedMarksLeaveAReason: points, what to tell the sales system, and why.
func TestReachedMarksLeaveAReason(t *testing.T) {
	engine, world := scoreWorld(t, true)
	d := engine.OnEvent(world, scoreEvent("e1", EventPageViewed, signed, tuesday), tuesday)
	if len(d.Leads) != 2 || d.Leads[0].Mark != "warm" || d.Leads[1].Mark != "hot" || d.Leads[0].ID == d.Leads[1].ID {
		t.Fatalf("leads %+v", d.Leads)
	}
	if l := d.Leads[1]; l.AccountKey != "a:acme" || l.BuyerID != "b-1" || l.Score != 60 || !l.At.Equal(tuesday) {
		t.Errorf("lead %+v", l)
	}
	want := []ScoreEntry{
		{"a:acme", "b-1", `page.viewed (category == "price")`, EventPageViewed, 10, tuesday.UTC()},
		{"a:acme", "b-1", `page.viewed (url contains "/signed" and score >= 5) = 60`, EventPageViewed, 50, tuesday.UTC()},
	}
	if len(d.Scores) != 2 || d.Scores[0] != want[0] || d.Scores[1] != want[1] {
		t.Errorf("entries %+v", d.Scores)
	}
	if a := d.Accounts[0]; len(d.Accounts) != 1 || a.Hot != (Hot{tuesday.UTC(), "hot", "b-1"}) || a.Score.Points != 60 {
		t.Errorf("accounts %+v", d.Accounts)
	}
	again := engine.OnEvent(world, scoreEvent("e1", EventPageViewed, signed, tuesday), tuesday)
	if again.Leads[1].ID != d.Leads[1].ID {
		t.Error("deciding twice makes two leads")
	}
	world.Apply(&d)
	if more := engine.OnEvent(world, scoreEvent("e2", EventPageViewed, signed, tuesday), tuesday); len(more.Leads) != 0 {
		t.Errorf("told again while hot: %+v", more.Leads)
	}
}

// TestNobodyToTell: without a sales system no row waits for one.
func TestNobodyToTell(t *testing.T) {
	engine, world := scoreWorld(t, false)
	if d := engine.OnEvent(world, scoreEvent("e1", EventPageViewed, signed, tuesday), tuesday); len(d.Leads) != 0 || d.Accounts[0].Hot.Mark != "hot" {
		t.Errorf("leads %+v", d.Leads)
	}
}

// TestWhatDoesNotScore: words on channels, what the shop claims of messages, and Kagobell's own event from outside.
func TestWhatDoesNotScore(t *testing.T) {
	engine, world := scoreWorld(t, true)
	for _, kind := range []string{EventMessageClicked, EventMessageOpened, EventScoreReached} {
		d := engine.OnEvent(world, scoreEvent("e-"+kind, kind, `{"mark":"hot","score":99}`, tuesday), tuesday)
		if len(d.Scores) > 0 || d.EventNote != ReasonIgnored {
			t.Errorf("%s: %+v, note %q", kind, d.Scores, d.EventNote)
		}
	}
}

// TestHotListIsSortedByWhatIsLeft: an older, higher score can have faded under a newer one.
func TestHotListIsSortedByWhatIsLeft(t *testing.T) {
	engine, _ := scoreWorld(t, false)
	account := func(id string, points float64, daysAgo int) *Account {
		at := tuesday.AddDate(0, 0, -daysAgo)
		return &Account{Key: KeyOfAccount(id), Score: Score{Points: points, At: at}, Hot: Hot{Since: at, Mark: "hot"}}
	}
	var got string
	for _, a := range engine.HotList([]*Account{account("old", 70, 10), account("cold", 90, 20), account("new", 60, 1), {Key: "a:never"}}, tuesday) {
		got += string(a.Key) + " "
	}
	if got != "a:new a:old " {
		t.Errorf("the list is %s", got)
	}
}

// TestErasedBuyerLeavesTheList: of a company the score stays, and the name goes.
func TestErasedBuyerLeavesTheList(t *testing.T) {
	engine, world := scoreWorld(t, true)
	d := engine.OnEvent(world, scoreEvent("e1", EventPageViewed, signed, tuesday), tuesday)
	world.Apply(&d)
	later := tuesday.Add(time.Hour)
	d = engine.OnEvent(world, scoreEvent("e2", EventBuyerDeleted, `{}`, later), later)
	world.Apply(&d)
	if a := world.Account("a:acme"); a.Hot.BuyerID != "" || a.Hot.Mark != "hot" || a.Score.Points != 60 {
		t.Errorf("account %+v", a)
	}
}
