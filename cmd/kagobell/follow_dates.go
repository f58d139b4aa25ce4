package main

import (
	"context"
	"crypto/sha256"
	"encoding/hex"

	"kagobell/scenarios"
)

// endOfBuyers is the cursor once all buyers were looked at; no id has a line break.
const endOfBuyers = "\n"

// FollowDates takes the next buyers along into scenarios that go by dates. How far it came is kept for each set of such
// scenarios and their versions, so replicas with different ones don't undo each other's work.
func (s *sweeper) FollowDates(ctx context.Context, limit int) ([]scenarios.Alarm, int, error) {
	dated := s.engine.GoesByDates()
	if dated == "" || s.datesDone.Load() {
		return nil, 0, nil
	}
	sum := sha256.Sum256([]byte(dated))
	name := "dates_" + hex.EncodeToString(sum[:8])
	cursor, err := s.Setting(ctx, name, func() string { return "" })
	if err != nil {
		return nil, 0, err
	}
	if cursor == endOfBuyers {
		s.datesDone.Store(true)
		return nil, 0, nil
	}
	ids, err := s.BuyerIDs(ctx, cursor, limit)
	if err != nil {
		return nil, 0, err
	}
	if len(ids) == 0 {
		return nil, 0, s.PutSetting(ctx, name, endOfBuyers)
	}
	works := make([]scenarios.Work, len(ids))
	for i, id := range ids {
		works[i].Dates = &scenarios.DatesRef{BuyerID: id}
	}
	results, err := s.Decide(ctx, works, s.engine)
	if err != nil {
		return nil, 0, err
	}
	var alarms []scenarios.Alarm
	for i := range results {
		if results[i].Err != nil {
			s.log.Error("a buyer could not be taken into a scenario that goes by dates; the others were", "error", results[i].Err)
		}
		alarms = append(alarms, results[i].Decision.Alarms...)
	}
	return alarms, len(ids), s.PutSetting(ctx, name, ids[len(ids)-1])
}
