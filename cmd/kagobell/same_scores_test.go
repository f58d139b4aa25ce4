package main

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"testing"
	"time"

	"kagobell/scenarios"
	"kagobell/store"
)

// withScores adds to a folder scores, and a scenario that lives by them and by what buyers do with its messages.
func withScores(t *testing.T, folder string) string {
	t.Helper()
	for name, text := range map[string]string{
		scenarios.ScoresFile: `half_life: 3d
rules:
  - {on: product.viewed, when: sku != "SKU-1", add: 6, at_most: 18}
  - {on: cart.updated, when: len(items) > 0, add: 8}
  - {on: cart.updated, when: len(items) == 0, add: -5}
  - {on: order.placed, when: score > 40, set: 12}
  - {on: message.opened, add: 3}
  - {on: message.clicked, add: 11}
marks: [{name: warm, at: 20}, {name: hot, at: 40, cool: 30}]
`,
		"hot.yaml": `name: hot
priority: 90
start: {on: score.reached, when: event.mark == "hot" and score >= 40, per: buyer}
exit:
  - {on: lead.rejected}
  - {on: message.clicked, when: event.scenario == "hot"}
cool_down: 1d
steps:
  - {id: call, after: 2h, send: [email, line], message: {subject: お打ち合わせのご案内, text: お電話いたします。}}
  - {id: again, after: 1d, when: score >= 25 and opened("call"), send: [email, line], message: {subject: ご検討状況, text: いかがでしょうか。}}
`,
	} {
		if err := os.WriteFile(filepath.Join(folder, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return folder
}

// scoreText is where an account stands at the end, as a line beside the reasons.
func scoreText(engine *scenarios.Engine, a *scenarios.Account) string {
	if a == nil {
		return "no account"
	}
	return fmt.Sprintf("%s has %g, marks %v, on the list for %q by %q", a.Key, engine.ScoreNow(a.Score, a.Score.At), a.Score.Marks, a.Hot.Mark, a.Hot.BuyerID)
}

const madeUpAccounts = 8

// asTracked is a reaction of a history as the tracking addresses tell of it: they know the message.
func (r *replay) asTracked(ev *scenarios.Event) *scenarios.Event {
	r.t.Helper()
	if ev.Type != scenarios.EventMessageOpened && ev.Type != scenarios.EventMessageClicked {
		return ev
	}
	own := *ev
	own.Source, own.Data = scenarios.SourceKagobell, maps.Clone(ev.Data)
	own.Data["message_id"] = "none"
	page, err := r.store.Messages(r.t.Context(), store.MessageFilter{Scenario: ev.Data["scenario"].(string), BuyerID: ev.BuyerID(),
		Status: scenarios.MessageSent}, "", 200)
	if err != nil {
		r.t.Fatal(err)
	}
	var newest time.Time
	for _, m := range page.Items {
		if m.Step == ev.Data["step"] && m.SentAt.After(newest) {
			newest, own.Data["message_id"] = m.SentAt, m.ID
		}
	}
	return &own
}
