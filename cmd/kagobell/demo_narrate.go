package main

import (
	"context"
	"fmt"
	"time"

	"kagobell/scenarios"
	"kagobell/store"
)

// journalReader is what the narrator asks of the store.
type journalReader interface {
	JournalSince(ctx context.Context, after int64, limit int) ([]store.JournalEntry, error)
	Message(ctx context.Context, id string) (*scenarios.Message, error)
}

// narrator tells on the terminal what happens, from the journal, and keeps in mind what has been told.
type narrator struct {
	journal journalReader
	screen  *terminal
	shop    *demoShop
	steps   map[string][]string // by scenario, in order
	opened  time.Time
	speed   float64

	last  int64 // line of the journal
	sent  map[sentKey]string
	stops map[string]int // runs ended by an order, by scenario
	told  aims
}

// sentKey names a message as the story does; the value is its id.
type sentKey struct{ buyer, scenario, step string }

func newNarrator(journal journalReader, screen *terminal, shop *demoShop, definitions []*scenarios.Definition,
	opened time.Time, speed float64) *narrator {
	n := &narrator{journal: journal, screen: screen, shop: shop, opened: opened, speed: speed, steps: map[string][]string{},
		sent: map[sentKey]string{}, stops: map[string]int{}}
	for _, d := range definitions {
		for i := range d.Steps {
			n.steps[d.Name] = append(n.steps[d.Name], d.Steps[i].ID)
		}
	}
	return n
}

// shopTime is what the shop's clock shows at a moment.
func (n *narrator) shopTime(at time.Time) string {
	day, hour, minute := dayAndTime(max(time.Duration(float64(at.Sub(n.opened))*n.speed), 0))
	return fmt.Sprintf("%d日目 %02d:%02d", day, hour, minute)
}

const journalPage = 200

// follow tells what the journal has that is new.
func (n *narrator) follow(ctx context.Context) error {
	for {
		entries, err := n.journal.JournalSince(ctx, n.last, journalPage)
		if err != nil {
			return err
		}
		for i := range entries {
			if err := n.tell(ctx, &entries[i].Entry); err != nil {
				return err
			}
			n.last = entries[i].Seq
		}
		if len(entries) < journalPage {
			return n.screen.err
		}
	}
}

func (n *narrator) tell(ctx context.Context, e *scenarios.Entry) error {
	n.told.note(e)
	why := sayReason(e.Reason)
	switch e.Action {
	case scenarios.ActionSend:
		n.sent[sentKey{e.BuyerID, e.Scenario, e.Step}] = e.MessageID
		m, err := n.journal.Message(ctx, e.MessageID)
		if err != nil {
			return err
		}
		if why = "「" + m.Title + "」"; m.Title == "" {
			why = "DM バッチに追加 " + m.BatchID
		}
	case scenarios.ActionExit:
		if e.Reason == scenarios.ReasonOrdered {
			n.stops[e.Scenario]++
		}
	}
	action := actionSayings[e.Action]
	n.row(action.style, e.At, action.both(), n.shop.name(e.BuyerID), sayScenario(e.Scenario), n.step(e), why)
	return nil
}

// step is the step's number and the channel: #2 メール mail.
func (n *narrator) step(e *scenarios.Entry) string {
	number := ""
	for i, id := range n.steps[e.Scenario] {
		if id == e.Step {
			number = fmt.Sprintf("#%d ", i+1)
		}
	}
	return number + channelSayings[e.Channel].both()
}

// happened tells what the shop has posted, or a buyer done.
func (n *narrator) happened(at time.Time, s *scene) {
	ja, en := s.act.words(n.shop)
	if s.note != (remark{}) {
		ja, en = ja+"（"+s.note.ja+"）", en+" ("+s.note.en+")"
	}
	who := n.shop.name(s.act.who())
	if who == "" {
		who = "（店） shop"
	}
	tag := saying{"受信", "event", plain}
	if _, reacts := s.act.(reaction); reacts {
		tag = saying{"反応", "react", bold}
	}
	n.row(tag.style, at, tag.both(), who, ja+" / "+en)
}

const (
	timeColumns     = 11
	tagColumns      = 10
	whoColumns      = 25
	scenarioColumns = 16
	stepColumns     = 14
)

// row writes the columns; the last of them has what is left of the line.
func (n *narrator) row(s style, at time.Time, tag, who string, rest ...string) {
	text := pad(n.shopTime(at), timeColumns) + " " + fit(tag, tagColumns) + " " + fit(who, whoColumns)
	for i, part := range rest {
		text += " "
		switch {
		case i == len(rest)-1:
			text += part
		case i == 0:
			text += fit(part, scenarioColumns)
		default:
			text += fit(part, stepColumns)
		}
	}
	n.screen.line(s, text)
}

func (n *narrator) header() {
	n.screen.line(bold, pad("店の時刻", timeColumns)+" "+pad("何 what", tagColumns)+" "+pad("誰 who", whoColumns)+" "+
		pad("シナリオ", scenarioColumns)+" "+pad("通・手段 step", stepColumns)+" "+"件名・理由 subject, reason")
}
