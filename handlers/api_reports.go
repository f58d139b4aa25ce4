package handlers

import (
	"context"
	"time"

	"kagobell/scenarios"
)

// Reports reads what happened.
type Reports interface {
	// Runs lists runs, the latest started first. ErrBadCursor.
	Runs(ctx context.Context, filter RunFilter) (Page[scenarios.Run], error)
	// Messages lists messages, the latest decided first. ErrBadCursor.
	Messages(ctx context.Context, filter MessageFilter) (Page[scenarios.Message], error)
	// Stats adds up what happened from From until To, without it.
	Stats(ctx context.Context, filter StatsFilter) ([]Stat, error)
}

// RunFilter narrows the list of runs; empty fields do not.
type RunFilter struct {
	Scenario, BuyerID string
	Status            scenarios.RunStatus
	Since             time.Time // started then or later
	Cursor            string
	Limit             int
}

// MessageFilter narrows the list of messages; empty fields do not.
type MessageFilter struct {
	Scenario, BuyerID string
	Status            scenarios.MessageStatus
	Since             time.Time // decided then or later
	Cursor            string
	Limit             int
}

// StatsBy is what statistics are broken down by.
type StatsBy string

// The breakdowns; each has those before it.
const (
	ByScenario StatsBy = "scenario"
	ByStep     StatsBy = "step"
	ByChannel  StatsBy = "channel"
)

// StatsFilter asks for statistics; a zero time is no bound.
type StatsFilter struct {
	By       StatsBy
	From, To time.Time
}

// Stat is one line of statistics.
type Stat struct {
	Scenario string
	Step     string            // by step and by channel
	Channel  scenarios.Channel // by channel
	Started  int
	Sent     int
	Skipped  map[scenarios.Reason]int
	Opened   int // by people
	Clicked  int // by people
	Ordered  int // orders within 7 days of a click
	Revenue  map[string]scenarios.Money
}
