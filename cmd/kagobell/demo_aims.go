package main

import (
	"maps"
	"slices"

	"kagobell/scenarios"
)

// aims are what the story sets out to show: with --once the demo ends when all of them were seen.
type aims struct {
	sent      map[string]map[string]bool // steps, by scenario
	colleague bool                       // an order of the account has stopped a run
	waited    bool                       // a cart under approval has waited
	approved  bool                       // and gone on afterwards
}

// The buyers whom the aims are about; see demoStory.
const (
	whoseColleagueOrders = "tanaka"
	whoWaitsForApproval  = "ito"
)

func (a *aims) note(e *scenarios.Entry) {
	if a.sent == nil {
		a.sent = map[string]map[string]bool{}
	}
	switch e.Action {
	case scenarios.ActionSend:
		if a.sent[e.Scenario] == nil {
			a.sent[e.Scenario] = map[string]bool{}
		}
		a.sent[e.Scenario][e.Step] = true
		a.approved = a.approved || a.waited && e.BuyerID == whoWaitsForApproval
	case scenarios.ActionExit:
		a.colleague = a.colleague || e.Reason == scenarios.ReasonOrdered && e.BuyerID == whoseColleagueOrders
	case scenarios.ActionWait:
		a.waited = a.waited || e.Reason == scenarios.ReasonAwaitingApproval && e.BuyerID == whoWaitsForApproval
	}
}

// missing lists what has not been seen yet.
func (a *aims) missing() []string {
	var list []string
	for _, name := range slices.Sorted(maps.Keys(scenarioSayings)) {
		for _, step := range []string{"first", "second"} {
			if !a.sent[name][step] {
				list = append(list, name+"/"+step)
			}
		}
	}
	for _, aim := range []struct {
		seen bool
		name string
	}{
		{a.colleague, "a colleague's order"}, {a.waited, "a cart under approval"}, {a.approved, "a cart approved"},
	} {
		if !aim.seen {
			list = append(list, aim.name)
		}
	}
	return list
}
